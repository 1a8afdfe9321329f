"""The demo's world: the sandbox, the sample site and the dashboard's web process, on the ports that its workspace names."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from growth import urls
from growth.errors import GrowthError, Unreachable
from growth.language import _, language

if TYPE_CHECKING:
    from growth.sandbox import Sandbox
    from growth.sandbox.demo import DemoSite
    from growth.workspace import Workspace

#: variable of ``.env`` with the API key of the sample site's server
SITE_KEY = "DEMO_SITE_KEY"
#: how long the web process may take to answer
START_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the parts listen."""

    web: int
    site: int
    sandbox: int
    smtp: int


#: where the parts listen when nothing else does
USUAL = Ports(web=8000, site=8024, sandbox=8025, smtp=8026)


def free_ports() -> Ports:
    """The usual ports, each replaced by a free one where another program listens."""
    taken: set[int] = set()
    chosen = []
    for port in (USUAL.web, USUAL.site, USUAL.sandbox, USUAL.smtp):
        found = port if _is_free(port) else _any_free(taken)
        taken.add(found)
        chosen.append(found)
    return Ports(web=chosen[0], site=chosen[1], sandbox=chosen[2], smtp=chosen[3])


def demo_children(workspace: Workspace) -> list[tuple[str, list[str]]]:
    """What ``growth up --sandbox`` runs beside the rest in a demo workspace: names and words of commands."""
    ports = ports_of(workspace)
    folder = str(workspace.state / "sandbox")
    sandbox = ["sandbox", "--port", str(ports.sandbox), "--smtp-port", str(ports.smtp), "--folder", folder]
    return [("sandbox", sandbox), ("site", ["demo", "site"])]


def serve_site(workspace: Workspace) -> None:
    """Serve the sample site until SIGINT or SIGTERM."""
    import signal
    import threading

    from growth.sandbox.demo import DemoSite

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_frame: stopped.set())
    growth_url, key = workspace.settings.public_url.rstrip("/"), workspace.resolve(f"${{{SITE_KEY}:-}}")
    with DemoSite(port=ports_of(workspace).site, growth_url=growth_url, api_key=key, folder=workspace.state / "demo-site"):
        stopped.wait()


def is_demo(root: Path) -> bool:
    """Whether a workspace was made by ``growth init --demo``: its settings lead to the sandbox's own keys."""
    from growth.sandbox import keys

    try:
        return keys.ALIYUN_SECRET in (root / ".env").read_text("utf-8")
    except OSError:
        return False


def ports_of(workspace: Workspace) -> Ports:
    """The ports that a demo workspace names. Raises GrowthError for a workspace that is none."""
    settings = workspace.settings
    smtp = settings.email.smtp
    aliyun = settings.sms.aliyun
    if smtp is None or aliyun is None or not is_demo(workspace.root):
        raise GrowthError(_("{root} is not the demo's workspace", root=workspace.root), fix="growth demo run NEW-FOLDER")
    return Ports(
        web=_port(settings.public_url),
        site=_port(settings.site.url),
        sandbox=_port(workspace.resolve(str(aliyun.endpoint))),
        smtp=smtp.port,
    )


class World:
    """Everything outside and the web process, started for the walk and stopped after it; a context manager."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.ports = ports_of(workspace)
        self.site_url = workspace.settings.site.url
        self.growth_url = workspace.settings.public_url
        self.sandbox: Sandbox | None = None
        self.site: DemoSite | None = None
        self._stack = ExitStack()

    def __enter__(self) -> World:
        from growth.sandbox import Sandbox
        from growth.sandbox.demo import DemoSite

        try:
            state = self.workspace.state
            self.sandbox = self._stack.enter_context(Sandbox(port=self.ports.sandbox, smtp_port=self.ports.smtp, folder=state / "sandbox"))
            self.sandbox.wechat.callback_url = f"{self.growth_url}wechat/callback"
            self.site = self._stack.enter_context(
                DemoSite(port=self.ports.site, growth_url=self.growth_url.rstrip("/"), api_key=self._site_key(), folder=state / "demo-site")
            )
            self._stack.enter_context(WebProcess(self.workspace.root, self.ports.web))
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def _site_key(self) -> str:
        return self.workspace.resolve(f"${{{SITE_KEY}:-}}")


class WebProcess:
    """``growth web`` as a child; it is asked until it answers."""

    def __init__(self, root: Path, port: int) -> None:
        self._root, self._port = root, port
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> WebProcess:
        import httpx

        command = [sys.executable, "-m", "growth.cli", "-C", str(self._root), "--lang", language(), "web", "--port", str(self._port)]
        self._log = (self._root / ".growth" / "web.log").open("ab")
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                if httpx.get(f"http://127.0.0.1:{self._port}/healthz", timeout=2).status_code == 200:
                    return self
            except httpx.HTTPError:
                time.sleep(0.1)
        self.__exit__(None, None, None)
        raise Unreachable(_("the web process did not start"), fix=_("look into {log}", log=self._root / ".growth" / "web.log"))

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()


def _port(url: str) -> int:
    parts = urlsplit(urls.normal(url))
    return parts.port or (443 if parts.scheme == "https" else 80)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_free(taken: set[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port
