"""The queue's way out: each conversion is committed as being sent before the network is touched, so that it is sent at most once.

What certainly did not arrive is tried again with growing waits while it is news; where no answer came it is uncertain, shown, and sent
again only by a person. A database that is a copy sends nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from growth.db import Database
from growth.db.claim import is_claimed
from growth.errors import ProviderError
from growth.language import _
from growth.money import Money
from growth.traffic.conversions.models import Conversion
from growth.traffic.conversions.platform import Outgoing, Platform, Verdict
from growth.traffic.conversions.state import ConversionState
from growth.traffic.models import PagePath, Visit
from growth.workspace import Workspace

#: after so long a process that was sending is taken for dead: a call takes seconds
_LEASE: Final = timedelta(minutes=5)
#: waits after the first, second … failed try; the last one again and again
_WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
#: a wrong token waits for a person; looked at again so often
_REST: Final = timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class SendCounts:
    """What one turn did, by state; `trouble` is what stopped a platform, by its id."""

    states: Counter[ConversionState] = field(default_factory=Counter)
    trouble: dict[str, str] = field(default_factory=dict)
    unclaimed: bool = False


def send_conversions(
    database: Database, platforms: Sequence[Platform], *, now: datetime, should_stop: Callable[[], bool] = lambda: False
) -> SendCounts:
    """Send what is due to `platforms`."""
    counts = SendCounts()
    if platforms and not is_claimed(database):
        counts.unclaimed = True
        return counts
    for platform in platforms:
        with database.write() as session:
            counts.states[ConversionState.UNCERTAIN] += _left_behind(session, platform, now)
            counts.states[ConversionState.EXPIRED] += _expire(session, platform, now)
        while not should_stop():
            with database.write() as session:
                batch = _claim(session, platform, database.workspace, now)
            if not batch:
                break
            try:
                verdicts = platform.send(batch)
            except ProviderError as fault:
                counts.trouble[platform.meta.id] = fault.message
                with database.write() as session:
                    _put_back(session, batch, fault, now)
                counts.states[ConversionState.WAITING] += len(batch)
                break
            with database.write() as session:
                for conversion, verdict in zip(batch, verdicts, strict=True):
                    _settle(session, conversion.id, verdict, now)
                    counts.states[verdict.state] += 1
    return counts


def _left_behind(session: Session, platform: Platform, now: datetime) -> int:
    """What a process that died was sending: nobody knows whether it arrived."""
    dead = update(Conversion).where(Conversion.platform == platform.meta.id, Conversion.state == ConversionState.SENDING.value)
    gone = dead.where(Conversion.changed_at < now - _LEASE).values(
        state=ConversionState.UNCERTAIN.value, changed_at=now, message=_("the process was stopped while it was being sent")
    )
    return len(session.execute(gone.returning(Conversion.id)).all())


def _expire(session: Session, platform: Platform, now: datetime) -> int:
    late = update(Conversion).where(
        Conversion.platform == platform.meta.id,
        Conversion.state == ConversionState.WAITING.value,
        Conversion.at < now - platform.meta.news,
        Conversion.attempts > 0,
    )
    return len(session.execute(late.values(state=ConversionState.EXPIRED.value, changed_at=now).returning(Conversion.id)).all())


def _claim(session: Session, platform: Platform, workspace: Workspace, now: datetime) -> list[Outgoing]:
    """Take up what is due, for one process only."""
    due = (
        select(Conversion.id)
        .where(Conversion.platform == platform.meta.id, Conversion.state == ConversionState.WAITING.value, Conversion.next_at <= now)
        .where(Conversion.step.in_(list(platform.types)))
        .order_by(Conversion.id)
        .limit(platform.meta.batch)
    )
    ids = list(session.scalars(due))
    if not ids:
        return []
    taking = update(Conversion).where(Conversion.id.in_(ids), Conversion.state == ConversionState.WAITING.value)
    taken = list(
        session.scalars(
            taking.values(state=ConversionState.SENDING.value, attempts=Conversion.attempts + 1, changed_at=now).returning(Conversion.id)
        )
    )
    query = (
        select(Conversion, Visit.click_parameter, Visit.click_id, PagePath.path)
        .outerjoin(Visit, Visit.id == Conversion.visit_id)
        .outerjoin(PagePath, PagePath.id == Visit.entry_page_id)
        .where(Conversion.id.in_(taken))
        .order_by(Conversion.id)
    )
    found = []
    for row, parameter, click, path in session.execute(query):
        if not click:
            _settle(session, row.id, Verdict(state=ConversionState.REFUSED, message=_("the visit with its click id is gone")), now)
            continue
        found.append(_outgoing(row, f"{parameter}={quote(click, safe='')}", path or "/", workspace))
    return found


def _outgoing(row: Any, click: str, path: str, workspace: Workspace) -> Outgoing:
    url = workspace.settings.site.url.rstrip("/") + quote(path, safe="/%~!$&'()*+,;=:@") + f"?{click}"
    value = Money.from_minor(row.value, row.currency) if row.value is not None else None
    return Outgoing(id=row.id, url=url, step=row.step, at=row.at, value=value)


def _settle(session: Session, id: int, verdict: Verdict, now: datetime) -> None:
    values = {"state": verdict.state.value, "code": verdict.code, "message": verdict.message, "changed_at": now}
    session.execute(update(Conversion).where(Conversion.id == id, Conversion.state == ConversionState.SENDING.value).values(**values))


def _put_back(session: Session, batch: Sequence[Outgoing], fault: ProviderError, now: datetime) -> None:
    """Nothing was taken: the whole batch waits."""
    ids = [each.id for each in batch]
    for id, attempts in session.execute(select(Conversion.id, Conversion.attempts).where(Conversion.id.in_(ids))).tuples().all():
        wait = _REST if fault.permanent else fault.retry_after or _WAITS[min(attempts, len(_WAITS)) - 1]
        values = {"state": ConversionState.WAITING.value, "next_at": now + wait, "changed_at": now, "message": fault.message[:200]}
        session.execute(update(Conversion).where(Conversion.id == id, Conversion.state == ConversionState.SENDING.value).values(**values))
