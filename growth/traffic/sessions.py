"""Visits out of events: a fold over one visitor's events in the order in which they happened, whatever the order they came in.

A pause longer than the timeout begins a new visit (exactly the timeout does not), and so does another campaign; midnight does not.
Another referrer within a visit is a touch of its own, not a visit. Leaving a page and failing scripts begin no visit; leaving prolongs one
only within the timeout.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from growth.traffic.beacon import EventKind
from growth.traffic.rules import Strength

#: kinds that may begin a visit
STARTING: Final = frozenset({EventKind.PAGE, EventKind.MISSING})
#: kinds that show that somebody is still there
ALIVE: Final = frozenset(set(EventKind) - {EventKind.ERROR})
#: kinds after which a short visit is none that bounced
ACTING: Final = frozenset({EventKind.OUTBOUND, EventKind.FORM, EventKind.CONTACT, EventKind.STEP})
#: milliseconds in front of the page after which one page is no bounce (GA4)
ENGAGED_MS: Final = 10_000


class Act(NamedTuple):
    """An event as visits need it; texts by their id, `at` in microseconds. A tuple: a dataclass takes four times as long."""

    id: int
    at: int
    kind: EventKind
    page: int
    origin: int
    strength: Strength
    agent: int
    click: int
    token: int
    duration_ms: int

    @property
    def order(self) -> tuple[int, bool, int]:
        """In which order events of one instant are taken: page views first."""
        return (self.at, self.kind not in STARTING, self.id)


@dataclass(slots=True)
class OpenVisit:
    """A visit while events are added to it. `last` is its latest event, also one that does not prolong it.

    Of this fold only: `touches` (instant, origin), `links` the codes that were followed, `ways` (page, next page), a reload to the same.
    """

    id: int
    started: int
    ended: int
    last: int
    origin: int
    entry: int
    exit: int
    agent: int
    click: int = 0
    pages: int = 0
    events: int = 0
    engaged_ms: int = 0
    acted: bool = False
    current_origin: int = 0
    current_campaign: int = 0
    touches: list[tuple[int, int]] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)
    ways: list[tuple[int, int]] = field(default_factory=list)

    @property
    def bounced(self) -> bool:
        """One page, under ten seconds in front, no form and no way out used."""
        return self.pages <= 1 and self.engaged_ms < ENGAGED_MS and not self.acted


def fold(acts: Iterable[Act], *, timeout_micros: int, visit: OpenVisit | None = None) -> list[OpenVisit]:
    """The visits of `acts`, which are in order; `visit` is the last one before them and comes first where it was changed or not."""
    visits = [visit] if visit is not None else []
    for act in acts:
        current = visits[-1] if visits else None
        if current is None or act.at - current.ended > timeout_micros:
            if act.kind in STARTING:
                visits.append(_begun(act))
            elif current is not None:
                _late_leave(current, act)
            continue
        if act.kind in STARTING and act.strength is Strength.CAMPAIGN and act.origin != current.current_campaign:
            visits.append(_begun(act))
            continue
        _add(current, act)
    return visits


def _begun(act: Act) -> OpenVisit:
    visit = OpenVisit(
        id=act.id,
        started=act.at,
        ended=act.at,
        last=act.at,
        origin=act.origin,
        entry=act.page,
        exit=act.page,
        agent=act.agent,
        click=act.click,
    )
    if act.strength is not Strength.NONE:
        _touch(visit, act)
    visit.pages = visit.events = 1
    return visit


def _add(visit: OpenVisit, act: Act) -> None:
    visit.events += 1
    visit.last = max(visit.last, act.at)
    if act.kind in ALIVE:
        visit.ended = max(visit.ended, act.at)
    if act.kind in STARTING:
        visit.pages += 1
        visit.ways.append((visit.exit, act.page))
        visit.exit = act.page
        again = act.origin in (visit.current_origin, visit.current_campaign)
        if act.strength >= Strength.REFERRER and not again:
            _touch(visit, act)
    elif act.kind is EventKind.LEAVE:
        visit.engaged_ms += act.duration_ms
    elif act.kind in ACTING:
        visit.acted = True


def _late_leave(visit: OpenVisit, act: Act) -> None:
    """A page closed long after: its time in front counts, the visit does not get longer."""
    visit.events += 1
    visit.last = max(visit.last, act.at)
    if act.kind is EventKind.LEAVE:
        visit.engaged_ms += act.duration_ms


def _touch(visit: OpenVisit, act: Act) -> None:
    visit.touches.append((act.at, act.origin))
    visit.current_origin = act.origin
    if act.strength is Strength.CAMPAIGN:
        visit.current_campaign = act.origin
    if act.token:
        visit.links.append((act.at, act.token))
