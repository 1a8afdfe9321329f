"""``growth status``: what runs now, queues and lag."""

from __future__ import annotations

from datetime import datetime

from growth import clock
from growth.cli import toolkit
from growth.language import _, ngettext

app = toolkit.single()


@app.command(help=_("What runs now, what waits, and for how long.") + "\n\n" + _("Example:") + " growth status --json")
def status() -> None:
    """Processes, runs, queue and lag, what comes next."""
    from growth.jobs.standing import Standing, standing

    workspace, database = toolkit.workspace(), toolkit.database()
    now = clock.now()
    with database.read() as session:
        found: Standing = standing(session, workspace, now=now)
    toolkit.emit(found.as_json(workspace.zone))
    if toolkit.wants_json():
        return

    def at(instant: datetime | None) -> str:
        return instant.astimezone(workspace.zone).strftime("%m-%d %H:%M:%S") if instant else ""

    if not found.processes:
        toolkit.say(_("No process runs. Start everything: growth up"))
    for process in found.processes:
        doing = _("stopping") if process.stopping else process.doing or _("idle")
        toolkit.say(f"{process.kind:<10} {process.host}:{process.pid}  {_('since {time}', time=at(process.started_at))}  {doing}")
    for run in found.running:
        toolkit.say(
            _(
                "runs: {job} {period} since {time}  {progress}",
                job=run.job,
                period=run.period,
                time=at(run.started_at),
                progress=run.progress or "",
            )
        )
    for run in found.paused:
        toolkit.say(
            _(
                "goes on at {time}: {job} {period}  {line}",
                time=at(run.not_before),
                job=run.job,
                period=run.period,
                line=_first_line(run.error or run.line),
            )
        )
    lag = int(found.lag.total_seconds())
    toolkit.say(
        ngettext("one run waits", "{n} runs wait", found.waiting) + (f", {_('the oldest for {seconds} s', seconds=lag)}" if lag else "")
    )
    if found.notices:
        toolkit.say(ngettext("one message to the team waits", "{n} messages to the team wait", found.notices))
    if found.alerts:
        toolkit.say(ngettext("one alert lasts", "{n} alerts last", found.alerts) + ": growth alerts")
    for job, period, due_at in found.upcoming:
        toolkit.say(_("next: {time}  {job} {period}", time=at(due_at), job=job, period=period))


def _first_line(text: str | None) -> str:
    return text.splitlines()[0] if text else ""
