"""The same answer for a repeat: what a key and its body were answered, kept for thirty days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from growth.channels import insert_new
from growth.errors import GrowthError
from growth.language import _
from growth.traffic.models import IdempotencyRecord

KEPT: Final = timedelta(days=30)


class KeyUsedOtherwise(GrowthError):
    """The same Idempotency-Key came with another body (409)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered."""

    status: int
    document: dict[str, Any]


def earlier_answer(session: Session, *, scope: str, key: str, body: bytes) -> Answer | None:
    """The answer that this key got before, or None. Raises KeyUsedOtherwise for another body."""
    row = session.scalar(select(IdempotencyRecord).where(IdempotencyRecord.scope == scope, IdempotencyRecord.key == key))
    if row is None:
        return None
    if row.body != sha256(body).digest():
        raise KeyUsedOtherwise(_("this Idempotency-Key was used with another body"), fix=_("use a new key for a new request"))
    return Answer(status=row.status, document=row.answer)


def keep_answer(session: Session, *, scope: str, key: str, body: bytes, answer: Answer, now: datetime) -> None:
    """Keep an answer for repeats."""
    values = {
        "scope": scope,
        "key": key,
        "body": sha256(body).digest(),
        "status": answer.status,
        "answer": answer.document,
        "at": now,
    }
    insert_new(session, IdempotencyRecord, [values], on=("scope", "key"))


def forget_answers(session: Session, *, now: datetime) -> None:
    """Remove answers that are old enough."""
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.at < now - KEPT))
