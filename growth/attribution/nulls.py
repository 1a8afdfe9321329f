"""Paths that came to nothing: people who met us in these days and have not signed up. Markov learns from them.

Of a long period they are counted once. Those of another one, that begins or ends some days beside, differ only by the people who met us
or signed up in those days: `moved_nulls` takes their old paths off and puts their new ones on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from growth import clock
from growth.attribution.assembly import MOST_TOUCHES, origin_views
from growth.attribution.path import PathCount
from growth.channels import IDENTITY, TOUCH
from growth.traffic import SIGNUP

#: periods up to this are read from their touches on, longer ones from the people on: of a year with 1,700,000 touches a month takes half
#: the time so, all of it a tenth more
_SHORT: Final = timedelta(days=100)
#: people whose touches are looked up at a time
_PEOPLE: Final = 500
#: the first and the last day; no first day takes all
Days = tuple[date | None, date]


def null_paths(session: Session, *, zone: ZoneInfo, from_day: date | None, until_day: date) -> list[PathCount]:
    """The paths of these site days that led to no sign-up by their end, counted."""
    until = clock.day_start(until_day + timedelta(days=1), zone)
    origins = origin_views(session)
    known = IDENTITY.alias("known")
    if from_day is not None and until_day - from_day < _SHORT:
        # whoever was never joined with another key is a person of their own, and has not signed up: nothing is looked up for them
        own = IDENTITY.alias("own")
        signed_up = exists().where(own.c.person == known.c.person, SIGNUP.c.identity_id == own.c.id, SIGNUP.c.day <= until_day)
        person: ColumnElement[int] = func.coalesce(known.c.person, TOUCH.c.identity_id)
        query = select(person, TOUCH.c.origin_id).outerjoin(known, and_(known.c.id == TOUCH.c.identity_id, known.c.joined))
        query = query.where(or_(known.c.person.is_(None), ~signed_up))
    else:
        signed = select(IDENTITY.c.person).join(SIGNUP, SIGNUP.c.identity_id == IDENTITY.c.id).where(SIGNUP.c.day <= until_day)
        person = known.c.person
        query = select(person, TOUCH.c.origin_id).join(known, known.c.id == TOUCH.c.identity_id)
        query = query.where(person.not_in(signed.scalar_subquery()))
    query = query.where(TOUCH.c.at < until).order_by(person, TOUCH.c.at, TOUCH.c.id).execution_options(yield_per=5000)
    if from_day is not None:
        query = query.where(TOUCH.c.at >= clock.day_start(from_day, zone))
    counted: Counter[tuple[str, ...]] = Counter()
    for _person, rows in groupby(session.execute(query), key=lambda row: row[0]):
        counted[tuple(origins[row[1]].channel for row in rows)[-MOST_TOUCHES:]] += 1
    return [PathCount(channels, 0, nulls=count) for channels, count in counted.items()]


def moved_nulls(session: Session, counted: Iterable[PathCount], *, zone: ZoneInfo, old: Days, new: Days) -> list[PathCount]:
    """The paths of the days `new` that came to nothing, from those of the days `old`, the same as a count of all of them."""
    origins = origin_views(session)
    paths = Counter({entry.channels: int(entry.nulls) for entry in counted})
    first = [clock.day_start(day, zone) if day else None for day, _last in (old, new)]
    end = [clock.day_start(day + timedelta(days=1), zone) for _first, day in (old, new)]
    people = sorted(_met_between(session, first, end) | _signed_up_between(session, old[1], new[1]))
    for start in range(0, len(people), _PEOPLE):
        part = people[start : start + _PEOPLE]
        member = IDENTITY.alias("member")
        signed = select(member.c.person, func.min(SIGNUP.c.day)).join(SIGNUP, SIGNUP.c.identity_id == member.c.id)
        since = dict(session.execute(signed.where(member.c.person.in_(part)).group_by(member.c.person)).tuples().all())
        touched = select(member.c.person, TOUCH.c.at, TOUCH.c.origin_id).join(TOUCH, TOUCH.c.identity_id == member.c.id)
        touched = touched.where(member.c.person.in_(part), TOUCH.c.at < max(end)).order_by(member.c.person, TOUCH.c.at, TOUCH.c.id)
        for person, rows in groupby(session.execute(touched), key=lambda row: row[0]):
            touches = [(at, origins[origin].channel) for _person, at, origin in rows]
            for sign, begun, over, last in zip((-1, 1), first, end, (old[1], new[1]), strict=True):
                if person in since and since[person] <= last:
                    continue
                path = tuple(channel for at, channel in touches if at < over and (begun is None or at >= begun))[-MOST_TOUCHES:]
                if path:
                    paths[path] += sign
    return [PathCount(channels, 0, nulls=count) for channels, count in paths.items() if count]


def _met_between(session: Session, first: Sequence[datetime | None], end: Sequence[datetime]) -> set[int]:
    """People with a touch between the two beginnings or the two ends."""
    known, found = IDENTITY.alias("known"), set[int]()
    query = select(func.coalesce(known.c.person, TOUCH.c.identity_id)).outerjoin(known, known.c.id == TOUCH.c.identity_id).distinct()
    begun, other = first
    for one, two in ((begun, other), end):
        if one is not None and two is not None and one != two:
            found |= set(session.scalars(query.where(TOUCH.c.at >= min(one, two), TOUCH.c.at < max(one, two))))
    return found


def _signed_up_between(session: Session, one: date, two: date) -> set[int]:
    """People who signed up after one of the days and not after the other."""
    query = select(IDENTITY.c.person).join(SIGNUP, SIGNUP.c.identity_id == IDENTITY.c.id)
    return set(session.scalars(query.where(SIGNUP.c.day > min(one, two), SIGNUP.c.day <= max(one, two))))
