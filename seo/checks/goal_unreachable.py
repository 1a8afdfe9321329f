"""Check goal-unreachable: a goal page cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import OWN_RULE, CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site
from seo.state import state_of

meta = CheckMeta(
    id="goal-unreachable",
    group=Group.MARKETING,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Goals are near", "转化目标页触手可及"),
    title_bad=Text("A goal page cannot be reached", "转化目标页无法到达"),
    why=Text("This is where visitors become sign-ups; here they do not.", "访客要在这里变成注册，现在却到不了。"),
    mend=Text(
        "Link to it from the home page; let it answer 200, without noindex.",
        "从首页链接过去，返回 200，且不要 noindex。",
    ),
    source=OWN_RULE,
    limits={"clicks": 2},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """A goal of growth.yaml that is broken, noindex, disallowed, or more than two clicks from the home page and every landing page."""
    for goal in site.facts.goals:
        if "*" in goal or not site.facts.is_internal(goal):
            continue
        id = site.id_of(goal)
        if id is None:
            yield Finding(url=goal, cause=goal, detail={"found": "unknown"})
            continue
        target = site.target(site.end_of(id))
        state = state_of(site, target)
        page = site.page(target.id)
        if state == "error" or state == "blocked" or state == "noindex":
            yield Finding(url=goal, cause=goal, detail={"found": state, "status": target.status})
        elif page is not None and (page.click_depth is None or page.click_depth > limits["clicks"]) and site.complete:
            clicks = page.click_depth
            yield Finding(url=goal, cause=goal, detail={"found": "no link" if clicks is None else f"{clicks} clicks", "count": clicks})
