"""Check analytics-missing: a page does not load the site's analytics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select

from growth.language import Text
from seo.check import OWN_RULE, CheckMeta, Finding, Group, Limits, Needs
from seo.models import PageRow, UrlRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="analytics-missing",
    group=Group.MARKETING,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Every page is counted", "每页都有统计代码"),
    title_bad=Text("A page does not load the site's analytics", "页面缺少统计代码"),
    why=Text(
        "Its visits are not counted, and the next page's visitors seem to come from nowhere.",
        "访问没被统计，下一页的访客看起来像凭空出现。",
    ),
    mend=Text("Put the tag into the template of this page, too.", "在这个页面的模板里也加上统计代码。"),
    source=OWN_RULE,
    limits={"percent": 50},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Without a tag that at least half of the pages have."""
    counts: Counter[str] = Counter()
    total = 0
    query = select(PageRow.tags, UrlRow.url).join(UrlRow, (UrlRow.crawl_id == PageRow.crawl_id) & (UrlRow.id == PageRow.id))
    rows = site.session.execute(query.where(PageRow.crawl_id == site.crawl_id).order_by(UrlRow.url)).tuples().all()
    for tags, _url in rows:
        total += 1
        counts.update(filter(None, tags.split(",")))
    usual = {tag for tag, number in counts.items() if number * 100 >= total * limits["percent"]}
    for tags, url in rows if total >= 2 else ():
        missing = usual - set(tags.split(","))
        if missing:
            yield Finding(url=url, detail={"value": ", ".join(sorted(missing))})
