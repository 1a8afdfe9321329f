"""Check verification-missing: the site shows no verification for an engine it is registered with."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import OWN_RULE, CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="verification-missing",
    group=Group.MARKETING,
    severity=Severity.NOTICE,
    title_good=Text("The site is verified with its engines", "已向搜索引擎验证"),
    title_bad=Text("The site shows no verification for an engine it is registered with", "缺少已接入引擎的验证标签"),
    why=Text("Pushing pages and reading figures stops when the engine looks again.", "引擎复查时，推送和数据查看会停止。"),
    mend=Text(
        "Put the meta that the console gives into the home page, unless it was verified by file or DNS.",
        "在首页加上站长平台给出的 meta；用文件或 DNS 验证的可忽略。",
    ),
    source=OWN_RULE,
)


_NAMES = {
    "baidu": ("baidu-site-verification",),
    "sogou": ("sogou_site_verification",),
    "360": ("360-site-verification",),
    "shenma": ("shenma-site-verification",),
    "bing": ("msvalidate.01",),
    "google": ("google-site-verification",),
}


def applies(page: Page) -> bool:
    """The home page, where `submit:` of growth.yaml names an engine."""
    return page.is_home and any(engine in _NAMES for engine in page.site.engines)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """No meta of the engine."""
    there = {meta_.name for meta_ in page.metas if meta_.content}
    missing = [engine for engine in page.site.engines if engine in _NAMES and not there & set(_NAMES[engine])]
    if missing:
        yield Finding(detail={"value": ", ".join(missing)})
