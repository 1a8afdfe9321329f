"""Queries of alerts and notices. Never commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from growth.alerts.models import AlertRow, NoticeRow
from growth.alerts.words import NoticeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One fault or event as others see it; `closed_at` is None while it lasts."""

    id: int
    kind: str
    dedupe: str
    severity: str
    title: str
    detail: str
    link: str | None
    opened_at: datetime
    last_at: datetime
    count: int
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One text for one target. `event` stays the same over retries and replays, so that a receiver can tell a repeat."""

    id: int
    event: str
    target: str
    kind: str
    title: str
    body: str
    link: str | None
    created_at: datetime
    state: str
    attempts: int
    sent_at: datetime | None
    error: str | None


def count_up(session: Session, *, dedupe: str, title: str, detail: str, now: datetime) -> bool:
    """One more of an alert that lasts, with its newest words; False where none lasts."""
    changed = session.scalars(
        update(AlertRow)
        .where(AlertRow.dedupe == dedupe, AlertRow.closed_at.is_(None))
        .values(count=AlertRow.count + 1, last_at=now, title=title, detail=detail)
        .returning(AlertRow.id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None


def add_alert(
    session: Session, *, kind: str, dedupe: str, severity: str, title: str, detail: str, link: str | None, now: datetime
) -> int | None:
    """A new alert; its id, or None where another process was quicker and one of that name lasts already."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"kind": kind, "dedupe": dedupe, "severity": severity, "title": title, "detail": detail, "link": link}
    times = {"opened_at": now, "last_at": now, "count": 1, "closed_at": None}
    return session.scalar(insert(AlertRow).values(**values, **times).on_conflict_do_nothing().returning(AlertRow.id))


def close_open(session: Session, *, dedupe: str, now: datetime) -> Alert | None:
    """Close the alert of that name; None where none lasted."""
    row = session.scalar(select(AlertRow).where(AlertRow.dedupe == dedupe, AlertRow.closed_at.is_(None)))
    if row is None:
        return None
    row.closed_at = now
    session.flush()
    return _alert(row)


def alert_of(session: Session, id_: int) -> Alert | None:
    """The alert with that number."""
    row = session.get(AlertRow, id_)
    return _alert(row) if row else None


def alerts(session: Session, *, open_only: bool = False, limit: int = 200) -> list[Alert]:
    """The newest alerts, those that last first."""
    query = select(AlertRow).order_by(AlertRow.closed_at.is_not(None), AlertRow.last_at.desc(), AlertRow.id.desc()).limit(limit)
    if open_only:
        query = query.where(AlertRow.closed_at.is_(None))
    return [_alert(row) for row in session.scalars(query)]


def add_notice(
    session: Session,
    *,
    event: str,
    target: str,
    kind: str,
    title: str,
    body: str,
    link: str | None,
    now: datetime,
    alert_id: int | None = None,
) -> None:
    """A text that waits for its robot; a second one with the same event and target is dropped."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"event": event, "alert_id": alert_id, "target": target, "kind": kind, "title": title, "body": body, "link": link}
    times = {"created_at": now, "next_at": now, "state": NoticeState.WAITING, "attempts": 0}
    session.execute(insert(NoticeRow).values(**values, **times).on_conflict_do_nothing())


def due_notices(session: Session, *, now: datetime, limit: int) -> list[Notice]:
    """Notices that want to go out now, the oldest first."""
    query = select(NoticeRow).where(NoticeRow.state == NoticeState.WAITING, NoticeRow.next_at <= now).order_by(NoticeRow.id).limit(limit)
    return [_notice(row) for row in session.scalars(query)]


def calls_since(session: Session, *, target: str, since: datetime) -> int:
    """How often the robot of `target` was called after `since`; notices summed up in one call count once."""
    found = session.scalar(select(func.count(NoticeRow.message.distinct())).where(NoticeRow.target == target, NoticeRow.sent_at > since))
    return int(found or 0)


def mark_sent(session: Session, *, ids: Sequence[int], message: str, now: datetime) -> None:
    """These went out, in one call."""
    _change(session, ids, state=NoticeState.SENT, sent_at=now, message=message, error=None, attempts=NoticeRow.attempts + 1)


def mark_later(session: Session, *, ids: Sequence[int], error: str, next_at: datetime) -> None:
    """These did not go out and are tried again at `next_at`."""
    _change(session, ids, next_at=next_at, error=error, attempts=NoticeRow.attempts + 1)


def mark_failed(session: Session, *, ids: Sequence[int], error: str) -> None:
    """These do not go out by themselves any more; `replay` sends them again."""
    _change(session, ids, state=NoticeState.FAILED, error=error, attempts=NoticeRow.attempts + 1)


def replay(session: Session, *, notice_id: int, now: datetime) -> bool:
    """Send a notice again, under the same event; False where there is none of that number."""
    changed = session.scalars(
        update(NoticeRow)
        .where(NoticeRow.id == notice_id)
        .values(state=NoticeState.WAITING, next_at=now, created_at=now, attempts=0, error=None)
        .returning(NoticeRow.id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None


def notices(session: Session, *, limit: int = 200, state: str | None = None) -> list[Notice]:
    """The newest notices."""
    query = select(NoticeRow).order_by(NoticeRow.id.desc()).limit(limit)
    if state is not None:
        query = query.where(NoticeRow.state == state)
    return [_notice(row) for row in session.scalars(query)]


def waiting_notices(session: Session) -> int:
    """How many notices have not gone out yet."""
    return int(session.scalar(select(func.count()).select_from(NoticeRow).where(NoticeRow.state == NoticeState.WAITING)) or 0)


def forget_notices(session: Session, *, before: datetime) -> int:
    """Delete what was sent or given up before then; how many rows went."""
    gone = session.scalars(
        delete(NoticeRow).where(NoticeRow.state != NoticeState.WAITING, NoticeRow.created_at < before).returning(NoticeRow.id)
    )
    return len(gone.all())


def _change(session: Session, ids: Sequence[int], **values: object) -> None:
    session.execute(update(NoticeRow).where(NoticeRow.id.in_(ids)).values(**values).execution_options(synchronize_session=False))


def _alert(row: AlertRow) -> Alert:
    return Alert(
        id=row.id,
        kind=row.kind,
        dedupe=row.dedupe,
        severity=row.severity,
        title=row.title,
        detail=row.detail,
        link=row.link,
        opened_at=row.opened_at,
        last_at=row.last_at,
        count=row.count,
        closed_at=row.closed_at,
    )


def _notice(row: NoticeRow) -> Notice:
    return Notice(
        id=row.id,
        event=row.event,
        target=row.target,
        kind=row.kind,
        title=row.title,
        body=row.body,
        link=row.link,
        created_at=row.created_at,
        state=row.state,
        attempts=row.attempts,
        sent_at=row.sent_at,
        error=row.error,
    )
