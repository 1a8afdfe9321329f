"""Check link-localhost: a link leads to a private address."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from growth import urls
from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.findings import link_list
from seo.page import Link, LinkFault, Page
from seo.severity import Severity

meta = CheckMeta(
    id="link-localhost",
    group=Group.LINKS,
    severity=Severity.ERROR,
    title_good=Text("Links lead to public addresses", "链接指向公网地址"),
    title_bad=Text("A link leads to a private address", "链接指向本机或内网地址"),
    why=Text("It works on the author's machine only.", "只在作者自己的电脑上能打开。"),
    mend=Text("Use the public address.", "改用公网地址。"),
    source="SEOnaut, Screaming Frog",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """localhost, a private network, ``.local``, or a file. The site's own host is exempt, and on a private site our own script is."""
    found = [link for link in page.links if _is_private(link, page)]
    if found:
        yield link_list(found)


def _is_private(link: Link, page: Page) -> bool:
    target = link.target
    if target is None:
        return link.fault is LinkFault.SCHEME and link.href.strip().lower().startswith("file:")
    if page.site.is_internal(target) or not ("127." in target or "local" in target or "192.168." in target or _TEN.search(target)):
        return False
    host = urls.host_of(target)
    if not host or target == page.site.script:
        return False
    if host == "localhost" or host.endswith((".localhost", ".local")):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_private


_TEN = re.compile(r"//(?:10|172)\.")
