"""Falls out of a target: one alert a fall, settled when the word is back. Called at an import and by the daily job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from growth.alerts import alerts, close_alert, raise_alert
from growth.language import _
from growth.workspace import Workspace
from seo.ranking.naming import engine_title, keyword_page, place, shown_position
from seo.ranking.settings import KeywordsFile
from seo.ranking.standing import Standing, standings
from seo.ranking.vocabulary import source_title

KIND: Final = "rank_lost"
#: alerts looked through for falls that lasted
_MOST_OPEN: Final = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What the look found: falls that are told now, and falls that are over."""

    fallen: tuple[Standing, ...]
    settled: int


def watch_targets(session: Session, *, workspace: Workspace, now: datetime) -> Watched:
    """Raise an alert for each declared word that fell out of its target, and close those of words that are back (or not asked for now)."""
    found = standings(session, workspace.one("keywords", KeywordsFile).keywords)
    lasting = {one.dedupe for one in alerts(session, open_only=True, limit=_MOST_OPEN) if one.kind == KIND}
    fallen = []
    names = {}
    for one in found:
        names[name := _dedupe(one)] = one
        if one.fell_on is None or name in lasting:
            continue
        fallen.append(one)
        raise_alert(session, kind=KIND, title=_title(one), detail=_detail(one), dedupe=name, now=now, link=keyword_page(one.word))
    over = [name for name in lasting if name not in names or names[name].fell_on is None]
    settled = 0
    for name in over:
        back = name in names and bool(names[name].within)
        settled += close_alert(session, dedupe=name, now=now, tell_targets=back)
    return Watched(fallen=tuple(fallen), settled=settled)


def _dedupe(one: Standing) -> str:
    return f"{KIND}:{one.engine}:{one.device}:{one.word}"


def _title(one: Standing) -> str:
    return _("“{word}” fell out of its target at {engine}", word=one.word, engine=engine_title(one.engine, one.device))


def _detail(one: Standing) -> str:
    course = [f"{day:%m-%d} {shown_position(position)}" for day, position in one.course[-5:]]
    return _(
        "Target: {target}. Now: {place} ({day}, by {source}). Course: {course}",
        target=place(one.target or 0),
        place=shown_position(one.position),
        day=one.day.isoformat(),
        source=source_title(one.source),
        course=" → ".join(course),
    )
