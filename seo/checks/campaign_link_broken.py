"""Check campaign-link-broken: a link in our own mails, messages or ads does not work."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import OWN_RULE, CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="campaign-link-broken",
    group=Group.MARKETING,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Links in mails, messages and ads work", "邮件、短信、广告里的链接可用"),
    title_bad=Text("A link in our own mails, messages or ads does not work", "自家邮件、短信或广告里的链接打不开"),
    why=Text("Money was spent on every click, and it ends here.", "每一次点击都花了钱，结果停在这里。"),
    mend=Text("Correct the channel's or placement's address, or bring the page back.", "改正渠道或推广位的地址，或恢复页面。"),
    source=OWN_RULE,
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """An address that channels or placements lead to and that does not end with 200."""
    for url in sorted(site.facts.landing):
        id = site.id_of(url)
        if id is None:
            continue
        target = site.target(site.end_of(id))
        if target.state == "fetched" and target.status != 200 and target.verdict != "blocked":
            yield Finding(url=url, cause=url, detail={"target": url, "status": target.status, "fault": target.fault})
