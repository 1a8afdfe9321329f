"""Check redirect-downgrade: a redirect leads from https to http."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="redirect-downgrade",
    group=Group.HTTP,
    severity=Severity.ERROR,
    needs=Needs.SITE,
    title_good=Text("Redirects keep to https", "跳转保持 https"),
    title_bad=Text("A redirect leads from https to http", "跳转从 https 降到 http"),
    why=Text("What the visitor sends travels in the clear, and browsers warn.", "访客数据会明文传输，浏览器会警告。"),
    mend=Text("Redirect to the https address.", "跳到 https 网址。"),
    source="https://web.dev/articles/why-https-matters",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """An https address of the site that sends on to http."""
    for chain in site.chains():
        for one, following in pairwise(chain.steps):
            if one.internal and one.url.startswith("https://") and following.url.startswith("http://"):
                yield Finding(url=one.url, detail={"location": following.url, "status": one.status, "hops": chain.as_json()})
                break
