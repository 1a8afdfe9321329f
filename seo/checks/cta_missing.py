"""Check cta-missing: a landing page leads to no goal."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from growth.language import Text
from seo import links as stored
from seo.check import OWN_RULE, CheckMeta, Finding, Group, Limits, Needs
from seo.models import LinkRow
from seo.page import LinkKind
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="cta-missing",
    group=Group.MARKETING,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("Landing pages lead to a goal", "落地页引导到目标"),
    title_bad=Text("A landing page leads to no goal", "落地页没有引导到目标"),
    why=Text("Visitors are paid for and then not asked to do anything.", "花钱引来的访客，却没人告诉他下一步做什么。"),
    mend=Text("Put a button or form for the goal on it.", "放上通往目标的按钮或表单。"),
    source=OWN_RULE,
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """A page that channels lead to, without a link or form to any goal of growth.yaml."""
    goals = [goal for goal in site.facts.goals if "*" not in goal]
    ids = {id for goal in goals if (id := site.id_of(goal)) is not None}
    if not ids:
        return
    ends = ids | {site.end_of(id) for id in ids}
    kinds = (*stored.CLICKED, stored.KIND_NUMBER[LinkKind.FORM])
    for url in sorted(site.facts.landing):
        id = site.id_of(url)
        page = site.page(site.end_of(id)) if id is not None else None
        if page is None or page.id in ends:
            continue
        leads = select(LinkRow.position).where(
            LinkRow.crawl_id == site.crawl_id, LinkRow.source == page.id, LinkRow.target.in_(ends), LinkRow.kind.in_(kinds)
        )
        if site.session.scalar(leads.limit(1)) is None:
            yield Finding(url=page.url, detail={"text": page.title, "target": goals[0]})
