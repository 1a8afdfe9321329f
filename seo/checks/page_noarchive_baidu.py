"""Check page-noarchive-baidu: baidu is told otherwise than other engines."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="page-noarchive-baidu",
    group=Group.INDEX,
    severity=Severity.NOTICE,
    title_good=Text("Baidu is told the same as all engines", "对百度与其他引擎一致"),
    title_bad=Text("Baidu is told otherwise than other engines", "对百度的指令与通用指令不同"),
    why=Text(
        "What holds for Baidu alone is easily forgotten, and then a page is missing there.",
        "只对百度生效的指令容易被遗忘，页面可能因此不被百度收录。",
    ),
    mend=Text(
        "Make meta Baiduspider and meta robots say the same, or leave one out.",
        "让 Baiduspider 与 robots 的 meta 一致，或只留一个。",
    ),
    source="https://chateach.com/seobiaoqian/332",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Directives for Baiduspider that differ from those for all."""
    baidu = {one.name for one in page.directives if one.agent == "baiduspider"}
    general = {one.name for one in page.directives if not one.agent}
    if baidu and baidu - {"all", "index", "follow"} != general - {"all", "index", "follow"}:
        yield Finding(detail={"value": ", ".join(sorted(baidu)), "found": ", ".join(sorted(general)) or "–"})
