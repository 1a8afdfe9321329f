"""What the audit hands to the other rooms: a section of the report, cards, to-do entries, search, facts about a URL, diagnoses,
metrics, rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth import clock
from growth.app import Diagnosis, Hit, Level, RuleText, Sample, TodoEntry
from growth.db import Database
from growth.language import Text, _
from growth.rendering.states import state_word
from growth.reporting import Figure, Kind, Note, Section, Series, Table, bars
from growth.workspace import Workspace
from seo.crawl.rendering import RenderingUnavailable, browser_path
from seo.crawls import Crawl, CrawlState, find_crawl, judged_before, newest
from seo.facts import seo_settings
from seo.issues import IssueState, message_of, url_hash
from seo.models import CrawlRow, IssueRow
from seo.report.document import crawl_figures, proposals, sentence
from seo.report.tables import checks_table, counts_by_group
from seo.tally import tally_issues

if TYPE_CHECKING:
    from growth.jobs import Period

#: checks that its table lists
CHECKS_IN_REPORT = 10
#: an audit that is older than this says little of the site as it is
OLD = timedelta(days=45)
#: a crawl whose heartbeat is older than this is not running any more
SILENT = timedelta(minutes=5)


def report_sections(session: Session, workspace: Workspace, period: Period) -> Iterator[Section]:
    """How the site stands by its last audit within the period (or before its end)."""
    crawl = _last_before(session, period.end(workspace.zone))
    if crawl is None:
        return
    before = judged_before(session, crawl.id)
    tallies = tally_issues(session, crawl_id=crawl.id)
    groups = counts_by_group(session, crawl.id)
    chart = bars(
        "seo-groups",
        _("Issues by group"),
        groups,
        x=Series(id="group", label=_("Group")),
        value=Series(id="total", label=_("Issues"), kind=Kind.NUMBER),
    )
    notes = [
        Note(
            text=note.text,
            severity=note.severity,
            mend=note.mend,
            link=note.link,
            proposal=note.severity == "error",
            evidence={"crawl": crawl.id, "check": note.link.rpartition("/")[2]},
        )
        for note in proposals(crawl, tallies, most=5)
    ]
    yield Section(
        id="seo",
        title=Text("SEO", "SEO"),
        sentence=sentence(crawl),
        figures=compared_figures(crawl, before),
        chart=chart if groups else None,
        tables=[_costliest(checks_table(tallies, crawl))] if tallies else [],
        notes=notes,
        order=30,
    )


def _costliest(table: Table) -> Table:
    """The checks that cost most; all of them stand in the dashboard and in the audit's own report."""
    return replace(table, rows=table.rows[:CHECKS_IN_REPORT], size=CHECKS_IN_REPORT, total=table.count)


def overview_cards(session: Session, workspace: Workspace, period: Period) -> Iterator[Figure]:
    """Errors of the last audit, against the one before."""
    crawl = _last_before(session, period.end(workspace.zone))
    if crawl is None:
        return
    for figure in compared_figures(crawl, judged_before(session, crawl.id)):
        if figure.id == "seo_errors":
            yield replace(figure, label=_("Errors on the site"))


def todo(session: Session, workspace: Workspace) -> Iterator[TodoEntry]:
    """A site that was never audited, an audit that was cut off, and issues that were given to somebody."""
    last = newest(session)
    if last is None:
        return
    if last.state in (CrawlState.INTERRUPTED, CrawlState.UNFINISHED):
        yield TodoEntry(
            id=f"seo-crawl-{last.id}",
            title=_(
                "The audit of {day} was cut off: {why}",
                day=f"{last.started_at.astimezone(workspace.zone):%m-%d}",
                why=last.stopped_because or last.state,
            ),
            link="/seo/crawls",
            roles=("seo",),
            since=last.heartbeat_at,
            severity="warning",
        )
    query = select(IssueRow).where(IssueRow.assigned_to.is_not(None), IssueRow.state != IssueState.FIXED.value, IssueRow.accepted.is_(None))
    for row in session.scalars(query.order_by(IssueRow.weight.desc()).limit(100)):
        import json

        yield TodoEntry(
            id=f"seo-issue-{row.id}",
            title=f"{row.assigned_to}: {message_of(row.check_id, json.loads(row.detail))}",
            link=f"/seo/issue/{row.id}",
            roles=("seo",),
            since=row.first_seen,
            severity=row.severity,
        )


def search(session: Session, text: str) -> Iterator[Hit]:
    """Checks by id or title, and pages with issues by their address."""
    from seo.check import catalogue

    wanted = text.strip().lower()
    if len(wanted) < 2:
        return
    for check in catalogue().values():
        if wanted in check.meta.id or wanted in check.meta.title_bad.zh or wanted in check.meta.title_bad.en.lower():
            yield Hit(kind="seo-check", title=str(check.meta.title_bad), link=f"/seo/issues/{check.meta.id}", detail=check.meta.id)
    pattern = "%" + wanted.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    query = select(IssueRow.url, func.count()).where(IssueRow.url.ilike(pattern, escape="\\"), IssueRow.state != IssueState.FIXED.value)
    for url, number in session.execute(query.group_by(IssueRow.url).order_by(IssueRow.url).limit(20)).tuples():
        yield Hit(kind="page", title=url, link=f"/seo/page?url={quote(url, safe='')}", detail=_("{n} issues", n=number))


def url_facts(session: Session, url: str) -> Iterator[Hit]:
    """The open issues of a page."""
    query = select(IssueRow).where(IssueRow.url_hash == url_hash(url), IssueRow.url == url, IssueRow.state != IssueState.FIXED.value)
    for row in session.scalars(query.order_by(IssueRow.weight.desc()).limit(20)):
        import json

        yield Hit(
            kind="seo-issue",
            title=message_of(row.check_id, json.loads(row.detail)),
            link=f"/seo/issue/{row.id}",
            detail=state_word(row.severity),
        )


def doctor(workspace: Workspace, database: Database | None) -> Iterator[Diagnosis]:
    """Whether pages can be rendered where that is asked for, whether the site is audited, and whether every check works."""
    yield from _rendering(workspace)
    if database is None:
        return
    with database.read() as session:
        last = newest(session)
        judged = _last_before(session, clock.now())
    if last is None:
        yield Diagnosis(id="seo.audit", level=Level.WARN, message=_("the site has not been audited yet"), fix="growth seo audit")
        return
    if last.state is CrawlState.RUNNING and clock.now() - last.heartbeat_at > SILENT:
        message = _("the audit of {at} was cut off", at=clock.rfc3339(last.started_at, workspace.zone))
        yield Diagnosis(id="seo.audit", level=Level.WARN, message=message, fix="growth seo audit --resume")
    elif judged is not None and clock.now() - judged.started_at > OLD:
        message = _("the last audit is of {at}", at=clock.rfc3339(judged.started_at, workspace.zone))
        yield Diagnosis(
            id="seo.audit", level=Level.WARN, message=message, fix=_("growth seo audit, or keep growth up running for the schedule")
        )
    else:
        yield Diagnosis(id="seo.audit", level=Level.OK, message=_("audited"))
    for check, fault in (judged.totals.get("check_faults") or {}).items() if judged else ():
        yield Diagnosis(id="seo.checks", level=Level.FAIL, message=f"{check}: {fault}", fix=_("report it; until then: seo.checks.ignore"))


def _rendering(workspace: Workspace) -> Iterator[Diagnosis]:
    """Nothing where growth.yaml has no page rendered."""
    wanted = seo_settings(workspace).crawl.javascript
    if not wanted:
        return
    try:
        browser = browser_path()
    except RenderingUnavailable as fault:
        yield Diagnosis(id="seo.rendering", level=Level.FAIL, message=_("rendering: {why}", why=fault.message), fix=fault.fix)
        return
    pages = _("all pages") if isinstance(wanted, bool) else ", ".join(wanted)
    message = _("rendering: {browser} renders {pages}", browser=Path(browser).name, pages=pages)
    yield Diagnosis(id="seo.rendering", level=Level.OK, message=message)


def metrics(session: Session) -> Iterator[Sample]:
    """Issues of the last audit by severity, and when it was."""
    crawl = _last_before(session, clock.now())
    if crawl is None:
        return
    for severity, number in (("error", crawl.errors), ("warning", crawl.warnings), ("notice", crawl.notices)):
        yield Sample(name="growth_seo_issues", value=number, labels={"severity": severity}, help="Issues of the last audit")
    yield Sample(name="growth_seo_pages", value=crawl.pages, help="Pages of the last audit")
    yield Sample(name="growth_seo_audit_timestamp_seconds", value=crawl.started_at.timestamp(), help="When the last audit began")


def rules() -> Iterator[RuleText]:
    """Every check, for ``growth explain``."""
    from seo.check import catalogue

    for check in catalogue().values():
        meta = check.meta
        yield RuleText(id=meta.id, title=meta.title_bad, why=meta.why, mend=meta.mend, source=str(meta.source))


def _last_before(session: Session, end: object) -> Crawl | None:
    states = [state.value for state in CrawlState if state.is_judged]
    query = select(CrawlRow.id).where(CrawlRow.state.in_(states), CrawlRow.started_at < end)
    id = session.scalar(query.order_by(CrawlRow.id.desc()).limit(1))
    return find_crawl(session, id) if id is not None else None


def compared_figures(crawl: Crawl, before: Crawl | None) -> list[Figure]:
    """The figures of a crawl under the names of the report, against the crawl before."""
    figures = []
    for figure in crawl_figures(crawl):
        named = Figure(
            id=f"seo_{figure.id}",
            label=figure.label,
            value=figure.value,
            better=figure.better,
            query=figure.query,
            evidence="/seo" if figure.id in ("pages", "indexable") else f"/seo/issues?severity={figure.id.rstrip('s')}",
        )
        earlier = {"pages": "pages", "errors": "errors", "warnings": "warnings", "notices": "notices"}.get(figure.id)
        if before is not None and earlier is not None:
            named = named.compared(getattr(before, earlier) or None, against=_("against the audit before"))
        figures.append(named)
    return figures
