"""Where a word stands: per engine and device by the source that was heard last, with its fall where it left its target.

Positions of two sources are not compared: 站长之家 and 爱站 look from other places, Search Console averages what people saw. The course
of a word is that of one source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from seo.ranking.settings import Keyword
from seo.ranking.store import DayPosition, day_positions, last_day, spellings
from seo.reading.text import folded

#: how far back a course is looked at
WINDOW: Final = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One word at one engine on one device. `course`: (day, position), the oldest first; None outside of what was looked at."""

    word: str
    engine: str
    device: str
    source: str
    course: tuple[tuple[date, float | None], ...]
    #: None for a word that keywords.yaml does not name for this engine
    target: int | None
    volume: int | None

    @property
    def day(self) -> date:
        """The newest day."""
        return self.course[-1][0]

    @property
    def position(self) -> float | None:
        """The newest position."""
        return self.course[-1][1]

    @property
    def before(self) -> float | None:
        """The position on the day before that was measured."""
        return self.course[-2][1] if len(self.course) > 1 else None

    @property
    def change(self) -> float | None:
        """Places won (above zero) or lost since the day before; None where one of the two is unknown."""
        return None if self.position is None or self.before is None else round(self.before - self.position, 2)

    @property
    def within(self) -> bool | None:
        """Whether it is in its target; None without one."""
        return None if self.target is None else _in(self.position, self.target)

    @property
    def fell_on(self) -> date | None:
        """The first day outside its target after it had been in it; None where it is in it, or never was."""
        if self.target is None or self.within:
            return None
        inside = [place for place, (_day, position) in enumerate(self.course) if _in(position, self.target)]
        return self.course[inside[-1] + 1][0] if inside else None


def standings(session: Session, words: Mapping[str, Keyword] | None, *, everything: bool = False) -> list[Standing]:
    """How the declared `words` stand at their engines and devices; with `everything` all other words and engines too, without a target."""
    newest = last_day(session)
    if newest is None:
        return []
    declared = {folded(word): (word, keyword) for word, keyword in (words or {}).items()}
    days = day_positions(session, words=None if everything else declared, since=newest - WINDOW)
    names = _names(session, declared, newest) if everything else {key: word for key, (word, _keyword) in declared.items()}
    found = []
    for (key, engine, device), course in _courses(days).items():
        keyword = declared[key][1] if key in declared else None
        # a source that tells no devices apart stands for the one that is asked for
        wanted = keyword is not None and engine in keyword.engines and (keyword.device in (None, device) or not device)
        if not wanted and not everything:
            continue
        found.append(
            Standing(
                word=names.get(key, key),
                engine=engine,
                device=device,
                source=course[-1].source,
                course=tuple((one.day, one.position) for one in course),
                target=keyword.target if keyword is not None and wanted else None,
                volume=course[-1].volume,
            )
        )
    order = {key: place for place, key in enumerate(declared)}
    found.sort(key=lambda one: (order.get(folded(one.word), len(order)), one.word, one.engine, one.device))
    return found


def _courses(days: Iterable[DayPosition]) -> dict[tuple[str, str, str], list[DayPosition]]:
    """By word, engine and device: the course of the source that was heard last (of two on one day the one with the longer course)."""
    by_source: dict[tuple[str, str, str], dict[str, list[DayPosition]]] = defaultdict(lambda: defaultdict(list))
    for one in days:
        by_source[one.word_key, one.engine, one.device][one.source].append(one)
    return {
        key: max(courses.values(), key=lambda course: (course[-1].day, len(course), course[-1].source))
        for key, courses in by_source.items()
    }


def _names(session: Session, declared: Mapping[str, tuple[str, Keyword]], newest: date) -> dict[str, str]:
    """How each word is written: as in keywords.yaml, else as it was imported."""
    return {**spellings(session, since=newest - WINDOW), **{key: word for key, (word, _keyword) in declared.items()}}


def _in(position: float | None, target: int) -> bool:
    return position is not None and position <= target
