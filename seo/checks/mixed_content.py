"""Check mixed-content: a secure page loads files over http."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="mixed-content",
    group=Group.HTTP,
    severity=Severity.ERROR,
    title_good=Text("Secure pages load secure files only", "https 页面只加载 https 资源"),
    title_bad=Text("A secure page loads files over http", "https 页面加载了 http 资源"),
    why=Text("Browsers block the file or mark the page as not secure.", "浏览器会拦截该资源，或提示页面不安全。"),
    mend=Text("Load it over https.", "改用 https 加载。"),
    source="https://web.dev/articles/what-is-mixed-content",
)


def applies(page: Page) -> bool:
    """Pages on https."""
    return page.url.startswith("https://")


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Images, scripts, styles, frames and media whose address begins with http."""
    found = [link for link in page.links if link.kind.is_resource and link.target and link.target.startswith("http://")]
    if found:
        links = [{"target": one.target, "kind": one.kind.value, "line": one.line} for one in found[:20]]
        yield Finding(detail={"count": len(found), "target": found[0].target, "links": links})
