"""Check hreflang-conflict: hreflang contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="hreflang-conflict",
    group=Group.CANONICAL,
    severity=Severity.ERROR,
    title_good=Text("Each language has one page", "每种语言对应一个页面"),
    title_bad=Text("hreflang contradicts itself", "hreflang 自相矛盾"),
    why=Text("Engines ignore what contradicts itself.", "自相矛盾的声明会被忽略。"),
    mend=Text("One address a language, one language an address.", "一种语言一个网址，一个网址一种语言。"),
    source="https://developers.google.com/search/docs/specialty/international/localized-versions",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """One address for two languages (x-default aside), or two addresses for one language."""
    by_language: dict[str, set[str]] = {}
    by_target: dict[str, set[str]] = {}
    for one in page.hreflangs:
        lang = one.lang.lower()
        if one.target:
            by_language.setdefault(lang, set()).add(one.target)
            if lang != "x-default":
                by_target.setdefault(one.target, set()).add(lang)
    twice = next((lang for lang, targets in by_language.items() if len(targets) > 1), None)
    if twice is not None:
        yield Finding(detail={"value": twice, "urls": sorted(by_language[twice])})
        return
    # zh-Hans and zh-CN may well share a page; zh and en may not
    mixed = next((target for target, langs in by_target.items() if len({lang.partition("-")[0] for lang in langs}) > 1), None)
    if mixed is not None:
        yield Finding(detail={"value": ", ".join(sorted(by_target[mixed])), "target": mixed})
