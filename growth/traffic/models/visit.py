"""Visits, how far they were made of events, and their sums by day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class TrafficCursor(Base):
    """How far visits were made of events; moved in the transaction that writes the visits."""

    __tablename__ = "traffic_cursor"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger)


class Visit(Base):
    """Page views of one visitor without a pause longer than the timeout. The day is that of its start, in the site's zone."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_visitor_id_started_at", "visitor_id", "started_at"), Index("ix_visit_day", "day"))

    #: id of its first event
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    visitor_id: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    #: its latest event, one that did not prolong it too: what comes after that needs no look back
    last_event_at: Mapped[datetime]
    day: Mapped[date]
    origin_id: Mapped[int]
    entry_page_id: Mapped[int] = mapped_column(BigInteger)
    exit_page_id: Mapped[int] = mapped_column(BigInteger)
    pages: Mapped[int]
    events: Mapped[int]
    engaged_ms: Mapped[int]
    #: one page, under ten seconds in front, no form and no way out used
    bounced: Mapped[bool]
    acted: Mapped[bool]
    click_parameter: Mapped[str] = mapped_column(default="")
    click_id: Mapped[str] = mapped_column(default="")
    agent: Mapped[int] = mapped_column(BigInteger)
    #: text ids of the latest touch and campaign, with which a later event is compared
    current_origin: Mapped[int] = mapped_column(BigInteger)
    current_campaign: Mapped[int] = mapped_column(BigInteger)


class VisitDay(Base):
    """The visits of a day by origin; made anew from the visits when the day has changed (`DirtyDay`)."""

    __tablename__ = "visit_day"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: Mapped[date] = mapped_column(primary_key=True)
    origin_id: Mapped[int] = mapped_column(primary_key=True)
    visits: Mapped[int]
    #: whose first visit of the day it was
    visitors: Mapped[int]
    pages: Mapped[int]
    engaged_ms: Mapped[int]
    bounces: Mapped[int]


class DirtyDay(Base):
    """A day whose visits have changed since its roll-ups were made."""

    __tablename__ = "dirty_day"

    day: Mapped[date] = mapped_column(primary_key=True)


class OtherCount(Base):
    """What another counter of the site (百度统计, 友盟) says of a day; None for what its export does not tell."""

    __tablename__ = "other_count"

    day: Mapped[date] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    page_views: Mapped[int | None] = mapped_column(BigInteger)
    visitors: Mapped[int | None] = mapped_column(BigInteger)
    visits: Mapped[int | None] = mapped_column(BigInteger)
    #: file that it was read from
    source: Mapped[str]
    imported_at: Mapped[datetime]
