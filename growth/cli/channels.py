"""``growth channel``: the channels, their tracked links and QR codes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

if TYPE_CHECKING:
    from growth.channels import TrackedLink

app = toolkit.group(_("Channels, tracked links and QR codes."))


@app.command("list")
def list_(
    from_: Annotated[str | None, typer.Option("--from", help=_("First day."))] = None,
    to: Annotated[str | None, typer.Option("--to", help=_("Last day."))] = None,
) -> None:
    """The channels with clicks, bots and cost. Example: growth channel list --from 2026-11-01 --to 2026-11-30"""
    from growth.channels import channel_costs, channels, clicks_by_channel, medium_title
    from growth.placements.keep import sync

    workspace, now = toolkit.workspace(), clock.now()
    first = toolkit.parse_day(from_) if from_ else None
    last = toolkit.parse_day(to) if to else clock.site_day(now, workspace.zone)
    sync(toolkit.database(), now=now)
    with toolkit.database().read() as session:
        clicks = clicks_by_channel(session, from_day=first, until_day=last)
        costs = channel_costs(session, from_day=first, until_day=last)
        rows = [
            {
                "channel": view.name,
                "medium": view.medium,
                "name": view.title,
                "clicks": clicks[view.name].people if view.name in clicks else 0,
                "bots": clicks[view.name].bots if view.name in clicks else 0,
                "cost": costs[view.name][0] if view.name in costs else None,
                "other_costs": costs.get(view.name, [])[1:],
                "reach": view.reach,
                "state": "retired" if view.retired else "live",
            }
            for view in channels(session)
        ]
    columns = {
        "channel": _("Channel"),
        "medium": _("Medium"),
        "name": _("Name"),
        "clicks": _("Clicks"),
        "bots": _("Bots"),
        "cost": _("Cost"),
    }
    toolkit.emit_rows(
        rows, columns=columns, empty=_("No channels yet. Declare one: growth new channel NAME"), words={"medium": medium_title}
    )


@app.command()
def link(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("A channel of channels.yaml."))],
    to: Annotated[str | None, typer.Option("--to", metavar="URL", help=_("Where it leads: /register or https://…"))] = None,
    label: Annotated[str, typer.Option("--label", help=_("Tells links of one channel apart."))] = "",
) -> None:
    """The tracked link of a channel, the same one each time. Example: growth channel link hao123 --to /register"""
    made = _made(name, to, label, via="link")
    toolkit.emit({"channel": made.channel, "code": made.code, "url": made.url, "target": made.target}, text=made.url)


@app.command()
def qrcode(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("A channel of channels.yaml."))],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help=_("FILE.png, FILE.svg or FILE.pdf."))],
    to: Annotated[str | None, typer.Option("--to", metavar="URL", help=_("Where it leads: /register or https://…"))] = None,
    label: Annotated[str, typer.Option("--label", help=_("Tells codes of one channel apart."))] = "",
    scale: Annotated[int, typer.Option("--scale", min=1, max=100, help=_("Size of a module in pixels."))] = 10,
) -> None:
    """A QR code of a channel, to print. Example: growth channel qrcode poster-subway -o poster.svg"""
    from growth.channels import form_of, qr_code
    from growth.errors import GrowthError

    form = form_of(output)
    made = _made(name, to, label, via="qr")
    try:
        output.write_bytes(qr_code(made.url, form=form, scale=scale))
    except OSError as fault:
        raise GrowthError(_("{path} cannot be written: {why}", path=output, why=fault.strerror), fix=_("name another file")) from fault
    document = {"channel": made.channel, "code": made.code, "url": made.url, "target": made.target, "file": str(output)}
    toolkit.emit(document, text=_("{file} leads to {url}", file=output, url=made.url))


def _made(name: str, to: str | None, label: str, *, via: str) -> TrackedLink:
    from growth.channels import ensure_channels, tracked_link

    workspace, now = toolkit.workspace(), clock.now()
    with toolkit.database().write() as session:
        ensure_channels(session, workspace=workspace, now=now)
        return tracked_link(session, channel=name, target=to, workspace=workspace, now=now, label=label, via=via)
