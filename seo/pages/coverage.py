"""``/seo/coverage``: 收录: what search engines' crawlers visit, which pages they never asked for, what was pushed and indexed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from growth import clock
from growth.language import _
from growth.reporting import Better, Chart, Column, Empty, Figure, Kind, Query, Series, Table, line, stacked
from growth.web import Missing, Page, Viewer, page
from seo.indexing.coverage import Coverage, coverage, dead_pages, never_visited
from seo.indexing.engines import engines
from seo.indexing.store import keep_index_count
from seo.pages.evidence import page_link
from seo.pages.tabs import EDITORS, NAV, ROLES, tabs

#: engines that the chart draws, those with most visits
_DRAWN: Final = 6
#: what can be shown, by days
SPANS: Final = (30, 90, 365, 0)
LOG_COMMAND: Final = "growth seo coverage --log /var/log/nginx/access.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveragePage:
    """The variables of coverage.html."""

    tabs: Sequence[tuple[str, str, bool]]
    #: how things stand, in words
    sentence: str
    #: (words, address, current) of the days that count
    spans: Sequence[tuple[str, str, bool]] = ()
    figures: Sequence[Figure] = ()
    #: visits by day and engine
    chart: Chart | None = None
    #: pushed and indexed by day, of one engine
    course: Chart | None = None
    #: (words, address, current) of the tables
    chips: Sequence[tuple[str, str, bool]] = ()
    #: (words, address, current) of the engines, where a table is of one
    of_engine: Sequence[tuple[str, str, bool]] = ()
    table: Table | None = None
    #: what to do where no log was read yet
    empty: Empty | None = None
    #: (id, words) of the engines whose count can be written down
    countable: Sequence[tuple[str, str]] = ()
    #: whether the viewer may
    may_count: bool = False
    #: what was wrong with the form
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePage:
    """The variables of evidence.html."""

    figure: Figure


@page("/seo/coverage", nav=NAV, roles=ROLES)
def coverage_page(viewer: Viewer, days: int = 90, show: str = "engines", engine: str = "") -> Page:
    """Coverage over the last `days` (0: all), with one of its tables."""
    return _shown(viewer, days, show, engine)


@page("/seo/coverage/evidence/{figure_id:str}", nav=NAV, roles=ROLES)
def evidence(viewer: Viewer, figure_id: str, days: int = 90) -> Page:
    """What proves a figure."""
    state = _state(viewer, days)
    figure = next((one for one in _figures(viewer, state, days) if one.id == figure_id), None)
    if figure is None:
        raise Missing
    rows = figure.asked.rows
    if viewer.format and rows is not None:
        return viewer.download(rows)
    crumbs = [("SEO", "/seo"), (_("Coverage"), "/seo/coverage"), (str(figure.label), "")]
    return viewer.render("web/growth/evidence.html", FigurePage(figure=figure), title=str(figure.label), crumbs=crumbs)


@page("/seo/coverage/indexed", methods=("POST",), nav=NAV, roles=EDITORS)
def count(viewer: Viewer) -> Page:
    """Write down how many pages an engine's console shows today."""
    engine, pages = viewer.form.get("engine"), viewer.form.get("pages").strip().replace(",", "")
    if engine not in engines() or not pages.isascii() or not pages.isdigit() or len(pages) > 12:
        return _shown(viewer, 90, "engines", "", fault=_("Give a whole number of pages."))
    with viewer.database.write() as session:
        keep_index_count(session, engine=engine, day=_today(viewer), pages=int(pages), now=viewer.now)
    viewer.flash(_("{engine}: {n} pages indexed today", engine=engines()[engine].title, n=pages))
    return viewer.redirect("/seo/coverage?show=pages")


def _shown(viewer: Viewer, days: int, show: str, engine: str, fault: str = "") -> Page:
    state = _state(viewer, days)
    title, crumbs = _("Coverage"), [("SEO", "/seo"), (_("Coverage"), "")]
    if not state.logs and not state.pages:
        empty = Empty(
            title=_("No log was read yet"),
            text=_(
                "The site's own access log says which pages search engines ask for. Read it once, or name it under "
                "seo.logs.files in growth.yaml to have it read every day."
            ),
            code=LOG_COMMAND,
        )
        shown = CoveragePage(tabs=tabs("coverage"), sentence=_("What crawlers visit is not known yet."), empty=empty)
        return viewer.render("web/seo/coverage.html", shown, title=title, crumbs=crumbs)
    engine = engine if engine in engines() else _main_engine(state)
    table = viewer.arrange(_table(viewer, state, show, engine))
    if viewer.format:
        return viewer.download(table, name=f"coverage-{show}")
    shown = CoveragePage(
        tabs=tabs("coverage"),
        sentence=_sentence(state),
        spans=[(_span_words(span), viewer.address.to(days=span, page=None), span == days) for span in SPANS],
        figures=_figures(viewer, state, days),
        chart=_chart(state),
        course=_course(state, engine),
        chips=[(words, viewer.address.to(show=id, page=None, sort=None, q=None), id == show) for id, words in _tables().items()],
        of_engine=[
            (str(engines()[one.engine].title), viewer.address.to(engine=one.engine, page=None), one.engine == engine) for one in state.pages
        ]
        if show == "never"
        else (),
        table=table,
        countable=[(id, str(one.title)) for id, one in engines().items()],
        may_count=viewer.may(*EDITORS),
        fault=fault,
    )
    return viewer.render("web/seo/coverage.html", shown, title=title, crumbs=crumbs)


def _state(viewer: Viewer, days: int) -> Coverage:
    span = timedelta(days=min(days, 36_500)) if days > 0 else None
    return coverage(viewer.database, today=_today(viewer), span=span)


def _today(viewer: Viewer) -> date:
    return clock.site_day(viewer.now, viewer.workspace.zone)


def _span_words(days: int) -> str:
    return _("{n} days", n=days) if days else _("All days")


def _main_engine(state: Coverage) -> str:
    """The engine with most visits; Baidu where there is none."""
    return state.engines[0].engine if state.engines and state.engines[0].visits else "baidu"


def _sentence(state: Coverage) -> str:
    visits, forged = sum(one.visits for one in state.engines), sum(one.forged for one in state.engines)
    words = [_("Crawlers asked {n} times; {m} more were forged.", n=f"{visits:,}", m=f"{forged:,}")]
    worst = max((one for one in state.pages if one.indexable and one.visited), key=lambda one: one.never, default=None)
    if worst is not None and worst.never:
        name = engines()[worst.engine].title
        words.append(_("{engine} has never asked for {n} of {m} indexable pages.", engine=name, n=worst.never, m=worst.indexable))
    return " ".join(words)


def _figures(viewer: Viewer, state: Coverage, days: int) -> list[Figure]:
    """Visits, answered badly, forged, never asked for, pushed and come; each with what proves it."""
    visits = sum(one.visits for one in state.engines)
    failed = sum(one.failed for one in state.engines)
    main = next((one for one in state.pages if one.engine == _main_engine(state)), None)
    name = str(engines()[_main_engine(state)].title)
    by_engine, by_pages = _engines_table(state), _pages_table(state)
    command = "growth seo coverage --json"

    def one(id: str, label: str, value: int | float | None, means: str, computed: str, rows: Table, **more: Any) -> Figure:
        link = f"/seo/coverage?days={days}&show={'pages' if rows is by_pages else 'engines'}"
        query = Query(means=means, computed=computed, command=command, as_of=state.last_read, rows=replace(rows, size=50), link=link)
        return Figure(id=id, label=label, value=value, query=query, evidence=f"/seo/coverage/evidence/{id}?days={days}", **more)

    by_day = Counter[date]()
    for day in state.days:
        by_day[day.day] += day.visits
    spark = [number for _day, number in sorted(by_day.items()) if number][-60:]
    return [
        one(
            "visits",
            _("Visits of crawlers"),
            visits,
            _("How often search engines' crawlers asked for something, the forged left out."),
            _("Lines of the access logs whose User-Agent is a crawler's, less those from addresses that are not the engine's."),
            by_engine,
            spark=spark,
        ),
        one(
            "failed",
            _("Answered 4xx or 5xx"),
            failed / visits if visits else None,
            _("The share of their visits that crawlers spend on pages that are gone or broken."),
            _("Visits with a status of 400 or more, by all visits."),
            by_engine,
            unit="%",
            better=Better.DOWN,
            why_none=_("no visits"),
        ),
        one(
            "forged",
            _("Forged"),
            sum(each.forged for each in state.engines),
            _("Visits of somebody who gives himself out as a crawler."),
            _("By the address lists that engines publish, and by host names there and back."),
            by_engine,
            better=Better.NEITHER,
        ),
        one(
            "never",
            _("Never asked for by {engine}", engine=name),
            main.never if main is not None and main.indexable else None,
            _("Indexable pages of the newest crawl that the engine's crawlers have not asked for."),
            _("Indexable pages less those whose URL stands in a log with a genuine or unverified crawler of the engine."),
            by_pages,
            better=Better.DOWN,
            why_none=_("no crawl yet: growth seo audit"),
        ),
        one(
            "pushed_visited",
            _("Pushed and visited since, {engine}", engine=name),
            main.pushed_visited / main.pushed if main is not None and main.pushed else None,
            _("The share of the URLs pushed to the engine that its crawlers asked for afterwards."),
            _("URLs that the engine accepted and whose last visit is later, by all that it accepted."),
            by_pages,
            unit="%",
            why_none=_("nothing was pushed"),
        ),
    ]


def _chart(state: Coverage) -> Chart:
    drawn = [one.engine for one in state.engines[:_DRAWN]]
    visits = {(one.day, one.engine): one.visits for one in state.days}
    days = sorted({one.day for one in state.days if one.visits})
    rows = [{"day": day, **{name: visits.get((day, name), 0) for name in drawn}} for day in days]
    series = [Series(id=name, label=engines()[name].title) for name in drawn]
    make = line if len(rows) > 1 else stacked
    return make("coverage-days", _("Visits of crawlers by day"), rows, x=Series(id="day", label=_("Day"), kind=Kind.DATE), series=series)


def _course(state: Coverage, engine: str) -> Chart | None:
    """Pushed and indexed beside the visits of one engine, where something was pushed or counted."""
    days = [one for one in state.days if one.engine == engine]
    if not any(one.pushed or one.indexed is not None for one in days) or len(days) < 2:
        return None
    # days that no log tells of yet are a gap, not nothing
    told = {one.day for one in state.days if one.visits}
    rows = [
        {"day": one.day, "visits": one.visits if one.day in told else None, "pushed": one.pushed, "indexed": one.indexed} for one in days
    ]
    series = [
        Series(id="visits", label=_("Crawler visits")),
        Series(id="pushed", label=_("Pushed")),
        Series(id="indexed", label=_("Indexed")),
    ]
    title = _("Pushed, visited, indexed: {engine}", engine=engines()[engine].title)
    return line("coverage-course", title, rows, x=Series(id="day", label=_("Day"), kind=Kind.DATE), series=series)


def _tables() -> dict[str, str]:
    return {
        "engines": _("Engines"),
        "sections": _("Folders of the site"),
        "pages": _("Pages"),
        "never": _("Never asked for"),
        "dead": _("Dead but asked for"),
    }


def _table(viewer: Viewer, state: Coverage, show: str, engine: str) -> Table:
    if show == "sections":
        return _sections_table(state)
    if show == "pages":
        return _pages_table(state)
    if show == "never":
        columns = [Column(id="url", label=_("Page"), kind=Kind.URL, key=True, lead=True)]
        rows = [{"url": url, "href": page_link(url)} for url in never_visited(viewer.database, engine=engine)]
        empty = Empty(title=_("Nothing is left out"), text=_("Its crawlers have asked for every indexable page."))
        return Table(
            id="never", title=_("Never asked for by {engine}", engine=engines()[engine].title), columns=columns, rows=rows, empty=empty
        )
    if show == "dead":
        with viewer.database.read() as session:
            dead = [{**row, "engine": str(engines()[str(row["engine"])].title)} for row in dead_pages(session)]
        columns = [
            Column(id="url", label=_("Page"), kind=Kind.URL, key=True, lead=True),
            Column(id="engine", label=_("Engine")),
            Column(id="status", label=_("Status"), kind=Kind.NUMBER, lead=True),
            Column(id="visits", label=_("Crawler visits"), kind=Kind.NUMBER),
            Column(id="last_at", label=_("Last crawled"), kind=Kind.INSTANT),
        ]
        empty = Empty(title=_("No dead page"), text=_("No crawler asks for a dead page."))
        return Table(id="dead", title=_("Dead but asked for"), columns=columns, rows=dead, empty=empty)
    return _engines_table(state)


def _engines_table(state: Coverage) -> Table:
    columns = [
        Column(id="engine", label=_("Engine"), key=True, lead=True),
        Column(id="visits", label=_("Crawler visits"), kind=Kind.NUMBER, lead=True),
        Column(id="verified", label=_("Verified"), kind=Kind.NUMBER),
        Column(id="unverified", label=_("Unverified"), kind=Kind.NUMBER),
        Column(id="forged", label=_("Forged"), kind=Kind.NUMBER),
        Column(id="failed", label=_("Answered 4xx or 5xx"), kind=Kind.BAR),
    ]
    rows = [
        {
            "engine": str(engines()[one.engine].title),
            "visits": one.visits,
            "verified": one.verified,
            "unverified": one.unverified,
            "forged": one.forged,
            "failed": one.failed / one.visits if one.visits else None,
        }
        for one in state.engines
    ]
    empty = Empty(title=_("No visit in these days"), text=_("Choose more days, or read a newer log."), code=LOG_COMMAND)
    return Table(id="engines", title=_("Engines"), columns=columns, rows=rows, empty=empty)


def _sections_table(state: Coverage) -> Table:
    total = {one.engine: one.visits for one in state.engines}
    columns = [
        Column(id="section", label=_("Folder of the site"), kind=Kind.CODE, key=True, lead=True),
        Column(id="engine", label=_("Engine")),
        Column(id="visits", label=_("Crawler visits"), kind=Kind.NUMBER, lead=True),
        Column(id="share", label=_("Share of its visits"), kind=Kind.BAR),
        Column(id="failed", label=_("Answered 4xx or 5xx"), kind=Kind.BAR),
    ]
    rows = [
        {
            "section": one.section,
            "engine": str(engines()[one.engine].title),
            "visits": one.visits,
            "share": one.visits / total[one.engine],
            "failed": one.failed / one.visits,
        }
        for one in state.sections
    ]
    empty = Empty(title=_("No visit in these days"), text=_("Choose more days, or read a newer log."), code=LOG_COMMAND)
    return Table(id="sections", title=_("Folders of the site"), columns=columns, rows=rows, empty=empty)


def _pages_table(state: Coverage) -> Table:
    columns = [
        Column(id="engine", label=_("Engine"), key=True, lead=True),
        Column(id="visited", label=_("Visited"), kind=Kind.NUMBER, help=_("of the indexable pages of the newest crawl")),
        Column(id="never", label=_("Never asked for"), kind=Kind.NUMBER, lead=True),
        Column(id="dead", label=_("Dead but asked for"), kind=Kind.NUMBER),
        Column(id="pushed", label=_("Pushed"), kind=Kind.NUMBER),
        Column(id="pushed_visited", label=_("Visited since"), kind=Kind.NUMBER),
        Column(id="indexed", label=_("Indexed"), kind=Kind.NUMBER),
        Column(id="indexed_on", label=_("Looked up on"), kind=Kind.DATE),
    ]
    rows = [
        {
            "engine": str(engines()[one.engine].title),
            "visited": one.visited,
            "never": one.never,
            "dead": one.dead,
            "pushed": one.pushed,
            "pushed_visited": one.pushed_visited,
            "indexed": one.indexed,
            "indexed_on": one.indexed_on,
            "href": f"/seo/coverage?show=never&engine={one.engine}",
        }
        for one in state.pages
    ]
    return Table(id="pages", title=_("Pages"), columns=columns, rows=rows)
