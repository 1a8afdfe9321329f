"""Check police-filing-missing: the home page shows no police filing number."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.filing import police_number
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="police-filing-missing",
    group=Group.MARKETING,
    severity=Severity.NOTICE,
    title_good=Text("The home page shows the police filing number", "首页有公安备案号"),
    title_bad=Text("The home page shows no police filing number", "首页没有公安备案号"),
    why=Text(
        "Sites are to file with the public security within 30 days and show the number.",
        "网站开通 30 日内应办理公安备案并悬挂编号。",
    ),
    mend=Text("Put 公网安备 …号 with its mark into the footer.", "在页脚悬挂公网安备号及图标。"),
    source="计算机信息网络国际联网安全保护管理办法 §12",
)


def applies(page: Page) -> bool:
    """The home page of a site for the mainland."""
    return page.is_home and page.site.mainland


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """No number, or another than the dossier's."""
    found = police_number(page.text)
    if found is None or (page.site.police and found != page.site.police):
        yield Finding(detail={"value": page.site.police or "", "found": found or ""})
