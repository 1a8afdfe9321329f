"""Check og-missing: the page does not say how it looks when shared."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="og-missing",
    group=Group.CONTENT,
    severity=Severity.NOTICE,
    title_good=Text("The page says how it looks when shared", "页面设置了分享信息"),
    title_bad=Text("The page does not say how it looks when shared", "页面缺少分享信息（Open Graph）"),
    why=Text("Shared in WeChat or elsewhere it shows a random picture and text.", "分享到微信等处时，图片和文字都是随机的。"),
    mend=Text("Add og:title, og:image and og:url.", "加上 og:title、og:image、og:url。"),
    source="https://ogp.me/",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """og:title, og:image or og:url is missing."""
    there = {meta_.name for meta_ in page.metas if meta_.content and meta_.name.startswith("og:")}
    missing = [name for name in ("og:title", "og:image", "og:url") if name not in there]
    if missing:
        yield Finding(detail={"found": ", ".join(missing)})
