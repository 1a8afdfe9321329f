"""Rows of indexing: logs that were read and how far, visits of crawlers by day and by page, what name servers said of addresses, and the
counts of indexed pages that engines show. No log line and no address is kept.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class LogRow(Base):
    """A log, known by the hash of its first `head_bytes`; `offset` is how far it was read, unpacked. A rotated copy is the same log."""

    __tablename__ = "seo_log"
    __table_args__ = (UniqueConstraint("fingerprint"), Index("ix_seo_log_head", "head_bytes"))

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    head_bytes: Mapped[int]
    offset: Mapped[int]
    #: whether `offset` stands within a line
    within_line: Mapped[bool] = mapped_column(default=False)
    #: whether an unreadable piece of a line stands behind `offset`; looked at again when the file has grown
    loose_end: Mapped[bool] = mapped_column(default=False)
    lines: Mapped[int] = mapped_column(default=0)
    unreadable: Mapped[int] = mapped_column(default=0)
    #: lines of other sites of the same server
    other_sites: Mapped[int] = mapped_column(default=0)
    #: file name when it was last read
    name: Mapped[str]
    read_at: Mapped[datetime]


class CrawlerDay(Base):
    """Visits of an engine's crawlers on a day of the site. `verification` is a `seo.indexing.verify.Verification`."""

    __tablename__ = "seo_crawler_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    engine: Mapped[str] = mapped_column(primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[int] = mapped_column(primary_key=True)
    verification: Mapped[str] = mapped_column(primary_key=True)
    visits: Mapped[int]


class CrawlerUrl(Base):
    """What an engine asked for, forged crawlers left out: how often, when last, and what it was answered then."""

    __tablename__ = "seo_crawler_url"
    __table_args__ = (Index("ix_seo_crawler_url_last", "last_at"), Index("ix_seo_crawler_url_status", "engine", "status"))

    engine: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    visits: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    status: Mapped[int]


class CrawlerAddress(Base):
    """What name servers said of an address that claimed to be an engine's crawler; the address itself only as a blind index."""

    __tablename__ = "seo_crawler_address"

    engine: Mapped[str] = mapped_column(primary_key=True)
    address_index: Mapped[bytes] = mapped_column(primary_key=True)
    verification: Mapped[str]
    asked_at: Mapped[datetime]


class CrawlerRange(Base):
    """A network of an engine's crawlers from a list that took the place of the shipped one: where it was read, and the list's day."""

    __tablename__ = "seo_crawler_range"

    engine: Mapped[str] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    seen: Mapped[date]
    read_at: Mapped[datetime]


class IndexCount(Base):
    """How many pages of the site an engine has in its index, as its console showed on a day."""

    __tablename__ = "seo_index_count"

    engine: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    pages: Mapped[int]
    at: Mapped[datetime]
