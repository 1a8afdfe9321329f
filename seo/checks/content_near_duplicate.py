"""Check content-near-duplicate: several pages have almost the same text."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import PageRow
from seo.near import near_duplicates
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="content-near-duplicate",
    group=Group.CONTENT,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("Pages differ in more than details", "页面内容有实质区别"),
    title_bad=Text("Several pages have almost the same text", "多个页面正文几乎相同"),
    why=Text("Engines may show only one of them.", "引擎可能只展示其中一个。"),
    mend=Text("Join them, or write what makes each different.", "合并，或写出各自不同之处。"),
    source="Screaming Frog's issue list",
    limits={"alike": 0.9, "words": 50},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Ninety per cent of the shingles in common; found by banding, never pair by pair."""
    pages = [
        (page.url, page.text_hash, page.sketch) for page in site.pages(PageRow.words + PageRow.han >= limits["words"]) if page.indexable
    ]
    for group in near_duplicates([(text_hash, sketch) for _url, text_hash, sketch in pages], limits["alike"]):
        urls = [pages[place][0] for place in group]
        yield Finding(url=urls[0], detail={"urls": urls[:100], "count": len(urls)})
