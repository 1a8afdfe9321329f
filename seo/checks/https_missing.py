"""Check https-missing: pages are served on http."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.crawl.scope import origin_of
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="https-missing",
    group=Group.HTTP,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("The site is served on https", "网站使用 https"),
    title_bad=Text("Pages are served on http", "页面使用 http"),
    why=Text(
        "Browsers call it “not secure”; what visitors type can be read on the way.",
        "浏览器提示“不安全”，访客输入的内容可能被窃听。",
    ),
    mend=Text(
        "Get a certificate (free of charge), serve https, redirect http.",
        "申请（免费）证书，启用 https，并把 http 跳转过去。",
    ),
    source="https://developers.google.com/search/docs/crawling-indexing/site-move-https",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """One finding where the home page itself is on http; else one for each page that is."""
    plain = [page.url for page in site.pages() if page.url.startswith("http://")]
    home = site.home
    if not plain:
        return
    if home is not None and home.url.startswith("http://"):
        yield Finding(url=home.url, cause=origin_of(home.url), detail={"count": len(plain), "urls": plain[:20]})
        return
    for url in plain:
        yield Finding(url=url, detail={})
