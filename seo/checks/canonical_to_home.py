"""Check canonical-to-home: pages name the home page (or page 1) as their canonical."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import PageRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="canonical-to-home",
    group=Group.CANONICAL,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Canonical addresses name the page itself", "规范网址指向本页"),
    title_bad=Text("Pages name the home page (or page 1) as their canonical", "多个页面的规范网址都指向首页（或第 1 页）"),
    why=Text("All of them vanish from the index: a template mistake.", "这些页面都会从索引消失，通常是模板写错了。"),
    mend=Text("Let each page name itself.", "让每页写自己的网址。"),
    source="https://developers.google.com/search/docs/crawling-indexing/canonicalization; Lighthouse",
    limits={"pages": 3},
)


_PAGE = re.compile(r"[?&/](?:page|p|pn|paged)[=/_-]?(\d+)", re.I)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Three pages or more whose canonical is ``/``, or page two and further of a list that name page one."""
    home = site.home_id
    to_home: list[str] = []
    for page in site.pages(PageRow.canonical.is_not(None)):
        if page.canonical == page.id or page.canonical is None:
            continue
        if page.canonical == home:
            to_home.append(page.url)
        elif (found := _PAGE.search(page.url)) and int(found[1]) > 1:
            first = site.target(page.canonical).url
            if _stem(first) == _stem(page.url):
                yield Finding(url=page.url, detail={"target": first, "found": "page 1"})
    if len(to_home) >= limits["pages"]:
        yield Finding(url=to_home[0], cause="home", detail={"target": site.facts.home, "urls": to_home[:100], "count": len(to_home)})


def _stem(url: str) -> str:
    return _PAGE.sub("", url).rstrip("/?&")
