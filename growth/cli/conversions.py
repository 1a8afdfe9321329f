"""``growth conversions``: what ad platforms were told of sign-ups and steps."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import ExitCode, GrowthError
from growth.language import _

app = toolkit.group(_("Conversions handed back to ad platforms: growth conversions list"))


@app.command("list")
def list_(
    state: Annotated[
        str | None, typer.Option("--state", metavar="S", help="waiting | sending | accepted | refused | uncertain | expired")
    ] = None,
) -> None:
    """The conversions, the newest first, with the platform's own words. Example: growth conversions list --state refused"""
    from growth.traffic.conversions import ConversionState, conversions

    try:
        wanted = ConversionState(state) if state else None
    except ValueError:
        words = ", ".join(each.value for each in ConversionState)
        raise GrowthError(_("there is no state “{name}”", name=state), fix=_("choose from: {words}", words=words)) from None
    with toolkit.database().read() as session:
        found = conversions(session, state=wanted)
    columns = {
        "id": _("Conversion"),
        "platform": _("Platform"),
        "signup": _("Sign-up"),
        "step": _("Step"),
        "at": _("Time"),
        "state": _("State"),
        "attempts": _("Attempts"),
        "message": _("What the platform says"),
    }
    empty = _("No conversions yet; they are off unless growth.yaml has a section conversions.")
    toolkit.emit_rows([_row(each) for each in found], columns=columns, long=True, empty=empty)


@app.command("send")
def send(dry_run: toolkit.dry_run_option = False) -> None:
    """Queue what is new and send what is due, as the worker does every minute. Example: growth conversions send --dry-run"""
    from growth.traffic import catch_up
    from growth.traffic.conversions import conversion_counts, platforms_in_use, queue_conversions, send_conversions

    workspace, database, now = toolkit.workspace(), toolkit.database(), clock.now()
    platforms = platforms_in_use(workspace)
    if not platforms:
        raise GrowthError(_("no ad platform is on"), fix=_("add a section conversions to growth.yaml: growth schema growth"))
    catch_up(database)
    with toolkit.changing(dry_run) as session:
        queued = queue_conversions(session, platforms=platforms, workspace=workspace, now=now)
    if dry_run:
        toolkit.emit({"queued": queued, "dry_run": True}, text=_("{n} conversions would be queued", n=queued))
        return
    done = send_conversions(database, platforms, now=now)
    with database.read() as session:
        counts = conversion_counts(session)
    document = {"queued": queued, "counts": {state.value: count for state, count in counts.items()}, "trouble": done.trouble}
    text = _("{n} queued", n=queued) + "".join(f"\n  {state.value}: {count}" for state, count in counts.items() if count)
    toolkit.emit(document, text=text)
    for platform, words in done.trouble.items():
        toolkit.warn(f"{platform}: {words}")
    if done.unclaimed:
        toolkit.warn(_("this database is a copy and sends nothing: growth db claim"))
    if done.trouble or done.unclaimed:
        raise typer.Exit(ExitCode.UNFINISHED)


@app.command("again")
def again(
    ids: Annotated[list[int], typer.Argument(metavar="ID…", help=_("numbers from growth conversions list"))],
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Send refused, uncertain or expired ones once more; an uncertain one may then arrive twice.

    Example: growth conversions again 12
    """
    from growth.traffic.conversions import send_again

    with toolkit.changing(dry_run) as session:
        count = send_again(session, ids, now=clock.now())
    words = _("{n} of {m} would be sent again", n=count, m=len(ids)) if dry_run else _("{n} of {m} will be sent again", n=count, m=len(ids))
    toolkit.emit({"again": count, "dry_run": dry_run}, text=words)


def _row(found: Any) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "platform": found.platform,
        "signup": str(found.signup),
        "step": found.step,
        "at": found.at,
        "state": found.state.value,
        "attempts": found.attempts,
        "code": found.code,
        "message": found.message,
        "changed_at": found.changed_at,
    }
