"""Check robots-syntax: robots.txt has lines that engines do not understand."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="robots-syntax",
    group=Group.INDEX,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("robots.txt is well-formed", "robots.txt 语法正确"),
    title_bad=Text("robots.txt has lines that engines do not understand", "robots.txt 有引擎看不懂的行"),
    why=Text(
        "A rule that is not understood does not hold, or holds for too much.",
        "看不懂的规则不会生效，或者生效范围过大。",
    ),
    mend=Text("Correct the lines that are named.", "改正列出的各行。"),
    source="RFC 9309 §2.2; Lighthouse",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Unknown directive, rule before any user-agent, bad wildcard, relative sitemap …"""
    for origin, robots in site.robots.items():
        if robots.problems:
            lines = [{"line": one.line, "found": one.fault.value, "text": one.text} for one in robots.problems[:50]]
            first = robots.problems[0]
            detail = {"count": len(robots.problems), "line": first.line, "found": first.fault.value, "text": first.text, "lines": lines}
            yield Finding(url=f"{origin}/robots.txt", detail=detail)
