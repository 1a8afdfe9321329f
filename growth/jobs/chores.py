"""Chores: who does which next, and doing one. One process at a time; the lease is renewed by the process's heart."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from growth.alerts import without_personal_data
from growth.app import load
from growth.db import Database
from growth.errors import GrowthError
from growth.jobs.catalogue import Catalogue
from growth.jobs.job import Chore, ChoreRun
from growth.jobs.models import ChoreRow
from growth.jobs.store import LEASE
from growth.language import speaking
from growth.text import cut, printable

log = logging.getLogger("growth.jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoreState:
    """How a chore stands, for ``growth jobs`` and the dashboard."""

    name: str
    next_at: datetime
    owner: str | None
    finished_at: datetime | None
    line: str | None
    error: str | None


def add_chores(session: Session, *, names: Iterable[str], now: datetime) -> None:
    """Rows for chores that have none yet, due at once."""
    rows = [{"name": name, "next_at": now, "beats": 0} for name in names]
    if rows:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(insert(ChoreRow).values(rows).on_conflict_do_nothing())


def chore_states(session: Session) -> dict[str, ChoreState]:
    """All chores by name."""
    return {
        row.name: ChoreState(
            name=row.name, next_at=row.next_at, owner=row.owner, finished_at=row.finished_at, line=row.line, error=row.error
        )
        for row in session.scalars(select(ChoreRow))
    }


def due_chores(session: Session, *, now: datetime) -> list[str]:
    """Names of chores whose time has come and that nobody is at."""
    return list(session.scalars(select(ChoreRow.name).where(ChoreRow.next_at <= now, _free(now)).order_by(ChoreRow.next_at)))


def take_chore(session: Session, *, chore: Chore, owner: str, now: datetime) -> bool:
    """Take the chore for `owner`; False where somebody was quicker."""
    statement = (
        update(ChoreRow)
        .where(ChoreRow.name == chore.name, ChoreRow.next_at <= now, _free(now))
        .values(owner=owner, lease_until=now + LEASE, next_at=now + chore.every)
        .returning(ChoreRow.name)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(statement).first() is not None


def renew_chores(session: Session, *, owner: str, now: datetime) -> None:
    """Keep the chores that `owner` is at."""
    session.execute(
        update(ChoreRow)
        .where(ChoreRow.owner == owner)
        .values(lease_until=now + LEASE, beats=ChoreRow.beats + 1)
        .execution_options(synchronize_session=False)
    )


def do_chore(
    database: Database, catalogue: Catalogue, chore: Chore, *, owner: str, now: Callable[[], datetime], should_stop: Callable[[], bool]
) -> None:
    """Do the taken `chore` once and give it back. Whatever it raises is logged and shown; its next turn comes all the same."""
    line: str | None = None
    error: str | None = None
    try:
        with speaking(catalogue.workspace.settings.site.locale):
            work: Callable[[ChoreRun], str | None] = load(chore.run)
            line = work(ChoreRun(workspace=catalogue.workspace, database=database, now=now(), should_stop=should_stop))
    except GrowthError as fault:
        error = str(fault)
        log.warning("%s: %s", chore.name, error)
    except Exception as fault:
        error = f"{type(fault).__name__}: {fault}"
        log.exception("%s", chore.name)
    if line:
        log.info("%s: %s", chore.name, line)
    with database.write() as session:
        session.execute(
            update(ChoreRow)
            .where(ChoreRow.name == chore.name, ChoreRow.owner == owner)
            .values(owner=None, lease_until=None, finished_at=now(), line=_cut(line), error=_cut(error))
            .execution_options(synchronize_session=False)
        )


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(ChoreRow.owner.is_(None), ChoreRow.lease_until < now)


def _cut(text: str | None) -> str | None:
    return cut(printable(" ".join(without_personal_data(text).split())), 500) if text else None
