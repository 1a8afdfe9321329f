"""Check hreflang-no-xdefault: no version for all other languages (x-default)."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="hreflang-no-xdefault",
    group=Group.CANONICAL,
    severity=Severity.NOTICE,
    title_good=Text("There is a version for all other languages", "有面向其他语言的默认版本"),
    title_bad=Text("No version for all other languages (x-default)", "缺少 x-default"),
    why=Text("Visitors with another language get whichever engines choose.", "其他语言的访客看到哪个版本，只能由引擎决定。"),
    mend=Text("Add hreflang=x-default.", "加上 hreflang=x-default。"),
    source="https://developers.google.com/search/docs/specialty/international/localized-versions",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Two languages or more, and no x-default."""
    languages = {one.lang.lower() for one in page.hreflangs}
    if len(languages) >= 2 and "x-default" not in languages:
        yield Finding(detail={"count": len(languages)})
