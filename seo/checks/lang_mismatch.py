"""Check lang-mismatch: the text is in another language than is said."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.languages import SIMPLIFIED, TRADITIONAL
from seo.page import Page
from seo.reading.text import han_count
from seo.severity import Severity

meta = CheckMeta(
    id="lang-mismatch",
    group=Group.CONTENT,
    severity=Severity.WARNING,
    title_good=Text("The text is in the language that is said", "正文语言与声明一致"),
    title_bad=Text("The text is in another language than is said", "正文语言与声明不符"),
    why=Text("Engines may show it to the wrong people.", "引擎可能把它展示给错误的人群。"),
    mend=Text("Correct html lang, or the text.", "改正 html lang 或正文。"),
    source="Sitebulb hints",
    limits={"han_percent": 10},
)


def applies(page: Page) -> bool:
    """Pages that say their language and have some text."""
    return bool(page.lang) and len(page.main_text) >= 50


#: characters of the text that are looked at
_SAMPLE = 3000


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """zh with fewer than ten per cent Han; another language that is mostly Han; traditional characters for zh-CN, simplified for zh-TW, zh-
    HK.
    """
    lang, text = (page.lang or "").lower(), page.main_text[:_SAMPLE]
    chinese = lang.startswith("zh")
    if text.isascii() and not chinese:
        return
    han = han_count(text)
    letters = sum(map(str.isalpha, text)) if han or chinese else 0
    if not letters:
        return
    share = han / letters
    if chinese and share * 100 < limits["han_percent"]:
        yield Finding(detail={"value": page.lang, "found": f"{share:.0%} 汉字"})
    elif chinese:
        yield from _variant(page.lang or "", text)
    elif share > 0.5 and not lang.startswith(("ja", "ko", "yue", "wuu", "nan", "hak", "cmn")):
        yield Finding(detail={"value": page.lang, "found": f"{share:.0%} 汉字"})


def _variant(lang: str, text: str) -> Iterator[Finding]:
    simplified, traditional = sum(map(text.count, SIMPLIFIED)), sum(map(text.count, TRADITIONAL))
    wants_traditional = any(part in lang.lower() for part in ("hant", "tw", "hk", "mo"))
    wrong, right = (simplified, traditional) if wants_traditional else (traditional, simplified)
    if wrong > 5 and wrong > right * 3:
        yield Finding(detail={"value": lang, "found": "简体" if wants_traditional else "繁體"})
