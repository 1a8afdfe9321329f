"""Check blocked-in-mainland: the page waits for a host that does not answer in mainland China."""

from __future__ import annotations

from collections.abc import Iterator

from growth import urls
from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.findings import link_list
from seo.mainland import is_blocked
from seo.page import LinkKind, Page
from seo.severity import Severity

meta = CheckMeta(
    id="blocked-in-mainland",
    group=Group.MARKETING,
    severity=Severity.WARNING,
    title_good=Text("The page loads from hosts that answer in mainland China", "资源在大陆可加载"),
    title_bad=Text("The page waits for a host that does not answer in mainland China", "页面依赖大陆无法访问的资源"),
    why=Text("Visitors there look at a white page until the request gives up.", "大陆访客会一直白屏到请求超时。"),
    mend=Text("Host the file yourself, or take a copy within the mainland.", "改为自己托管，或使用大陆可用的镜像。"),
    source="hosts in seo/blocked_hosts.csv",
)


def applies(page: Page) -> bool:
    """Pages of a site for the mainland."""
    return page.site.mainland


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """A style sheet or a script in head (neither async nor deferred) from such a host, or a frame of one."""
    waiting = {script.target for script in page.scripts if script.blocking}
    found = [
        link
        for link in page.links
        if link.target
        and (link.kind in (LinkKind.CSS, LinkKind.IFRAME) or (link.kind is LinkKind.SCRIPT and link.target in waiting))
        and is_blocked(urls.host_of(link.target))
    ]
    if found:
        yield link_list(found, value=urls.host_of(found[0].target or ""))
