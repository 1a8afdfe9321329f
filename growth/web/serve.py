"""Running the web process: uvicorn on one socket, until it is told to stop; then what is open is answered first."""

from __future__ import annotations

import errno
import gc
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from growth.db import Database
from growth.errors import GrowthError, Unreachable
from growth.jobs import alive
from growth.language import _
from growth.web.app import create_app
from growth.web.protocol import GuardedProtocol
from growth.workspace import Workspace

#: how long open requests may take after the first SIGTERM (DESIGN.md, One machine)
DRAIN_SECONDS = 30


def serve(
    workspace: Workspace,
    database: Database,
    *,
    host: str | None = None,
    port: int | None = None,
    say: Callable[[str], None] = lambda _text: None,
) -> None:
    """Serve until SIGTERM or SIGINT. `host` and `port` win over `web.listen`; port 0 takes a free one. `say` is told the address.

    Raises GrowthError where htmx is missing, Unreachable where the address is taken.
    """
    web = workspace.settings.web
    chosen = host or web.host
    listener = _listen(chosen, web.port if port is None else port)
    app = create_app(workspace, database, extra_hosts=[chosen])
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        forwarded_allow_ips="",
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=15,
        http=GuardedProtocol,
        reset_contextvars=True,
        lifespan="on",
        ws="none",
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    shown = f"[{chosen}]" if ":" in chosen else chosen
    say(f"http://{shown}:{listener.getsockname()[1]}{web.path_prefix}/")
    server = _Server(config)
    # what is loaded stays: Python's collector of cycles need not look at it again, which takes longer than a request may
    gc.collect()
    gc.freeze()
    with alive(database, "web"), _terminated_quietly():
        server.run(sockets=[listener])
    if not server.started:
        raise Unreachable(_("the web process did not start"), fix=_("run it again with --debug, or: growth doctor"))


class _Server(uvicorn.Server):
    """The first signal drains, the second ends what is still open."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came."""
        if self.should_exit:
            self.force_exit = True
        super().handle_exit(sig, frame)


@contextmanager
def _terminated_quietly() -> Iterator[None]:
    """uvicorn raises its signal again when it is done; after a clean stop SIGTERM has nothing left to end."""
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as fault:
        raise GrowthError(
            _("web.listen: “{host}” is no address of this machine", host=host), fix="web: {listen: 127.0.0.1:8000}"
        ) from fault
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as fault:
        listener.close()
        if fault.errno == errno.EADDRINUSE:
            raise Unreachable(
                _("port {port} on {host} is taken by another program", port=port, host=host),
                fix=f"growth web --port {port + 1 if port < 65535 else 8000}",
            ) from fault
        if fault.errno == errno.EACCES:
            raise GrowthError(_("port {port} may only be used by root", port=port), fix="growth web --port 8000") from fault
        raise GrowthError(_("web.listen: {host} is no address of this machine", host=host), fix="web: {listen: 127.0.0.1:8000}") from fault
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener
