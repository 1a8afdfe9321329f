"""Check click-depth: the page is many clicks from the home page."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import PageRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="click-depth",
    group=Group.LINKS,
    severity=Severity.NOTICE,
    needs=Needs.SITE,
    title_good=Text("Pages are near the home page", "页面离首页不远"),
    title_bad=Text("The page is many clicks from the home page", "页面离首页点击次数过多"),
    why=Text("The deeper a page, the fewer visitors and the less weight reach it.", "越深的页面，访客越少、权重越低。"),
    mend=Text("Link to it from a page higher up.", "从更靠前的页面链接过来。"),
    source="SEOnaut",
    limits={"clicks": 4, "wanted_clicks": 3},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """More than four clicks; a warning for goals and landing pages from four on."""
    wanted = site.facts.landing | set(site.facts.goals)
    for page in site.pages(PageRow.click_depth > min(limits["clicks"], limits["wanted_clicks"])):
        important = page.url in wanted
        if page.click_depth is not None and page.click_depth > limits["wanted_clicks" if important else "clicks"]:
            yield Finding(
                url=page.url, detail={"count": page.click_depth, "text": page.title}, severity=Severity.WARNING if important else None
            )
