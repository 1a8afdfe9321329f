"""``/reports``: the operations report on a page and in every format, and those that were made before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from growth import clock
from growth.jobs import Period, UnknownPeriod, read_catalogue
from growth.language import _
from growth.operations import Format, kept_path, kept_reports, make_report, text_of, title_of, written
from growth.reporting import Column, Empty, Kind, Note, PeriodChoice, Section, Table
from growth.web import Missing, Page, Viewer, page
from growth.web.overview import period_choice, wanted_period

MEDIA_TYPES = {
    Format.HTML: "text/html",
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
    Format.TEXT: "text/plain",
}
#: what an empty list of schedules shows
EXAMPLE = """\
report:
  - {every: day, at: "09:00", holiday: skip, to: [ops]}
  - {every: month, day: 1, at: "09:00", to: [director@example.com]}
"""
ROLES = ("director", "viewer", "marketer")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsPage:
    """The variables of reports.html."""

    #: how things stand, in words
    sentence: str
    #: the period shown and those that can be
    period: PeriodChoice
    #: (words, address, file name)
    downloads: Sequence[tuple[str, str, str]]
    #: the 日报
    text: str
    #: all proposals
    proposals: Sequence[Note]
    #: all sections
    sections: Sequence[Section]
    #: reports made before
    kept: Table
    #: when reports are made by themselves
    schedules: Table


@page("/reports", nav="reports", roles=ROLES)
def reports(viewer: Viewer) -> Page:
    """The report about ``?period=``."""
    period = wanted_period(viewer)
    report = make_report(viewer.database, period, now=viewer.now)
    names = {Format.HTML: _("HTML, one file"), Format.PDF: "PDF", Format.XLSX: "XLSX", Format.JSON: "JSON"}
    return viewer.render(
        "web/growth/reports.html",
        ReportsPage(
            sentence=report.sentence,
            period=period_choice(viewer.address, period, viewer),
            downloads=[(words, f"/reports/{period.key}/{format}", f"operations-{period.key}.{format}") for format, words in names.items()],
            text=text_of(report, viewer.workspace),
            proposals=[proposal.as_note() for proposal in report.proposals],
            sections=report.sections,
            kept=_kept(viewer),
            schedules=_schedules(viewer),
        ),
        title=f"{title_of(period)} · {period.title()}",
    )


@page("/reports/{key:str}/{format:str}", nav="reports", roles=ROLES)
def report_file(viewer: Viewer, key: str, format: str) -> Page:
    """The report about a period in one format, made now."""
    try:
        period, wanted = Period.parse(key), Format(format)
    except (UnknownPeriod, ValueError) as fault:
        raise Missing from fault
    report = make_report(viewer.database, period, now=viewer.now)
    content = written(report, viewer.workspace, wanted)
    return viewer.file(content, name=f"operations-{period.key}.{wanted}", media_type=MEDIA_TYPES[wanted])


@page("/reports/kept/{key:str}/{format:str}", nav="reports", roles=ROLES)
def kept_file(viewer: Viewer, key: str, format: str) -> Page:
    """A report as it was made."""
    try:
        path = kept_path(viewer.workspace, Period.parse(key), Format(format))
    except (UnknownPeriod, ValueError) as fault:
        raise Missing from fault
    if not path.is_file():
        raise Missing
    return viewer.file(path.read_bytes(), name=path.name, media_type=MEDIA_TYPES[Format(format)])


def pages() -> list[HTTPRouteHandler]:
    """The handlers of this module."""
    return [reports, report_file, kept_file]


def _kept(viewer: Viewer) -> Table:
    rows = [
        {
            "period": f"{title_of(one.period)} · {one.period.title()}",
            "format": one.format.value.upper(),
            "made": one.made_at,
            "size": round(one.size_bytes / 1024),
            "href": f"/reports/kept/{one.period.key}/{one.format}",
        }
        for one in kept_reports(viewer.workspace)
    ]
    columns = [
        Column(id="period", label=_("Report"), key=True),
        Column(id="format", label=_("Format")),
        Column(id="made", label=_("Made"), kind=Kind.INSTANT, lead=True),
        Column(id="size", label=_("Size, KB"), kind=Kind.NUMBER),
    ]
    empty = Empty(
        title=_("No report is kept yet"),
        text=_("Reports made by schedule or command stand here. Make one now:"),
        code="growth report operations --format html",
    )
    return Table(id="kept", title=_("Made before"), columns=columns, rows=rows[:50], empty=empty)


def _schedules(viewer: Viewer) -> Table:
    catalogue = read_catalogue(viewer.workspace)
    jobs = [job for job in catalogue.jobs.values() if job.name.startswith("report.")]
    rows = [
        {"title": str(job.title), "next": run.due_at if run else None, "to": ", ".join(entry.to)}
        for job, entry in zip(jobs, viewer.workspace.settings.report, strict=False)
        for run in (catalogue.next_of(job, clock.aware(viewer.now)),)
    ]
    columns = [
        Column(id="title", label=_("Report"), key=True),
        Column(id="next", label=_("Next"), kind=Kind.INSTANT, lead=True),
        Column(id="to", label=_("Told to")),
    ]
    empty = Empty(
        title=_("No report is made by itself yet"),
        text=_("Write into growth.yaml when one is made and who is told:"),
        code=EXAMPLE,
    )
    return Table(id="schedules", title=_("Schedules"), columns=columns, rows=rows, empty=empty)
