"""Keywords: where the words stand, and the figures of third parties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from growth import clock
from growth.language import _
from growth.reporting import Chart, Column, Empty, Figure, Kind, Note, Query, Series, Table, bars
from growth.web import Page, Viewer, page
from seo.crawls import crawls
from seo.pages.tabs import EDITORS, NAV, ROLES, tabs
from seo.ranking.naming import engine_title, figure_title, keyword_page
from seo.ranking.our_pages import count_words
from seo.ranking.overview import WordOverview, keyword_overview
from seo.ranking.problems import newer_words, notes_of, state_of
from seo.ranking.rows import SiteFigure
from seo.ranking.settings import KeywordsFile
from seo.ranking.standing import Standing
from seo.ranking.store import newest_figures
from seo.ranking.vocabulary import source_title

_EXAMPLE: Final = "keywords:\n  网络借贷: {page: /invest, target: 10, engines: [baidu, sogou, 360]}"
#: the command that the empty tables show
IMPORT: Final = "growth seo keywords import 爱站-百度-2026-11-23.csv"
#: problems that are shown above the table
_MOST_NOTES: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordsPage:
    """The variables of keywords.html."""

    tabs: Sequence[tuple[str, str, bool]]
    #: one sentence that says how the words stand
    sentence: str
    #: (words, address, current)
    chips: Sequence[tuple[str, str, bool]]
    figures: Sequence[Figure]
    #: words that fell, pages that compete
    notes: Sequence[Note]
    chart: Chart | None
    table: Table
    #: third-party figures of sites
    third: Table
    #: a sentence on words newer than the audit, what to do, and whether the viewer may have them looked for now
    newer: str
    newer_mend: str
    may_look: bool


@page("/seo/keywords", nav=NAV, roles=ROLES)
def keywords(viewer: Viewer, show: str = "declared") -> Page:
    """Where the words stand."""
    with viewer.database.read() as session:
        found = keyword_overview(session, viewer.workspace, today=today(viewer), everything=show == "all")
        figures = newest_figures(session)
        audited = any(one.kept and one.state.is_judged for one in crawls(session, limit=10))
    table = viewer.arrange(_table(found, declared=bool(viewer.workspace.one("keywords", KeywordsFile).keywords)))
    if viewer.format:
        return viewer.download(table, name="keywords")
    # a phone's card names the engine under the word
    shown_columns = [replace(column, under="engine") if column.key else column for column in table.columns if column.id != "engine"]
    table = replace(table, columns=shown_columns)
    newer, mend, may_look = newer_words(found) if audited else ("", "", False)
    words = {"declared": _("In keywords.yaml"), "all": _("All that were imported")}
    shown = KeywordsPage(
        tabs=tabs("keywords"),
        sentence=_sentence(found),
        chips=[(text, viewer.address.to(show=id, page=None), show == id) for id, text in words.items()],
        figures=_figures(found),
        notes=[note for one in found for note in notes_of(one)][:_MOST_NOTES],
        chart=_bands(found),
        table=table,
        third=_third(figures),
        newer=newer,
        newer_mend=mend,
        may_look=may_look and viewer.may(*EDITORS),
    )
    return viewer.render("web/seo/keywords.html", shown, title=_("Keywords"), crumbs=[("SEO", "/seo"), (_("Keywords"), "")])


@page("/seo/keywords/look", methods=("POST",), nav=NAV, roles=EDITORS)
def look(viewer: Viewer) -> Page:
    """Look for the words of keywords.yaml in the newest crawl."""
    count_words(viewer.database, now=viewer.now)
    viewer.flash(_("The words were looked for in titles, headings and links of the newest audit."))
    return viewer.redirect("/seo/keywords")


def today(viewer: Viewer) -> date:
    """The day on the site."""
    return clock.site_day(viewer.now, viewer.workspace.zone)


def _sentence(found: Sequence[WordOverview]) -> str:
    standings = [each for one in found for each in one.standings if each.target is not None]
    if not found:
        return _("No words are named yet.")
    if not standings:
        return _("{n} words are named, and no position was imported yet.", n=len(found))
    inside = sum(1 for each in standings if each.within)
    fallen = sum(1 for each in standings if each.fell_on is not None)
    text = _("{inside} of {n} positions are in their target, {fallen} fell out of it.", inside=inside, n=len(standings), fallen=fallen)
    newest = max(each.day for each in standings)
    return " ".join([text, _("The newest import is of {day}.", day=newest.isoformat())])


def _figures(found: Sequence[WordOverview]) -> list[Figure]:
    standings = [each for one in found for each in one.standings if each.target is not None]
    if not standings:
        return []

    def figure(id: str, label: str, value: int, computed: str) -> Figure:
        return Figure(id=id, label=label, value=value, query=Query(computed=computed, command="growth seo keywords --json"))

    competing = sum(1 for one in found if one.competing or one.turns)
    return [
        figure("words", _("Words"), sum(one.declared for one in found), _("Words in keywords.yaml.")),
        figure(
            "in_target",
            _("In target"),
            sum(1 for each in standings if each.within),
            _("Newest positions, by word, engine and device, that are at the target or above it."),
        ),
        figure(
            "fallen",
            _("Fell out"),
            sum(1 for each in standings if each.fell_on is not None),
            _("Positions that were in their target within 180 days, by the same source, and are not any more."),
        ),
        figure(
            "competing", _("Words with several pages"), competing, _("Words for which pages of ours compete, by the crawl or by imports.")
        ),
    ]


def _bands(found: Sequence[WordOverview]) -> Chart | None:
    """How many newest positions lie how far up."""
    standings = [each for one in found for each in one.standings]
    if not standings:
        return None
    bands = ((3, "1–3"), (10, "4–10"), (20, "11–20"), (50, "21–50"), (10**6, "51+"))
    counts = dict.fromkeys([*(name for _last, name in bands), _("not found")], 0)
    for each in standings:
        position = each.position
        counts[next(name for last, name in bands if position <= last) if position is not None else _("not found")] += 1
    rows = [{"band": name, "n": number} for name, number in counts.items()]
    return bars(
        "keyword-bands",
        _("How far up the words stand"),
        rows,
        x=Series(id="band", label=_("Position")),
        value=Series(id="n", label=_("Words, by engine and device"), kind=Kind.NUMBER),
    )


def _table(found: Sequence[WordOverview], *, declared: bool) -> Table:
    columns = [
        Column(id="word", label=_("Word"), key=True),
        Column(id="engine", label=_("Engine")),
        Column(id="position", label=_("Position"), kind=Kind.NUMBER, lead=True),
        Column(id="change", label=_("Change"), kind=Kind.NUMBER, help=_("Places won since the day before that was measured")),
        Column(id="target", label=_("Target"), kind=Kind.NUMBER),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="day", label=_("Day"), kind=Kind.DATE, under="source"),
        Column(id="volume", label=_("Searches"), kind=Kind.NUMBER, help=_("As the source estimates them")),
        Column(id="pages", label=_("Pages about it"), kind=Kind.NUMBER, help=_("Our pages with the word in title or h1")),
        Column(id="cost", label=_("Ads, 30 days"), kind=Kind.MONEY),
        Column(id="signups", label=_("Sign-ups"), kind=Kind.NUMBER, help=_("Of visits that named the word, 30 days")),
    ]
    rows = [row for one in found for row in _rows(one)]
    empty = (
        Empty(
            title=_("No position yet"),
            text=_("Export the words of 站长之家, 爱站, 5118 or Search Console as CSV or XLSX, then import the file."),
            code=IMPORT,
        )
        if declared
        else Empty(
            title=_("No words yet"),
            text=_("Name the words you want to be found by in keywords.yaml; then import positions."),
            code=_EXAMPLE,
        )
    )
    return Table(id="keywords", title=_("Keywords"), columns=columns, rows=rows, empty=empty)


def _rows(one: WordOverview) -> list[dict[str, Any]]:
    common = {
        "word": one.word,
        "pages": None if one.pages is None else sum(each.targets for each in one.pages),
        "cost": one.paid.costs[0] if one.paid and one.paid.costs else None,
        "signups": round(one.paid.signups, 2) if one.paid else None,
        "target": one.target,
        "href": keyword_page(one.word),
    }
    return [{**common, **standing_row(each)} for each in one.standings] or [common]


def standing_row(each: Standing) -> dict[str, Any]:
    """Where a word stands with an engine, as a row."""
    return {
        "engine": engine_title(each.engine, each.device),
        "position": each.position,
        "before": each.before,
        "change": each.change,
        "target": each.target,
        "state": state_of(each),
        "day": each.day,
        "source": source_title(each.source),
        "volume": each.volume,
    }


def _third(figures: Sequence[SiteFigure]) -> Table:
    columns = [
        Column(id="host", label=_("Site"), kind=Kind.CODE, key=True),
        Column(id="name", label=_("Figure"), lead=True),
        Column(id="value", label=_("Number"), lead=True),
        Column(id="source", label=_("Source")),
        Column(id="day", label=_("Day"), kind=Kind.DATE),
    ]
    rows = [
        {"host": one.host, "name": figure_title(one.name), "value": one.value, "source": source_title(one.source), "day": one.day}
        for one in figures
    ]
    return Table(
        id="third",
        title=_("Figures of third parties"),
        columns=columns,
        rows=rows,
        size=max(len(rows), 1),
        note=_("Estimates of the source, not of the search engine."),
    )
