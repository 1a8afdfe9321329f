"""Check http-unverified: a link could not be verified: the site refuses programs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from growth.language import Text
from seo.broken import broken_finding
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site
from seo.verdict import Verdict

meta = CheckMeta(
    id="http-unverified",
    group=Group.HTTP,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("Every link could be looked at", "链接均可核实"),
    title_bad=Text("A link could not be verified: the site refuses programs", "链接无法核实：对方拒绝程序访问"),
    why=Text("A person may well get in; it is not counted as broken.", "人可能打得开，因此不算死链。"),
    mend=Text(
        "Open it by hand once; for your own site, allow this machine in the firewall.",
        "手工打开确认一次；自己的网站请在防火墙放行本机。",
    ),
    source="lychee#733, linkchecker#738",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """401, 403, 407, 429, 451, 999, or a firewall's challenge page."""
    for target in site.targets(select(UrlRow).where(UrlRow.verdict == Verdict.BLOCKED.value)):
        sources, pages, links = site.sources_of([target.id])
        if sources and not target.internal:
            yield broken_finding(target, sources, pages, links)
        elif target.internal:
            yield Finding(url=target.url, detail={"status": target.status})
