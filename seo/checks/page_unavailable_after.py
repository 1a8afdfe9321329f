"""Check page-unavailable-after: the page has expired for engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits
from seo.page import Page
from seo.severity import Severity

meta = CheckMeta(
    id="page-unavailable-after",
    group=Group.INDEX,
    severity=Severity.WARNING,
    title_good=Text("The page has not expired", "页面未过期"),
    title_bad=Text("The page has expired for engines", "页面对引擎已过期"),
    why=Text("From that date on engines leave the page out.", "过了这个日期，引擎就不再收录。"),
    mend=Text("Move the date, or take the page down.", "修改日期，或下线页面。"),
    source="https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag",
)


def judge(page: Page, limits: Limits) -> Iterator[Finding]:
    """unavailable_after with a date in the past."""
    found = page.directive("unavailable_after")
    if found is None:
        return
    at = _instant(found.value)
    if at is not None and at < page.read_at:
        yield Finding(detail={"value": found.value, "line": found.line})


def _instant(text: str) -> datetime | None:
    """RFC 822, RFC 850 and ISO 8601, as Google reads them."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = parse(text.strip())
        except (ValueError, TypeError):
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None
