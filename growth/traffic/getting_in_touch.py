"""Clicks on a phone number, a mail address, a QQ or WeChat id: who wanted to talk, and which channel had brought them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import CHANNEL, ORIGIN, insert_rows
from growth.db import Database, table_of
from growth.traffic.models import ContactClick, SpotText, Visit

_CLICK: Final = table_of(ContactClick)
_VISIT: Final = table_of(Visit)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactClicks:
    """Clicks on one way to get in touch, as the page calls it (``tel:4000000000``, ``qq``), by the channel of the visit (empty: none)."""

    name: str
    channel: str
    clicks: int
    visitors: int


def contact_clicks(database: Database, *, from_day: date, until_day: date) -> list[ContactClicks]:
    """The clicks of these site days, the most first."""
    channel = func.coalesce(CHANNEL.c.name, ORIGIN.c.medium, "")
    query = (
        select(SpotText.value, channel, func.count(), func.count(_CLICK.c.visitor_id.distinct()))
        .select_from(_CLICK)
        .join(SpotText, SpotText.id == _CLICK.c.name_id)
        .outerjoin(ORIGIN, ORIGIN.c.id == _CLICK.c.origin_id)
        .outerjoin(CHANNEL, CHANNEL.c.id == ORIGIN.c.channel_id)
        .where(_CLICK.c.day.between(from_day, until_day))
        .group_by(SpotText.value, channel)
    )
    with database.read() as session:
        made = [
            ContactClicks(name=name, channel=by, clicks=int(clicks), visitors=int(visitors))
            for name, by, clicks, visitors in session.execute(query)
        ]
    return sorted(made, key=lambda row: (-row.clicks, row.name, row.channel))


def write_contact_clicks(
    session: Session, clicks: Sequence[tuple[int, date, int, int, int]], texts: Mapping[int, str], *, remade: Sequence[int]
) -> None:
    """Keep clicks (event, day, microseconds, visitor, text id of what was clicked) with the origin of their visit, which is there already.

    Those of the visitors in `remade`, whose visits are others than before, are told anew.
    """
    if clicks:
        insert_rows(session, table_of(SpotText), ("id", "value"), [(click[4], texts[click[4]]) for click in clicks], new_only=True)
        rows = [
            {"id": id, "day": day, "at": clock.from_micros(at), "visitor_id": visitor, "name_id": name, "origin_id": 0}
            for id, day, at, visitor, name in clicks
        ]
        session.execute(insert(_CLICK), rows)
    visitors = sorted({click[3] for click in clicks} | set(remade))
    if visitors:
        session.connection().execute(_ORIGINS, [{"visitor": visitor} for visitor in visitors])


_OF_VISIT: Final = (
    select(_VISIT.c.origin_id)
    .where(_VISIT.c.visitor_id == _CLICK.c.visitor_id, _VISIT.c.started_at <= _CLICK.c.at)
    .order_by(_VISIT.c.started_at.desc(), _VISIT.c.id.desc())
    .limit(1)
    .correlate(_CLICK)
    .scalar_subquery()
)
#: made once
_ORIGINS: Final[Any] = update(_CLICK).where(_CLICK.c.visitor_id == bindparam("visitor")).values(origin_id=func.coalesce(_OF_VISIT, 0))
