"""Check page-fact-missing: words that must be on the page are not there."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.reading.text import folded
from seo.robots import matches
from seo.severity import Severity

meta = CheckMeta(
    id="page-fact-missing",
    group=Group.MARKETING,
    severity=Severity.WARNING,
    title_good=Text("Pages say what they must say", "页面包含必须说明的内容"),
    title_bad=Text("Words that must be on the page are not there", "页面缺少必须出现的文字"),
    why=Text(
        "growth.yaml (seo.expect) demands them: often a duty by law, such as the annual rate.",
        "growth.yaml（seo.expect）要求出现，常是法定告知，如年化利率。",
    ),
    mend=Text("Put them on the page.", "把这些内容写到页面上。"),
    source="growth.yaml",
)


def applies(page: Page) -> bool:
    """Pages that an entry of seo.expect names."""
    return any(matches(_whole(pattern), page.url_path) for pattern, _words in page.site.expects)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """Words of a matching entry that the visible text does not have."""
    text = folded(page.text) if len(page.text) < 20_000 else page.text.casefold()
    wanted = [word for pattern, words in page.site.expects if matches(_whole(pattern), page.url_path) for word in words]
    missing = [word for word in dict.fromkeys(wanted) if folded(word) not in text]
    if missing:
        yield Finding(detail={"value": ", ".join(missing), "count": len(missing)})


def _whole(pattern: str) -> str:
    """A path without wildcards means that page, not all below it."""
    return pattern if "*" in pattern or pattern.endswith("$") else pattern + "$"
