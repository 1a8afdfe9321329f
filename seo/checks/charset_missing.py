"""Check charset-missing: the page does not say its character set."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="charset-missing",
    group=Group.HTTP,
    severity=Severity.WARNING,
    title_good=Text("The page says its character set", "页面声明了字符集"),
    title_bad=Text("The page does not say its character set", "页面没有声明字符集"),
    why=Text("Browsers guess, and Chinese text may turn into garbage.", "浏览器只能猜，中文可能变乱码。"),
    mend=Text(
        'Send charset=utf-8 in Content-Type, or put <meta charset="utf-8"> first in <head>.',
        '在 Content-Type 里加 charset=utf-8，或在 <head> 最前面写 <meta charset="utf-8">。',
    ),
    source="https://html.spec.whatwg.org/multipage/semantics.html#charset",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """None in the header, no byte order mark, none in the first 1,024 bytes."""
    if page.charset.declared is None:
        yield Finding(detail={"found": page.charset.used})
