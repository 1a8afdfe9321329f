"""The circuit breaker: a provider that cannot be used is left alone for a while by everybody, and the team is told once.

Kept in the database, so that all processes and restarts share it. After each wait one sender tries; the first success ends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from growth.alerts import close_alert, raise_alert
from growth.channels import insert_new
from growth.errors import ProviderError
from growth.language import _
from growth.messaging.models import ProviderFault
from growth.workspace import Severity

#: waits before the next try, by how often it was in vain
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=10),
    timedelta(minutes=20),
    timedelta(minutes=30),
)
#: whoever tries has this long before the next may
TRIAL = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A provider that is left alone `until` then; `since` when, and what it said."""

    provider: str
    since: datetime
    until: datetime
    reason: str


def broken(session: Session, *, provider: str, now: datetime) -> Broken | None:
    """Why not to try; None where all is well. Where a wait is over, the one who asks may try, others wait on."""
    row = session.get(ProviderFault, provider, with_for_update=True)
    if row is None:
        return None
    if row.retry_at <= now:
        row.retry_at = now + TRIAL
        return None
    return Broken(provider=provider, since=row.since, until=row.retry_at, reason=row.reason)


def all_broken(session: Session) -> list[Broken]:
    """Every provider that could not be used when it was tried last."""
    rows = session.query(ProviderFault).order_by(ProviderFault.provider)
    return [Broken(provider=row.provider, since=row.since, until=row.retry_at, reason=row.reason) for row in rows]


def trip(session: Session, *, provider: str, fault: ProviderError, now: datetime) -> datetime:
    """It could not be used; when to try again. The team is told once, unless it is only busy."""
    insert_new(session, ProviderFault, [{"provider": provider, "faults": 0, "since": now, "retry_at": now, "reason": ""}], on="provider")
    row = session.get_one(ProviderFault, provider, with_for_update=True)
    wait = max(fault.retry_after or timedelta(), WAITS[min(row.faults, len(WAITS) - 1)])
    row.faults, row.retry_at, row.reason = row.faults + 1, now + wait, fault.message[:300]
    if fault.retry_after is None:
        raise_alert(
            session,
            kind="provider_down",
            title=_("{provider} cannot be used; messages wait", provider=provider),
            detail="\n".join(text for text in (fault.message, fault.fix) if text),
            dedupe=_alert(provider),
            now=now,
            severity=Severity.ERROR,
        )
    return row.retry_at


def mend(session: Session, *, provider: str, now: datetime) -> None:
    """It took something: all is well again, and whoever was told is told."""
    row = session.get(ProviderFault, provider)
    if row is not None:
        session.delete(row)
        close_alert(session, dedupe=_alert(provider), now=now, tell_targets=True)


def _alert(provider: str) -> str:
    return f"provider_down:{provider}"
