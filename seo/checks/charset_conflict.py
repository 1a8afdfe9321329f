"""Check charset-conflict: the page is not in the character set it declares."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="charset-conflict",
    group=Group.HTTP,
    severity=Severity.ERROR,
    title_good=Text("The page is in the character set it declares", "字符集声明与内容一致"),
    title_bad=Text("The page is not in the character set it declares", "字符集声明与实际不符"),
    why=Text("Some readers see garbage instead of Chinese.", "部分访客会看到乱码。"),
    mend=Text("Make header, meta and file agree; best on UTF-8.", "让响应头、meta 与文件一致，建议统一用 UTF-8。"),
    source="https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Header and meta name different sets, or the bytes are not what the declaration says."""
    found = page.charset
    if not found.decodes:
        yield Finding(detail={"value": found.declared, "found": found.used})
    elif found.header and found.meta and found.header != found.meta and not found.bom:
        yield Finding(detail={"value": found.header, "found": found.meta})
