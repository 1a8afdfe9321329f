"""``growth jobs``: what is scheduled, what falls due, run one now, what happened."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import ExitCode, GrowthError
from growth.language import _

if TYPE_CHECKING:
    from growth.jobs import Catalogue, Job

app = typer.Typer(
    help=_("Jobs: what is scheduled, what falls due, run one now, what happened.")
    + "\n\n"
    + _("Example:")
    + " growth jobs; growth jobs due --from 2026-11-01 --to 2026-11-30",
    rich_markup_mode=None,
    add_completion=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
#: the longest span that `due` lists
_LONGEST = timedelta(days=366 * 10)


@app.callback()
def listing(context: typer.Context) -> None:
    """Without a word: every job, when it runs next, how it went last."""
    if context.invoked_subcommand is None:
        _list()


@app.command(
    help=_("Runs that fall into a span.")
    + "\n\n"
    + _("Both ends are included; the time is when they really run, moved by holidays.")
    + "\n\n"
    + _("Example:")
    + " growth jobs due --from 2026-10-01 --to 2026-10-31"
)
def due(
    from_: Annotated[str | None, typer.Option("--from", metavar="T", help=_("a date or RFC 3339; default: now"))] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="T", help=_("a date means its whole day; default: 30 days later"))] = None,
    job: Annotated[str | None, typer.Option("--job", metavar="NAME", help=_("only this job"))] = None,
) -> None:
    """Runs that fall into a span."""
    catalogue = _catalogue()
    since = toolkit.parse_instant(from_) if from_ else clock.now()
    until = toolkit.parse_instant(to, end=True) if to else since + timedelta(days=30)
    if until < since:
        raise GrowthError(_("--to lies before --from"), fix="growth jobs due --from 2026-11-01 --to 2026-11-30")
    if until - since > _LONGEST:
        raise GrowthError(_("ten years are the longest span"), fix="growth jobs due --from 2026-11-01 --to 2026-11-30")
    if job is not None:
        catalogue.job(job)
    rows = [
        {"job": found.name, "period": run.period.key, "at": _at(run.due_at, catalogue.workspace.zone)}
        for found, run in catalogue.due_between(since, until)
        if job in (None, found.name)
    ]
    toolkit.emit_rows(rows, columns={"at": _("When"), "job": _("Job"), "period": _("Period")}, empty=_("Nothing falls due."))


@app.command(
    help=_("Run a job now.")
    + "\n\n"
    + _("For the period that was due last, or the one given; a job runs once a period.")
    + "\n\n"
    + _("Example:")
    + " growth jobs run backup"
)
def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("name of the job, as growth jobs lists it"))],
    period: Annotated[str | None, typer.Option("--period", metavar="K", help=_("2026-11, 2026-W48, 2026-11-23 …"))] = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Run one now, in this process."""
    from growth.jobs import RunState
    from growth.jobs.asking import key_of
    from growth.jobs.foreground import run_now

    catalogue = _catalogue()
    wanted = catalogue.job(name)
    if dry_run:
        key = key_of(catalogue, wanted, period, clock.now())
        toolkit.emit({"job": name, "period": key, "dry_run": True}, text=_("Would run {job} for {period}.", job=name, period=key))
        return
    done, outcome = run_now(toolkit.database(), catalogue, job=name, key=period, asked_by="command")
    document = {
        "job": done.job,
        "period": done.period,
        "state": done.state,
        "started_at": _at(done.started_at, catalogue.workspace.zone),
        "finished_at": _at(done.finished_at, catalogue.workspace.zone),
        "line": done.line,
        "error": done.error,
    }
    words = outcome.line or outcome.error or ""
    toolkit.emit(document, text=f"{done.job} {done.period}: {_state(done.state.value)}" + (f"\n{words}" if words else ""))
    if done.state != RunState.DONE:
        raise typer.Exit(ExitCode.UNFINISHED)


@app.command(
    help=_("Stop a job that runs now.")
    + "\n\n"
    + _("It stops at its next good place and goes on when it is run again.")
    + "\n\n"
    + _("Example:")
    + " growth jobs stop seo.audit"
)
def stop(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("name of the job, as growth status lists it"))],
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Ask the run that goes on to stop."""
    from growth.jobs import ask_to_stop

    with toolkit.changing(dry_run) as session:
        run = ask_to_stop(session, job=name, asked_by="command")
    document = {"job": run.job, "period": run.period, "dry_run": dry_run}
    toolkit.emit(document, text=_("{job} {period} is asked to stop.", job=run.job, period=run.period))


@app.command(help=_("What happened: the newest runs first.") + "\n\n" + _("Example:") + " growth jobs history --job backup --limit 5")
def history(
    job: Annotated[str | None, typer.Option("--job", metavar="NAME", help=_("only this job"))] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help=_("how many"))] = 50,
) -> None:
    """Runs that began, ended or were missed."""
    from growth.jobs import store

    workspace, database = toolkit.workspace(), toolkit.database()
    with database.read() as session:
        runs = store.history(session, job=job, limit=limit)
    people = not toolkit.wants_json()
    rows = [
        {
            "job": run.job,
            "period": run.period,
            "state": _state(run.state.value) if people else run.state.value,
            "started_at": _at(run.started_at, workspace.zone),
            "finished_at": _at(run.finished_at, workspace.zone),
            "due_at": _at(run.due_at, workspace.zone),
            "attempts": run.attempts,
            "line": run.error or run.line if people else run.line,
            "error": run.error,
        }
        for run in runs
    ]
    toolkit.emit_rows(
        rows,
        columns={
            "job": _("Job"),
            "period": _("Period"),
            "state": _("State"),
            "started_at": _("Began"),
            "finished_at": _("Ended"),
            "line": _("Result"),
        },
        empty=_("Nothing has run yet. Jobs run while growth up runs; to run one now: growth jobs run NAME"),
    )


def _list() -> None:
    from growth.jobs import store

    catalogue = _catalogue()
    now = clock.now()
    with toolkit.database().read() as session:
        last = store.last_runs(session)
    rows = []
    for job in catalogue.jobs.values():
        following, before = catalogue.next_of(job, now), last.get(job.name)
        rows.append(
            {
                "job": job.name,
                "title": str(job.title),
                "schedule": _schedule(job),
                "heavy": job.heavy,
                "next_at": _at(following.due_at if following else None, catalogue.workspace.zone),
                "next_period": following.period.key if following else None,
                "last_state": before.state.value if before else None,
                "last_period": before.period if before else None,
                "last_at": _at(before.finished_at or before.started_at, catalogue.workspace.zone) if before else None,
            }
        )
    if not toolkit.wants_json():
        rows = [{**row, "last_state": _state(str(row["last_state"])) if row["last_state"] else None} for row in rows]
    rows.sort(key=lambda row: (row["next_at"] is None, str(row["next_at"]), str(row["job"])))
    toolkit.emit_rows(
        rows,
        columns={
            "job": _("Job"),
            "title": _("What"),
            "schedule": _("Schedule"),
            "next_at": _("Next"),
            "next_period": _("Period"),
            "last_state": _("Last"),
        },
        empty=_("No app has a job."),
    )


def _state(state: str) -> str:
    from growth.jobs import RunState
    from growth.jobs.words import STATE_TEXTS

    return str(STATE_TEXTS[RunState(state)])


def _schedule(job: Job) -> str | None:
    from growth.jobs.words import schedule_words

    return schedule_words(job.schedule) if job.schedule else None


def _catalogue() -> Catalogue:
    from growth.jobs import read_catalogue

    return read_catalogue(toolkit.workspace())


def _at(instant: datetime | None, zone: ZoneInfo) -> str | None:
    """RFC 3339 in JSON; to people the site's clock to the second."""
    if instant is None:
        return None
    return clock.rfc3339(instant, zone) if toolkit.wants_json() else instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
