"""SMTP: a pool of persistent connections in threads, commands pipelined where the server offers it.

What a fault means depends on when it happens: before the final dot nothing was handed over, after it nobody knows.
"""

from __future__ import annotations

import queue
import select
import smtplib
import socket
import ssl
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from growth import clock
from growth.contacts import Medium
from growth.errors import ProviderError
from growth.language import _
from growth.messaging.dkim import Signer, signer_of
from growth.messaging.mail import UnsafeHeader, envelope_sender, mail_bytes
from growth.messaging.message import Mail, Message, Receipt
from growth.messaging.provider import Capabilities, Feedback, RawRequest, UnsupportedFeature
from growth.workspace import Workspace

#: connections at once; NetEase and QQ refuse many more from one address
CONNECTIONS = 16
#: messages a connection carries before it is renewed (NetEase: 450 MI:DMC for too many)
MESSAGES_A_CONNECTION = 500
TIMEOUT = timedelta(seconds=30)
#: words of 5xx answers that mean “not now” (QQ: 550 … frequency limited; campaigns.md §2.1)
_LATER_WORDS = ("frequency limit", "frequently", "too many", "try again", "try later", "rate limit", "频率", "稍后")

Answer = tuple[int, bytes]


class Smtp:
    """One mail server."""

    name = "smtp"
    capabilities = Capabilities(media=frozenset({Medium.EMAIL}), max_batch=32)

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: str,
        username: str | None = None,
        password: str | None = None,
        return_path: str | None = None,
        signer: Signer | None = None,
    ) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._signer = signer
        self._return_path = return_path
        self._username, self._password = username, password
        self._idle: queue.LifoQueue[_Connection] = queue.LifoQueue()
        self._threads = ThreadPoolExecutor(max_workers=CONNECTIONS, thread_name_prefix="smtp")

    def send(self, batch: Sequence[Message]) -> Sequence[Receipt]:
        """Hand mails over, as many at once as there are connections. Raises ProviderError where the server cannot be used at all."""
        first = self._connection()
        self._idle.put(first)
        pending: list[Future[Receipt]] = [self._threads.submit(self._send_one, message) for message in batch]
        return [each.result() for each in pending]

    def read_feedback(self, request: RawRequest) -> Sequence[Feedback]:
        """SMTP calls nobody back; bounces come by mail (growth campaign feedback)."""
        raise UnsupportedFeature(_("SMTP sends no reports"), fix=_("read bounces from their mailbox: growth campaign feedback"))

    def log_in(self) -> str:
        """Whether the server takes the log-in; what to say of it. Raises ProviderError."""
        self._idle.put(self._connection())
        return f"{self._host}:{self._port}"

    def close(self) -> None:
        """Say goodbye on every connection."""
        self._threads.shutdown(wait=True)
        while True:
            try:
                self._idle.get_nowait().quit()
            except queue.Empty:
                return

    def _send_one(self, message: Message) -> Receipt:
        try:
            connection = self._connection()
        except ProviderError as fault:
            return Receipt.later(message, fault.message, fault.retry_after)
        receipt = connection.deliver(message)
        if connection.usable:
            self._idle.put(connection)
        else:
            connection.drop()
        return receipt

    def _connection(self) -> _Connection:
        """One that is idle and alive, else a new one. Raises ProviderError."""
        while True:
            try:
                found = self._idle.get_nowait()
            except queue.Empty:
                return _Connection(self._open(), self._return_path, self._signer)
            if found.alive():
                return found
            found.drop()

    def _open(self) -> smtplib.SMTP:
        where = f"{self._host}:{self._port}"
        timeout = TIMEOUT.total_seconds()
        try:
            server: smtplib.SMTP
            if self._tls == "implicit":
                server = smtplib.SMTP_SSL(self._host, self._port, timeout=timeout, context=ssl.create_default_context())
            else:
                server = smtplib.SMTP(self._host, self._port, timeout=timeout)
            if self._tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            server.ehlo_or_helo_if_needed()
            if self._username:
                server.login(self._username, self._password or "")
            if server.sock is not None:
                server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except smtplib.SMTPAuthenticationError as fault:
            raise ProviderError(
                _("the mail server {where} refuses the log-in: {why}", where=where, why=_words(fault.smtp_error)),
                permanent=True,
                fix=_("check email.smtp.username and password in growth.yaml and .env"),
            ) from fault
        except smtplib.SMTPNotSupportedError as fault:
            raise ProviderError(
                _("the mail server {where} cannot do what is asked: {why}", where=where, why=fault),
                permanent=True,
                fix=_("check email.smtp.tls in growth.yaml"),
            ) from fault
        except ssl.SSLError as fault:
            raise ProviderError(
                _("the mail server {where} cannot be trusted: {why}", where=where, why=fault.reason or fault),
                permanent=True,
                fix=_("check email.smtp.host, port and tls in growth.yaml"),
            ) from fault
        except smtplib.SMTPResponseException as fault:
            raise ProviderError(
                _("the mail server {where} says no: {code} {why}", where=where, code=fault.smtp_code, why=_words(fault.smtp_error)),
                permanent=fault.smtp_code >= 500,
            ) from fault
        except (OSError, smtplib.SMTPException) as fault:
            raise ProviderError(
                _("the mail server {where} cannot be reached: {why}", where=where, why=fault),
                fix=_("check email.smtp in growth.yaml, and that the server runs"),
            ) from fault
        return server


class _Connection:
    """One connection; a message at a time."""

    def __init__(self, server: smtplib.SMTP, return_path: str | None, signer: Signer | None) -> None:
        self._server = server
        self._signer = signer
        self._return_path = return_path
        self._left = MESSAGES_A_CONNECTION
        self._pipelines = server.has_extn("pipelining")
        self.usable = True

    def alive(self) -> bool:
        """Whether the server has not said goodbye meanwhile; an idle connection has nothing to say."""
        sock = self._server.sock
        if sock is None or (isinstance(sock, ssl.SSLSocket) and sock.pending()):
            return False
        look = select.poll()
        look.register(sock, select.POLLIN)
        return not look.poll(0)

    def deliver(self, message: Message) -> Receipt:
        """Hand one mail over."""
        mail = message.content
        assert isinstance(mail, Mail), mail
        try:
            now = clock.now()
            body = mail_bytes(message, date=now)
            if self._signer is not None:
                body = self._signer.signed(body, at=now)
            sender = envelope_sender((self._return_path or mail.sender).replace("{id}", message.id.hex))
        except UnsafeHeader as fault:
            return Receipt.refused(message, fault.message)
        self._left -= 1
        self.usable = self._left > 0
        try:
            refused = self._offer(sender, message)
            if refused is not None:
                return refused
            sock = self._server.sock
            assert sock is not None
            sock.sendall(body)
        except (OSError, smtplib.SMTPException) as fault:
            # the final dot was not sent, so the server has nothing
            self.usable = False
            return Receipt.later(message, _("the connection broke: {why}", why=fault))
        try:
            sock.sendall(b".\r\n")
            answer = self._server.getreply()
        except (OSError, smtplib.SMTPException) as fault:
            self.usable = False
            return Receipt.unknown(message, _("no answer after the message: {why}", why=fault))
        return self._judge(message, answer)

    def _offer(self, sender: str, message: Message) -> Receipt | None:
        """MAIL, RCPT, DATA; None where the server waits for the mail."""
        commands = (f"MAIL FROM:<{sender}>", f"RCPT TO:<{message.to}>", "DATA")
        if not self._pipelines:
            for command in commands:
                self._server.putcmd(command)
                answer = self._server.getreply()
                if answer[0] != 354 if command == "DATA" else not 200 <= answer[0] < 300:
                    self._reset()
                    return self._judge(message, answer)
            return None
        self._server.send("".join(f"{command}\r\n" for command in commands))
        answers = [self._server.getreply() for _command in commands]
        bad = next((answer for answer in answers[:2] if not 200 <= answer[0] < 300), None)
        if bad is None and answers[2][0] == 354:
            return None
        if answers[2][0] == 354:
            # the server took DATA although it took nobody: an empty message ends it, and goes to nobody (RFC 2920 §3.1)
            self._server.send(".\r\n")
            self._server.getreply()
        self._reset()
        return self._judge(message, bad or answers[2])

    def _reset(self) -> None:
        if not self.usable:
            return
        try:
            if self._server.rset()[0] != 250:
                self.usable = False
        except (OSError, smtplib.SMTPException):
            self.usable = False

    def _judge(self, message: Message, answer: Answer) -> Receipt:
        """What an answer means: 4xx is later, 5xx is never, unless its words say otherwise."""
        code, text = answer
        words = _words(text)
        if 200 <= code < 300:
            return Receipt.accepted(message, words or None)
        if code in (421, -1):
            self.usable = False
        reason = f"{code} {words}"
        if code < 500 or any(word in words.lower() for word in _LATER_WORDS):
            return Receipt.later(message, reason)
        return Receipt.refused(message, reason)

    def quit(self) -> None:
        """Say goodbye."""
        try:
            self._server.quit()
        except (OSError, smtplib.SMTPException):
            self._server.close()

    def drop(self) -> None:
        """Hang up."""
        self._server.close()


def _words(text: bytes | str) -> str:
    """A server's words, in one line."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(plain.split())[:300]


def open_smtp(workspace: Workspace) -> Smtp:
    """The mail server of growth.yaml. Raises ProviderError where none is set, MissingSecret, BadDkimKey."""
    settings = workspace.settings.email.smtp
    if settings is None:
        raise ProviderError(
            _("email.smtp is not set"), permanent=True, fix=_("write email: {smtp: {host: smtp.example.com}} in growth.yaml")
        )
    return Smtp(
        host=workspace.resolve(settings.host),
        port=settings.port,
        tls=str(settings.tls),
        username=workspace.resolve(settings.username) if settings.username else None,
        password=workspace.resolve(settings.password) if settings.password else None,
        return_path=workspace.settings.email.return_path,
        signer=signer_of(workspace),
    )
