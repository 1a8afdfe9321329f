"""Check redirect-meta-refresh: the page sends visitors on by meta refresh."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.reading.addresses import refresh_of
from seo.reading.resolve import resolve
from seo.severity import Severity

meta = CheckMeta(
    id="redirect-meta-refresh",
    group=Group.HTTP,
    severity=Severity.WARNING,
    title_good=Text("Redirects are made by the server", "跳转由服务器完成"),
    title_bad=Text("The page sends visitors on by meta refresh", "页面用 meta refresh 跳转"),
    why=Text(
        "Engines follow it badly, the back button is broken, and spammers use it.",
        "引擎跟踪不好，返回键失效，且常被作弊网站使用。",
    ),
    mend=Text("Redirect on the server (301).", "改为服务器端 301。"),
    source="https://developers.google.com/search/docs/crawling-indexing/301-redirects#metarefresh",
    limits={"seconds": 5},
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """A refresh to another address; one within five seconds counts as a redirect."""
    for meta_ in page.metas:
        found = refresh_of(meta_.content) if meta_.http_equiv and meta_.name == "refresh" else None
        if found is None:
            continue
        target, _fragment, _fault = resolve(found[1], page.base)
        if target != page.url:
            yield Finding(
                detail={"location": target or found[1], "seconds": found[0], "redirects": found[0] < limits["seconds"], "line": meta_.line}
            )
            return
