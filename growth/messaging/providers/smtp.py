"""SMTP: a pool of persistent connections, opened in threads and looked after by one (growth.messaging.conversation)."""

from __future__ import annotations

import queue
import select
import smtplib
import socket
import ssl
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from growth.contacts import Medium
from growth.errors import ProviderError
from growth.language import _
from growth.messaging.conversation import ANSWER_SECONDS, Conversation, server_words
from growth.messaging.dkim import Signer, signer_of
from growth.messaging.message import Message, Receipt
from growth.messaging.provider import Capabilities, Feedback, RawRequest, UnsupportedFeature
from growth.workspace import Workspace

#: connections at once; NetEase and QQ refuse many more from one address
CONNECTIONS = 16


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
        #: connections with nothing to do
        self.idle: list[Conversation] = []
        #: what the threads opened, or why they could not; the bell wakes whoever waits for it
        self._opened: queue.SimpleQueue[Conversation | ProviderError] = queue.SimpleQueue()
        self.opening = 0
        self.bell, self._hammer = socket.socketpair()
        self.bell.setblocking(False)
        self._threads = ThreadPoolExecutor(max_workers=CONNECTIONS, thread_name_prefix="smtp")
        self._lock = Lock()

    def send(self, batch: Sequence[Message]) -> Sequence[Receipt]:
        """Hand mails over, as many at once as there are connections. Raises ProviderError where the server cannot be used at all."""
        with self._lock:
            if not self._alive():
                self.idle.append(Conversation(self._open(), self._return_path, self._signer))
            return _Exchange(self, batch).run()

    def read_feedback(self, request: RawRequest) -> Sequence[Feedback]:
        """SMTP calls nobody back; bounces come by mail (growth campaign feedback)."""
        raise UnsupportedFeature(_("SMTP sends no reports"), fix=_("read bounces from their mailbox: growth campaign feedback"))

    def log_in(self) -> str:
        """Whether the server takes the log-in; what to say of it. Raises ProviderError."""
        with self._lock:
            self.idle.append(Conversation(self._open(), self._return_path, self._signer))
        return f"{self._host}:{self._port}"

    def close(self) -> None:
        """Say goodbye on every connection."""
        self._threads.shutdown(wait=True)
        with self._lock:
            self.gather()
            for each in self.idle:
                each.quit()
            self.idle = []
            self.bell.close()
            self._hammer.close()

    def _alive(self) -> bool:
        """Whether a connection is idle and of use; those that the server has left are dropped."""
        self.gather()
        living = [each for each in self.idle if each.alive()]
        for each in self.idle:
            if each not in living:
                each.drop()
        self.idle = living
        return bool(living)

    def gather(self) -> ProviderError | None:
        """Take what the threads opened; why one of them could not."""
        try:
            self.bell.recv(4096)
        except BlockingIOError:
            pass
        fault = None
        while True:
            try:
                found = self._opened.get_nowait()
            except queue.Empty:
                return fault
            self.opening -= 1
            if isinstance(found, Conversation):
                self.idle.append(found)
            else:
                fault = found

    def open_another(self) -> None:
        """Open a connection aside; the bell rings when it is there."""
        self.opening += 1
        self._threads.submit(self._open_aside)

    def _open_aside(self) -> None:
        try:
            self._opened.put(Conversation(self._open(), self._return_path, self._signer))
        except ProviderError as fault:
            self._opened.put(fault)
        self._hammer.send(b".")

    def _open(self) -> smtplib.SMTP:
        where = f"{self._host}:{self._port}"
        timeout = ANSWER_SECONDS
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
                _("the mail server {where} refuses the log-in: {why}", where=where, why=server_words(fault.smtp_error)),
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
                _("the mail server {where} says no: {code} {why}", where=where, code=fault.smtp_code, why=server_words(fault.smtp_error)),
                permanent=fault.smtp_code >= 500,
            ) from fault
        except (OSError, smtplib.SMTPException) as fault:
            raise ProviderError(
                _("the mail server {where} cannot be reached: {why}", where=where, why=fault),
                fix=_("check email.smtp in growth.yaml, and that the server runs"),
            ) from fault
        return server


class _Exchange:
    """One batch, handed over by as many connections as there are, each a message at a time."""

    def __init__(self, pool: Smtp, batch: Sequence[Message]) -> None:
        self._pool = pool
        self._waiting = deque(batch)
        self._talking: dict[int, Conversation] = {}
        self._receipts: list[Receipt] = []
        #: why no more connections can be opened
        self._fault: ProviderError | None = None
        self._poll = select.poll()
        self._poll.register(pool.bell, select.POLLIN)

    def run(self) -> list[Receipt]:
        """A receipt for each message."""
        while True:
            self._employ()
            if not self._waiting and not self._talking:
                return self._receipts
            self._listen()

    def _employ(self) -> None:
        """Give idle connections something to do; open more where there are too few."""
        pool = self._pool
        while self._waiting and pool.idle:
            self._begin(pool.idle.pop(), self._waiting.popleft())
        if self._fault is None:
            wanted = min(CONNECTIONS, len(self._talking) + len(self._waiting))
            for _missing in range(wanted - len(self._talking) - pool.opening):
                pool.open_another()
        elif not self._talking and not pool.opening:
            self._receipts += [Receipt.later(message, self._fault.message, self._fault.retry_after) for message in self._waiting]
            self._waiting.clear()

    def _begin(self, conversation: Conversation, message: Message) -> None:
        if (receipt := conversation.begin(message)) is not None:
            self._end(conversation, receipt)
            return
        self._talking[conversation.handle] = conversation
        self._poll.register(conversation.handle, conversation.events)

    def _end(self, conversation: Conversation, receipt: Receipt) -> None:
        self._receipts.append(receipt)
        if self._talking.pop(conversation.handle, None) is not None:
            self._poll.unregister(conversation.handle)
        if conversation.usable:
            self._pool.idle.append(conversation)
        else:
            conversation.drop()

    def _listen(self) -> None:
        """Wait until a connection can go on, a new one is there, or an answer took too long."""
        until = min((each.until for each in self._talking.values()), default=time.monotonic() + ANSWER_SECONDS)
        for handle, _event in self._poll.poll(max(until - time.monotonic(), 0) * 1000):
            if handle == self._pool.bell.fileno():
                self._fault = self._pool.gather() or self._fault
                continue
            conversation = self._talking[handle]
            if (receipt := conversation.go_on()) is not None:
                self._end(conversation, receipt)
            else:
                self._poll.modify(handle, conversation.events)
        moment = time.monotonic()
        for conversation in list(self._talking.values()):
            if conversation.until <= moment:
                self._end(conversation, conversation.expire())


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
