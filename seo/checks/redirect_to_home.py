"""Check redirect-to-home: an old address redirects to the home page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="redirect-to-home",
    group=Group.HTTP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Old addresses lead to what took their place", "旧网址跳到替代页"),
    title_bad=Text("An old address redirects to the home page", "旧网址被跳到首页"),
    why=Text(
        "The visitor wanted something else; engines take it for a page that is gone (soft 404).",
        "访客要的不是首页；引擎会当作软 404。",
    ),
    mend=Text("Redirect to the page that took its place, or answer 404.", "跳到真正的替代页，没有就返回 404。"),
    source="https://developers.google.com/search/docs/crawling-indexing/http-network-errors#soft-404-errors",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Not another spelling of the home page (another scheme, www, index.html), and yet it ends there."""
    home = site.home_id
    if home is None:
        return
    end = site.end_of(home)
    for chain in site.chains():
        first = chain.steps[0]
        if chain.loops or chain.steps[-1].id != end or first.id == home:
            continue
        path = urlsplit(first.url).path
        if path.rstrip("/") and not re.fullmatch(r"/(index|default|home|main)(\.\w+)?/?", path, re.I):
            yield Finding(url=first.url, detail={"status": first.status, "location": chain.steps[-1].url})
