"""Check favicon-missing: the site has no icon."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from growth.language import Text
from seo import links as stored
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.crawl.scope import origin_of
from seo.models import LinkRow, UrlRow
from seo.page import LinkKind
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="favicon-missing",
    group=Group.CONTENT,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The site has an icon", "网站有图标"),
    title_bad=Text("The site has no icon", "网站没有 favicon"),
    why=Text("Result pages, tabs and navigation sites show an empty sheet.", "搜索结果、标签页和导航站都显示空白图标。"),
    mend=Text("Put up /favicon.ico, or name one by <link rel=icon>.", "放上 /favicon.ico，或用 <link rel=icon> 指定。"),
    source="https://developers.google.com/search/docs/appearance/favicon-in-search",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """The home page names no icon that loads, and /favicon.ico does not."""
    home = site.home
    if home is None:
        return
    named = select(UrlRow.verdict).join(LinkRow, (LinkRow.crawl_id == UrlRow.crawl_id) & (LinkRow.target == UrlRow.id))
    verdicts = list(site.session.scalars(named.where(LinkRow.crawl_id == site.crawl_id, LinkRow.source == home.id, LinkRow.kind == _ICON)))
    if any(one != "broken" for one in verdicts):
        return
    if (id := site.id_of(origin_of(home.url) + "/favicon.ico")) is None or site.target(id).verdict != "ok":
        yield Finding(url=home.url, cause="favicon", detail={})


_ICON = stored.KIND_NUMBER[LinkKind.ICON]
