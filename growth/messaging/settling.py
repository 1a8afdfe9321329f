"""What became of the deliveries of a batch, written down together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Update, bindparam, column, func, or_, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from growth.db import table_of
from growth.messaging.models import Delivery
from growth.messaging.state import DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a delivery that was submitted."""

    id: UUID
    state: DeliveryState
    reason: str | None = None
    provider_id: str | None = None
    due_at: datetime | None = None
    units: int = 1


def settle(session: Session, results: Sequence[Settled], *, owner: str, now: datetime) -> None:
    """Write down what the provider said. A row that was given up for uncertain meanwhile takes the answer all the same."""
    if not results:
        return
    rows = [
        {
            "which": each.id,
            "new_state": each.state.value,
            "why": each.reason,
            "theirs": each.provider_id,
            "billed": each.units,
            "due": each.due_at,
        }
        for each in results
    ]
    fixed = {"holder": owner, "moment": now}
    if session.get_bind().dialect.name == "postgresql":
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        session.connection().execute(_settling_together(), columns | fixed)
    else:
        session.connection().execute(_settling(), [row | fixed for row in rows])


@lru_cache
def _settling() -> Update:
    """One row; the driver repeats it without leaving C."""
    return _settlement({name: bindparam(name) for name in _outcome_types()})


@lru_cache
def _settling_together() -> Update:
    """All rows in one statement, each value a list: the server starts one instead of 32."""
    lists = [bindparam(name, type_=postgresql.ARRAY(kind)) for name, kind in _outcome_types().items()]
    columns = [column(name, kind) for name, kind in _outcome_types().items()]
    return _settlement(dict(func.unnest(*lists).table_valued(*columns).render_derived(name="outcome").c.items()))


def _outcome_types() -> dict[str, TypeEngine[Any]]:
    """What is told of a row that settles, and how it is stored."""
    table = table_of(Delivery)
    return {
        "which": table.c.id.type,
        "new_state": table.c.state.type,
        "why": table.c.reason.type,
        "theirs": table.c.provider_id.type,
        "billed": table.c.units.type,
        "due": table.c.due_at.type,
    }


def _settlement(outcome: Mapping[str, ColumnElement[Any]]) -> Update:
    table = table_of(Delivery)
    return (
        update(table)
        .where(
            table.c.id == outcome["which"],
            table.c.owner == bindparam("holder"),
            or_(table.c.state == DeliveryState.SUBMITTING.value, table.c.state == DeliveryState.UNCERTAIN.value),
        )
        .values(
            state=outcome["new_state"],
            reason=outcome["why"],
            provider_id=outcome["theirs"],
            units=outcome["billed"],
            due_at=outcome["due"],
            owner=None,
            lease_until=None,
            at=bindparam("moment"),
        )
    )
