"""What the ranking room hands to the others: to-do entries for falls, a card, a section of the report, search, facts about a URL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from growth import clock
from growth.app import Hit, TodoEntry
from growth.language import Text, _
from growth.reporting import Column, Figure, Kind, Note, Query, Section, Table
from growth.workspace import Workspace
from seo.ranking.naming import engine_title, keyword_page, shown_position
from seo.ranking.problems import fall_text, state_of
from seo.ranking.settings import KeywordsFile
from seo.ranking.standing import Standing, standings
from seo.ranking.store import last_day, pages_that_ranked, words_like
from seo.ranking.vocabulary import source_title

if TYPE_CHECKING:
    from growth.jobs import Period

#: how far back a page's words are told
_LATELY: Final = timedelta(days=30)
_MOST_HITS: Final = 20


def todo(session: Session, workspace: Workspace) -> Iterator[TodoEntry]:
    """Words that fell out of their target and are not back."""
    for one in _declared(session, workspace):
        if (fell_on := one.fell_on) is not None:
            yield TodoEntry(
                id=f"seo-keyword-{one.engine}-{one.device}-{one.word}",
                title=fall_text(one),
                link=keyword_page(one.word),
                roles=("seo",),
                since=clock.day_start(fell_on, workspace.zone),
                severity="warning",
            )


def overview_cards(session: Session, workspace: Workspace, period: Period) -> Iterator[Figure]:
    """How many positions are in their target."""
    found = _declared(session, workspace)
    if found:
        yield _in_target(found)


def report_sections(session: Session, workspace: Workspace, period: Period) -> Iterator[Section]:
    """Where the declared words stand, with those that fell."""
    found = _declared(session, workspace)
    if not found:
        return
    fallen = [one for one in found if one.fell_on is not None]
    columns = [
        Column(id="word", label=_("Word"), key=True),
        Column(id="engine", label=_("Engine")),
        Column(id="position", label=_("Position"), kind=Kind.NUMBER, lead=True),
        Column(id="before", label=_("Before"), kind=Kind.NUMBER),
        Column(id="target", label=_("Target"), kind=Kind.NUMBER),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="day", label=_("Day"), kind=Kind.DATE),
        Column(id="source", label=_("Source")),
    ]
    rows = [
        {
            "word": one.word, "engine": engine_title(one.engine, one.device), "position": one.position, "before": one.before,
            "target": one.target, "state": state_of(one), "day": one.day, "source": source_title(one.source),
            "href": keyword_page(one.word),
        }
        for one in found
    ]  # fmt: skip
    yield Section(
        id="keywords",
        title=Text("Keywords", "关键词"),
        sentence=_("{fallen} of {n} positions fell out of their target.", fallen=len(fallen), n=len(found)),
        figures=[_in_target(found)],
        tables=[Table(id="keywords", title=_("Keywords"), columns=columns, rows=rows, size=max(len(rows), 1))],
        notes=[Note(text=fall_text(one), severity="warning", link=keyword_page(one.word)) for one in fallen],
        order=31,
    )


def search(session: Session, text: str) -> Iterator[Hit]:
    """Words that hold the text: those of imports; a declared one that was never measured is found in keywords.yaml."""
    wanted = text.strip()
    if len(wanted) < 2:
        return
    for word in words_like(session, wanted, limit=_MOST_HITS):
        yield Hit(kind="keyword", title=word, link=keyword_page(word), detail=_("Keyword"))


def url_facts(session: Session, url: str) -> Iterator[Hit]:
    """The words that a page ranked for lately."""
    newest = last_day(session)
    if newest is None:
        return
    for one in pages_that_ranked(session, url=url, since=newest - _LATELY, limit=_MOST_HITS):
        where = engine_title(one.engine, one.device)
        detail = f"{where} {shown_position(one.position)} · {one.day.isoformat()} · {source_title(one.source)}"
        yield Hit(kind="keyword", title=one.word, link=keyword_page(one.word), detail=detail)


def _declared(session: Session, workspace: Workspace) -> list[Standing]:
    keywords = workspace.one("keywords", KeywordsFile).keywords
    return [one for one in standings(session, keywords) if one.target is not None] if keywords else []


def _in_target(found: list[Standing]) -> Figure:
    return Figure(
        id="keywords_in_target",
        label=_("Words in target"),
        value=sum(1 for one in found if one.within),
        target=len(found),
        query=Query(
            means=_("Newest positions at the target of keywords.yaml or above it, of all that were measured."),
            computed=_("By word, engine and device, by the source that was heard last."),
            command="growth seo keywords",
        ),
        evidence="/seo/keywords",
    )
