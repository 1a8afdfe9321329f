"""Check icp-link-wrong: the ICP number does not lead to the register."""

from __future__ import annotations

from collections.abc import Iterator

from growth import urls
from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.filing import icp_number
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="icp-link-wrong",
    group=Group.MARKETING,
    severity=Severity.ERROR,
    title_good=Text("The ICP number leads to the register", "备案号链接正确"),
    title_bad=Text("The ICP number does not lead to the register", "备案号链接不正确"),
    why=Text("It must lead to beian.miit.gov.cn; the old address is dead.", "必须链接到 beian.miit.gov.cn，旧地址已失效。"),
    mend=Text(
        "Link the number to https://beian.miit.gov.cn/, without nofollow.",
        "把备案号链接到 https://beian.miit.gov.cn/，不要加 nofollow。",
    ),
    source="互联网信息服务管理办法 §12 (aliyunyh.com/492927.html, muchs.cn/news/158069.html)",
)


_REGISTER = "beian.miit.gov.cn"


def applies(page: Page) -> bool:
    """The home page of a site for the mainland that shows a number."""
    return page.is_home and page.site.mainland and icp_number(page.text) is not None


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """The number is no link, leads elsewhere, or carries nofollow."""
    links = [link for link in page.clickable if icp_number(link.text)]
    right = [link for link in links if link.target and urls.host_of(link.target) == _REGISTER]
    if not right:
        yield Finding(detail={"target": links[0].target or links[0].href if links else None, "found": "elsewhere" if links else "no link"})
    elif all("nofollow" in link.rel for link in right):
        yield Finding(detail={"target": right[0].target, "found": "nofollow", "line": right[0].line})
