"""``growth call``: phone calls with the channel that the caller named."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

app = toolkit.group(_("Phone calls and the channel each caller named: growth call list"))


@app.command()
def note(
    phone: Annotated[str, typer.Argument(metavar="PHONE", help=_("the caller's number"))],
    channel: Annotated[str, typer.Option("--channel", metavar="NAME", help=_("The channel that the caller named."))],
    wish: Annotated[str, typer.Option("--wish", metavar="TEXT", help=_("What they want."))] = "",
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help=_("What they are called."))] = "",
    call_back: Annotated[str | None, typer.Option("--call-back", metavar="D", help=_("The day to call back."))] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="T", help=_("When they called; default: now."))] = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Note a call. Example: growth call note 13800138000 --channel poster --wish 咨询利率 --call-back 2026-11-25"""
    from growth.channels import ensure_channels
    from growth.traffic import note_call

    workspace, now = toolkit.workspace(), clock.now()
    with toolkit.changing(dry_run) as session:
        ensure_channels(session, workspace=workspace, now=now)
        found = note_call(
            session,
            workspace=workspace,
            at=toolkit.parse_instant(at) if at else now,
            phone=phone,
            channel=channel,
            name=name,
            wish=wish,
            call_back_on=toolkit.parse_day(call_back) if call_back else None,
            taken_by="cli",
            now=now,
        )
    row = _row(found)
    words = _("would note a call by {channel}") if dry_run else _("noted a call by {channel}")
    toolkit.emit({**row, "dry_run": dry_run}, text=words.format(channel=found.channel))


@app.command("list")
def list_(
    waiting: Annotated[bool, typer.Option("--waiting", help=_("only those that wait to be called back"))] = False,
) -> None:
    """The calls, the latest first, masked. Example: growth call list --waiting"""
    from growth.traffic import calls

    with toolkit.database().read() as session:
        found = calls(session, waiting=waiting)
    columns = {
        "id": _("Call"),
        "at": _("Time"),
        "phone": _("Phone"),
        "channel": _("Channel"),
        "call_back_on": _("Call back on"),
        "settled_at": _("Called back"),
    }
    toolkit.emit_rows([_row(each) for each in found], columns=columns, empty=_("No calls yet: growth call note PHONE --channel NAME"))


@app.command()
def done(
    id: Annotated[str, typer.Argument(metavar="CALL", help=_("its id, as growth call list prints it"))],
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Say that somebody has called back. Example: growth call done 0193a1b2-0000-7000-8000-000000000000"""
    from growth.errors import GrowthError
    from growth.traffic import settle_call

    try:
        wanted = UUID(id)
    except ValueError as fault:
        raise GrowthError(_("“{id}” is no id of a call", id=id[:60]), fix="growth call list") from fault
    with toolkit.changing(dry_run) as session:
        found = settle_call(session, id=wanted, now=clock.now())
    toolkit.emit({**_row(found), "dry_run": dry_run}, text=_("called back"))


def _row(call: Any) -> dict[str, Any]:
    from growth.security import mask_name, mask_phone

    return {
        "id": str(call.id),
        "at": call.at,
        "phone": mask_phone(call.phone) if call.phone else None,
        "name": mask_name(call.name) if call.name else None,
        "channel": call.channel,
        "call_back_on": call.call_back_on,
        "settled_at": call.settled_at,
        "taken_by": call.taken_by,
    }
