"""Rows of the ranking room: positions as they were imported, third-party figures of sites, and our pages for each word."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class PositionRow(Base):
    """Where one of our pages stood for a word: one row a source, day, engine, device, word and page."""

    __tablename__ = "seo_position"
    __table_args__ = (Index("ix_seo_position_word", "word_key", "day"), Index("ix_seo_position_day", "day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    #: whose figure it is: a name of `vendors.csv`, or what ``--source`` said
    source: Mapped[str]
    day: Mapped[date]
    engine: Mapped[str]
    #: ``desktop``, ``mobile``, or empty where the source does not tell them apart
    device: Mapped[str] = mapped_column(default="")
    #: as written, and folded for comparing
    word: Mapped[str] = mapped_column(Text)
    word_key: Mapped[str] = mapped_column(Text)
    #: 1 is the first result; an average where the source counts so; None: not among the results that were looked at
    position: Mapped[float | None]
    #: our page that stood there; empty where the source names none
    url: Mapped[str] = mapped_column(Text, default="")
    #: searches a day or month, as the source estimates them
    volume: Mapped[int | None]
    clicks: Mapped[int | None]
    impressions: Mapped[int | None]
    #: hash of source, day, engine, device, word and page
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)


class SiteFigureRow(Base):
    """A figure that a third party gives a site: 百度权重 by 爱站, pages indexed, back links. `value` is as it was written."""

    __tablename__ = "seo_site_figure"

    source: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class WordCountRow(Base):
    """Which words were looked for in the pages of which crawl; the newest one counts."""

    __tablename__ = "seo_word_count"

    id: Mapped[int] = mapped_column(primary_key=True)
    crawl_id: Mapped[int]
    at: Mapped[datetime]
    #: the folded words, one a line, and those of them that the crawl counted in texts
    words: Mapped[str] = mapped_column(Text)
    in_texts: Mapped[str] = mapped_column(Text)


class WordPageRow(Base):
    """An indexable page of ours that holds a word, and where in it."""

    __tablename__ = "seo_word_page"
    __table_args__ = (Index("ix_seo_word_page_count", "count_id", "word_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    count_id: Mapped[int]
    word_key: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    in_title: Mapped[bool]
    #: the part of the title with the word stands in many titles: the site's own tail
    by_tail: Mapped[bool]
    in_h1: Mapped[bool]
    headings: Mapped[int]
    #: times in the text; None where the crawl did not count the word
    in_text: Mapped[int | None]
    #: pages that link here with the word in the anchor text
    anchors: Mapped[int]
