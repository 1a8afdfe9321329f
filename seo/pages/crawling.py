"""A crawl under way, the crawls so far, and what changed between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from growth.errors import GrowthError
from growth.jobs import AlreadyRun, NotRunning, ask, ask_to_stop, read_catalogue
from growth.language import _
from growth.reporting import Column, Empty, Kind, Table
from growth.web import Page, Viewer, page
from seo.crawls import Crawl, CrawlState, newest
from seo.diff import Diff, diff_crawls
from seo.issues import IssueState
from seo.jobs import ASKED, SCHEDULED
from seo.listing import list_crawls
from seo.pages.tabs import EDITORS, NAV, ROLES, tabs
from seo.report.columns import ISSUES

#: a crawl that has not been heard of for so long is not running any more
SILENT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A running crawl in figures."""

    #: pages read, and those known so far (at most `max_pages`)
    done: int
    total: int
    #: sentences: rate, queue, failures, time left
    words: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlsPage:
    """The variables of crawls.html."""

    tabs: Sequence[tuple[str, str, bool]]
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffPage:
    """The variables of diff.html."""

    tabs: Sequence[tuple[str, str, bool]]
    #: one sentence on what changed
    sentence: str
    #: (words, value) for choosing the two crawls
    choices: Sequence[tuple[str, str]]
    old: str
    new: str
    table: Table | None
    #: why there is nothing to compare
    fault: str = ""


def progress_of(crawl: Crawl, now: datetime) -> Progress | None:
    """How far a crawl is; None where none is under way."""
    if crawl.state is not CrawlState.RUNNING or now - crawl.heartbeat_at > SILENT:
        return None
    total = min(crawl.pages + crawl.queued, crawl.max_pages)
    rate = crawl.pages / crawl.seconds if crawl.seconds > 1 else 0.0
    words = [_("{rate} pages a second", rate=f"{rate:.1f}"), _("{n} waiting", n=crawl.queued), _("{n} failures", n=crawl.failures)]
    if rate and crawl.queued:
        words.append(_("about {minutes} min left", minutes=max(1, round((total - crawl.pages) / rate / 60))))
    return Progress(done=crawl.pages, total=max(total, 1), words=words)


@page("/seo/running", nav=NAV, roles=ROLES)
def running(viewer: Viewer) -> Page:
    """The progress line, for htmx; when the crawl is over the page is loaded anew."""
    with viewer.database.read() as session:
        last = newest(session)
    progress = progress_of(last, viewer.now) if last is not None else None
    if progress is None:
        return viewer.redirect("/seo")
    return viewer.fragment("web/seo/_progress.html", progress=progress)


@page("/seo/audit", methods=("POST",), nav=NAV, roles=EDITORS)
def begin(viewer: Viewer) -> Page:
    """Ask for an audit now."""
    catalogue = read_catalogue(viewer.workspace)
    try:
        with viewer.database.write() as session:
            ask(session, catalogue, job=ASKED, asked_by=viewer.actor, now=viewer.now)
        viewer.flash(_("The audit begins as soon as a worker is free; its progress shows here."))
    except AlreadyRun as fault:
        viewer.flash(str(fault), "warning")
    return viewer.redirect("/seo")


@page("/seo/audit/stop", methods=("POST",), nav=NAV, roles=EDITORS)
def stop(viewer: Viewer) -> Page:
    """Ask the audit that is running to stop; what it read is kept."""
    for job in (ASKED, SCHEDULED):
        try:
            with viewer.database.write() as session:
                ask_to_stop(session, job=job, asked_by=viewer.actor)
            viewer.flash(_("The audit stops; what was crawled is kept."))
            break
        except NotRunning:
            continue
    else:
        viewer.flash(_("This audit was begun by a command; stop it with Ctrl-C where it runs."), "warning")
    return viewer.redirect("/seo")


@page("/seo/crawls", nav=NAV, roles=ROLES)
def crawls(viewer: Viewer) -> Page:
    """The crawls so far."""
    rows = [{**row, "href": f"/seo/diff?new={row['id']}" if row["kept"] else None} for row in list_crawls(viewer.database)]
    columns = [
        Column(id="id", label=_("Crawl"), kind=Kind.CODE, key=True),
        Column(id="status", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="started_at", label=_("Begun"), kind=Kind.INSTANT, lead=True),
        Column(id="pages", label=_("Pages"), kind=Kind.NUMBER),
        Column(id="requests", label=_("Requests"), kind=Kind.NUMBER),
        Column(id="links", label=_("Links"), kind=Kind.NUMBER),
        Column(id="seconds", label=_("Took"), kind=Kind.DURATION),
        Column(id="errors", label=_("Errors"), kind=Kind.NUMBER),
        Column(id="warnings", label=_("Warnings"), kind=Kind.NUMBER),
        Column(id="notices", label=_("Notices"), kind=Kind.NUMBER),
        Column(id="because", label=_("Why it ended"), kind=Kind.PROSE),
    ]
    empty = Empty(title=_("No crawl yet"), text=_("Every audit is kept here with its figures."), code="growth seo audit")
    table = viewer.arrange(Table(id="crawls", title=_("Crawls"), columns=columns, rows=rows, empty=empty), sort="-started_at")
    if viewer.format:
        return viewer.download(table)
    return viewer.render(
        "web/seo/crawls.html", CrawlsPage(tabs=tabs("crawls"), table=table), title=_("Crawls"), crumbs=_crumbs(_("Crawls"))
    )


@page("/seo/diff", nav=NAV, roles=ROLES)
def diff(viewer: Viewer, old: int | None = None, new: int | None = None, state: str = "") -> Page:
    """What changed between two crawls."""
    choices = [
        (row["id"], f"#{row['id']} · {row['started_at'].astimezone(viewer.workspace.zone):%Y-%m-%d %H:%M}")
        for row in list_crawls(viewer.database)
        if row["kept"] and row["status"] in (CrawlState.DONE, CrawlState.LIMITED)
    ]
    try:
        found = diff_crawls(viewer.database, old, new)
    except GrowthError as fault:
        shown = DiffPage(tabs=tabs("diff"), sentence="", choices=choices, old="", new="", table=None, fault=str(fault))
        return viewer.render("web/seo/diff.html", shown, title=_("Changes"), crumbs=_crumbs(_("Changes")))
    table = viewer.arrange(_diff_table(found, state), sort="state")
    if viewer.format:
        return viewer.download(table)
    sentence = _(
        "{new} new issues, {fixed} fixed, {open} still open.",
        new=found.count(IssueState.NEW),
        fixed=found.count(IssueState.FIXED),
        open=found.count(IssueState.OPEN),
    )
    shown = DiffPage(tabs=tabs("diff"), sentence=sentence, choices=choices, old=str(found.old.id), new=str(found.new.id), table=table)
    return viewer.render("web/seo/diff.html", shown, title=_("Changes"), crumbs=_crumbs(_("Changes")))


def _diff_table(found: Diff, state: str) -> Table:
    wanted = {IssueState(state)} if state in list(IssueState) else {IssueState.NEW, IssueState.FIXED}
    rows = [
        {
            "state": change.state.value,
            "severity": change.severity,
            "issue": change.message,
            "check": change.check,
            "url": change.url,
            "href": f"/seo/issues/{change.check}",
        }
        for change in found.changes
        if change.state in wanted
    ]
    columns = [column for column in ISSUES if column.id in ("severity", "issue", "check", "url", "state")]
    empty = Empty(title=_("Nothing changed"), text=_("Both crawls found the same issues."))
    return Table(id="changes", title=_("Changes"), columns=columns, rows=rows, empty=empty)


def _crumbs(words: str) -> list[tuple[str, str]]:
    return [("SEO", "/seo"), (words, "")]
