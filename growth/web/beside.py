"""``/website/beside``: our daily totals beside those of 百度统计 or 友盟, and why they differ."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from litestar.handlers import HTTPRouteHandler

from growth.language import _, ngettext
from growth.reporting import Better, Chart, Column, Empty, Figure, Kind, PeriodChoice, Query, Series, Table, line
from growth.tables import TableUnreadable
from growth.traffic import Beside, Counter, Pair, beside, catch_up, counters, import_counts
from growth.traffic.beside_words import cause_words
from growth.web.answers import Page
from growth.web.channels import ROLES
from growth.web.overview import period_choice, wanted_period
from growth.web.page import IMPORT_BYTES, page
from growth.web.viewer import Viewer
from growth.web.website import tabs


@dataclass(frozen=True, slots=True, kw_only=True)
class BesidePage:
    """The variables of beside.html."""

    #: how far the two are apart, in words
    sentence: str
    #: the period shown and those that can be
    period: PeriodChoice
    #: (words, address, current) of the counters that were imported
    counters: Sequence[tuple[str, str, bool]]
    #: page views, visitors, visits of both
    figures: Sequence[Figure]
    #: page views of both by day
    chart: Chart | None
    #: one row a day
    table: Table
    #: what makes them differ
    causes: Table
    #: whether the user may import
    may_import: bool
    #: pages beside this one
    tabs: Sequence[tuple[str, str, bool]]


@page("/website/beside", nav="website", roles=ROLES)
def beside_page(viewer: Viewer) -> Page:
    """Both by day, with the difference and its causes."""
    period = wanted_period(viewer)
    catch_up(viewer.database)
    with viewer.database.read() as session:
        known = counters(session)
    wanted = next((each for each in known if each.value == viewer.query.get("of")), known[0] if known else Counter.BAIDU)
    found = beside(viewer.database, provider=wanted, from_day=period.first, until_day=period.last)
    table = _days(found)
    if viewer.format:
        return viewer.download(table)
    shown = BesidePage(
        sentence=_sentence(found),
        period=period_choice(viewer.address, period, viewer),
        counters=[(str(each.words), viewer.address.to(of=each.value, page=None), each is wanted) for each in known]
        if len(known) > 1
        else [],
        figures=_figures(found, f"--from {period.first} --to {period.last}") if found.days else [],
        chart=_chart(found) if len(found.days) > 1 else None,
        table=viewer.arrange(table, sort="-day"),
        causes=_causes(found),
        may_import=viewer.may("marketer", "seo"),
        tabs=tabs(viewer, "beside"),
    )
    return viewer.render("web/traffic/beside.html", shown, title=_("Beside other counters"))


@page("/website/beside", nav="website", roles=("marketer", "seo"), methods=("POST",), most_bytes=IMPORT_BYTES)
def bring(viewer: Viewer) -> Page:
    """Import an export."""
    upload = viewer.form.files.get("file")
    if upload is None or not upload.content:
        viewer.flash(_("no file was chosen"), "bad")
        return viewer.redirect("/website/beside")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{'.xlsx' if upload.content.startswith(b'PK') else '.csv'}"
        path.write_bytes(upload.content)
        try:
            with viewer.database.write() as session:
                done = import_counts(session, path, now=viewer.now)
        except TableUnreadable as fault:
            viewer.flash(f"{fault.message}. {fault.fix or ''}", "bad")
            return viewer.redirect("/website/beside")
    text = _(
        "{provider}: {written} days written, {unchanged} unchanged, {rejected} rejected",
        provider=done.provider.words,
        written=done.written,
        unchanged=done.unchanged,
        rejected=len(done.rejected),
    )
    if done.rejected:
        first = done.rejected[0]
        text += "; " + _("row {row}, {column}: {reason}", row=first.row, column=first.column, reason=first.reason)
    viewer.flash(text, "bad" if done.rejected and not done.written else "good")
    return viewer.redirect(f"/website/beside?of={done.provider.value}")


def _sentence(found: Beside) -> str:
    share, title = found.page_views.share, str(found.provider.words)
    if not found.days:
        return _("Nothing of another counter was imported for this period.")
    if share is None:
        return ngettext("{n} day of {provider}.", "{n} days of {provider}.", len(found.days), provider=title)
    return ngettext(
        "Over {n} day we count {share} page views against {provider}.",
        "Over {n} days we count {share} page views against {provider}.",
        len(found.days),
        share=f"{share:+.1%}",
        provider=title,
    )


def _figures(found: Beside, span: str) -> list[Figure]:
    command = f"growth traffic compare --provider {found.provider.value} {span}"
    named: list[tuple[str, str, Pair]] = [
        ("page_views", _("Page views"), found.page_views),
        ("visitors", _("Daily visitors"), found.visitors),
        ("visits", _("Visits"), found.visits),
    ]
    means = _("Ours on the days that both tell of; beside it by how much it differs from {provider}.", provider=found.provider.words)
    return [
        Figure(
            id=id,
            label=label,
            value=pair.ours,
            query=Query(means=means, command=command),
            evidence="/website/beside",
            better=Better.NEITHER,
        ).compared(pair.theirs, against=_("against {provider}", provider=found.provider.words))
        for id, label, pair in named
        if pair.theirs is not None
    ]


def _chart(found: Beside) -> Chart:
    rows = [{"day": day.day, "ours": day.page_views.ours, "theirs": day.page_views.theirs} for day in found.days]
    return line(
        "beside",
        _("Page views by day"),
        rows,
        x=Series(id="day", label=_("Day"), kind=Kind.DATE),
        series=[Series(id="ours", label=_("Ours")), Series(id="theirs", label=str(found.provider.words))],
    )


def _days(found: Beside) -> Table:
    columns = [Column(id="day", label=_("Day"), kind=Kind.DATE, key=True)]
    for id, label in (("page_views", "PV"), ("visitors", "UV"), ("visits", _("Visits"))):
        lead = id != "visitors"
        columns += [
            Column(id=f"{id}_ours", label=_("{what}, ours", what=label), kind=Kind.NUMBER),
            Column(id=f"{id}_theirs", label=_("{what}, theirs", what=label), kind=Kind.NUMBER),
            Column(id=f"{id}_share", label=_("{what}, difference", what=label), kind=Kind.PERCENT, lead=lead),
        ]
    rows = []
    for day in found.days:
        row: dict[str, object] = {"day": day.day}
        for id, pair in (("page_views", day.page_views), ("visitors", day.visitors), ("visits", day.visits)):
            row |= {f"{id}_ours": pair.ours, f"{id}_theirs": pair.theirs, f"{id}_share": pair.share}
        rows.append(row)
    empty = Empty(
        title=_("Nothing to set beside ours yet"),
        text=_("Export 趋势分析 by day from 百度统计 or 友盟 as CSV, and bring it here or by:"),
        code="growth traffic import-totals FILE.csv",
    )
    return Table(id="beside", title=_("Both by day"), columns=columns, rows=rows, empty=empty)


def _causes(found: Beside) -> Table:
    rows = [{"figure": count, "words": words} for _id, count, words in cause_words(found)]
    return Table(
        id="causes",
        title=_("Why they differ"),
        columns=[
            Column(id="words", label=_("Reason"), kind=Kind.PROSE, key=True),
            Column(id="figure", label=_("Our figure of these days"), kind=Kind.NUMBER, lead=True),
        ],
        rows=rows if found.days else [],
        empty=Empty(
            title=_("The reasons appear with the first import"),
            text=_("Bots, blocked scripts, another definition of a visit: each with our own figure."),
        ),
    )


def pages() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [beside_page, bring]
