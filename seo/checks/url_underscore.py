"""Check url-underscore: the address has underscores."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="url-underscore",
    group=Group.URL,
    severity=Severity.NOTICE,
    title_good=Text("Words in the address are joined by hyphens", "网址用连字符分词"),
    title_bad=Text("The address has underscores", "网址含下划线"),
    why=Text("Engines read a hyphen as the end of a word, an underscore not.", "引擎把连字符当作分词，下划线则不会。"),
    mend=Text("Use hyphens in new addresses; leave old ones that rank well.", "新网址用连字符；排名好的旧网址可不动。"),
    source="https://developers.google.com/search/docs/crawling-indexing/url-structure",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """An underscore in the path."""
    if "_" in page.url_path:
        yield Finding(detail={"value": page.url_path[:200]})
