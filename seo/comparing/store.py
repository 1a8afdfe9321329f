"""Comparisons as they are kept: asked for, read by a worker, shown as long as they are among the newest."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from seo.comparing.comparison import compare
from seo.comparing.models import ComparisonRow
from seo.comparing.profile import Profile
from seo.comparing.visit import Compared, Unread

#: comparisons that are kept
KEPT = 200


class CompareState(StrEnum):
    """Where a comparison stands."""

    #: no worker has taken it yet
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A comparison that was asked for; `read` is how many of its pages were looked at."""

    id: int
    page: str
    competitors: tuple[str, ...]
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    state: CompareState
    read: int
    fault: str | None


class _Kept(msgspec.Struct, frozen=True):
    ours: Profile
    theirs: tuple[Profile, ...]
    #: (address, why it was not read)
    unread: tuple[tuple[str, str], ...]


def add_comparison(
    session: Session, *, page: str, competitors: Sequence[str], asked_by: str, now: datetime, draft: bytes | None = None
) -> int:
    """Note a comparison to be made, of the page at `page` or of a `draft` of that name; the oldest beyond `KEPT` go."""
    row = ComparisonRow(
        page=page,
        competitors=list(competitors),
        asked_by=asked_by,
        asked_at=now,
        state=CompareState.WAITING.value,
        draft=None if draft is None else zlib.compress(draft),
    )
    session.add(row)
    session.flush()
    oldest = session.scalar(select(ComparisonRow.id).order_by(ComparisonRow.id.desc()).offset(KEPT).limit(1))
    if oldest is not None:
        session.execute(delete(ComparisonRow).where(ComparisonRow.id <= oldest))
    return row.id


def find_comparison(session: Session, *, id: int) -> Asked | None:
    """The comparison `id`, without what was measured."""
    found = session.execute(select(*_COLUMNS).where(ComparisonRow.id == id)).one_or_none()
    return _asked(found) if found is not None else None


def draft_body(session: Session, *, id: int) -> bytes | None:
    """The draft that was handed in, while it waits; None where the page has an address."""
    packed = session.scalar(select(ComparisonRow.draft).where(ComparisonRow.id == id))
    return None if packed is None else zlib.decompress(packed)


def comparisons(session: Session, *, limit: int = 50) -> list[Asked]:
    """The newest comparisons."""
    return [_asked(row) for row in session.execute(select(*_COLUMNS).order_by(ComparisonRow.id.desc()).limit(limit))]


def compared(session: Session, *, id: int) -> Compared | None:
    """What a finished comparison says, judged now."""
    packed = session.scalar(select(ComparisonRow.profiles).where(ComparisonRow.id == id))
    if packed is None:
        return None
    kept = msgspec.json.decode(zlib.decompress(packed), type=_Kept)
    return Compared(comparison=compare(kept.ours, kept.theirs), unread=tuple(Unread(url=url, why=why) for url, why in kept.unread))


def tell_progress(session: Session, *, id: int, read: int) -> None:
    """Note that it is under way, and how far."""
    session.execute(update(ComparisonRow).where(ComparisonRow.id == id).values(state=CompareState.RUNNING.value, read=read, fault=None))


def finish_comparison(session: Session, *, id: int, found: Compared | None, fault: str | None, now: datetime) -> None:
    """Keep what was measured, or why nothing was."""
    state, packed = CompareState.FAILED, None
    if found is not None:
        kept = _Kept(found.comparison.ours, found.comparison.theirs, tuple((one.url, one.why) for one in found.unread))
        state, packed = CompareState.DONE, zlib.compress(msgspec.json.encode(kept))
    values = {"state": state.value, "profiles": packed, "fault": fault, "finished_at": now, "draft": None}
    session.execute(update(ComparisonRow).where(ComparisonRow.id == id).values(**values))


_NAMES = ("id", "page", "competitors", "asked_by", "asked_at", "finished_at", "state", "read", "fault")
_COLUMNS = tuple(getattr(ComparisonRow, name) for name in _NAMES)


def _asked(row: object) -> Asked:
    values = {name: getattr(row, name) for name in _NAMES}
    return Asked(**{**values, "competitors": tuple(values["competitors"]), "state": CompareState(values["state"])})
