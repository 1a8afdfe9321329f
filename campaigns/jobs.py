"""Every campaign with a schedule is a job, ``campaign:NAME``; sending and planning from the dashboard are jobs that are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from campaigns.campaign import Campaign, campaign, campaigns
from campaigns.doubts import watch_doubts
from campaigns.plan import make_plan
from campaigns.sending import Refused, Sent, carry_on, ending_words, send
from campaigns.sequences import deadline
from campaigns.standing import pause_period
from growth import clock
from growth.alerts import raise_alert
from growth.errors import ExitCode, Unfinished
from growth.jobs import Chore, ChoreRun, HolidaysFile, Job, JobRun, Period, Postponed
from growth.language import Text, _, ngettext
from growth.messaging import Ending
from growth.workspace import Workspace

#: jobs that are asked for; their argument is {"campaign", "period"}
SEND_NOW = "campaigns.send"
PLAN_NOW = "campaigns.plan"
#: how long one turn of the chore sends
TURN_SECONDS = 20.0


def jobs(workspace: Workspace) -> Iterator[Job | Chore]:
    """One job a scheduled campaign, the two that pages ask for, and the chore of sequences."""
    for name, found in campaigns(workspace).items():
        schedule = found.schedule()
        if schedule is not None:
            yield Job(
                name=found.stream,
                schedule=schedule,
                run="campaigns.jobs:send_period",
                title=Text(f"Send {name}", f"群发 {name}"),
                heavy=True,
                link=f"/campaigns/{name}",
            )
    yield Job(name=SEND_NOW, run="campaigns.jobs:send_asked", title=Text("Send a campaign now", "立即群发"), heavy=True, link="/campaigns")
    yield Job(name=PLAN_NOW, run="campaigns.jobs:plan_asked", title=Text("Plan a campaign", "群发预演"), heavy=True, link="/campaigns")

    yield Chore(
        name="campaigns.sequences",
        title=Text("Later messages of sequences", "序列的后续消息"),
        run="campaigns.jobs:send_steps",
        every=timedelta(seconds=10),
    )
    yield Chore(
        name="campaigns.doubts",
        title=Text("Messages whose fate is unknown", "待核实的消息"),
        run="campaigns.jobs:tell_doubts",
        every=timedelta(minutes=1),
    )


def send_steps(run: ChoreRun) -> str | None:
    """Send the later messages whose time has come; a turn ends within half a minute, and the next goes on."""
    brought = carry_on(run.database, now=clock.now, should_stop=deadline(TURN_SECONDS, run.should_stop))
    return ngettext("{n} message of a sequence is due", "{n} messages of sequences are due", brought) if brought else None


def tell_doubts(run: ChoreRun) -> str | None:
    """Tell the team of periods with doubts, and that they are settled."""
    with run.database.write() as session:
        opened = watch_doubts(session, now=run.now)
    return ngettext("{n} period with doubts", "{n} periods with doubts", opened) if opened else None


def send_period(run: JobRun) -> str:
    """Send the period of the run; what is refused is told to the team. Raises Postponed or Unfinished where messages are left."""
    found = campaign(run.workspace, run.job.removeprefix("campaign:"))
    return _send(run, found, run.period, scheduled=True)


def send_asked(run: JobRun) -> str:
    """Send what somebody asked for on a page."""
    found, period = _asked(run)
    return _send(run, found, period, scheduled=False)


def plan_asked(run: JobRun) -> str:
    """Plan what somebody asked for on a page; the plan is kept."""
    found, period = _asked(run)
    plan = make_plan(run.database, found, period, now=run.now)
    return _("{name} {period}: {n} people", name=found.name, period=period.key, n=plan.recipients)


def _asked(run: JobRun) -> tuple[Campaign, Period]:
    found = campaign(run.workspace, str(run.argument["campaign"]))
    return found, found.period(run.workspace, str(run.argument["period"]), now=run.now)


def _send(run: JobRun, found: Campaign, period: Period, *, scheduled: bool) -> str:
    def tick(*, done: int | None = None, **_more: object) -> None:
        run.tell(_("{n} messages", n=done or 0))

    try:
        sent = send(run.database, found, period, now=clock.now, should_stop=run.should_stop, tick=tick, scheduled=scheduled)
    except Refused as refused:
        with run.database.write() as session:
            raise_alert(
                session,
                kind="approval_waiting" if not refused.findings else "campaign_refused",
                title=_("Campaign {name} was not sent", name=found.name),
                detail=refused.message,
                dedupe=f"campaign:{found.name}:{period.key}",
                now=run.now,
                link=f"/campaigns/{found.name}/{period.key}",
            )
        raise
    if scheduled and sent.outcome.ending is Ending.PROVIDER and (line := _expired(run, found, period)):
        return line
    return _told(sent, found, period, run.workspace)


def _expired(run: JobRun, found: Campaign, period: Period) -> str | None:
    """A provider that was away until the time to catch up was over: the period stands still, and a person says whether it still goes."""
    schedule, now = found.schedule(), clock.now()
    holidays = run.workspace.one("holidays", HolidaysFile).calendar()
    meant = schedule.of(period, zone=run.workspace.zone, holidays=holidays) if schedule else None
    if schedule is None or meant is None or now <= meant.due_at + schedule.catch_up:
        return None
    reason = _("the provider could not be used until the time to catch up was over")
    with run.database.write() as session:
        pause_period(session, campaign=found.name, period=period.key, reason=reason, now=now)
        raise_alert(
            session,
            kind="job_missed",
            title=_("{name} {period} stands still: {why}", name=found.name, period=period.key, why=reason),
            detail=_(
                "What went out is out. To send the rest all the same: growth campaign resume {name} --period {period}; "
                "to leave it: growth campaign cancel {name} --period {period}",
                name=found.name,
                period=period.key,
            ),
            dedupe=f"campaign-expired:{found.name}:{period.key}",
            now=now,
            link=f"/campaigns/{found.name}/{period.key}",
        )
    return reason


def _told(sent: Sent, found: Campaign, period: Period, workspace: Workspace) -> str:
    """One line for the history. Raises Postponed where going on makes sense later, Unfinished where somebody must look."""
    words = ending_words(sent, workspace.zone)
    if sent.exit_code is not ExitCode.UNFINISHED or sent.outcome.ending is Ending.PAUSED:
        return words
    if sent.outcome.ending in (Ending.WAITING, Ending.CLOSED, Ending.STOPPED, Ending.PROVIDER):
        soon = clock.now() + timedelta(minutes=5 if sent.outcome.ending is Ending.PROVIDER else 0)
        raise Postponed(words, until=max(sent.outcome.until or soon, soon))
    raise Unfinished(words, fix=f"growth campaign send {found.name} --period {period.key}")
