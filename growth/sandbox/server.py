"""The sandbox as a whole: one web server and one SMTP server on loopback, started in threads; nothing leaves the machine."""

from __future__ import annotations

import logging
import shutil
import signal
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from growth import clock
from growth.errors import GrowthError
from growth.sandbox import pages
from growth.sandbox.ads_baidu import BaiduAds
from growth.sandbox.asgi import Application, LineCut, Receive, Request, Response, Route, Scope, Send, application
from growth.sandbox.directory import Directory
from growth.sandbox.home import Home
from growth.sandbox.log import Log
from growth.sandbox.mailbox import Mail, Mailbox
from growth.sandbox.search_engines import SearchEngines
from growth.sandbox.sendgrid import SendGrid
from growth.sandbox.sms import Sms
from growth.sandbox.sms_aliyun import AliyunSms
from growth.sandbox.sms_tencent import TencentSms
from growth.sandbox.smtp import MailServer
from growth.sandbox.team_chat import TeamChat
from growth.sandbox.wechat import WeChat

if TYPE_CHECKING:
    import uvicorn

HOST = "127.0.0.1"
PORT = 8025
SMTP_PORT = 8026
#: what a sandbox keeps in its folder
FILES = ("log.jsonl", "mail", "wechat.json")


class PortTaken(GrowthError):
    """Another program listens there already."""


class WebServer:
    """An ASGI application on 127.0.0.1:`port` (0: a free one), in a thread."""

    def __init__(self, application_: Application, *, port: int = 0, host: str = HOST, name: str = "web") -> None:
        self._application = application_
        self._socket = listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self._name = name
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to answer."""
        import uvicorn

        configuration = uvicorn.Config(
            self._application,
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            lifespan="off",
            interface="asgi3",
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=1,
        )
        logging.getLogger("uvicorn.error").addFilter(_by_accident)
        server = self._server = uvicorn.Server(configuration)
        self._thread = threading.Thread(target=server.run, kwargs={"sockets": [self._socket]}, name=f"sandbox-{self._name}", daemon=True)
        self._thread.start()
        started = threading.Event()
        while not server.started and self._thread.is_alive():
            started.wait(0.005)

    def stop(self) -> None:
        """Stop answering; requests in hand get a second."""
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(timeout=5)
        self._socket.close()


class Sandbox:
    """The outside world in a box. A context manager; each part is an attribute and has its pages under `url`.

    `port` and `smtp_port` 0 take free ports. `folder` keeps the state over restarts, else it lives in memory.
    `accounts` (user → password) makes SMTP ask for a log-in; `starttls` offers STARTTLS with a certificate of its own.
    `now` is the clock of the outside world: windows, quotas and expiries go by it.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        smtp_port: int = 0,
        host: str = HOST,
        folder: Path | None = None,
        accounts: Mapping[str, str] | None = None,
        starttls: bool = False,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._folder = folder
        self._now = now
        self._open()
        self._web = WebServer(self._answer, port=port, host=host)
        try:
            self._smtp = MailServer(
                self._take,
                lambda: self.mailbox.behaviours,
                listener=listen(host, smtp_port),
                accounts=accounts,
                certificate=own_certificate() if starttls else None,
            )
        except GrowthError:
            self._web.stop()
            raise
        self.smtp_host = host
        self.smtp_port = self._smtp.port
        self.port = self._web.port
        self.url = self._web.url

    def _open(self) -> None:
        """Make the parts, as the folder left them."""
        folder, now = self._folder, self._now
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        self.log = Log(folder=folder, now=now)
        self.mailbox = Mailbox(self.log, folder=folder)
        self.sendgrid = SendGrid(self.mailbox, now=now)
        self.sms = Sms(self.log, now=now)
        self.aliyun = AliyunSms(self.sms, now=now)
        self.tencent = TencentSms(self.sms, now=now)
        self.wechat = WeChat(self.log, folder=folder, now=now)
        self.search = SearchEngines(self.log, now=now)
        self.directory = Directory(self.log, now=now)
        self.team = TeamChat(self.log, now=now)
        self.ads = BaiduAds(self.log)
        self.home = Home(self.log, addresses=self._addresses, reset=self.reset)
        self._application = application(self.routes(), missing=self.home.missing)

    def reset(self, *, now: Callable[[], datetime] | None = None) -> None:
        """Start over: every message, follower, listing, quota and scripted behaviour is forgotten, in the folder too.

        With `now` the outside world goes by another clock from here on. The parts are new objects: take them anew from the sandbox.
        """
        self.aliyun.pusher.stop()
        self.tencent.pusher.stop()
        self.sendgrid.pusher.stop()
        if self._folder:
            for name in FILES:
                target = self._folder / name
                if target.is_dir():
                    shutil.rmtree(target)
                else:
                    target.unlink(missing_ok=True)
        self._now = now or self._now
        self._open()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._application(scope, receive, send)

    def _take(self, *, sender: str, recipients: tuple[str, ...], raw: bytes) -> None:
        self.mailbox.take(sender=sender, recipients=recipients, raw=raw)

    def routes(self) -> list[Route]:
        """The routes of all parts."""
        found = pages.routes()
        found.append(Route("POST", "/", self._gateway))
        for part in (self.mailbox, self.sendgrid, self.sms, self.wechat, self.search, self.directory, self.team, self.ads, self.home):
            found += part.routes()
        return found

    def _gateway(self, request: Request) -> Response:
        """SMS gateways speak at the root of their hosts; here they share one, told apart by the header that names the action."""
        return self.tencent.answer(request) if "x-tc-action" in request.headers else self.aliyun.answer(request)

    def start(self) -> Sandbox:
        """Start both servers; returns the sandbox itself."""
        self._smtp.start()
        self._web.start()
        return self

    def stop(self) -> None:
        """Stop both servers."""
        self.aliyun.pusher.stop()
        self.tencent.pusher.stop()
        self.sendgrid.pusher.stop()
        self._web.stop()
        self._smtp.stop()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def messages(self, *, to: str | None = None, subject: str | None = None) -> list[Mail]:
        """Accepted e-mails, oldest first."""
        return self.mailbox.messages(to=to, subject=subject)

    def _addresses(self) -> dict[str, str]:
        """Settings that lead a workspace here."""
        return {
            "email.smtp": f"{{host: {self.smtp_host}, port: {self.smtp_port}, tls: none}}",
            "email.sendgrid.base_url": self.url,
            "api_base": self.url,
            "sms.aliyun.endpoint": self.url,
            "sms.tencent.endpoint": self.url,
            "submit.baidu.endpoint": f"{self.url}/urls",
            "submit.indexnow.endpoint": f"{self.url}/indexnow",
            "conversions.baidu.endpoint": f"{self.url}/ocpcapi/api/uploadConvertData",
            "submit.bing.endpoint": f"{self.url}/webmaster/api.svc/json",
        }


def run(
    *,
    port: int = PORT,
    smtp_port: int = SMTP_PORT,
    host: str = HOST,
    folder: Path | None = None,
    ready: Callable[[Sandbox], None] | None = None,
) -> None:
    """Run the sandbox until SIGINT or SIGTERM; `ready` is called once both servers listen. Raises PortTaken."""
    stopped = threading.Event()
    with Sandbox(port=port, smtp_port=smtp_port, host=host, folder=folder) as sandbox:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stopped.set())
        if ready:
            ready(sandbox)
        stopped.wait()


def _by_accident(record: logging.LogRecord) -> bool:
    """Leaves out of the log what was cut on purpose."""
    return not (record.exc_info and isinstance(record.exc_info[1], LineCut))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortTaken naming the port."""
    try:
        return socket.create_server((host, port), backlog=512)
    except OSError as fault:
        raise PortTaken(
            f"cannot listen on {host}:{port}: {fault.strerror}", fix="choose another port with --port, or stop what listens there"
        ) from fault


def own_certificate() -> ssl.SSLContext:
    """A server context with a certificate made on the spot for localhost; nobody trusts it, which is what tests of TLS need."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "own.pem"
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
        context.load_cert_chain(file)
    return context
