"""Conversions as people look at them, and sent again by a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from growth.traffic.conversions.models import Conversion
from growth.traffic.conversions.state import AGAIN, ConversionState
from growth.traffic.models import Signup


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionView:
    """One conversion; `signup` is the id of our row."""

    id: int
    platform: str
    signup: int
    step: str
    at: datetime
    state: ConversionState
    attempts: int
    changed_at: datetime
    next_at: datetime
    code: str
    message: str


def conversions(session: Session, *, state: ConversionState | None = None, most: int = 2000) -> list[ConversionView]:
    """The newest first."""
    query = select(Conversion).order_by(Conversion.at.desc(), Conversion.id.desc()).limit(most)
    if state is not None:
        query = query.where(Conversion.state == state.value)
    return [
        ConversionView(
            id=row.id,
            platform=row.platform,
            signup=row.signup_id,
            step=row.step,
            at=row.at,
            state=ConversionState(row.state),
            attempts=row.attempts,
            changed_at=row.changed_at,
            next_at=row.next_at,
            code=row.code,
            message=row.message,
        )
        for row in session.scalars(query)
    ]


def conversion_counts(session: Session) -> dict[ConversionState, int]:
    """How many stand how; all states, in their order."""
    found = dict(session.execute(select(Conversion.state, func.count()).group_by(Conversion.state)).tuples().all())
    return {state: found.get(state.value, 0) for state in ConversionState}


def send_again(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Have settled ones sent once more, because a person says so; how many. Accepted ones and those on their way stay."""
    states = [state.value for state in AGAIN]
    chosen = update(Conversion).where(Conversion.id.in_(list(ids)), Conversion.state.in_(states))
    values = {"state": ConversionState.WAITING.value, "attempts": 0, "next_at": now, "changed_at": now, "code": "", "message": ""}
    return len(session.execute(chosen.values(**values).returning(Conversion.id)).all())


def told_of(session: Session, contacts: Sequence[UUID]) -> list[tuple[str, str, datetime, str]]:
    """(platform, step, time, state) of what was or will be told of these contacts."""
    query = select(Conversion.platform, Conversion.step, Conversion.at, Conversion.state).join(Signup, Signup.id == Conversion.signup_id)
    return list(session.execute(query.where(Signup.contact_id.in_(contacts)).order_by(Conversion.at)).tuples().all())


def forget_conversions(session: Session, signups: Sequence[int]) -> int:
    """Remove what is known of these sign-ups' conversions; what waited is not told any more. How many."""
    return len(session.execute(delete(Conversion).where(Conversion.signup_id.in_(signups)).returning(Conversion.id)).all())
