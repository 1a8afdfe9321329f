"""Check submission-drift: a page that was submitted cannot be indexed any more."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from growth.language import Text
from seo.bulk import batches
from seo.check import OWN_RULE, CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site
from seo.state import state_of
from seo.submission.models import Push

meta = CheckMeta(
    id="submission-drift",
    group=Group.MARKETING,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("What was submitted can still be indexed", "已提交的页面仍可收录"),
    title_bad=Text("A page that was submitted cannot be indexed any more", "已提交的页面现在无法收录"),
    why=Text(
        "The engine comes, finds nothing, and trusts the next submission less.",
        "引擎来了却扑空，以后的提交也会打折扣。",
    ),
    mend=Text("Bring it back, redirect it, or submit it as dead.", "恢复、301，或作为死链提交。"),
    source=OWN_RULE,
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """An address that an engine accepted, and that is now broken, redirected, noindex or disallowed."""
    pushed: dict[str, list[str]] = {}
    for url, engine in site.main.execute(select(Push.url, Push.engine).where(Push.state == "accepted")).tuples():
        pushed.setdefault(url, []).append(engine)
    for batch in batches(sorted(pushed), 500):
        for target in site.targets(select(UrlRow).where(UrlRow.url.in_(batch), UrlRow.kind == "page")):
            state = state_of(site, target)
            if state is not None:
                detail = {"status": target.status, "found": state, "value": ", ".join(sorted(pushed[target.url]))}
                yield Finding(url=target.url, detail=detail)
