"""Check robots-blocks-resource: robots.txt disallows files that pages need."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.crawl.scope import origin_of
from seo.models import UrlRow
from seo.robots import verdict
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="robots-blocks-resource",
    group=Group.INDEX,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Styles, scripts and images may be fetched", "样式、脚本、图片允许抓取"),
    title_bad=Text("robots.txt disallows files that pages need", "robots.txt 屏蔽了页面所需的文件"),
    why=Text("Engines that render pages see them broken.", "会渲染页面的引擎看到的是残缺页面。"),
    mend=Text("Allow css, js and images.", "放行 css、js 和图片。"),
    source="https://developers.google.com/search/docs/crawling-indexing/robots/robots-faq",
)


_AGENTS = ("Googlebot", "Baiduspider")


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """One finding a rule, with the files it keeps out."""
    found: dict[tuple[str, int | None], list[str]] = {}
    rules: dict[tuple[str, int | None], str | None] = {}
    for target in site.targets(
        select(UrlRow).where(UrlRow.internal.is_(True), UrlRow.kind == "resource", UrlRow.found_by.in_(("css", "script", "img", "srcset")))
    ):
        origin = origin_of(target.url)
        robots = site.robots.get(origin)
        if not robots:
            continue
        for agent in _AGENTS:
            said = verdict(robots, agent, target.url)
            if not said.allowed:
                key = (origin, said.line)
                rules[key] = said.rule
                found.setdefault(key, []).append(target.url)
                break
    for (origin, line), urls in found.items():
        detail = {"value": rules[origin, line], "line": line, "urls": urls[:50], "count": len(urls)}
        yield Finding(url=f"{origin}/robots.txt", cause=f"{origin} {rules[origin, line]}", detail=detail)
