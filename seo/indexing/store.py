"""Queries of indexing: logs known by their first bytes, sums added to sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_network
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from growth.db import vault
from growth.traffic.serverlog import Log
from seo.indexing.engines import IPNetwork
from seo.indexing.models import CrawlerAddress, CrawlerDay, CrawlerRange, CrawlerUrl, IndexCount, LogRow
from seo.indexing.verify import FRESH, Verification

#: rows of one statement (SQLite takes 32,766 parameters)
_ROWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLog:
    """How far a log was read; `id` None before it is in the books."""

    id: int | None = None
    offset: int = 0
    within_line: bool = False
    loose_end: bool = False


@dataclass(slots=True, kw_only=True)
class LineCounts:
    """Lines of logs; `unreadable` and `other_sites` are among the `lines`."""

    lines: int = 0
    unreadable: int = 0
    other_sites: int = 0


@dataclass(frozen=True, slots=True)
class DayKey:
    """What visits are summed by."""

    day: date
    engine: str
    section: str
    status: int
    verification: Verification


@dataclass(slots=True)
class UrlVisits:
    """Visits to one URL: how many, the first and the last, and what the last was answered."""

    visits: int
    first_at: datetime
    last_at: datetime
    status: int


def known_log(session: Session, *, log: Log) -> KnownLog:
    """The log in the books that begins like `log`; a new one where there is none."""
    sizes = select(LogRow.head_bytes).where(LogRow.head_bytes <= len(log.head), LogRow.head_bytes > 0).distinct()
    for size in sorted(session.scalars(sizes), reverse=True):
        row = session.scalars(select(LogRow).where(LogRow.fingerprint == log.fingerprint(size), LogRow.head_bytes == size)).first()
        if row is not None:
            return KnownLog(id=row.id, offset=row.offset, within_line=row.within_line, loose_end=row.loose_end)
    return KnownLog()


def note_progress(
    session: Session, *, log: Log, known: KnownLog, offset: int, within_line: bool, loose_end: bool, counts: LineCounts, now: datetime
) -> KnownLog | None:
    """Write how far a log was read; None where somebody else has read on meanwhile (or begun with it), and nothing may be added."""
    values: dict[str, Any] = {
        "fingerprint": log.fingerprint(len(log.head)),
        "head_bytes": len(log.head),
        "offset": offset,
        "within_line": within_line,
        "loose_end": loose_end,
        "name": log.path.name,
        "read_at": now,
    }
    id = known.id
    if id is None:
        added = {"lines": counts.lines, "unreadable": counts.unreadable, "other_sites": counts.other_sites}
        id = session.scalar(_insert(session)(LogRow).values(**values, **added).on_conflict_do_nothing().returning(LogRow.id))
        return KnownLog(id=id, offset=offset, within_line=within_line, loose_end=loose_end) if id is not None else None
    statement = (
        update(LogRow)
        .where(LogRow.id == id, LogRow.offset == known.offset)
        .values(
            **values,
            lines=LogRow.lines + counts.lines,
            unreadable=LogRow.unreadable + counts.unreadable,
            other_sites=LogRow.other_sites + counts.other_sites,
        )
        .returning(LogRow.id)
        .execution_options(synchronize_session=False)
    )
    done = session.scalar(statement)
    return KnownLog(id=id, offset=offset, within_line=within_line, loose_end=loose_end) if done is not None else None


def add_days(session: Session, *, days: Mapping[DayKey, int]) -> None:
    """Add visits to the sums."""
    rows = [
        {
            "day": key.day,
            "engine": key.engine,
            "section": key.section,
            "status": key.status,
            "verification": key.verification.value,
            "visits": visits,
        }
        for key, visits in days.items()
    ]
    statement = _insert(session)(CrawlerDay)
    adding = {"visits": CrawlerDay.visits + statement.excluded.visits}
    statement = statement.on_conflict_do_update(index_elements=["day", "engine", "section", "status", "verification"], set_=adding)
    _by_parts(session, statement, rows)


def add_urls(session: Session, *, urls: Mapping[tuple[str, str], UrlVisits]) -> None:
    """Add visits to URLs; the answer that counts is that of the last visit."""
    rows = [
        {"engine": engine, "url": url, "visits": one.visits, "first_at": one.first_at, "last_at": one.last_at, "status": one.status}
        for (engine, url), one in urls.items()
    ]
    statement = _insert(session)(CrawlerUrl)
    new = statement.excluded
    adding = {
        "visits": CrawlerUrl.visits + new.visits,
        "first_at": case((new.first_at < CrawlerUrl.first_at, new.first_at), else_=CrawlerUrl.first_at),
        "last_at": case((new.last_at > CrawlerUrl.last_at, new.last_at), else_=CrawlerUrl.last_at),
        "status": case((new.last_at >= CrawlerUrl.last_at, new.status), else_=CrawlerUrl.status),
    }
    _by_parts(session, statement.on_conflict_do_update(index_elements=["engine", "url"], set_=adding), rows)


def forget_urls(session: Session, *, before: datetime) -> int:
    """Remove URLs that nobody asked for since `before`; the sums stay."""
    return len(session.scalars(delete(CrawlerUrl).where(CrawlerUrl.last_at < before).returning(CrawlerUrl.visits)).all())


def url_count(session: Session) -> int:
    """Rows of URLs."""
    return session.scalar(select(func.count()).select_from(CrawlerUrl)) or 0


def sections(session: Session) -> set[str]:
    """The sections that are known."""
    return set(session.scalars(select(CrawlerDay.section).distinct()))


def said_of(session: Session, *, engine: str, address: str, now: datetime) -> Verification | None:
    """What name servers said of the address within the last 30 days."""
    key = vault(session).index("crawler_address", address)
    query = select(CrawlerAddress.verification).where(
        CrawlerAddress.engine == engine, CrawlerAddress.address_index == key, CrawlerAddress.asked_at >= now - FRESH
    )
    found = session.scalar(query)
    return Verification(found) if found is not None else None


def keep_said(session: Session, *, said: Mapping[tuple[str, str], Verification], now: datetime) -> None:
    """Keep what name servers said; what is older than 30 days goes."""
    session.execute(delete(CrawlerAddress).where(CrawlerAddress.asked_at < now - FRESH))
    keys = vault(session)
    rows = [
        {"engine": engine, "address_index": keys.index("crawler_address", address), "verification": told.value, "asked_at": now}
        for (engine, address), told in said.items()
    ]
    statement = _insert(session)(CrawlerAddress)
    newer = {"verification": statement.excluded.verification, "asked_at": statement.excluded.asked_at}
    _by_parts(session, statement.on_conflict_do_update(index_elements=["engine", "address_index"], set_=newer), rows)


def keep_index_count(session: Session, *, engine: str, day: date, pages: int, now: datetime) -> None:
    """Write down how many pages the engine's console shows; a second word of the day replaces the first."""
    session.merge(IndexCount(engine=engine, day=day, pages=pages, at=now))


def kept_ranges(session: Session) -> dict[str, tuple[IPNetwork, ...]]:
    """The networks of lists that took the place of shipped ones, by engine."""
    found: dict[str, list[IPNetwork]] = {}
    for engine, network in session.execute(select(CrawlerRange.engine, CrawlerRange.network)).tuples():
        found.setdefault(engine, []).append(ip_network(network))
    return {engine: tuple(sorted(networks, key=lambda one: (one.version, one))) for engine, networks in found.items()}


def kept_lists(session: Session) -> dict[str, tuple[str, date, int]]:
    """Source, day and size of these lists, by engine."""
    query = select(CrawlerRange.engine, func.max(CrawlerRange.source), func.max(CrawlerRange.seen), func.count())
    return {
        engine: (source, seen, number) for engine, source, seen, number in session.execute(query.group_by(CrawlerRange.engine)).tuples()
    }


def keep_ranges(session: Session, *, engine: str, networks: Sequence[IPNetwork], source: str, seen: date, now: datetime) -> None:
    """Put a list in the place of the engine's list so far."""
    drop_ranges(session, engine=engine)
    rows = [{"engine": engine, "network": str(one), "source": source, "seen": seen, "read_at": now} for one in networks]
    _by_parts(session, insert(CrawlerRange), rows)


def drop_ranges(session: Session, *, engine: str) -> None:
    """Forget an engine's list; the shipped one counts again."""
    session.execute(delete(CrawlerRange).where(CrawlerRange.engine == engine))


def since(days: timedelta | None, today: date) -> ColumnElement[bool]:
    """The days that count."""
    return CrawlerDay.day > today - days if days is not None else CrawlerDay.visits > 0


def _by_parts(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    for start in range(0, len(rows), _ROWS):
        session.execute(statement, rows[start : start + _ROWS])


def _insert(session: Session) -> Any:
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
