"""Our daily totals beside those of another counter, and what makes them differ, by figures that we have.

Definitions of the other two, as their help pages give them: a visit (访问次数) ends after 30 minutes without a request, at midnight, and
where another source brings the visitor back; a visitor (UV) is a cookie within a day; a page view (PV) is a page that ran their script, an
error page too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, false, func, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from growth import clock
from growth.db import Database
from growth.traffic.hit import Drop
from growth.traffic.models import DroppedEvent, OtherCount, PageDay, Signup, Visit, VisitDay
from growth.traffic.other_counts import Counter
from growth.traffic.pipeline import ARRIVING


class Cause(StrEnum):
    """What makes two counters differ."""

    #: page views of bots, which we leave out and they count as far as they do not know them
    BOTS = "bots"
    #: page views whose browser asked not to be followed, where the site obeys
    NO_TRACK = "no_track"
    #: page views fetched ahead by a browser
    PREFETCH = "prefetch"
    #: page views of the team
    STAFF = "staff"
    #: page views with a forged referrer
    SPAM = "spam"
    #: page views left out as quicker than people are
    RATE = "rate"
    #: views of addresses that were not there: dead ends here, page views there
    MISSING = "missing"
    #: visits over midnight: one here, two there
    MIDNIGHT = "midnight"
    #: visits that began because another campaign brought the visitor back within the timeout
    CAMPAIGN = "campaign"
    #: page views that they have more than the causes above explain
    UNEXPLAINED = "unexplained"
    #: sign-ups whose visit never came: their browser ran no script of ours
    UNSEEN = "unseen"


#: which of our reasons make which cause
_DROPS: dict[Cause, tuple[Drop, ...]] = {
    Cause.BOTS: (Drop.UA_LIST, Drop.UA_GENERIC, Drop.UA_EMPTY),
    Cause.NO_TRACK: (Drop.NO_TRACK,),
    Cause.PREFETCH: (Drop.PREFETCH,),
    Cause.STAFF: (Drop.STAFF,),
    Cause.SPAM: (Drop.SPAM_REFERRER,),
    Cause.RATE: (Drop.RATE,),
}


#: causes that are page views there and none here
_MORE_VIEWS_THERE = (*_DROPS, Cause.MISSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One figure of both; None where the other does not tell it."""

    ours: int
    theirs: int | None

    @property
    def difference(self) -> int | None:
        """How many more we have."""
        return None if self.theirs is None else self.ours - self.theirs

    @property
    def share(self) -> float | None:
        """The difference as a share of theirs."""
        return None if not self.theirs else (self.ours - self.theirs) / self.theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideDay:
    """One day of both."""

    day: date
    page_views: Pair
    visitors: Pair
    visits: Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The days that the other has told of, their sums, and the causes with their figures over just these days."""

    provider: Counter
    days: tuple[BesideDay, ...]
    page_views: Pair
    visitors: Pair
    visits: Pair
    causes: dict[Cause, int]
    #: sign-ups of these days
    signups: int


def counters(session: Session) -> list[Counter]:
    """The counters that anything was imported of."""
    return [Counter(name) for name in session.scalars(select(OtherCount.provider).distinct().order_by(OtherCount.provider))]


def beside(database: Database, *, provider: Counter, from_day: date, until_day: date) -> Beside:
    """Ours beside theirs for the days that were imported within `from_day`–`until_day`, inclusive. Read after `catch_up`."""
    with database.read() as session:
        theirs = session.execute(
            select(OtherCount.day, OtherCount.page_views, OtherCount.visitors, OtherCount.visits)
            .where(OtherCount.provider == provider.value, OtherCount.day.between(from_day, until_day))
            .order_by(OtherCount.day)
        ).all()
        views = dict(
            session.execute(
                select(PageDay.day, func.sum(PageDay.views)).where(PageDay.day.between(from_day, until_day)).group_by(PageDay.day)
            )
            .tuples()
            .all()
        )
        sums = select(VisitDay.day, func.sum(VisitDay.visitors), func.sum(VisitDay.visits))
        visits = {
            day: (int(visitors), int(count))
            for day, visitors, count in session.execute(sums.where(VisitDay.day.between(from_day, until_day)).group_by(VisitDay.day))
        }
        days = tuple(
            BesideDay(
                day=row.day,
                page_views=Pair(ours=int(views.get(row.day, 0)), theirs=row.page_views),
                visitors=Pair(ours=visits.get(row.day, (0, 0))[0], theirs=row.visitors),
                visits=Pair(ours=visits.get(row.day, (0, 0))[1], theirs=row.visits),
            )
            for row in theirs
        )
        spans = list(_spans(day.day for day in days))
        zone = database.workspace.zone
        causes = {
            Cause.MISSING: int(session.scalar(select(func.sum(PageDay.missing)).where(_within(PageDay.day, spans))) or 0),
            Cause.MIDNIGHT: sum(_over_midnight(session, day.day, zone) for day in days),
            Cause.CAMPAIGN: _by_campaign(session, spans, timeout=database.workspace.settings.attribution.visit_timeout),
        }
        booked = select(func.count()).select_from(Signup).where(_within(Signup.day, spans))
        signups = session.scalar(booked) or 0
        causes[Cause.UNSEEN] = session.scalar(booked.where(Signup.visit_id.is_(None))) or 0
    causes |= _left_out(database, spans)
    views_pair = _total(day.page_views for day in days)
    causes[Cause.UNEXPLAINED] = max(0, (views_pair.theirs or 0) - views_pair.ours - sum(causes[cause] for cause in _MORE_VIEWS_THERE))
    return Beside(
        provider=provider,
        days=days,
        page_views=views_pair,
        visitors=_total(day.visitors for day in days),
        visits=_total(day.visits for day in days),
        causes={cause: causes[cause] for cause in Cause if causes.get(cause)},
        signups=signups,
    )


def _total(pairs: Iterable[Pair]) -> Pair:
    """The sum over the days that both tell of."""
    told = [pair for pair in pairs if pair.theirs is not None]
    return Pair(ours=sum(pair.ours for pair in told), theirs=sum(pair.theirs or 0 for pair in told) if told else None)


def _spans(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Days as spans without gaps, each from its first to its last day."""
    first = last = None
    for day in days:
        if last is not None and first is not None and day != last + timedelta(days=1):
            yield first, last
            first = None
        first, last = first or day, day
    if first is not None and last is not None:
        yield first, last


def _within(day: InstrumentedAttribute[date], spans: list[tuple[date, date]]) -> ColumnElement[bool]:
    return or_(false(), *(day.between(first, last) for first, last in spans))


def _over_midnight(session: Session, day: date, zone: ZoneInfo) -> int:
    """Visits of the day that went on into the next one."""
    midnight = clock.day_start(day + timedelta(days=1), zone)
    return session.scalar(select(func.count()).select_from(Visit).where(Visit.day == day, Visit.ended_at >= midnight)) or 0


def _by_campaign(session: Session, spans: list[tuple[date, date]], *, timeout: timedelta) -> int:
    """Visits that began while the one before was not over: another campaign brought the visitor back."""
    before = aliased(Visit)
    began, ended = type_coerce(Visit.started_at, BigInteger), type_coerce(before.ended_at, BigInteger)
    pairs = (
        select(func.count(Visit.id.distinct()))
        .join(before, before.visitor_id == Visit.visitor_id)
        .where(_within(Visit.day, spans), Visit.current_campaign != 0)
        .where(before.started_at < Visit.started_at, ended >= began - int(timeout.total_seconds() * 1_000_000))
    )
    return session.scalar(pairs) or 0


def _left_out(database: Database, spans: list[tuple[date, date]]) -> dict[Cause, int]:
    """Page views that were left out, by cause."""
    zone, found = database.workspace.zone, dict.fromkeys(_DROPS, 0)
    causes = {drop.value: cause for cause, drops in _DROPS.items() for drop in drops}
    with database.store("events").read() as raw:
        for first, last in spans:
            since = clock.to_micros(clock.day_start(first, zone))
            until = clock.to_micros(clock.day_start(last + timedelta(days=1), zone))
            query = (
                select(DroppedEvent.reason, func.count())
                .where(DroppedEvent.at_micros >= since, DroppedEvent.at_micros < until)
                .where(DroppedEvent.kind.in_([int(kind) for kind in ARRIVING]))
                .group_by(DroppedEvent.reason)
            )
            for reason, count in raw.execute(query):
                if reason in causes:
                    found[causes[reason]] += int(count)
    return found
