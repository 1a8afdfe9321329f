"""Pages of the site, and what happened on them by day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class PagePath(Base):
    """A page of the site that was visited."""

    __tablename__ = "page"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    path: Mapped[str] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(default="")


class PageCounts:
    """What is counted of a page. `leaves` are page views that were left with a report of time and scroll, `scrolled` adds up their depths;
    `depths` counts those that said how far down they came, `depth` adds up their tenths of the page.
    """

    views: Mapped[int] = mapped_column(default=0)
    #: views of an address that was not there
    missing: Mapped[int] = mapped_column(default=0)
    errors: Mapped[int] = mapped_column(default=0)
    engaged_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    leaves: Mapped[int] = mapped_column(default=0)
    scrolled: Mapped[int] = mapped_column(BigInteger, default=0)
    loads: Mapped[int] = mapped_column(default=0)
    load_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    clicks: Mapped[int] = mapped_column(default=0)
    phone_clicks: Mapped[int] = mapped_column(default=0)
    depths: Mapped[int] = mapped_column(default=0)
    depth: Mapped[int] = mapped_column(default=0)


class PageDay(PageCounts, Base):
    """What happened on a page on a day; added to in the transaction that moves the cursor, so that every event counts once."""

    __tablename__ = "page_day"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: Mapped[date] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class PageMonth(PageCounts, Base):
    """The same of a month, by its first day: a year of a site with many pages is read from twelve rows a page."""

    __tablename__ = "page_month"
    __table_args__ = ({"sqlite_with_rowid": False},)

    month: Mapped[date] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class EntryCounts:
    """How many visits began and ended on a page, and how many of those that began there bounced."""

    entries: Mapped[int]
    exits: Mapped[int]
    bounces: Mapped[int]


class EntryDay(EntryCounts, Base):
    """On which pages the visits of a day began and ended; made anew with `VisitDay`."""

    __tablename__ = "entry_day"
    __table_args__ = (Index("ix_entry_day_page_id", "page_id", "day"), {"sqlite_with_rowid": False})

    day: Mapped[date] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class EntryMonth(EntryCounts, Base):
    """The same of a month, by its first day; a day that is made anew adds what it has more."""

    __tablename__ = "entry_month"
    __table_args__ = ({"sqlite_with_rowid": False},)

    month: Mapped[date] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class PageWay(Base):
    """How often a day's visits went from a page to the next; a reload goes to the same. Where they began and ended says `EntryDay`."""

    __tablename__ = "page_way"
    __table_args__ = (Index("ix_page_way_next_id", "next_id", "day"), {"sqlite_with_rowid": False})

    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    next_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    count: Mapped[int]


class PageWayMonth(Base):
    """The same of a month, by its first day."""

    __tablename__ = "page_way_month"
    __table_args__ = (Index("ix_page_way_month_next_id", "next_id", "month"), {"sqlite_with_rowid": False})

    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    next_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    count: Mapped[int]


class HotSpot(Base):
    """How often a day something happened at a place of a page: clicks by cell and by element, scrolls by depth (`hot_areas.Spot`)."""

    __tablename__ = "hot_spot"
    __table_args__ = (Index("ix_hot_spot_page_id_day", "page_id", "day"), {"sqlite_with_rowid": False})

    day: Mapped[date] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    spot: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    count: Mapped[int]


class SpotText(Base):
    """An element that was clicked, with where it leads, or a way to get in touch, once."""

    __tablename__ = "spot_text"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    value: Mapped[str]
