"""Check url-case-duplicate: a page answers under two spellings of its address."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import PageFacts, Site

meta = CheckMeta(
    id="url-case-duplicate",
    group=Group.URL,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("A page has one address", "一个页面只有一个网址"),
    title_bad=Text("A page answers under two spellings of its address", "同一页面有两种写法的网址"),
    why=Text("The same page under two addresses competes with itself.", "同一页面两个网址，自己与自己竞争。"),
    mend=Text("Choose one and redirect the other (301).", "选定一个，另一个 301 过去。"),
    source="Sitebulb hints",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Pages that differ only in case or in the slash at the end, and in nothing else."""
    seen: dict[str, list[PageFacts]] = {}
    for page in site.pages():
        path, mark, query = page.url.partition("?")
        seen.setdefault(path.rstrip("/").lower() + mark + query, []).append(page)
    for pages in seen.values():
        same = [page for page in pages if page.text_hash == pages[0].text_hash]
        if len(same) > 1:
            urls = [page.url for page in same]
            yield Finding(url=urls[0], detail={"urls": urls})
