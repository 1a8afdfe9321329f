"""``/``: how things stand, in one sentence, five figures, one chart and one table; ``/evidence/FIGURE`` proves a figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Thread

from litestar.handlers import HTTPRouteHandler

from growth.app import handed
from growth.db import Database
from growth.jobs import Period, UnknownPeriod
from growth.language import _
from growth.operations import FIGURES, OperationsReport, make_report, period_asked
from growth.rendering import Address
from growth.reporting import Chart, Column, Figure, Kind, Note, PeriodChoice, Table, TableState, arrange, download, warm_up
from growth.web import Missing, Page, Viewer, lifespan, page
from growth.web.app import Lifespan
from growth.workspace import Every, Workspace

#: proposals that the overview shows; the report shows all
SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage:
    """The variables of overview.html."""

    #: how things stand, in words
    sentence: str
    #: the period shown and those that can be
    period: PeriodChoice
    #: visits, sign-ups, cost, cost a sign-up, return
    figures: Sequence[Figure]
    #: the first few proposals
    proposals: Sequence[Note]
    #: visits and sign-ups by day
    course: Chart
    #: figures that rooms and apps hand over
    cards: Sequence[Figure]
    #: channels, arranged as the address asks
    table: Table
    #: the attribution model, in words
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """The variables of evidence.html."""

    #: the figure with its evidence
    figure: Figure


@page("/", nav="overview")
def overview(viewer: Viewer) -> Page:
    """The overview of a period: ``?period=2026-11``."""
    period = wanted_period(viewer)
    report = make_report(viewer.database, period, now=viewer.now, whole=False)
    table = channel_table(report)
    if viewer.format:
        file = download(arrange(table, TableState.of(viewer.address), whole=True), viewer.format, viewer.workspace.zone)
        return viewer.file(file.content, name=file.name, media_type=file.media_type)
    chart = report.sections[0].chart
    assert chart is not None
    return viewer.render(
        "web/growth/overview.html",
        OverviewPage(
            sentence=report.sentence,
            period=period_choice(viewer.address, period, viewer),
            figures=report.figures,
            proposals=[proposal.as_note() for proposal in report.proposals[:SHOWN]],
            course=chart,
            cards=list(_cards(viewer, period)),
            table=arrange(table, TableState.of(viewer.address, sort="-signups")),
            model=_("attribution model: {model}", model=report.facts.model_title),
        ),
        title=_("Overview"),
    )


@page("/evidence/{figure_id:str}", nav="overview")
def evidence(viewer: Viewer, figure_id: str) -> Page:
    """What proves a figure: its meaning, how it is computed, the rows, the command."""
    period = wanted_period(viewer)
    report = make_report(viewer.database, period, now=viewer.now, whole=figure_id not in FIGURES)
    figures = [*(figure for section in report.sections for figure in section.figures), *_cards(viewer, period)]
    figure = next((figure for figure in figures if figure.id == figure_id), None)
    if figure is None:
        raise Missing
    shown = _with_rows(figure, report)
    rows = shown.asked.rows
    if viewer.format and rows is not None:
        file = download(arrange(rows, TableState.of(viewer.address), whole=True), viewer.format, viewer.workspace.zone)
        return viewer.file(file.content, name=file.name, media_type=file.media_type)
    title = f"{figure.label} · {period.title()}"
    crumbs = [(_("Overview"), f"/?period={period.key}"), (str(figure.label), "")]
    return viewer.render("web/growth/evidence.html", EvidencePage(figure=shown), title=title, crumbs=crumbs)


def pages() -> list[HTTPRouteHandler | Lifespan]:
    """The handlers of this module."""
    return [overview, evidence, lifespan(_drawing_ready)]


@contextmanager
def _drawing_ready(workspace: Workspace, database: Database) -> Iterator[None]:
    """The first page must not wait for the drawing engine to start."""
    Thread(target=warm_up, name="drawing", daemon=True).start()
    yield


def wanted_period(viewer: Viewer) -> Period:
    """The period of the address; nonsense there is no page."""
    try:
        return period_asked(viewer.query.get("period"), workspace=viewer.workspace, now=viewer.now)
    except UnknownPeriod as fault:
        raise Missing from fault


def period_choice(address: Address, period: Period, viewer: Viewer) -> PeriodChoice:
    """The periods that people look at, today's and the one before, and the neighbours of the one shown."""
    zone, now = viewer.workspace.zone, viewer.now
    month, week = Period.at(Every.MONTH, now, zone), Period.at(Every.WEEK, now, zone)
    day = Period.at(Every.DAY, now, zone)
    named = [
        (_("Today"), day),
        (_("Yesterday"), day.previous()),
        (_("This week"), week),
        (_("Last week"), week.previous()),
        (_("This month"), month),
        (_("Last month"), month.previous()),
        (_("The month before"), month.previous().previous()),
        (_("This year"), Period.at(Every.YEAR, now, zone)),
    ]
    options = [(f"{words} · {one.key}", address.to(period=one.key, page=None), one == period) for words, one in named]
    if not any(current for _words, _link, current in options):
        options.insert(0, (period.title(), str(address), True))
    later = period.next()
    return PeriodChoice(
        words=period.title(),
        options=options,
        before=address.to(period=period.previous().key, page=None),
        after=address.to(period=later.key, page=None) if later.first <= day.first else "",
    )


def channel_table(report: OperationsReport) -> Table:
    """The table by channel of a report, its rows leading to the channels with the period kept."""
    table = next(section for section in report.sections if section.id == "channels").tables[0]
    return replace(
        table, rows=[{**row, **({"href": f"{row['href']}?period={report.period.key}"} if row.get("href") else {})} for row in table.rows]
    )


def _cards(viewer: Viewer, period: Period) -> Iterator[Figure]:
    with viewer.database.read() as session:
        for make in handed(viewer.workspace.apps, "overview_cards"):
            found: Iterable[Figure] = make(session, viewer.workspace, period)
            yield from found


def _with_rows(figure: Figure, report: OperationsReport) -> Figure:
    """The figure with the rows behind it: by day for what is counted, by channel for money; those that it has of its own stay."""
    query = figure.asked
    if query.rows is not None or query.link or figure.id not in FIGURES:
        return figure
    if figure.id in ("visits", "signups"):
        place = 0 if figure.id == "visits" else 1
        rows = [
            {"day": day, "n": numbers[place]}
            for day, numbers in sorted(report.facts.course.items(), reverse=True)
            if day >= report.facts.span.first
        ]
        columns = [
            Column(id="day", label=_("Day"), kind=Kind.DATE, key=True),
            Column(id="n", label=figure.label, kind=Kind.NUMBER, lead=True),
        ]
        table = Table(id="evidence", title=f"{figure.label} {report.period.key}", columns=columns, rows=rows)
    else:
        table = replace(channel_table(report), id="evidence", size=50)
    return replace(figure, query=replace(query, rows=table, link=f"/channels?period={report.period.key}"))
