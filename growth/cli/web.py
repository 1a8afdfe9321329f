"""``growth web``: the web process."""

from __future__ import annotations

from typing import Annotated

import typer

from growth.cli import toolkit
from growth.language import _

app = toolkit.single()


@app.command(help=_("Run the web process: dashboard, public pages, API.") + "\n\n" + _("Example:") + " growth web --port 8000")
def web(
    host: Annotated[str | None, typer.Option("--host", help=_("address to listen on; default: web.listen of growth.yaml"))] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help=_("port; 0 takes a free one"))] = None,
) -> None:
    """Serve until stopped; the first SIGTERM lets open requests finish."""
    from growth.app import load

    serve = load("growth.web.serve:serve")
    serve(
        toolkit.workspace(),
        toolkit.database(),
        host=host,
        port=port,
        say=lambda address: toolkit.say(_("Dashboard: {address}", address=address)),
    )
