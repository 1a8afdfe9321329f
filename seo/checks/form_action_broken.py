"""Check form-action-broken: a form sends to an address that does not answer."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import or_, select

from growth.language import Text
from seo import links as stored
from seo.broken import broken_finding
from seo.check import OWN_RULE, CheckMeta, Finding, Group, Limits, Needs
from seo.models import LinkRow, UrlRow
from seo.page import LinkKind
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="form-action-broken",
    group=Group.USABILITY,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Forms have somewhere to go", "表单可以提交"),
    title_bad=Text("A form sends to an address that does not answer", "表单提交地址打不开"),
    why=Text("Someone filled it in, and it was for nothing.", "访客填完表单却白填了。"),
    mend=Text("Correct the action.", "改正表单的 action。"),
    source=OWN_RULE,
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """404 or 5xx for the form's target; 405 is fine, for it was not posted to."""
    kind = stored.KIND_NUMBER[LinkKind.FORM]
    chosen = select(LinkRow.target).where(LinkRow.crawl_id == site.crawl_id, LinkRow.kind == kind)
    bad = or_(
        UrlRow.status.in_((404, 410)),
        UrlRow.status >= 500,
        (UrlRow.status.is_(None)) & (UrlRow.fault.is_not(None)) & (UrlRow.fault != "private-address"),
    )
    for target in site.targets(select(UrlRow).where(UrlRow.id.in_(chosen), UrlRow.state == "fetched", bad)):
        if target.internal or target.url in site.broken_before:
            sources, pages, links = site.sources_of([target.id], kinds=(kind,))
            yield broken_finding(target, sources, pages, links)
