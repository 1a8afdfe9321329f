"""``growth campaign``: list, preview, test, plan, approve, send, pause, resume, cancel, retry-failed, status, deliveries, report,
feedback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from campaigns.printed import say_plan, say_report, say_status
from growth import clock
from growth.cli import toolkit
from growth.errors import ExitCode, GrowthError
from growth.language import _

if TYPE_CHECKING:
    from campaigns.campaign import Campaign
    from campaigns.plan import PlanMade
    from growth.jobs import Period

app = toolkit.group(_("Campaigns: growth campaign plan monthly"))

name_argument = Annotated[str, typer.Argument(metavar="NAME", help=_("A file of campaigns/, without its ending."))]
step_option = Annotated[int, typer.Option("--step", metavar="N", help=_("A message of a sequence: 1 is the first, 2 that of `then`."))]
period_option = Annotated[str | None, typer.Option("--period", metavar="K", help="2026-11, 2026-W48, 2026-11-23 …")]


def _chosen(name: str, period: str | None, now: datetime) -> tuple[Campaign, Period]:
    from campaigns.campaign import campaign

    found = campaign(toolkit.workspace(), name)
    return found, found.period(toolkit.workspace(), period, now=now)


def _latest(name: str, period: str | None, now: datetime) -> tuple[Campaign, Period]:
    """The period that was begun last, where none is named; else as `_chosen`."""
    from campaigns.campaign import campaign
    from growth.messaging import mailings_of

    found = campaign(toolkit.workspace(), name)
    if period is None:
        with toolkit.database().read() as session:
            period = next((view.occurrence for view in mailings_of(session, found.stream)), None)
    return found, found.period(toolkit.workspace(), period, now=now)


@app.command("list")
def list_() -> None:
    """Every campaign with its next run and how the last one went. Example: growth campaign list"""
    from campaigns.campaign import campaigns
    from growth.channels import medium_title
    from growth.jobs import HolidaysFile
    from growth.messaging import mailings_of

    database, now = toolkit.database(), clock.now()
    workspace = toolkit.workspace()
    holidays = workspace.one("holidays", HolidaysFile).calendar()
    rows: list[dict[str, Any]] = []
    with database.read() as session:
        for name, campaign in campaigns(workspace).items():
            schedule = campaign.schedule()
            upcoming = schedule.after(now, zone=workspace.zone, holidays=holidays) if schedule else None
            last = next(iter(mailings_of(session, campaign.stream)), None)
            rows.append(
                {
                    "campaign": name,
                    "medium": campaign.file.medium,
                    "purpose": campaign.file.purpose,
                    "channel": campaign.file.channel_of(name),
                    "next_at": upcoming.due_at if upcoming else None,
                    "period": last.occurrence if last else None,
                    "state": last.state if last else None,
                    "recipients": last.recipients if last else None,
                }
            )
    toolkit.emit_rows(
        rows,
        columns={
            "campaign": _("Campaign"),
            "medium": _("Medium"),
            "next_at": _("Next"),
            "period": _("Last"),
            "state": _("State"),
            "recipients": _("Recipients"),
        },
        words={"medium": medium_title},
        empty=_("No campaign yet: growth new campaign NAME --from 新标月报"),
    )


@app.command()
def preview(
    name: name_argument,
    contact: Annotated[str | None, typer.Option(help=_("E-mail or phone of a contact; else the first of the audience."))] = None,
    part: Annotated[str | None, typer.Option(help="html, text, subject")] = None,
    variant: Annotated[str, typer.Option(help=_("A variant of A/B."))] = "",
    step: step_option = 1,
    period: period_option = None,
) -> None:
    """Print what one person would get. Example: growth campaign preview monthly --contact zhang@example.com --part text"""
    from campaigns.preview import preview as run

    campaign, chosen = _chosen(name, period, clock.now())
    parts = run(toolkit.database(), campaign, chosen, address=contact, variant=variant, step=step, now=clock.now())
    if part is not None and part not in parts:
        raise GrowthError(_("there is no part “{part}”", part=part), fix=", ".join(parts))
    if part is not None:
        toolkit.emit({part: parts[part]}, text=parts[part])
    else:
        toolkit.emit(parts, text="\n\n".join(f"── {key}\n{text}" for key, text in parts.items() if key != "html"))


@app.command("test")
def send_test(
    name: name_argument,
    to: Annotated[str, typer.Option("--to", help=_("Your own address."))],
    contact: Annotated[str | None, typer.Option(help=_("Whose data is shown; else the first of the audience."))] = None,
    step: step_option = 1,
    period: period_option = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Send one message to a test address; it counts nowhere. Example: growth campaign test monthly --to me@example.com"""
    from campaigns.preview import send_test as run

    campaign, chosen = _chosen(name, period, clock.now())
    document = run(toolkit.database(), campaign, chosen, to=to, address=contact, step=step, now=clock.now(), dry_run=dry_run)
    toolkit.emit(document, text=_("Sent to {to}: {verdict}", to=to, verdict=document["verdict"]))


@app.command()
def plan(name: name_argument, period: period_option = None) -> None:
    """What a send would do: audience, left out and why, cost, findings. Example: growth campaign plan monthly --period 2026-12"""
    from campaigns.plan import make_plan

    campaign, chosen = _chosen(name, period, clock.now())
    with toolkit.progress(_("Rendering every recipient")) as tick:
        made = make_plan(toolkit.database(), campaign, chosen, now=clock.now(), tick=tick)
    if toolkit.wants_json():
        toolkit.emit(made.as_json())
    else:
        say_plan(made, to_approve=_waits_for_approval(campaign, made))
    if made.errors:
        raise typer.Exit(ExitCode.FOUND)


def _waits_for_approval(campaign: Campaign, made: PlanMade) -> bool:
    from campaigns.schema import Approval
    from campaigns.sending import approved

    if campaign.file.approval is not Approval.REQUIRED:
        return False
    with toolkit.database().read() as session:
        return approved(session, campaign=campaign.name, period=made.period, content_hash=made.hash) is None


@app.command()
def approve(
    name: name_argument,
    period: period_option = None,
    note: Annotated[str, typer.Option(help=_("Why."))] = "",
    by: Annotated[str, typer.Option(help=_("A user with the role approver."))] = "",
) -> None:
    """Agree to the exact content; a later edit needs a new yes. Example: growth campaign approve monthly --by li"""
    from campaigns.sending import approve as run
    from growth.accounts import Role, find_user, record

    database, now = toolkit.database(), clock.now()
    campaign, chosen = _chosen(name, period, now)
    if not by:
        raise GrowthError(_("--by is missing: who approves?"), fix=f"growth campaign approve {name} --by USER")
    with database.read() as session:
        user = find_user(session, name=by)
    if not user.may(Role.APPROVER):
        raise GrowthError(_("{name} has not the role approver", name=by), fix=f"growth user role {by} --role approver")
    digest = run(database, campaign, chosen, by=by, note=note, now=now)
    with database.write() as session:
        record(
            session,
            actor=f"user:{by}",
            action="campaign.approve",
            subject=f"{campaign.stream}/{chosen.key}",
            detail={"hash": digest},
            reason=note,
            now=now,
        )
    toolkit.emit(
        {"campaign": name, "period": chosen.key, "hash": digest, "by": by}, text=_("Approved as it is now ({hash}).", hash=digest[:8])
    )


@app.command()
def send(name: name_argument, period: period_option = None, dry_run: toolkit.dry_run_option = False) -> None:
    """Run a period to its end, or go on with one that was cut off; nobody gets it twice. Example: growth campaign send monthly"""
    from campaigns.plan import make_plan
    from campaigns.sending import ending_words
    from campaigns.sending import send as run

    campaign, chosen = _chosen(name, period, clock.now())
    if dry_run:
        made = make_plan(toolkit.database(), campaign, chosen, now=clock.now(), fetch_links=False)
        toolkit.emit(made.as_json()) if toolkit.wants_json() else say_plan(made)
        return
    with toolkit.progress(_("Sending")) as tick, toolkit.stopping() as stopping:
        sent = run(toolkit.database(), campaign, chosen, now=clock.now, should_stop=stopping, tick=tick)
    document = _standing(campaign, chosen) | {"next_at": sent.outcome.until if sent.exit_code is not ExitCode.DONE else None}
    say_status(document, ending=ending_words(sent, toolkit.workspace().zone))
    if sent.exit_code is not ExitCode.DONE:
        if sent.outcome.until is not None:
            toolkit.warn(_("what is scheduled goes on by itself while growth up runs; else, then:"))
        toolkit.warn(_("go on with: growth campaign send {name} --period {period}", name=name, period=chosen.key))
        raise typer.Exit(sent.exit_code)


@app.command()
def status(name: name_argument, period: period_option = None) -> None:
    """How a period stands; the counts are disjoint and sum to the recipients. Example: growth campaign status monthly --json"""
    campaign, chosen = _latest(name, period, clock.now())
    say_status(_standing(campaign, chosen))


def _standing(campaign: Campaign, period: Period) -> dict[str, Any]:
    from campaigns.sending import changed_since
    from campaigns.standing import status as document
    from growth.messaging import skipped

    with toolkit.database().read() as session:
        left_out = skipped(session, stream=campaign.stream, occurrence=period.key)
        return document(session, campaign=campaign.name, period=period.key) | {
            "left_out": {reason.value: count for reason, count in left_out.items()},
            "changed": changed_since(session, campaign, period),
        }


@app.command()
def deliveries(
    name: name_argument,
    period: period_option = None,
    state: Annotated[str | None, typer.Option(help="accepted, rejected, uncertain, skipped …")] = None,
    step: step_option = 1,
    unmask: Annotated[bool, typer.Option("--unmask", help=_("Whole addresses; needs --reason, logged."))] = False,
    reason: toolkit.reason_option = None,
) -> None:
    """Each message with its state, address masked. Example: growth campaign deliveries monthly --state uncertain --jsonl"""
    from campaigns.campaign import step_stream
    from campaigns.results import deliveries as run
    from campaigns.words import reason_words, state_words

    campaign, chosen = _latest(name, period, clock.now())
    stream = step_stream(campaign.name, step)
    database = toolkit.database()
    if unmask:
        if not reason:
            raise GrowthError(_("--unmask needs --reason"), fix=_("say why; it is kept in the audit log"))
        from growth.accounts import record

        with database.write() as session:
            record(
                session,
                actor="command",
                action="deliveries.unmask",
                subject=f"{stream}/{chosen.key}",
                reason=reason,
                now=clock.now(),
            )
    with database.read() as session:
        rows = list(run(session, stream=stream, occurrence=chosen.key, state=state, masked=not unmask))
    toolkit.emit_rows(
        rows,
        words={"state": state_words, "reason": reason_words},
        columns={"address": _("Address"), "state": _("State"), "reason": _("Reason"), "attempts": _("Tries"), "at": _("At")},
        long=True,
    )


@app.command()
def report(name: name_argument, period: period_option = None) -> None:
    """What a period came to: sent, opened, clicked, signed up, cost, by link and variant. Example: growth campaign report monthly"""
    from campaigns.results import results

    campaign, chosen = _latest(name, period, clock.now())
    with toolkit.database().read() as session:
        found = results(session, campaign=campaign.name, period=chosen.key, workspace=toolkit.workspace(), now=clock.now())
    if found is None:
        raise GrowthError(
            _("{name} {period} was not sent", name=name, period=chosen.key), fix=f"growth campaign send {name} --period {chosen.key}"
        )
    say_report(found)


@app.command()
def pause(name: name_argument, period: period_option = None, dry_run: toolkit.dry_run_option = False) -> None:
    """Stop after the batch in hand. Example: growth campaign pause monthly"""
    from campaigns.standing import pause_period

    campaign, chosen = _latest(name, period, clock.now())
    if not dry_run:
        with toolkit.database().write() as session:
            pause_period(session, campaign=campaign.name, period=chosen.key, reason="command", now=clock.now())
    toolkit.emit(
        {"campaign": name, "period": chosen.key, "state": "paused"}, text=_("Paused; go on with: growth campaign resume {name}", name=name)
    )


@app.command()
def resume(name: name_argument, period: period_option = None, dry_run: toolkit.dry_run_option = False) -> None:
    """Let a paused period go on; the scheduler sends it, or: growth campaign send. Example: growth campaign resume monthly"""
    from campaigns.standing import resume_period

    campaign, chosen = _latest(name, period, clock.now())
    if not dry_run:
        with toolkit.database().write() as session:
            resume_period(session, campaign=campaign.name, period=chosen.key, now=clock.now())
    toolkit.emit({"campaign": name, "period": chosen.key, "state": "sending"}, text=_("It goes on: growth campaign send {name}", name=name))


@app.command()
def cancel(
    name: name_argument, period: period_option = None, yes: toolkit.yes_option = False, dry_run: toolkit.dry_run_option = False
) -> None:
    """Give a period up: what was not sent never will be. Example: growth campaign cancel monthly --yes"""
    from campaigns.standing import cancel_period

    campaign, chosen = _latest(name, period, clock.now())
    count = 0
    if not dry_run:
        toolkit.confirm(name, yes=yes, consequence=_("Whoever has not got {name} {period} yet never will.", name=name, period=chosen.key))
        with toolkit.database().write() as session:
            count = cancel_period(session, campaign=campaign.name, period=chosen.key, reason="command", now=clock.now())
    toolkit.emit({"campaign": name, "period": chosen.key, "cancelled": count}, text=_("{n} messages will not be sent.", n=count))


@app.command("retry-failed")
def retry_failed(name: name_argument, period: period_option = None, dry_run: toolkit.dry_run_option = False) -> None:
    """Try what was rejected once more; uncertain ones stay as they are. Example: growth campaign retry-failed monthly"""
    from campaigns.standing import retry_period, status

    campaign, chosen = _latest(name, period, clock.now())
    with toolkit.database().write() as session:
        if dry_run:
            document = status(session, campaign=campaign.name, period=chosen.key)
            count = sum(each["counts"]["rejected"] for each in (document, *document.get("steps", ())))
        else:
            count = retry_period(session, campaign=campaign.name, period=chosen.key, now=clock.now())
    toolkit.emit(
        {"campaign": name, "period": chosen.key, "retrying": count},
        text=_("{n} messages are tried again: growth campaign send {name}", n=count, name=name),
    )


@app.command()
def feedback(
    source: Annotated[
        Path | None, typer.Argument(metavar="[FILE|FOLDER]", help=_("A message, an mbox, a Maildir or a folder of messages."))
    ] = None,
    imap: Annotated[bool, typer.Option("--imap", help=_("Read what came to the mailbox of email.feedback since the last time."))] = False,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Read bounces and complaints, and apply them. Example: growth campaign feedback ~/Maildir --dry-run"""
    from growth.messaging import apply_returned, read_mailbox, read_returned

    if (source is None) is not imap:
        raise GrowthError(_("name a file or folder, or --imap"), fix="growth campaign feedback ~/Maildir --dry-run")
    if source is None:
        mails = read_mailbox(toolkit.database(), now=clock.now(), dry_run=dry_run)
    else:
        mails = read_returned(source)

    def rows() -> Iterator[dict[str, Any]]:
        for mail in mails:
            if source is not None and not dry_run:
                apply_returned(toolkit.database(), mail, now=clock.now())
            for report in mail.reports:
                row = {"file": mail.file, "kind": report.kind, "recipient": report.recipient or None, "hard": report.hard}
                yield row | {"status": report.status or None, "reason": report.reason or None}

    toolkit.emit_rows(
        rows(),
        columns={
            "file": _("File"),
            "kind": _("Kind"),
            "recipient": _("Recipient"),
            "hard": _("For good"),
            "status": _("Status"),
            "reason": _("Reason"),
        },
        empty=_("No mail came back."),
        long=True,
    )
