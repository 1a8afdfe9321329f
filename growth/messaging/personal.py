"""What the ledger knows of a person: what they were sent. Erased, its rows stay as counts that name nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from secrets import token_bytes
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from growth.app import TimelineEntry
from growth.contacts import all_ids
from growth.db import table_of
from growth.language import Text, _
from growth.messaging.models import Delivery
from growth.messaging.state import DeliveryState, SkipReason

_WAITING = (DeliveryState.PENDING.value, DeliveryState.RETRYING.value)


class DeliveriesData:
    """The ledger's part of a person's data."""

    title = Text("Messages sent", "已发送的消息")
    keep = Text(
        "counts of what was handed to providers, without a name, for 3 years (PIPL 21)",
        "交给服务商的投递记录（不含身份），保存 3 年（个人信息保护法第 21 条）",
    )

    def export(self, session: Session, contact_id: UUID) -> Mapping[str, Any]:
        """Every message with its state."""
        rows = session.scalars(select(Delivery).where(Delivery.contact_id.in_(all_ids(session, contact_id))).order_by(Delivery.id))
        return {
            "deliveries": [
                {"stream": row.stream, "occurrence": row.occurrence, "medium": row.medium, "state": row.state, "at": row.at} for row in rows
            ]
        }

    def erase(self, session: Session, contact_id: UUID, *, now: datetime) -> int:
        """The rows lose the person; what was not sent never will be."""
        table = table_of(Delivery)
        ids = session.scalars(select(table.c.id).where(table.c.contact_id.in_(all_ids(session, contact_id)))).all()
        if not ids:
            return 0
        session.execute(
            update(table)
            .where(table.c.id.in_(ids), or_(table.c.state == _WAITING[0], table.c.state == _WAITING[1]))
            .values(state=DeliveryState.SKIPPED.value, reason=SkipReason.ERASED.value, owner=None, lease_until=None, at=now)
        )
        nameless = (
            update(table).where(table.c.id == bindparam("which")).values(contact_id=None, address=None, address_index=bindparam("noise"))
        )
        session.connection().execute(nameless, [{"which": id_, "noise": token_bytes(32)} for id_ in ids])
        return len(ids)


PERSONAL_DATA = DeliveriesData()


def timeline(session: Session, contact_id: UUID) -> list[TimelineEntry]:
    """What a person was sent, and what became of it."""
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.contact_id.in_(all_ids(session, contact_id)), Delivery.state != DeliveryState.SKIPPED.value)
        .order_by(Delivery.at.desc())
        .limit(200)
    )
    found = []
    for row in rows:
        kind, _colon, name = row.stream.partition(":")
        campaign = name.rpartition("/")[0] if kind == "sequence" else name
        link = f"/campaigns/{campaign}/{row.occurrence}" if kind in ("campaign", "sequence") else None
        text = _("{medium}: {name} {occurrence}, {state}", medium=row.medium, name=name, occurrence=row.occurrence, state=row.state)
        found.append(TimelineEntry(at=row.submitted_at or row.at, kind="message", text=text, link=link))
        if row.opened_at is not None:
            found.append(
                TimelineEntry(
                    at=row.opened_at, kind="open", text=_("opened {name} {occurrence}", name=name, occurrence=row.occurrence), link=link
                )
            )
    return found
