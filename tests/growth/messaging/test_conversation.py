"""What is said on one SMTP connection, by a server that follows a script."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pytest

from growth.contacts import Medium
from growth.db import uuid7
from growth.messaging import Mail, Message, Verdict
from growth.messaging.providers.smtp import Smtp
from growth.sandbox import Sandbox

Said = Callable[[BinaryIO, socket.socket], None]


@contextmanager
def server(said: Said) -> Iterator[Smtp]:
    """A provider whose server offers PIPELINING and does what `said` does with the first connection; others are hung up on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

        def serve() -> None:
            connection, _address = listening.accept()
            with connection, connection.makefile("rb") as lines:
                connection.sendall(b"220 script\r\n")
                assert lines.readline().startswith(b"ehlo")
                connection.sendall(b"250-script\r\n250 PIPELINING\r\n")
                said(lines, connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        provider = Smtp(host="127.0.0.1", port=listening.getsockname()[1], tls="none")
        try:
            yield provider
        finally:
            provider.close()
            thread.join(timeout=60)


def mail(to: str, html: str = "<p>你好</p>") -> Message:
    return Message(id=uuid7(), medium=Medium.EMAIL, to=to, content=Mail(subject="s", text="t", html=html, sender="news@example.com"))


def group(lines: BinaryIO, count: int) -> list[str]:
    """So many commands, none of them answered yet."""
    return [lines.readline().decode().strip() for _line in range(count)]


def body(lines: BinaryIO) -> list[str]:
    found = []
    while (line := lines.readline()) not in (b".\r\n", b""):
        found.append(line.decode().strip())
    return found


def test_commands_go_together_and_answers_may_come_in_pieces() -> None:
    heard: list[list[str]] = []

    def said(lines: BinaryIO, connection: socket.socket) -> None:
        heard.append(group(lines, 3))
        for piece in (b"25", b"0 sender ok\r", b"\n250-recipient\r\n250", b" ok\r\n354 go on\r\n"):
            connection.sendall(piece)
        heard.append(body(lines))
        connection.sendall(b"250 queued as 7\r\n")
        assert lines.readline().lower() == b"quit\r\n"
        connection.sendall(b"221 bye\r\n")

    with server(said) as provider:
        (receipt,) = provider.send([mail("p1@example.com")])
    assert (receipt.verdict, receipt.provider_id) == (Verdict.ACCEPTED, "queued as 7")
    assert heard[0] == ["MAIL FROM:<news@example.com>", "RCPT TO:<p1@example.com>", "DATA"]
    assert "To: p1@example.com" in heard[1]


def test_a_recipient_that_is_refused_gets_an_empty_message_to_nobody_and_the_next_begins_anew() -> None:
    heard: list[list[str]] = []

    def said(lines: BinaryIO, connection: socket.socket) -> None:
        heard.append(group(lines, 3))
        connection.sendall(b"250 ok\r\n550 no such mailbox\r\n354 go on\r\n")
        heard.append(body(lines))
        connection.sendall(b"554 no valid recipients\r\n")
        heard.append(group(lines, 4))
        connection.sendall(b"250 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n")
        heard.append(body(lines))
        connection.sendall(b"250 taken\r\n")

    with server(said) as provider:
        verdicts = [provider.send([mail(to)])[0].verdict for to in ("nobody@example.com", "p2@example.com")]
    assert verdicts == [Verdict.REFUSED, Verdict.ACCEPTED]
    assert heard[1] == []
    assert heard[2][0] == "RSET"
    assert "To: p2@example.com" in heard[3]


def test_an_answer_before_the_end_of_the_mail_counts_and_ends_the_connection() -> None:
    def said(lines: BinaryIO, connection: socket.socket) -> None:
        group(lines, 3)
        connection.sendall(b"250 ok\r\n250 ok\r\n354 go on\r\n552 too large\r\n")
        while lines.read(1 << 16):
            pass

    with server(said) as provider:
        # more than the buffers of two sockets take, and nobody reads the rest before the answer is there
        (receipt,) = provider.send([mail("p1@example.com", html="中" * 5_000_000)])
        assert provider.idle == []
    assert (receipt.verdict, receipt.reason) == (Verdict.REFUSED, "552 too large")


@pytest.mark.parametrize("answered", [b"", b"250"], ids=["hung-up", "cut-off"])
def test_a_server_that_hangs_up_after_the_mail_leaves_a_doubt(answered: bytes) -> None:
    def said(lines: BinaryIO, connection: socket.socket) -> None:
        group(lines, 3)
        connection.sendall(b"250 ok\r\n250 ok\r\n354 go on\r\n")
        body(lines)
        connection.sendall(answered)

    with server(said) as provider:
        (receipt,) = provider.send([mail("p1@example.com")])
    assert receipt.verdict is Verdict.UNKNOWN


def test_mails_go_over_tls_and_over_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
    opened: list[smtplib.SMTP] = []
    whole = Smtp._open
    monkeypatch.setattr(Smtp, "_open", lambda self: (opened.append(found := whole(self)), found)[1])
    messages = [mail(f"p{number}@example.com", html="中文" * 20_000) for number in range(40)]
    with Sandbox(starttls=True) as sandbox:
        provider = Smtp(host="127.0.0.1", port=sandbox.smtp_port, tls="starttls")
        receipts = provider.send(messages)
        provider.close()
        assert sorted(recipient for got in sandbox.messages() for recipient in got.recipients) == sorted(each.to for each in messages)
    assert {receipt.message_id for receipt in receipts if receipt.is_accepted} == {message.id for message in messages}
    assert 1 < len(opened) <= 16
    assert all(isinstance(each.sock, ssl.SSLSocket) or each.sock is None for each in opened)
