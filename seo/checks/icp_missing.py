"""Check icp-missing: the home page shows no ICP number."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.filing import icp_number
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="icp-missing",
    group=Group.MARKETING,
    severity=Severity.ERROR,
    title_good=Text("The home page shows the ICP number", "首页有 ICP 备案号"),
    title_bad=Text("The home page shows no ICP number", "首页没有 ICP 备案号"),
    why=Text(
        "The law wants it at the foot of the home page; the fine is 5,000 to 10,000 yuan.",
        "法规要求在首页底部标明，违者罚款 5000 至 10000 元。",
    ),
    mend=Text("Put the number into the footer, linked to beian.miit.gov.cn.", "在页脚写上备案号并链接到 beian.miit.gov.cn。"),
    source="互联网信息服务管理办法 §12 (aliyunyh.com/492927.html, muchs.cn/news/158069.html)",
)


def applies(page: Page) -> bool:
    """The home page of a site for the mainland."""
    return page.is_home and page.site.mainland


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """No ICP number anywhere on the page."""
    if icp_number(page.text) is None:
        yield Finding(detail={"value": page.site.icp or ""})
