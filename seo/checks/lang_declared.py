"""Check lang-missing, lang-invalid: the page does not say its language."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.languages import is_bcp47
from seo.page import Page
from seo.severity import Severity

metas = (
    CheckMeta(
        id="lang-missing",
        group=Group.CONTENT,
        severity=Severity.WARNING,
        title_good=Text("The page says its language", "页面声明了语言"),
        title_bad=Text("The page does not say its language", "页面没有声明语言"),
        why=Text(
            "Browsers offer to translate it, screen readers read it in the wrong voice.",
            "浏览器会误弹翻译，读屏会用错发音。",
        ),
        mend=Text('Write <html lang="zh-CN">.', '写上 <html lang="zh-CN">。'),
        source="https://www.w3.org/International/questions/qa-html-language-declarations",
    ),
    CheckMeta(
        id="lang-invalid",
        group=Group.CONTENT,
        severity=Severity.WARNING,
        title_good=Text("The page's language is a real one", "语言代码有效"),
        title_bad=Text("The page names a language that does not exist", "语言代码无效"),
        why=Text("It is as if nothing were said.", "等于没有声明。"),
        mend=Text("Use a BCP 47 tag such as zh-CN, zh-Hant-TW, en.", "使用 BCP 47 代码，如 zh-CN、zh-Hant-TW、en。"),
        source="https://www.rfc-editor.org/info/bcp47",
    ),
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """No lang on html, or one that is no BCP 47 tag."""
    lang = (page.lang or "").strip()
    if not lang:
        yield Finding(check="lang-missing", detail={})
    elif not is_bcp47(lang):
        yield Finding(check="lang-invalid", detail={"value": lang[:60]})
