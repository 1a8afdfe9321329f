"""Raw events, as they came, in the ``events`` store; everything that joins is in the main one.

Instants are plain microseconds (`…_micros`): there are millions, and the column type costs more than the row.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class Event(Base):
    """One act of a visitor, as it came. An id is never given twice: visits are called by the id of their first event."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_at_micros", "at_micros"),
        Index("ix_event_visitor", "visitor", "at_micros"),
        # what is rare and asked for long periods: each holds all that its page needs (`website.dead_ends`, `script_errors`)
        Index(
            "ix_event_missing", "at_micros", "page", "referrer", "visitor", sqlite_where=text("kind = 4"), postgresql_where=text("kind = 4")
        ),
        Index(
            "ix_event_error",
            "at_micros",
            "name",
            "message",
            "script",
            "visitor",
            "page",
            sqlite_where=text("kind = 5"),
            postgresql_where=text("kind = 5"),
        ),
        {"schema": "events", "sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: hash of the event's own id: a second copy is not stored
    key: Mapped[int] = mapped_column(BigInteger, unique=True)
    at_micros: Mapped[int] = mapped_column(BigInteger)
    #: identity of the visitor (`growth.channels.identity_id`)
    visitor: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[int] = mapped_column(SmallInteger)
    #: the page view it belongs to; 0 where none was named
    view: Mapped[int] = mapped_column(BigInteger)
    #: text id of the path
    page: Mapped[int] = mapped_column(BigInteger)
    #: text id of the origin; 0 for what is no page view
    origin: Mapped[int] = mapped_column(BigInteger)
    strength: Mapped[int] = mapped_column(SmallInteger)
    agent: Mapped[int] = mapped_column(BigInteger)
    #: text id of the referring host
    referrer: Mapped[int] = mapped_column(BigInteger)
    #: text id of ``parameter=value`` of a click id
    click: Mapped[int] = mapped_column(BigInteger)
    #: text id of the code of a tracked link
    token: Mapped[int] = mapped_column(BigInteger)
    #: text ids of an outbound or missing address, a title, a step's or error's name, an error's message and its script
    target: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[int] = mapped_column(BigInteger)
    message: Mapped[int] = mapped_column(BigInteger)
    script: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int | None] = mapped_column(SmallInteger)
    duration_ms: Mapped[int | None]
    scroll: Mapped[int | None] = mapped_column(SmallInteger)
    load_ms: Mapped[int | None]
    #: place of a click, ten-thousandths of the page's width and height
    x: Mapped[int | None] = mapped_column(SmallInteger)
    y: Mapped[int | None] = mapped_column(SmallInteger)
    width: Mapped[int | None] = mapped_column(SmallInteger)


class EventText(Base):
    """A text of events, once: paths, user agents, origins, titles."""

    __tablename__ = "event_text"
    __table_args__ = ({"schema": "events"},)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    value: Mapped[str]


class DroppedEvent(Base):
    """What was not counted, and why; a verdict can be looked at again, `rules` being the version of the list it was made by."""

    __tablename__ = "dropped_event"
    __table_args__ = (Index("ix_dropped_event_at_micros", "at_micros", "reason"), {"schema": "events"})

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, unique=True)
    at_micros: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    rules: Mapped[str]
    kind: Mapped[int] = mapped_column(SmallInteger)
    page: Mapped[int] = mapped_column(BigInteger)
    agent: Mapped[int] = mapped_column(BigInteger)
    referrer: Mapped[int] = mapped_column(BigInteger)


class BeaconCount(Base):
    """How often a day something was not even an event: fields nobody knows, refusals, a full buffer."""

    __tablename__ = "beacon_count"
    __table_args__ = ({"schema": "events"},)

    day: Mapped[date] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
