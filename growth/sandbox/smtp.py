"""The SMTP server behind the mailbox: takes everything, unless a Behaviour says otherwise."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from growth.sandbox.behaviour import Action, Behaviours, Stage

HOST_NAME = "mailbox.sandbox.example"


class Taker(Protocol):
    """Who gets an accepted message."""

    def __call__(self, *, sender: str, recipients: tuple[str, ...], raw: bytes) -> None: ...


class MailServer:
    """One SMTP server on the socket `listener`, in a thread with a loop of its own.

    `behaviours` are asked for at each connection. `accounts` (user → password) makes log-in compulsory; `certificate` offers STARTTLS.
    """

    def __init__(
        self,
        take: Taker,
        behaviours: Callable[[], Behaviours],
        *,
        listener: socket.socket,
        accounts: Mapping[str, str] | None = None,
        certificate: ssl.SSLContext | None = None,
    ) -> None:
        self._take = take
        self._behaviours = behaviours
        self._accounts = dict(accounts or {})
        self._certificate = certificate
        self._socket = listener
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="sandbox-smtp", daemon=True)
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        """Begin to listen."""
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(timeout=timedelta(seconds=10).total_seconds())

    def stop(self) -> None:
        """Close the socket and the connections."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=10)
            self._loop.close()
        self._socket.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(self._connection, sock=self._socket)

    async def _close(self) -> None:
        if self._server:
            self._server.close()
        waiting = [task for task in asyncio.all_tasks(self._loop) if task is not asyncio.current_task()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _connection(self) -> SMTP:
        return SMTP(
            _Handler(self._take, self._behaviours()),
            hostname=HOST_NAME,
            ident="Growth Suite sandbox",
            enable_SMTPUTF8=True,
            tls_context=self._certificate,
            auth_required=bool(self._accounts),
            auth_require_tls=False,
            authenticator=_authenticator(self._accounts) if self._accounts else None,
            loop=self._loop,
        )


class _Handler:
    """The verbs of one connection. The method names are aiosmtpd's hooks."""

    def __init__(self, take: Taker, behaviours: Behaviours) -> None:
        self._take = take
        self._behaviours = behaviours
        self._messages = 0

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:
        session.host_name = hostname
        refused = await self._trouble(server, Stage.HELLO, [])
        return [refused] if refused else responses

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if refused := await self._trouble(server, Stage.MAIL, [address]):
            return refused
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if refused := await self._trouble(server, Stage.RECIPIENT, [address]):
            return refused
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        recipients = tuple(envelope.rcpt_tos)
        if refused := await self._trouble(server, Stage.DATA, recipients):
            return refused
        content = envelope.original_content or b""
        dropped = self._behaviours.strike(Action.DROP, Stage.DATA, recipients)
        if dropped is None or dropped.kept:
            self._take(sender=envelope.mail_from or "", recipients=recipients, raw=content)
        self._messages += 1
        if dropped is not None:
            _cut(server)
        return "250 2.0.0 OK: taken by the sandbox"

    async def _trouble(self, server: SMTP, stage: Stage, addresses: tuple[str, ...] | list[str]) -> str | None:
        """Wait, close or refuse as the rules say; the line to answer, or None."""
        if late := self._behaviours.strike(Action.DELAY, stage, addresses):
            await asyncio.sleep(late.seconds)
        if self._behaviours.strike(Action.CLOSE, stage, addresses, messages=self._messages):
            await server.push("421 4.7.0 too many messages on this connection")
            _cut(server)
            return "421 4.7.0 closing"
        refused = self._behaviours.strike(Action.REFUSE, stage, addresses)
        return refused.answer if refused else None


def _cut(server: SMTP) -> None:
    """Close the connection under the sender; what aiosmtpd still wants to say is swallowed."""
    if server.transport is not None:
        server.transport.close()


def _authenticator(accounts: Mapping[str, str]) -> Callable[..., AuthResult]:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        user, password = data.login.decode("utf-8", "replace"), data.password.decode("utf-8", "replace")
        # not handled: aiosmtpd answers 235 or 535 itself
        return AuthResult(success=accounts.get(user) == password, handled=False)

    return check
