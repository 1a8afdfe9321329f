"""What remains of a page once it was read and judged: what is stored of it. Either process makes it: the one that judges, or the one that
fetches, when the other is behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from seo.answer import Answer
from seo.packed import pack
from seo.page import Link, SiteFacts
from seo.reading import read_page
from seo.rules import Rules, judge_page
from seo.spent import Spent
from seo.summary import page_values
from seo.verdict import challenge_in


class Readout(msgspec.Struct, frozen=True, array_like=True):
    """A page as it goes into the store."""

    links: tuple[Link, ...]
    #: normal URL of the canonical page
    canonical: str | None
    #: `seo.summary.PAGE_COLUMNS` from the third on
    values: tuple[Any, ...]
    #: check, severity, cause, detail as JSON, packed
    findings: tuple[tuple[str, str, str | None, bytes], ...]
    #: checks that failed by an error of their own
    faults: Mapping[str, str] = {}


def is_readable(answer: Answer) -> bool:
    """Whether an answer is a whole HTML page of the site, and no firewall's."""
    return answer.ok and answer.is_html and not answer.cut and answer.fault is None and challenge_in(answer) is None


def read_out(answer: Answer, site: SiteFacts, rules: Rules, spent: Spent, *, read_at: datetime, depth: int) -> Readout:
    """Read and judge the page in an answer."""
    with spent.on("reading"):
        page = read_page(answer, site, read_at=read_at, depth=depth)
    with spent.on("judging"):
        judged = judge_page(page, rules)
        findings = tuple((one.check_id, one.severity.value, one.cause, pack(msgspec.json.encode(one.detail))) for one in judged)
    with spent.on("summing"):
        return Readout(page.links, page.canonical, page_values(page), findings, rules.faults)
