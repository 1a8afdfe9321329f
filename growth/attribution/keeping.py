"""Keeping the results of days: changes are followed, days that are not kept or have changed are shared out anew.

A change of a path (`TouchChange`: a touch, a join or its end, a sign-up, what it is worth) is taken off its table when the days that it
reaches are marked as not kept. A day is computed before its transaction and written only if no change was followed meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from growth import clock
from growth.attribution.assembly import Journey, OriginView, origin_views, site_journeys
from growth.attribution.kept import SEPARATOR, basis_of, changed_days, channels_renamed, nearest_kept, nulls_changed_since, period_nulls
from growth.attribution.model import all_models
from growth.attribution.path import PathCount
from growth.attribution.rows import KeptCredit, KeptDay, KeptNulls, KeptOrigin, KeptPath, KeptPeriod, KeptState
from growth.attribution.tally import Ledger, PathKey, count_paths, share_journeys, share_paths
from growth.channels import TOUCH, TOUCH_CHANGE, insert_new
from growth.db import Database, table_of
from growth.traffic import SIGNUP
from growth.workspace import Workspace

#: changes followed in one transaction
_CHANGES: Final = 500
#: periods whose paths that came to nothing are kept
_PERIODS: Final = 60
#: so long a phone's visits may still come in
_COMING_IN: Final = timedelta(days=2)
#: a kept period of which the same beginning was asked so lately is one that goes on
_GOES_ON: Final = timedelta(days=7)


def keep_credits(database: Database, *, most_days: int | None = None) -> int:
    """Follow all changes, then share out the days that are not kept, the latest first and at most so many; how many were."""
    follow_changes(database)
    made, left = 0, most_days
    while days := _missing(database, limit=50 if left is None else min(left, 50)):
        done = sum(_keep_day(database, day) for day in days)
        made += done
        if left is not None:
            left -= done
        if not done or left == 0:
            break
    return made


def keep_nulls(database: Database, *, from_day: date | None, until_day: date) -> None:
    """Count the paths of a period that came to nothing, where they are not kept: models that learn then find them there.

    Of a period that goes on, those of its days that touches hardly change any more are kept; the last ones are added when it is asked.
    """
    workspace = database.workspace
    follow_changes(database)
    with database.read() as session:
        settled = _settled_day(session, workspace)
        last = until_day if settled is None else min(until_day, settled)
        if from_day is not None and last < from_day:
            return
        near = nearest_kept(session, workspace=workspace, from_day=from_day, until_day=last)
        if near == (from_day, last):
            return
        followed = _followed(session)
        found = period_nulls(session, workspace, from_day=from_day, until_day=last)
    first = from_day or date.min
    with database.write() as session:
        if _followed(session, lock=True) != followed:
            return
        periods = session.execute(select(KeptPeriod.from_day, KeptPeriod.until_day).order_by(KeptPeriod.until_day.desc())).tuples().all()
        # the one that went on until some days ago is this one now
        passed = [(one, two) for one, two in periods if one == first and last - _GOES_ON <= two < last and settled == last]
        _forget_periods(session, [(first, last), *passed, *periods[_PERIODS:]])
        session.execute(insert(KeptPeriod).values(from_day=first, until_day=last, basis=basis_of(workspace)))
        rows = [
            {"from_day": first, "until_day": last, "channels": SEPARATOR.join(entry.channels), "people": int(entry.nulls)}
            for entry in _merged(found)
        ]
        if rows:
            session.execute(insert(table_of(KeptNulls)), rows)


def _settled_day(session: Session, workspace: Workspace) -> date | None:
    """The last day that touches hardly change any more: what was sent late has come. None without a touch."""
    newest = session.scalar(select(func.max(TOUCH.c.at)))
    return None if newest is None else clock.site_day(newest, workspace.zone) - _COMING_IN


def follow_changes(database: Database) -> int:
    """Mark what waiting changes reach as not kept, and take them off; how many there were."""
    total = 0
    with database.read() as session:
        renamed = channels_renamed(session)
    if renamed:
        with database.write() as session:
            _follow(session)
            for table in (KeptDay, KeptOrigin, KeptPeriod, KeptNulls):
                session.execute(delete(table))
    while True:
        with database.read() as session:
            if session.scalar(select(TOUCH_CHANGE.c.id).limit(1)) is None:
                return total
        with database.write() as session:
            total += _follow_some(database, session)


def _follow_some(database: Database, session: Session) -> int:
    _follow(session)
    changes = session.execute(select(TOUCH_CHANGE.c.id, TOUCH_CHANGE.c.at).order_by(TOUCH_CHANGE.c.id).limit(_CHANGES)).tuples().all()
    if not changes:
        return 0
    ids = [id for id, _at in changes]
    days = changed_days(session, database.workspace, ids=ids)
    session.execute(delete(KeptDay).where(KeptDay.day.in_(days)))
    since = nulls_changed_since(session, ids=ids)
    if since is not None:
        reached = KeptPeriod.until_day >= clock.site_day(since, database.workspace.zone)
        _forget_periods(session, session.execute(select(KeptPeriod.from_day, KeptPeriod.until_day).where(reached)).tuples().all())
    session.execute(delete(TOUCH_CHANGE).where(TOUCH_CHANGE.c.id.in_(ids)))
    return len(ids)


def _forget_periods(session: Session, periods: Iterable[tuple[date, date]]) -> None:
    for first, last in periods:
        for table in (KeptPeriod, KeptNulls):
            session.execute(delete(table).where(table.from_day == first, table.until_day == last))


def _follow(session: Session) -> None:
    """Say that changes are followed: whoever computes a day now writes nothing."""
    insert_new(session, KeptState, [{"id": 1, "followed": 0}], on="id")
    session.execute(update(KeptState).values(followed=KeptState.followed + 1))


def _followed(session: Session, *, lock: bool = False) -> int:
    query = select(KeptState.followed)
    return session.scalar(query.with_for_update() if lock else query) or 0


def _missing(database: Database, *, limit: int) -> list[date]:
    """Days with sign-ups that are not kept, the latest first."""
    kept = select(KeptDay.day).where(KeptDay.basis == basis_of(database.workspace))
    with database.read() as session:
        query = select(SIGNUP.c.day).distinct().where(SIGNUP.c.day.not_in(kept)).order_by(SIGNUP.c.day.desc()).limit(limit)
        return list(session.scalars(query))


def _keep_day(database: Database, day: date) -> bool:
    """Share out one day; False where a change came meanwhile."""
    with database.read() as session:
        followed = _followed(session)
        found = list(site_journeys(session, database.workspace, from_day=day, until_day=day))
        origins = origin_views(session)
    paths = count_paths(found)
    credits = [row for model in all_models() for row in _credit_rows(model, day, found, paths, origins)]
    known = {id: origins[id].channel for key in paths for id in key.origins}
    with database.write() as session:
        if _followed(session, lock=True) != followed:
            return False
        for table in (KeptDay, KeptCredit, KeptPath):
            session.execute(delete(table).where(table_of(table).c.day == day))
        if credits:
            session.execute(insert(table_of(KeptCredit)), credits)
        session.execute(insert(table_of(KeptPath)), [_path_row(day, key, signups) for key, signups in paths.items()])
        insert_new(session, KeptOrigin, [{"origin_id": id, "channel": channel} for id, channel in known.items()], on="origin_id")
        session.execute(insert(KeptDay).values(day=day, basis=basis_of(database.workspace)))
    return True


def _credit_rows(
    id: str, day: date, found: Iterable[Journey], paths: dict[PathKey, int], origins: dict[int, OriginView]
) -> Iterable[dict[str, Any]]:
    """The rows of one model; none of one that learns from other paths."""
    model = all_models()[id]
    if model.learn is not None:
        return
    ledger = Ledger()
    if model.by_age:
        share_journeys(ledger, model, {}, found)
    else:
        share_paths(ledger, model, {}, paths, origins)
    for (role, origin, currency), micros in ledger.micros.items():
        value = ledger.value[role, origin, currency]
        yield {"model": id, "day": day, "role": role, "origin_id": origin, "currency": currency, "micros": micros, "value": value}


def _path_row(day: date, key: PathKey, signups: int) -> dict[str, Any]:
    origins = ",".join(map(str, key.origins))
    return {"day": day, "origins": origins, "role": key.role, "currency": key.currency, "value": key.value, "signups": signups}


def _merged(found: Iterable[PathCount]) -> list[PathCount]:
    counted: dict[tuple[str, ...], float] = {}
    for entry in found:
        counted[entry.channels] = counted.get(entry.channels, 0) + entry.nulls
    return [PathCount(channels, 0, nulls=people) for channels, people in counted.items()]
