"""Check hreflang-invalid: hreflang names a language that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.languages import is_language_tag
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="hreflang-invalid",
    group=Group.CANONICAL,
    severity=Severity.WARNING,
    title_good=Text("hreflang names real languages", "hreflang 语言代码有效"),
    title_bad=Text("hreflang names a language that does not exist", "hreflang 语言代码无效"),
    why=Text("Engines ignore the entry.", "引擎会忽略这一项。"),
    mend=Text(
        "Use ISO 639-1 with script or region: zh-CN, zh-Hant, en-GB; or x-default.",
        "使用 ISO 639-1 加文字或地区，如 zh-CN、zh-Hant、en-GB，或 x-default。",
    ),
    source="https://developers.google.com/search/docs/specialty/international/localized-versions",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Not ISO 639-1, optionally with script and region, and not x-default."""
    bad = list(dict.fromkeys(one.lang for one in page.hreflangs if not is_language_tag(one.lang) and one.lang.lower() != "x-default"))
    if bad:
        yield Finding(detail={"value": ", ".join(bad)[:200], "count": len(bad)})
