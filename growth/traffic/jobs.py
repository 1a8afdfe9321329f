"""Traffic's own work: visits of events that a stopped process left behind, raw events past their time, roll-ups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sqlalchemy import delete, select

from growth import clock
from growth.db import Database
from growth.jobs import Chore, ChoreRun, Job, JobRun, Schedule
from growth.language import Text, _
from growth.traffic.conversions.settings import ConversionSettings
from growth.traffic.hot_areas import refresh_hot_areas
from growth.traffic.idempotency import forget_answers
from growth.traffic.known import follow_merges
from growth.traffic.models import DroppedEvent, Event, TrafficCursor
from growth.traffic.visits import catch_up
from growth.workspace import Every, Workspace

#: raw events removed in one transaction
_BATCH = 5000


def jobs(workspace: Workspace) -> Iterator[Job | Chore]:
    """What traffic does at every site."""
    yield Chore(
        name="traffic.visits",
        title=Text("Make visits of events", "将事件归并为访问"),
        run="growth.traffic.jobs:make_visits",
        every=timedelta(seconds=15),
    )
    if workspace.section("conversions", ConversionSettings) != ConversionSettings():
        yield Chore(
            name="traffic.conversions",
            title=Text("Hand conversions back to ad platforms", "向广告平台回传转化"),
            run="growth.traffic.conversions.chore:hand_back",
            every=timedelta(minutes=1),
        )
    yield Job(
        name="traffic.tidy",
        title=Text("Forget raw events past their time", "清理过期的原始事件"),
        run="growth.traffic.jobs:tidy",
        schedule=Schedule(every=Every.DAY, at=time(4, 0)),
    )


def make_visits(run: ChoreRun) -> None:
    """Catch up, a few batches a turn; follow contacts that were merged."""
    catch_up(run.database, most_batches=20)
    follow_merges(run.database, now=run.now)


def tidy(run: JobRun) -> str:
    """Remove raw events and dropped ones older than `retention.events`; visits and their sums stay."""
    refresh_hot_areas(run.database)
    before = run.now - run.workspace.settings.retention.events
    removed = forget_events(run.database, before=before)
    with run.database.write() as session:
        forget_answers(session, now=run.now)
    return _("{n} raw events removed", n=removed)


def forget_events(database: Database, *, before: datetime) -> int:
    """Remove raw events from before that instant that are in visits already; how many."""
    limit, total = clock.to_micros(before), 0
    with database.read() as session:
        done = session.scalar(select(TrafficCursor.event_id).where(TrafficCursor.id == 1)) or 0
    for row in (Event, DroppedEvent):
        while True:
            old = select(row.id).where(row.at_micros < limit)
            if row is Event:
                old = old.where(Event.id <= done)
            with database.store("events").write() as raw:
                ids = list(raw.scalars(old.limit(_BATCH)))
                if ids:
                    raw.execute(delete(row).where(row.id.in_(ids)))
            total += len(ids)
            if len(ids) < _BATCH:
                break
    return total
