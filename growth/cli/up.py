"""``growth up``: everything for one machine under one supervisor."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from growth.cli import toolkit
from growth.cli.demo_world import demo_children, is_demo, ports_of
from growth.cli.globals import current
from growth.errors import GrowthError
from growth.language import _

if TYPE_CHECKING:
    from growth.workspace import Workspace

app = toolkit.single()

#: where the sandbox listens by default: its pages, its SMTP server
_SANDBOX_PORTS = (8025, 8026)
_COLOURS = {"web": 36, "worker": 35, "sandbox": 33, "site": 32}


@app.command(
    help=_("Run everything for one machine: web, jobs and, where asked for, the sandbox.") + "\n\n" + _("Example:") + " growth up --sandbox"
)
def up(
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help=_("with stand-ins for mail, SMS, WeChat and search engines; nothing leaves the machine"))
    ] = False,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help=_("port of the dashboard; default: web.listen of growth.yaml"))
    ] = None,
) -> None:
    """Until stopped: the first Ctrl-C or SIGTERM drains for 30 s, the second aborts. A process that dies is started again."""
    from growth.jobs.supervisor import Child, Supervisor

    workspace = toolkit.workspace()
    host, chosen = workspace.settings.web.host, port or workspace.settings.web.port
    _require_free(host, chosen, fix=f"growth up --port {chosen + 1}", setting='web: {listen: "…"}')
    if sandbox:
        for each in _sandbox_ports(workspace):
            _require_free("127.0.0.1", each, fix=_("stop what uses it (another growth sandbox?), or run growth up without --sandbox"))
    has_administrator = _has_administrator()
    children = [Child("web", _command(workspace, "web", "--port", str(chosen))), Child("worker", _command(workspace, "worker"))]
    if sandbox:
        outside = (
            demo_children(workspace)
            if is_demo(workspace.root)
            else [("sandbox", ["sandbox", "--folder", str(workspace.state / "sandbox")])]
        )
        children = [Child(name, _command(workspace, *words)) for name, words in outside] + children
    _announce(workspace, host, chosen, sandbox=sandbox, has_administrator=has_administrator)
    raise typer.Exit(Supervisor(children, say=_say).run())


def _sandbox_ports(workspace: Workspace) -> tuple[int, int]:
    """Where the sandbox listens: a demo workspace names its own ports."""
    if not is_demo(workspace.root):
        return _SANDBOX_PORTS
    ports = ports_of(workspace)
    return ports.sandbox, ports.smtp


def _command(workspace: Workspace, *words: str) -> list[str]:
    chosen = current()
    language = ["--lang", chosen.lang] if chosen.lang else []
    return [sys.executable, "-m", "growth.cli", "-C", str(workspace.root), *language, *words]


def _has_administrator() -> bool:
    """Opens the database once before the children do, so that it is upgraded once and its faults are told once."""
    from growth.accounts import has_administrator

    database = toolkit.database()
    with database.read() as session:
        found = has_administrator(session)
    toolkit.close()
    return found


def _announce(workspace: Workspace, host: str, port: int, *, sandbox: bool, has_administrator: bool) -> None:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104 - compared, not bound
    toolkit.say(_("Dashboard: {address}", address=f"http://{shown}:{port}{workspace.settings.web.path_prefix}/"))
    if sandbox:
        toolkit.say(
            _(
                "Sandbox:   {address} (SMTP on port {port})",
                address=f"http://127.0.0.1:{_sandbox_ports(workspace)[0]}/",
                port=_sandbox_ports(workspace)[1],
            )
        )
    if not has_administrator:
        toolkit.say(
            _(
                "There is no administrator yet: open the link that growth init printed, or: growth -C {root} user add NAME --role admin",
                root=workspace.root,
            )
        )
    toolkit.say(_("Stop with Ctrl-C: what runs is ended within 30 s; a second Ctrl-C aborts."))


def _require_free(host: str, port: int, *, fix: str, setting: str | None = None) -> None:
    """Raises GrowthError where the port is taken: better said here than by a child that is started again and again."""
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as fault:
        other = _("{fix}, or another address in growth.yaml: {setting}", fix=fix, setting=setting) if setting else fix
        if isinstance(fault, socket.gaierror):
            raise GrowthError(
                _("web.listen: “{host}” is no address of this machine", host=host), fix="web: {listen: 127.0.0.1:8000}"
            ) from fault
        raise GrowthError(
            _("port {port} on {host} cannot be used: {why}", port=port, host=host, why=fault.strerror or fault), fix=other
        ) from fault


def _say(name: str, line: str) -> None:
    """A child's line with its name before it; one write, so that lines do not mix."""
    from growth.text import printable

    label = f"{name:<7}"
    if sys.stdout.isatty():
        label = f"\x1b[{_COLOURS.get(name, 37)}m{label}\x1b[0m"
    sys.stdout.write(f"{label} │ {printable(line)}\n")
    sys.stdout.flush()
