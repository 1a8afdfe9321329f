"""Check link-broken-resource: an image, script, style or frame does not load."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo import links as stored
from seo.broken import broken_finding, broken_targets
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="link-broken-resource",
    group=Group.LINKS,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Images, scripts and styles load", "图片、脚本、样式都能加载"),
    title_bad=Text("An image, script, style or frame does not load", "图片、脚本、样式或框架加载失败"),
    why=Text("The page looks broken or does not work.", "页面显示残缺或功能失效。"),
    mend=Text("Put the file back, or correct its address.", "补回文件或改正地址。"),
    source="Screaming Frog's issue list",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Of the site at once, of other sites when it did not load in an earlier crawl either."""
    for internal in (True, False):
        for target, ids in broken_targets(site, internal=internal):
            if not internal and target.url not in site.broken_before:
                continue
            sources, pages, links = site.sources_of(ids, kinds=stored.RESOURCES)
            if sources:
                yield broken_finding(target, sources, pages, links, kind=sources[0].kind)
