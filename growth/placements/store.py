"""Queries of placements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from growth.money import Money
from growth.placements.life import PlacementState
from growth.placements.models import Placement, PlacementCheck, PlacementEvent
from growth.placements.settings import PlacementEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementView:
    """A placement as other rooms see it."""

    id: str
    channel: str
    kind: str
    target: str | None
    title: str | None
    at: str | None
    link_to: str | None
    rel: str
    cost: Money | None
    state: PlacementState
    since: datetime
    checked_at: datetime | None
    misses: int
    retired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementStep:
    """One dated step."""

    at: datetime
    state: str
    evidence: str
    actor: str


def sync_placements(session: Session, *, entries: tuple[PlacementEntry, ...], now: datetime) -> None:
    """Make the rows say what placements.yaml says; an entry that left becomes retired, one that comes back lives on."""
    rows = {row.id: row for row in session.scalars(select(Placement))}
    for entry in entries:
        if entry.formerly and entry.formerly in rows and entry.id not in rows:
            rows[entry.id] = _renamed(session, rows.pop(entry.formerly), entry.id)
        row = rows.get(entry.id)
        if row is None:
            row = Placement(id=entry.id, state=PlacementState.PLANNED, since=now)
            session.add(row)
            rows[entry.id] = row
        _declare(row, entry)
    declared = {entry.id for entry in entries}
    for id_, row in rows.items():
        if id_ not in declared and row.retired_at is None:
            row.retired_at = now
    session.flush()


def _renamed(session: Session, row: Placement, id: str) -> Placement:
    """The row under its new id; steps and looks follow by the foreign key."""
    former = row.id
    session.flush()
    session.expunge(row)
    session.execute(update(Placement).where(Placement.id == former).values(id=id).execution_options(synchronize_session=False))
    return session.get_one(Placement, id)


def _declare(row: Placement, entry: PlacementEntry) -> None:
    row.channel, row.kind, row.target, row.title = entry.channel, entry.kind, entry.target, entry.title
    row.at_url = entry.at or row.at_url
    row.link_to, row.rel = entry.link_to, entry.rel
    row.cost = entry.cost.minor if entry.cost else None
    row.currency = entry.cost.currency if entry.cost else None
    row.retired_at = None


def placements(session: Session, *, kind: str | None = None, target: str | None = None, with_retired: bool = False) -> list[PlacementView]:
    """All placements, in the order of their ids."""
    query = select(Placement).order_by(Placement.id)
    if kind:
        query = query.where(Placement.kind == kind)
    if target:
        query = query.where(Placement.target == target)
    if not with_retired:
        query = query.where(Placement.retired_at.is_(None))
    return [_view(row) for row in session.scalars(query)]


def retired(session: Session) -> dict[str, datetime]:
    """When each placement that is no longer in the file left it, by id."""
    rows = session.execute(select(Placement.id, Placement.retired_at).where(Placement.retired_at.is_not(None)))
    return {id_: at for id_, at in rows.tuples() if at is not None}


def placement(session: Session, *, id: str) -> PlacementView | None:
    """One placement, or None."""
    row = session.get(Placement, id)
    return _view(row) if row else None


def history(session: Session, *, id: str) -> list[PlacementStep]:
    """The steps of a placement's life, oldest first."""
    rows = session.scalars(select(PlacementEvent).where(PlacementEvent.placement_id == id).order_by(PlacementEvent.at, PlacementEvent.id))
    return [PlacementStep(at=row.at, state=row.state, evidence=row.evidence, actor=row.actor) for row in rows]


def note_check(session: Session, *, id: str, at: datetime, verdict: str, seen: dict[str, object], missed: bool | None) -> int:
    """Keep what a look saw; the number of looks in a row that missed the listing. With `missed` None the look could not tell."""
    session.add(PlacementCheck(placement_id=id, at=at, verdict=verdict, seen=seen))
    row = session.get_one(Placement, id)
    row.checked_at = at
    if missed is not None:
        row.misses = row.misses + 1 if missed else 0
    return row.misses


def set_page(session: Session, *, id: str, at_url: str) -> None:
    """The page that shows the placement became known."""
    session.get_one(Placement, id).at_url = at_url


def _view(row: Placement) -> PlacementView:
    return PlacementView(
        id=row.id,
        channel=row.channel,
        kind=row.kind,
        target=row.target,
        title=row.title,
        at=row.at_url,
        link_to=row.link_to,
        rel=row.rel,
        cost=Money.from_minor(row.cost, row.currency or "CNY") if row.cost is not None else None,
        state=PlacementState(row.state),
        since=row.since,
        checked_at=row.checked_at,
        misses=row.misses,
        retired=row.retired_at is not None,
    )
