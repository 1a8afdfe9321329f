"""``/seo``: how the site stands, what to mend first, and the crawl that is running."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from growth.language import _
from growth.reporting import Chart, Empty, Figure, Kind, Note, Series, Table, bars
from growth.web import Page, Viewer, page
from seo.crawls import Crawl, crawls, find_crawl, judged_before, newest
from seo.handing import compared_figures
from seo.pages.crawling import Progress, progress_of
from seo.pages.tabs import EDITORS, NAV, ROLES, tabs
from seo.report.columns import CHECKS_SHORT
from seo.report.document import proposals, sentence, trend_chart
from seo.report.tables import checks_table, counts_by_group, scale_of
from seo.tally import tally_issues


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage:
    """The variables of overview.html."""

    #: (words, address, current)
    tabs: Sequence[tuple[str, str, bool]]
    #: one sentence that says how things stand
    sentence: str
    #: the crawl that is under way, or None
    progress: Progress | None
    figures: Sequence[Figure] = ()
    chart: Chart | None = None
    trend: Chart | None = None
    #: what to mend first
    notes: Sequence[Note] = ()
    #: checks that found something
    table: Table | None = None
    #: what to do where there is no crawl yet
    empty: Empty | None = None
    #: whether the viewer may begin an audit
    may_begin: bool = False
    #: files of the report: (words, address)
    downloads: Sequence[tuple[str, str]] = ()


@page("/seo", nav=NAV, roles=ROLES)
def overview(viewer: Viewer) -> Page:
    """How the site stands."""
    with viewer.database.read() as session:
        last = newest(session)
        progress = progress_of(last, viewer.now) if last is not None else None
        judged = find_crawl(session) if last is not None and any(one.state.is_judged for one in crawls(session, limit=50)) else None
        if judged is None:
            return viewer.render("web/seo/overview.html", _empty(viewer, last, progress), title="SEO")
        tallies = tally_issues(session, crawl_id=judged.id)
        groups = counts_by_group(session, judged.id)
        figures = compared_figures(judged, judged_before(session, judged.id))
        past = [one for one in crawls(session, limit=60) if one.state.is_judged and one.start_url == judged.start_url]
    table = viewer.arrange(checks_table(tallies, judged), sort="")
    if viewer.format:
        return viewer.download(table, name="seo-issues")
    table = replace(table, columns=scale_of(judged, ()).columns(CHECKS_SHORT))
    shown = OverviewPage(
        tabs=tabs("overview"),
        sentence=sentence(judged),
        progress=progress,
        figures=figures,
        chart=bars(
            "seo-groups",
            _("Issues by group"),
            groups,
            x=Series(id="group", label=_("Group")),
            value=Series(id="total", label=_("Issues"), kind=Kind.NUMBER),
        )
        if groups
        else None,
        trend=trend_chart(past, viewer.workspace.zone),
        notes=proposals(judged, tallies, most=5),
        table=table,
        may_begin=viewer.may(*EDITORS) and progress is None,
        downloads=[(name.upper(), f"/seo/report/{name}?crawl={judged.id}") for name in ("html", "xlsx", "json")],
    )
    return viewer.render("web/seo/overview.html", shown, title="SEO")


def _empty(viewer: Viewer, last: Crawl | None, progress: Progress | None) -> OverviewPage:
    cut_off = last is not None and progress is None
    return OverviewPage(
        tabs=tabs("overview"),
        sentence=_("The last audit did not come to its end.") if cut_off else _("The site has not been audited yet."),
        progress=progress,
        empty=Empty(
            title=_("No audit yet"),
            text=last.stopped_because or ""
            if cut_off and last is not None
            else _("An audit walks over the whole site and says what is wrong, what it costs and how to mend it."),
            code="growth seo audit --resume" if cut_off else "growth seo audit",
        ),
        may_begin=viewer.may(*EDITORS) and progress is None,
    )
