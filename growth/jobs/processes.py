"""Queries of processes: who lives, since when, and what they are at. Never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from growth import __version__
from growth.jobs.identity import Identity, is_dead, this_machine
from growth.jobs.models import ProcessRow

#: a process that was not heard of for so long is no longer shown as running
SILENT = timedelta(seconds=30)
#: and is forgotten after this
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process as others see it."""

    id: str
    kind: str
    host: str
    machine: str
    pid: int
    born: str
    version: str
    started_at: datetime
    beat_at: datetime
    doing: str
    stopping: bool

    def is_here(self) -> bool:
        """Whether it runs on this machine, so that `is_dead` knows."""
        return self.machine == this_machine()

    def is_dead(self) -> bool:
        """Whether it is gone for certain (same machine, no such process)."""
        return is_dead(machine=self.machine, pid=self.pid, born=self.born)


def enter(session: Session, *, who: Identity, now: datetime) -> None:
    """This process begins."""
    session.add(
        ProcessRow(
            id=who.id,
            kind=who.kind,
            host=who.host,
            machine=who.machine,
            pid=who.pid,
            born=who.born,
            version=__version__,
            started_at=now,
            beat_at=now,
            doing="",
            stopping=False,
        )
    )


def beat(session: Session, *, who: Identity, now: datetime, doing: str, stopping: bool) -> bool:
    """A sign of life; False where the row is gone (a restored database)."""
    statement = (
        update(ProcessRow)
        .where(ProcessRow.id == who.id)
        .values(beat_at=now, doing=doing, stopping=stopping)
        .returning(ProcessRow.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(statement).first() is not None


def leave(session: Session, *, who: Identity, now: datetime) -> None:
    """This process ends; those of which nothing was heard for a day are forgotten with it."""
    session.execute(delete(ProcessRow).where((ProcessRow.id == who.id) | (ProcessRow.beat_at < now - _FORGOTTEN)))


def known(session: Session) -> dict[str, Process]:
    """Every process in the table by id, dead ones too."""
    return {row.id: _process(row) for row in session.scalars(select(ProcessRow).order_by(ProcessRow.started_at))}


def alive(session: Session, *, now: datetime) -> list[Process]:
    """The processes that were heard of lately and are not gone."""
    return [process for process in known(session).values() if now - process.beat_at < SILENT and not process.is_dead()]


def _process(row: ProcessRow) -> Process:
    return Process(
        id=row.id,
        kind=row.kind,
        host=row.host,
        machine=row.machine,
        pid=row.pid,
        born=row.born,
        version=row.version,
        started_at=row.started_at,
        beat_at=row.beat_at,
        doing=row.doing,
        stopping=row.stopping,
    )
