"""What an answer means for a link that leads to it: works, broken, refused to programs, or uncertain."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from seo.answer import Answer, Fault


class Verdict(StrEnum):
    """Whether what a link points at works."""

    OK = "ok"
    BROKEN = "broken"
    #: it refuses programs (check http-unverified): a person may well get in
    BLOCKED = "blocked"
    #: it failed in a way that may pass: looked at again in a later crawl
    FLAKY = "flaky"


#: statuses that refuse a program rather than say that something is not there (999: LinkedIn)
REFUSING = frozenset({401, 403, 407, 429, 451, 999})
#: statuses that say "not now"
PASSING = frozenset({408, 425})
#: statuses of a firewall's block page (493: 360)
_REFUSED = frozenset({401, 403, 405, 429, 493, 503, 521})
#: anchors that a firewall's page may have
MOST_ANCHORS = 20
#: 4xx that are no client errors (check http-client-error)
NOT_ERRORS = (401, 403, 407, 408, 425, 429, 451)
#: faults that may pass
_PASSING_FAULTS = frozenset({Fault.TIMEOUT, Fault.RESET})


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells a firewall's challenge page: a text in the body, or in a header of this name."""

    name: str
    header: str | None
    text: str
    raw: bytes
    #: whether it says something only where the status refuses, too: pages that work have it as well
    refusing_only: bool
    largest_bytes: int


def verdict_of(answer: Answer, *, final: bool) -> Verdict | None:
    """The verdict; None where there is nothing to say (a private address was refused by us).

    What may pass is `FLAKY` until it has been looked at for the last time in this crawl (`final`) and failed again.
    """
    if answer.fault is Fault.PRIVATE:
        return None
    if answer.fault in (Fault.TOO_LARGE, Fault.ENCODING):
        return Verdict.OK
    if answer.fault is not None:
        return Verdict.FLAKY if answer.fault in _PASSING_FAULTS and not final else Verdict.BROKEN
    if answer.status in REFUSING or challenge_in(answer):
        return Verdict.BLOCKED
    if answer.status in PASSING:
        return Verdict.FLAKY
    if answer.status >= 500:
        return Verdict.BROKEN if final else Verdict.FLAKY
    return Verdict.BROKEN if answer.status >= 400 else Verdict.OK


def challenge_in(answer: Answer) -> str | None:
    """The firewall whose challenge or block page this is, or None."""
    headers = answer.headers
    refused = answer.status in _REFUSED
    # a page that leads to many others is none of theirs
    body = answer.body if refused or answer.body.count(b"<a ") <= MOST_ANCHORS else b""
    for mark in marks():
        if mark.refusing_only and not refused:
            continue
        if mark.header is not None:
            if mark.header in headers and mark.text in headers[mark.header].lower():
                return mark.name
        elif body and len(body) <= mark.largest_bytes and mark.raw in body:
            return mark.name
    return None


@lru_cache
def marks() -> tuple[Mark, ...]:
    """The shipped marks (challenges.csv)."""
    text = (resources.files("seo") / "challenges.csv").read_text("utf-8")
    return tuple(
        Mark(
            name=row["name"],
            header=row["where"].partition(":")[2] or None,
            text=row["mark"].lower() if row["where"] != "body" else row["mark"],
            raw=row["mark"].encode(),
            refusing_only=row["status"] == "refusing",
            largest_bytes=int(row["largest_kb"]) * 1024,
        )
        for row in csv.DictReader(text.splitlines())
    )
