"""``growth sandbox``: the outside world in a box."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from growth.cli import toolkit
from growth.language import _

if TYPE_CHECKING:
    from growth.sandbox import Sandbox

app = toolkit.single()


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help=_("Port of the pages and the HTTP stand-ins; 0 takes a free one."))] = 8025,
    smtp_port: Annotated[int, typer.Option(min=0, max=65535, help=_("Port of the mailbox's SMTP server; 0 takes a free one."))] = 8026,
    folder: Annotated[Path | None, typer.Option(help=_("Keep what arrives in this folder over restarts."))] = None,
) -> None:
    """Run stand-ins for everything outside, on loopback, until interrupted; nothing leaves the machine.

    Example: growth sandbox --port 8025
    """
    from growth.sandbox import run

    run(port=port, smtp_port=smtp_port, folder=folder, ready=_announce)


def _announce(sandbox: Sandbox) -> None:
    toolkit.emit(
        {"url": sandbox.url, "smtp_port": sandbox.smtp_port},
        text=_("The sandbox is open: {url}\nSMTP is on port {port}. Stop with Ctrl-C.", url=sandbox.url, port=sandbox.smtp_port),
    )
