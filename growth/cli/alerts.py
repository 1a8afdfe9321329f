"""``growth alerts``: what lasts, whether the team was told, a test message, a message once more."""

from __future__ import annotations

from typing import Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import GrowthError
from growth.language import _

app = typer.Typer(
    help=_("Alerts: what lasts, and whether the team was told.") + "\n\n" + _("Example:") + " growth alerts; growth alerts test ops",
    rich_markup_mode=None,
    add_completion=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def listing(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help=_("those that are settled too"))] = False,
) -> None:
    """Without a word: what lasts."""
    if context.invoked_subcommand is not None:
        return
    from growth.alerts import alerts

    workspace, database = toolkit.workspace(), toolkit.database()
    with database.read() as session:
        found = alerts(session, open_only=not all_)
    rows = [
        {
            "id": str(alert.id),
            "kind": alert.kind,
            "severity": alert.severity,
            "title": alert.title,
            "detail": alert.detail,
            "count": alert.count,
            "opened_at": clock.rfc3339(alert.opened_at, workspace.zone),
            "last_at": clock.rfc3339(alert.last_at, workspace.zone),
            "closed_at": clock.rfc3339(alert.closed_at, workspace.zone) if alert.closed_at else None,
        }
        for alert in found
    ]
    toolkit.emit_rows(
        rows,
        columns={
            "id": _("Number"),
            "severity": _("Severity"),
            "title": _("What"),
            "count": _("Times"),
            "opened_at": _("Since"),
            "detail": _("Detail"),
        },
        empty=_("Nothing is wrong."),
    )


@app.command(help=_("Messages to the team, the newest first.") + "\n\n" + _("Example:") + " growth alerts messages --state failed")
def messages(
    state: Annotated[str | None, typer.Option("--state", metavar="S", help="waiting | sent | failed")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help=_("how many"))] = 50,
) -> None:
    """What the robots were given, and what became of it."""
    from growth.alerts import NoticeState, notices

    if state is not None and state not in set(NoticeState):
        raise GrowthError(_("--state {state}: there is no such state", state=state), fix="waiting, sent, failed")
    workspace, database = toolkit.workspace(), toolkit.database()
    with database.read() as session:
        found = notices(session, state=state, limit=limit)
    rows = [
        {
            "id": str(notice.id),
            "target": notice.target,
            "state": notice.state,
            "kind": notice.kind,
            "title": notice.title,
            "attempts": notice.attempts,
            "sent_at": clock.rfc3339(notice.sent_at, workspace.zone) if notice.sent_at else None,
            "error": notice.error,
        }
        for notice in found
    ]
    toolkit.emit_rows(
        rows,
        columns={
            "id": _("Number"),
            "target": _("Target"),
            "state": _("State"),
            "title": _("What"),
            "sent_at": _("Sent"),
            "error": _("Error"),
        },
        empty=_("The team was told nothing yet."),
    )


@app.command("test", help=_("Send a test message now.") + "\n\n" + _("Example:") + " growth alerts test ops")
def test(target: Annotated[str, typer.Argument(metavar="TARGET", help=_("a name under notify:, or an e-mail address"))]) -> None:
    """Says what the robot's service said."""
    from growth.alerts import send_test

    send_test(toolkit.workspace(), target=target, now=clock.now())
    toolkit.emit({"target": target, "state": "sent"}, text=_("{target} took the test message.", target=target))


@app.command(help=_("Close an alert that nothing settles by itself.") + "\n\n" + _("Example:") + " growth alerts close 12")
def close(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help=_("number of the alert, as growth alerts lists it"))],
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """What is still wrong raises it again."""
    from growth.alerts import alert_of, close_alert

    with toolkit.changing(dry_run) as session:
        found = alert_of(session, number)
        if found is None or not close_alert(session, dedupe=found.dedupe, now=clock.now()):
            raise GrowthError(_("there is no open alert {n}", n=number), fix="growth alerts")
    toolkit.emit({"id": str(number), "state": "closed", "dry_run": dry_run}, text=_("Closed: {title}", title=found.title))


@app.command(help=_("Send a message again, under its id.") + "\n\n" + _("Example:") + " growth alerts replay 12")
def replay(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help=_("number of the message, as growth alerts messages lists it"))],
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Put it back into the queue; a worker sends it within seconds."""
    from growth import alerts

    with toolkit.changing(dry_run) as session:
        if not alerts.replay(session, notice_id=number, now=clock.now()):
            raise GrowthError(_("there is no message {n}", n=number), fix="growth alerts messages")
    toolkit.emit({"id": str(number), "state": "waiting", "dry_run": dry_run}, text=_("Message {n} goes out again.", n=number))
