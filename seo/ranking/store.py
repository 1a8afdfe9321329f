"""Queries of the ranking room. Never commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from seo.ranking.models import PositionRow, SiteFigureRow
from seo.ranking.rows import Measured, SiteFigure
from seo.reading.text import folded

#: values in one IN (…)
_MANY = 500


class Outcome(StrEnum):
    """What became of a row of an import; the strongest first."""

    #: the word had no position of that source, day, engine and device
    CREATED = "created"
    #: it had, and now has another
    UPDATED = "updated"
    #: it had the same
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPosition:
    """The best position of a word on one day by one source; None where it was looked for and not found."""

    word_key: str
    engine: str
    device: str
    source: str
    day: date
    position: float | None
    volume: int | None = None


_Scope = tuple[str, date, str, str, str]


def keep_positions(session: Session, measured: Sequence[Measured], *, dry_run: bool = False) -> dict[bytes, Outcome]:
    """Write what a file says of some words; what was known of a word of that source, day, engine and device and is not said again goes."""
    known: dict[_Scope, dict[bytes, PositionRow]] = defaultdict(dict)
    for row in _present(session, measured):
        known[row.source, row.day, row.engine, row.device, row.word_key][row.digest] = row
    outcomes: dict[bytes, Outcome] = {}
    fresh: list[dict[str, Any]] = []
    said: dict[_Scope, set[bytes]] = defaultdict(set)
    for one in measured:
        scope = (one.source, one.day, one.engine, one.device, one.word_key)
        said[scope].add(one.digest)
        present = known[scope].get(one.digest)
        if present is None:
            outcomes[one.digest] = Outcome.UPDATED if known[scope] else Outcome.CREATED
            fresh.append(_values(one))
        elif _figures(present) == _figures(one):
            outcomes[one.digest] = Outcome.UNCHANGED
        else:
            outcomes[one.digest] = Outcome.UPDATED
            if not dry_run:
                present.word, present.position, present.volume, present.clicks, present.impressions = _figures(one)
    if not dry_run:
        gone = [row.id for scope, digests in said.items() for digest, row in known[scope].items() if digest not in digests]
        for start in range(0, len(gone), _MANY):
            session.execute(delete(PositionRow).where(PositionRow.id.in_(gone[start : start + _MANY])))
        if fresh:
            session.execute(insert(PositionRow), fresh)
    return outcomes


def keep_figures(session: Session, figures: Sequence[SiteFigure], *, dry_run: bool = False) -> dict[tuple[str, str, str, date], Outcome]:
    """Write third-party figures of sites."""
    outcomes = {}
    for one in figures:
        key = (one.source, one.host, one.name, one.day)
        present = session.get(SiteFigureRow, key)
        if present is None:
            outcomes[key] = Outcome.CREATED
            if not dry_run:
                session.add(SiteFigureRow(source=one.source, host=one.host, name=one.name, day=one.day, value=one.value))
        elif present.value == one.value:
            outcomes[key] = Outcome.UNCHANGED
        else:
            outcomes[key] = Outcome.UPDATED
            if not dry_run:
                present.value = one.value
    return outcomes


def last_day(session: Session) -> date | None:
    """The newest day that anything was imported for."""
    return session.scalar(select(func.max(PositionRow.day)))


def day_positions(session: Session, *, words: Collection[str] | None, since: date) -> Iterator[DayPosition]:
    """The best position of each word, engine, device and source on each day from `since`, the oldest day first; None takes all words."""
    columns = (PositionRow.word_key, PositionRow.engine, PositionRow.device, PositionRow.source, PositionRow.day)
    query = (
        select(*columns, func.min(PositionRow.position), func.max(PositionRow.volume))
        .where(PositionRow.day >= since)
        .group_by(*columns)
        .order_by(PositionRow.day)
    )
    for chosen in _in_parts(query, words):
        for key, engine, device, source, day, position, volume in session.execute(chosen):
            yield DayPosition(word_key=key, engine=engine, device=device, source=source, day=day, position=position, volume=volume)


def spellings(session: Session, *, since: date) -> dict[str, str]:
    """How each word was written, by its folded form."""
    query = select(PositionRow.word_key, func.min(PositionRow.word)).where(PositionRow.day >= since).group_by(PositionRow.word_key)
    return dict(session.execute(query).tuples().all())


def measured_rows(session: Session, *, words: Collection[str] | None, since: date) -> Iterator[Measured]:
    """Every row of these words from `since`, newest day first and best position first; None takes all words."""
    query = select(PositionRow).where(PositionRow.day >= since)
    query = query.order_by(PositionRow.day.desc(), PositionRow.position.is_(None), PositionRow.position, PositionRow.id)
    for chosen in _in_parts(query, words):
        for row in session.scalars(chosen):
            yield _measured(row)


def newest_figures(session: Session) -> list[SiteFigure]:
    """The newest of each third-party figure of each site, by site, source and figure."""
    newest = (
        select(SiteFigureRow.source, SiteFigureRow.host, SiteFigureRow.name, func.max(SiteFigureRow.day).label("day"))
        .group_by(SiteFigureRow.source, SiteFigureRow.host, SiteFigureRow.name)
        .subquery()
    )
    query = select(SiteFigureRow).join(
        newest,
        (SiteFigureRow.source == newest.c.source)
        & (SiteFigureRow.host == newest.c.host)
        & (SiteFigureRow.name == newest.c.name)
        & (SiteFigureRow.day == newest.c.day),
    )
    rows = session.scalars(query.order_by(SiteFigureRow.host, SiteFigureRow.source, SiteFigureRow.name))
    return [SiteFigure(source=row.source, host=row.host, name=row.name, day=row.day, value=row.value) for row in rows]


def words_like(session: Session, text: str, *, limit: int) -> list[str]:
    """Words that hold `text`, as they were written."""
    query = select(func.min(PositionRow.word)).where(PositionRow.word_key.contains(folded(text), autoescape=True))
    return [
        word for word in session.scalars(query.group_by(PositionRow.word_key).order_by(func.min(PositionRow.word)).limit(limit)) if word
    ]


def pages_that_ranked(session: Session, *, url: str, since: date, limit: int) -> list[Measured]:
    """The newest position of a page for each word, engine, device and source from `since`, the best first."""
    query = select(PositionRow).where(PositionRow.url == url, PositionRow.day >= since, PositionRow.position.is_not(None))
    newest: dict[tuple[str, str, str, str], PositionRow] = {}
    for row in session.scalars(query.order_by(PositionRow.day)):
        newest[row.word_key, row.engine, row.device, row.source] = row
    return [_measured(row) for row in sorted(newest.values(), key=lambda row: row.position or 0.0)[:limit]]


def _in_parts(query: Any, words: Collection[str] | None) -> Iterator[Any]:
    if words is None:
        yield query
        return
    keys = list(words)
    for start in range(0, len(keys), _MANY):
        yield query.where(PositionRow.word_key.in_(keys[start : start + _MANY]))


def _present(session: Session, measured: Sequence[Measured]) -> Iterable[PositionRow]:
    """Rows of the same sources, days, engines and devices for the same words."""
    scopes: dict[tuple[str, date, str, str], set[str]] = defaultdict(set)
    for one in measured:
        scopes[one.source, one.day, one.engine, one.device].add(one.word_key)
    for (source, day, engine, device), words in scopes.items():
        query = select(PositionRow).where(
            PositionRow.source == source, PositionRow.day == day, PositionRow.engine == engine, PositionRow.device == device
        )
        for chosen in _in_parts(query, words):
            yield from session.scalars(chosen)


def _figures(one: PositionRow | Measured) -> tuple[str, float | None, int | None, int | None, int | None]:
    return one.word, one.position, one.volume, one.clicks, one.impressions


def _values(one: Measured) -> dict[str, Any]:
    names = ("source", "day", "engine", "device", "word", "word_key", "position", "url", "volume", "clicks", "impressions", "digest")
    return {name: getattr(one, name) for name in names}


def _measured(row: PositionRow) -> Measured:
    return Measured(
        source=row.source,
        day=row.day,
        engine=row.engine,
        device=row.device,
        word=row.word,
        position=row.position,
        url=row.url,
        volume=row.volume,
        clicks=row.clicks,
        impressions=row.impressions,
    )
