"""Every campaign with a schedule is a job: ``campaign:NAME``."""

from __future__ import annotations

from collections.abc import Iterator

from campaigns.campaign import campaign, campaigns
from campaigns.sending import Refused, ending_words, send
from growth import clock
from growth.alerts import raise_alert
from growth.errors import ExitCode, Unfinished
from growth.jobs import Job, JobRun
from growth.language import Text, _
from growth.workspace import Workspace


def jobs(workspace: Workspace) -> Iterator[Job]:
    """One job a scheduled campaign."""
    for name, found in campaigns(workspace).items():
        schedule = found.schedule()
        if schedule is not None:
            yield Job(
                name=found.stream,
                schedule=schedule,
                run="campaigns.jobs:send_period",
                title=Text(f"Send {name}", f"群发 {name}"),
                heavy=True,
            )


def send_period(run: JobRun) -> str:
    """Send the period of the run; what is refused is told to the team. Raises Unfinished where messages are left."""
    name = run.job.removeprefix("campaign:")
    found = campaign(run.workspace, name)
    try:
        sent = send(run.database, found, run.period, now=clock.now, should_stop=run.should_stop, scheduled=True)
    except Refused as refused:
        with run.database.write() as session:
            raise_alert(
                session,
                kind="approval_waiting" if not refused.findings else "campaign_refused",
                title=_("Campaign {name} was not sent", name=name),
                detail=refused.message,
                dedupe=f"campaign:{name}:{run.period.key}",
                now=run.now,
                link=f"/campaigns/{name}",
            )
        raise
    words = ending_words(sent.outcome)
    if sent.exit_code is ExitCode.UNFINISHED:
        raise Unfinished(words, fix=f"growth campaign send {name} --period {run.period.key}")
    return words
