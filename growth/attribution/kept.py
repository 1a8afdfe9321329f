"""Which days are kept and still hold, and what they say. Reads only; `keeping` writes.

A kept day holds as long as no change of a path waits that reaches one of its sign-ups. So a report is right at any moment, whether
`keeping` has run or not: what does not hold is told anew from touches and sign-ups, by the same code.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from growth import __version__, clock
from growth.attribution.model import Model, all_models
from growth.attribution.nulls import Days, moved_nulls, null_paths
from growth.attribution.path import PathCount
from growth.attribution.rows import KeptCredit, KeptDay, KeptNulls, KeptOrigin, KeptPath, KeptPeriod
from growth.attribution.tally import Ledger, PathKey
from growth.channels import CHANNEL, IDENTITY, ORIGIN, TOUCH, TOUCH_CHANGE
from growth.db import table_of
from growth.traffic import SIGNUP
from growth.workspace import Workspace

#: people with changes that are looked up one by one; with more of them all that is younger than the oldest counts as changed
_MOST_CHANGES: Final = 20_000
#: a kept period is near where it differs by less than this part of the days that are asked
_NEAR: Final = 4
#: between the channels of a stored path
SEPARATOR: Final = "\x1f"
_DAY, _CREDIT, _PATH = table_of(KeptDay), table_of(KeptCredit), table_of(KeptPath)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The days of a period: those that are kept and hold, and runs (first, last) of those that are to be told anew."""

    #: that of the kept days; empty where none holds
    basis: str
    kept: frozenset[date]
    stale: frozenset[date]
    runs: tuple[tuple[date, date], ...]


def basis_of(workspace: Workspace) -> str:
    """Names what results depend on besides touches and sign-ups: settings, models, the program's version."""
    settings = workspace.settings.attribution
    models = ",".join(f"{id}:{model.learn is not None}:{model.by_age}" for id, model in all_models().items())
    said = f"{__version__}|{settings.lookback}|{settings.visit_timeout}|{workspace.zone.key}|{models}"
    return blake2b(said.encode(), digest_size=12).hexdigest()


def standing(session: Session, *, workspace: Workspace, from_day: date | None, until_day: date) -> Standing:
    """Which days of a period with sign-ups are kept and hold."""
    basis = basis_of(workspace)
    with_signups = sorted(session.scalars(within(select(SIGNUP.c.day).distinct(), SIGNUP.c.day, from_day, until_day)))
    marked: set[date] = set()
    if not channels_renamed(session):
        marked = set(session.scalars(within(select(_DAY.c.day).where(_DAY.c.basis == basis), _DAY.c.day, from_day, until_day)))
    stale = changed_days(session, workspace) & marked if marked else set()
    kept = frozenset(marked - stale)
    return Standing(basis=basis if kept else "", kept=kept, stale=frozenset(stale), runs=tuple(_runs(with_signups, kept)))


def changed_days(session: Session, workspace: Workspace, *, ids: Collection[int] | None = None) -> set[date]:
    """The days with sign-ups whose path a waiting change reaches; with `ids` only these changes."""
    change = TOUCH_CHANGE.c
    query = select(change.identity_id, func.min(change.at)).group_by(change.identity_id)
    if ids is not None:
        query = query.where(change.id.in_(ids))
    since = {identity: at for identity, at in session.execute(query.limit(_MOST_CHANGES)).tuples() if identity}
    if len(since) >= _MOST_CHANGES - 1:
        oldest = clock.site_day(session.scalars(select(func.min(change.at))).one(), workspace.zone)
        return set(session.scalars(select(SIGNUP.c.day).distinct().where(SIGNUP.c.day >= oldest)))
    # in steps: joined in one, SQLite begins with the sign-ups, of which there are 200,000
    people: dict[int, datetime] = {}
    for identity, person in _looked_up(session, select(IDENTITY.c.id, IDENTITY.c.person), IDENTITY.c.id, since):
        people[person] = min(since[identity], people.get(person, since[identity]))
    members = dict(_looked_up(session, select(IDENTITY.c.id, IDENTITY.c.person), IDENTITY.c.person, people))
    signups = _looked_up(session, select(SIGNUP.c.identity_id, SIGNUP.c.at, SIGNUP.c.day), SIGNUP.c.identity_id, members)
    return {day for identity, at, day in signups if at >= people[members[identity]]}


def _looked_up(session: Session, query: Select[Any], column: Any, wanted: Collection[int]) -> Iterator[Any]:
    ids = list(wanted)
    for start in range(0, len(ids), 500):
        yield from session.execute(query.where(column.in_(ids[start : start + 500])))


def channels_renamed(session: Session) -> bool:
    """Whether an origin of kept days has another channel's name by now."""
    known = table_of(KeptOrigin)
    now = func.coalesce(CHANNEL.c.name, ORIGIN.c.medium)
    query = select(known.c.origin_id).join(ORIGIN, ORIGIN.c.id == known.c.origin_id)
    query = query.outerjoin(CHANNEL, CHANNEL.c.id == ORIGIN.c.channel_id).where(now != known.c.channel)
    return session.scalar(query.limit(1)) is not None


def add_kept_credit(
    session: Session, ledger: Ledger, *, found: Standing, model: Model, from_day: date | None, until_day: date, role: str | None
) -> None:
    """Add what the kept days say under a model that needs no other path."""
    query = select(_CREDIT.c.role, _CREDIT.c.origin_id, _CREDIT.c.currency, func.sum(_CREDIT.c.micros), func.sum(_CREDIT.c.value))
    query = _holding(query, _CREDIT, found, from_day, until_day, role).where(_CREDIT.c.model == model.id)
    rows: Any = session.execute(query.group_by(_CREDIT.c.role, _CREDIT.c.origin_id, _CREDIT.c.currency))
    for of_role, origin, currency, micros, value in rows:
        ledger.give(of_role, origin, currency, int(micros), int(value))


def kept_paths(session: Session, *, found: Standing, from_day: date | None, until_day: date, role: str | None) -> Counter[PathKey]:
    """The paths of the kept days."""
    same = (_PATH.c.origins, _PATH.c.role, _PATH.c.currency, _PATH.c.value)
    query = _holding(select(*same, func.sum(_PATH.c.signups)), _PATH, found, from_day, until_day, role).group_by(*same)
    counted: Counter[PathKey] = Counter()
    for origins, of_role, currency, value, signups in session.execute(query):
        ids = tuple(map(int, origins.split(","))) if origins else ()
        counted[PathKey(ids, of_role, currency, value)] += int(signups)
    return counted


def nulls_changed_since(session: Session, *, ids: Collection[int] | None = None) -> datetime | None:
    """From when on paths that came to nothing are others by the changes that wait; with `ids` by these only.

    What a sign-up is worth changes none. Two keys that are joined change some only from the moment on when both had been met, or one was
    met and the other had signed up: a visitor who signs up, or comes with another device, is that late.
    """
    change = TOUCH_CHANGE.c
    query = select(func.min(change.at)).where(change.was.is_(None), change.worth.is_(False))
    joined = select(change.id, change.identity_id, change.was, IDENTITY.c.person).join(IDENTITY, IDENTITY.c.id == change.identity_id)
    joined = joined.where(change.was.is_not(None)).order_by(change.id)
    if ids is not None:
        query, joined = query.where(change.id.in_(ids)), joined.where(change.id.in_(ids))
    instants = [session.scalar(query)]
    rows = session.execute(joined.limit(_MOST_CHANGES)).tuples().all()
    if len(rows) == _MOST_CHANGES:
        oldest: datetime = session.scalars(select(func.min(change.at))).one()
        return oldest
    groups: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    seen: set[int] = set()
    for _id, identity, was, person in rows:
        if identity not in seen:
            groups[person][was].add(identity)
            seen.add(identity)
    touched = select(TOUCH.c.identity_id, func.min(TOUCH.c.at)).group_by(TOUCH.c.identity_id)
    met: dict[int, datetime] = dict(_looked_up(session, touched, TOUCH.c.identity_id, seen))
    booked: dict[int, datetime] = dict(_looked_up(session, select(SIGNUP.c.identity_id, SIGNUP.c.at), SIGNUP.c.identity_id, seen))
    for united in groups.values():
        firsts = {was: min(met[id] for id in members & met.keys()) for was, members in united.items() if members & met.keys()}
        signed = {was: min(booked[id] for id in members & booked.keys()) for was, members in united.items() if members & booked.keys()}
        instants += sorted(firsts.values())[1:2]
        instants += [max(at, since) for was, at in firsts.items() for other, since in signed.items() if was != other]
    return min((at for at in instants if at is not None), default=None)


def kept_nulls(session: Session, *, workspace: Workspace, from_day: date | None, until_day: date) -> list[PathCount] | None:
    """Paths of a period that came to nothing: as they are kept, or by the nearest period of which they are; None where none is near."""
    near = nearest_kept(session, workspace=workspace, from_day=from_day, until_day=until_day)
    if near is None:
        return None
    rows = session.execute(
        select(KeptNulls.channels, KeptNulls.people).where(KeptNulls.from_day == (near[0] or date.min), KeptNulls.until_day == near[1])
    ).tuples()
    found = [PathCount(tuple(channels.split(SEPARATOR)), 0, nulls=people) for channels, people in rows]
    wanted = (from_day, until_day)
    return found if near == wanted else moved_nulls(session, found, zone=workspace.zone, old=near, new=wanted)


def period_nulls(session: Session, workspace: Workspace, *, from_day: date | None, until_day: date) -> list[PathCount]:
    """The paths of a period that came to nothing: as kept, or counted now."""
    kept = kept_nulls(session, workspace=workspace, from_day=from_day, until_day=until_day)
    return null_paths(session, zone=workspace.zone, from_day=from_day, until_day=until_day) if kept is None else kept


def nearest_kept(session: Session, *, workspace: Workspace, from_day: date | None, until_day: date) -> Days | None:
    """The period nearest to this one whose paths that came to nothing are kept and hold; None where counting all anew is as quick."""
    if channels_renamed(session):
        return None
    query = select(KeptPeriod.from_day, KeptPeriod.until_day).where(KeptPeriod.basis == basis_of(workspace))
    oldest = nulls_changed_since(session)
    if oldest is not None:
        query = query.where(KeptPeriod.until_day < clock.site_day(oldest, workspace.zone))
    first = from_day or date.min
    found = [
        (abs((one - first).days) + abs((two - until_day).days), one, two)
        for one, two in session.execute(query).tuples()
        if (one == date.min) == (first == date.min)
    ]
    if not found:
        return None
    days, one, two = min(found)
    return ((one if one != date.min else None), two) if days == 0 or days * _NEAR < (until_day - first).days else None


def within(query: Select[Any], column: Any, from_day: date | None, until_day: date | None) -> Select[Any]:
    """`query` for these days, inclusive."""
    if from_day is not None:
        query = query.where(column >= from_day)
    return query if until_day is None else query.where(column <= until_day)


def _holding(query: Select[Any], table: Any, found: Standing, from_day: date | None, until_day: date, role: str | None) -> Select[Any]:
    marked = select(_DAY.c.day).where(_DAY.c.basis == found.basis)
    query = within(query, table.c.day, from_day, until_day).where(table.c.day.in_(marked))
    if found.stale:
        query = query.where(table.c.day.not_in(found.stale))
    return query if role is None else query.where(table.c.role == role)


def _runs(days: Collection[date], kept: Collection[date]) -> Iterator[tuple[date, date]]:
    """Days that are not kept, those without a kept one between them together."""
    first = last = None
    for day in days:
        if day not in kept:
            first, last = first or day, day
        elif first is not None and last is not None:
            yield first, last
            first = last = None
    if first is not None and last is not None:
        yield first, last
