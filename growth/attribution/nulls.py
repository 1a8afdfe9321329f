"""Paths that came to nothing: people who met us in these days and have not signed up. Markov learns from them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
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
