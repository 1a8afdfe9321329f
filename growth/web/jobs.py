"""``/jobs``: every job, and what runs now; ``/jobs/NAME``: one job, run and stopped by hand; ``/alerts``: what lasts, what was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from litestar.handlers import HTTPRouteHandler

from growth import accounts
from growth.accounts import Role
from growth.alerts import Alert, NoticeState, alert_of, alerts, close_alert, notices, replay, resolve_target, send_test
from growth.errors import GrowthError
from growth.jobs import (
    Catalogue,
    Job,
    Run,
    RunState,
    Standing,
    UnknownJob,
    ask,
    ask_to_stop,
    last_runs,
    read_catalogue,
    run_history,
    schedule_words,
    standing,
)
from growth.language import _, ngettext
from growth.reporting import Column, Empty, Kind, Table
from growth.web.answers import Page
from growth.web.page import page
from growth.web.refusals import Missing
from growth.web.viewer import Viewer
from growth.web.words import said

ADMIN = (Role.ADMIN,)
_RUNS_SHOWN = 1000
_MESSAGES_SHOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsPage:
    """The variables of jobs.html."""

    #: how things stand, in one sentence
    sentence: str
    #: processes, runs and queue as they are now
    now_standing: Standing
    #: all jobs
    table: Table
    #: what lasts
    lasting: Sequence[Alert]


@dataclass(frozen=True, slots=True, kw_only=True)
class NowPart:
    """The variables of _jobs_now.html."""

    #: processes, runs and queue as they are now
    now_standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """The variables of job.html."""

    #: name of the job
    name: str
    #: (words, value)
    facts: Sequence[tuple[str, str]]
    #: page that shows what it does
    link: str | None
    #: the run that goes on, or None
    going_on: Run | None
    #: whether the run that goes on was asked to stop
    stopping: bool
    #: key of the period that a run asked for now is for
    period: str
    #: all runs
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsPage:
    """The variables of alerts.html."""

    #: what lasts
    lasting: Sequence[Alert]
    #: what was settled
    settled: Table
    #: messages to the team
    messages: Table
    #: targets of notify
    targets: Sequence[str]


@page("/jobs", nav="jobs")
def overview(viewer: Viewer) -> Page:
    """Every job."""
    catalogue = read_catalogue(viewer.workspace)
    with viewer.database.read() as session:
        found = standing(session, viewer.workspace, now=viewer.now)
        last = last_runs(session)
        lasting = alerts(session, open_only=True)
    table = viewer.arrange(_jobs_table(catalogue, last, viewer.now), sort="next")
    if viewer.format:
        return viewer.download(table)
    shown = JobsPage(sentence=_sentence(found, catalogue), now_standing=found, table=table, lasting=lasting)
    return viewer.render("web/growth/jobs.html", shown, title=_("Jobs"))


@page("/jobs/now", nav="jobs")
def now_part(viewer: Viewer) -> Page:
    """What runs now, asked for again and again while the page is open."""
    with viewer.database.read() as session:
        found = standing(session, viewer.workspace, now=viewer.now)
    return viewer.fragment("web/growth/_jobs_now.html", NowPart(now_standing=found))


@page("/jobs/history", nav="jobs")
def history(viewer: Viewer) -> Page:
    """What happened, the newest first."""
    catalogue = read_catalogue(viewer.workspace)
    with viewer.database.read() as session:
        runs = run_history(session, limit=_RUNS_SHOWN)
    table = viewer.arrange(_runs_table(runs, catalogue, with_job=True), sort="-began")
    if viewer.format:
        return viewer.download(table)
    crumbs = [(_("Jobs"), "/jobs"), (_("History"), "")]
    return viewer.render("web/growth/job_history.html", title=_("What jobs did"), table=table, crumbs=crumbs)


@page("/jobs/{name:str}", nav="jobs")
def one(viewer: Viewer, name: str) -> Page:
    """One job with its runs."""
    catalogue = read_catalogue(viewer.workspace)
    job = _job(catalogue, name)
    with viewer.database.read() as session:
        runs = run_history(session, job=name, limit=_RUNS_SHOWN)
    table = viewer.arrange(_runs_table(runs, catalogue, with_job=False), sort="-began")
    if viewer.format:
        return viewer.download(table, name=name)
    going_on = next((run for run in runs if run.state == RunState.RUNNING), None)
    shown = JobPage(
        name=name,
        facts=_facts(catalogue, job, viewer),
        link=job.link,
        going_on=going_on,
        stopping=going_on is not None and going_on.stop_asked_by is not None,
        period=catalogue.period_now(job, viewer.now).key if job.schedule else "",
        table=table,
    )
    return viewer.render("web/growth/job.html", shown, title=str(job.title), crumbs=[(_("Jobs"), "/jobs"), (str(job.title), "")])


@page("/jobs/{name:str}/run", methods=("POST",), nav="jobs", roles=ADMIN)
def run(viewer: Viewer, name: str) -> Page:
    """Have it run as soon as a worker is free."""
    catalogue = read_catalogue(viewer.workspace)
    _job(catalogue, name)
    try:
        with viewer.database.write() as session:
            asked = ask(session, catalogue, job=name, key=viewer.form.get("period") or None, asked_by=viewer.actor, now=viewer.now)
            accounts.record(session, actor=viewer.actor, action="job.run", subject=f"job:{name}/{asked.period}", now=viewer.now)
        viewer.flash(_("{job} runs for {period} as soon as a worker is free.", job=name, period=asked.period))
    except GrowthError as fault:
        viewer.flash(said(fault), "warning")
    return viewer.redirect(f"/jobs/{quote(name, safe='')}")


@page("/jobs/{name:str}/stop", methods=("POST",), nav="jobs", roles=ADMIN)
def stop(viewer: Viewer, name: str) -> Page:
    """Ask the run that goes on to stop at its next good place."""
    _job(read_catalogue(viewer.workspace), name)
    try:
        with viewer.database.write() as session:
            stopped = ask_to_stop(session, job=name, asked_by=viewer.actor)
            accounts.record(session, actor=viewer.actor, action="job.stop", subject=f"job:{name}/{stopped.period}", now=viewer.now)
        viewer.flash(_("It stops at its next good place, and goes on when it is run again."))
    except GrowthError as fault:
        viewer.flash(said(fault), "warning")
    return viewer.redirect(f"/jobs/{quote(name, safe='')}")


@page("/alerts", nav="jobs")
def alerts_page(viewer: Viewer) -> Page:
    """What lasts, what was settled, what the team was told."""
    with viewer.database.read() as session:
        found = alerts(session, limit=_MESSAGES_SHOWN)
        told = notices(session, limit=_MESSAGES_SHOWN)
    settled = Table(
        id="settled",
        title=_("Settled"),
        columns=(
            Column(id="title", label=_("What"), kind=Kind.PROSE, lead=True),
            Column(id="count", label=_("Times"), kind=Kind.NUMBER),
            Column(id="opened", label=_("Since"), kind=Kind.INSTANT),
            Column(id="closed", label=_("Settled"), kind=Kind.INSTANT, lead=True),
        ),
        rows=[
            {"title": alert.title, "count": alert.count, "opened": alert.opened_at, "closed": alert.closed_at}
            for alert in found
            if alert.closed_at is not None
        ],
        empty=Empty(title=_("Nothing was settled yet")),
    )
    messages = Table(
        id="messages",
        title=_("Messages to the team"),
        columns=(
            Column(id="number", label=_("Number"), kind=Kind.CODE),
            Column(id="title", label=_("What"), kind=Kind.PROSE, lead=True),
            Column(id="target", label=_("Target")),
            Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
            Column(id="at", label=_("When"), kind=Kind.INSTANT),
            Column(id="error", label=_("Error"), kind=Kind.PROSE),
        ),
        rows=[
            {
                "number": str(notice.id),
                "title": notice.title,
                "target": notice.target,
                "state": notice.state,
                "at": notice.sent_at or notice.created_at,
                "error": notice.error or "",
            }
            for notice in told
        ],
        empty=Empty(
            title=_("The team was told nothing yet"),
            text=_("Name a group robot under notify and what it is told under alerts; then send a test."),
            code='notify: {ops: {robot: wecom, url: "${WECOM_ROBOT_URL}"}}\nalerts: {job_missed: [ops], new_errors: [ops]}',
        ),
    )
    if viewer.format:
        return viewer.download(messages)
    shown = AlertsPage(
        lasting=[alert for alert in found if alert.closed_at is None],
        settled=settled,
        messages=viewer.arrange(messages, sort="-at"),
        targets=tuple(viewer.workspace.settings.notify),
    )
    return viewer.render("web/growth/alerts.html", shown, title=_("Alerts"), crumbs=[(_("Jobs"), "/jobs"), (_("Alerts"), "")])


@page("/alerts/test", methods=("POST",), nav="jobs", roles=ADMIN)
def test(viewer: Viewer) -> Page:
    """A test message to one target, now."""
    target = viewer.form.get("target")
    try:
        resolve_target(viewer.workspace, target)
        send_test(viewer.workspace, target=target, now=viewer.now)
        viewer.flash(_("{target} took the test message.", target=target))
    except GrowthError as fault:
        viewer.flash(said(fault), "bad")
    return viewer.redirect("/alerts")


@page("/alerts/close", methods=("POST",), nav="jobs", roles=ADMIN)
def close(viewer: Viewer) -> Page:
    """An alert that nothing settles by itself; what is still wrong raises it again."""
    number = viewer.form.get("alert")
    with viewer.database.write() as session:
        found = alert_of(session, int(number)) if number.isdecimal() and len(number) < 19 else None
        if found is None or not close_alert(session, dedupe=found.dedupe, now=viewer.now):
            raise Missing(_("there is no open alert {n}", n=number))
        accounts.record(
            session, actor=viewer.actor, action="alerts.close", detail={"kind": found.kind, "title": found.title}, now=viewer.now
        )
    viewer.flash(_("Closed: {title}", title=found.title))
    return viewer.redirect("/alerts")


@page("/alerts/messages/replay", methods=("POST",), nav="jobs", roles=ADMIN)
def again(viewer: Viewer) -> Page:
    """Messages that failed go out once more."""
    with viewer.database.write() as session:
        failed = notices(session, state=NoticeState.FAILED, limit=_MESSAGES_SHOWN)
        for notice in failed:
            replay(session, notice_id=notice.id, now=viewer.now)
        accounts.record(session, actor=viewer.actor, action="alerts.replay", detail={"messages": len(failed)}, now=viewer.now)
    viewer.flash(ngettext("One message goes out again.", "{n} messages go out again.", len(failed)))
    return viewer.redirect("/alerts")


def pages() -> list[HTTPRouteHandler]:
    """The handlers of this module."""
    return [overview, now_part, history, one, run, stop, alerts_page, test, close, again]


def _job(catalogue: Catalogue, name: str) -> Job:
    try:
        return catalogue.job(name)
    except UnknownJob as fault:
        raise Missing from fault


def _sentence(found: Standing, catalogue: Catalogue) -> str:
    workers = [process for process in found.processes if process.kind == "worker"]
    if not workers:
        return _("No worker runs, so nothing happens by itself. Start everything with: growth up")
    if found.running:
        return ngettext("One job runs now.", "{n} jobs run now.", len(found.running))
    if found.upcoming:
        name, _period, due_at = found.upcoming[0]
        at = f"{due_at.astimezone(catalogue.workspace.zone):%m-%d %H:%M}"
        return _("Nothing runs now. Next: {job}, {at}.", job=catalogue.jobs[name].title, at=at)
    return _("Nothing runs now.")


def _jobs_table(catalogue: Catalogue, last: dict[str, Run], now: datetime) -> Table:
    rows = []
    for job in catalogue.jobs.values():
        following, before = catalogue.next_of(job, now), last.get(job.name)
        rows.append(
            {
                "title": str(job.title),
                "name": job.name,
                "schedule": schedule_words(job.schedule) if job.schedule else _("when asked for"),
                "next": following.due_at if following else None,
                "period": following.period.title() if following else "",
                "state": before.state.value if before else None,
                "last": (before.finished_at or before.started_at) if before else None,
                "line": (before.error or before.line or "").split("\n")[0] if before else "",
                "href": f"/jobs/{quote(job.name, safe='')}",
            }
        )
    return Table(
        id="jobs",
        title=_("Jobs"),
        columns=(
            Column(id="title", label=_("Job"), key=True, lead=True, under="name"),
            Column(id="schedule", label=_("Schedule")),
            Column(id="next", label=_("Next run"), kind=Kind.INSTANT, lead=True),
            Column(id="period", label=_("For")),
            Column(id="state", label=_("Last run"), kind=Kind.BADGE),
            Column(id="line", label=_("Result"), kind=Kind.PROSE, sortable=False),
        ),
        rows=rows,
        empty=Empty(title=_("No job yet"), text=_("Campaigns, reports and audits with a schedule appear here."), code="growth jobs"),
    )


def _runs_table(runs: Sequence[Run], catalogue: Catalogue, *, with_job: bool) -> Table:
    columns = [
        *((Column(id="job", label=_("Job"), key=True, lead=True),) if with_job else ()),
        Column(id="period", label=_("Period"), kind=Kind.CODE, key=not with_job, lead=not with_job),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="began", label=_("Began"), kind=Kind.INSTANT),
        Column(id="took", label=_("Took"), kind=Kind.DURATION),
        Column(id="attempts", label=_("Attempts"), kind=Kind.NUMBER),
        Column(id="line", label=_("Result"), kind=Kind.PROSE, sortable=False),
    ]
    rows = [
        {
            "job": str(catalogue.jobs[run.job].title) if run.job in catalogue.jobs else run.job,
            "period": run.period,
            "state": run.state.value,
            "began": run.started_at or run.due_at,
            "took": run.finished_at - run.started_at if run.finished_at and run.started_at else None,
            "attempts": run.attempts,
            "line": run.error or run.line or run.progress or "",
            **({"href": f"/jobs/{quote(run.job, safe='')}"} if with_job else {}),
        }
        for run in runs
    ]
    empty = Empty(title=_("It has not run yet"), text=_("Jobs run while growth up, or a worker, runs."), code="growth up")
    return Table(id="runs", title=_("Runs"), columns=columns, rows=rows, empty=empty)


def _facts(catalogue: Catalogue, job: Job, viewer: Viewer) -> list[tuple[str, str]]:
    zone = viewer.workspace.zone
    following = catalogue.next_of(job, viewer.now)
    facts = [
        (_("Name"), job.name),
        (_("Schedule"), schedule_words(job.schedule) if job.schedule else _("when asked for")),
        (_("Runs in"), _("a process of its own") if job.heavy else _("a thread of the worker")),
    ]
    if following is not None:
        facts.insert(2, (_("Next run"), f"{following.due_at.astimezone(zone):%Y-%m-%d %H:%M} · {following.period.title()}"))
    if job.where is not None:
        facts.append((_("Written in"), str(job.where)))
    return facts
