"""One SMTP connection, a message at a time, without waiting: many are looked after by one thread, which costs a third of a thread each.

Commands go in one group where the server offers it (PIPELINING, RFC 2920). What a fault means depends on when it happens: before the final
dot nothing was handed over, after it nobody knows.
"""

from __future__ import annotations

import select
import smtplib
import ssl
import time
from collections import deque
from collections.abc import Generator

from growth import clock
from growth.language import _
from growth.messaging.dkim import Signer
from growth.messaging.mail import UnsafeHeader, envelope_sender, mail_bytes
from growth.messaging.message import Mail, Message, Receipt

#: messages a connection carries before it is renewed (NetEase: 450 MI:DMC for too many)
MESSAGES_A_CONNECTION = 500
#: how long an answer may take, seconds
ANSWER_SECONDS = 30.0
#: words of 5xx answers that mean “not now” (QQ: 550 … frequency limited; campaigns.md §2.1)
_LATER_WORDS = ("frequency limit", "frequently", "too many", "try again", "try later", "rate limit", "频率", "稍后")
#: what an answer may hold
_MOST_BYTES = 1 << 16

Answer = tuple[int, bytes]
_Talk = Generator[None, Answer, Receipt]


class Conversation:
    """A connection that is open and logged in. After `begin`, whoever polls `handle` for `events` calls `go_on`, or `expire` at `until`."""

    def __init__(self, server: smtplib.SMTP, return_path: str | None, signer: Signer | None) -> None:
        sock = server.sock
        assert sock is not None, "an open connection has its socket"
        sock.setblocking(False)
        self._server, self._sock = server, sock
        self._secure = isinstance(sock, ssl.SSLSocket)
        self._return_path = return_path
        self._signer = signer
        self._pipelines = server.has_extn("pipelining")
        self._left = MESSAGES_A_CONNECTION
        self._talk: _Talk | None = None
        #: what is still to be written, and whether it ends the message
        self._out: deque[tuple[bytes | memoryview, bool]] = deque()
        self._in = bytearray()
        self._handed = False
        #: the server still holds what it was offered last
        self._stale = False
        self.handle: int = sock.fileno()
        self.until = 0.0
        self.usable = True

    @property
    def events(self) -> int:
        """What to poll for."""
        return select.POLLIN | select.POLLOUT if self._out else select.POLLIN

    def alive(self) -> bool:
        """Whether the server has not said goodbye meanwhile; an idle connection has nothing to say."""
        if isinstance(self._sock, ssl.SSLSocket) and self._sock.pending():
            return False
        look = select.poll()
        look.register(self.handle, select.POLLIN)
        return not look.poll(0)

    def begin(self, message: Message) -> Receipt | None:
        """Offer one mail; a receipt at once where it cannot be sent, or where the connection is broken."""
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
        self._handed = False
        self.until = time.monotonic() + ANSWER_SECONDS
        self._talk = self._deliver(message, sender, body)
        next(self._talk)
        return self.go_on(reads=False)

    def go_on(self, *, reads: bool = True) -> Receipt | None:
        """Write and read what can be; the receipt once it is known."""
        try:
            self._write()
            if reads:
                self._read()
            while self._talk is not None and (answer := self._answer()) is not None:
                self.until = time.monotonic() + ANSWER_SECONDS
                if (receipt := self._hear(answer)) is not None:
                    return receipt
                self._write()
        except OSError as fault:
            return self._break(fault)
        return None

    def expire(self) -> Receipt:
        """The answer took too long."""
        return self._break(TimeoutError("timed out"))

    def quit(self) -> None:
        """Say goodbye."""
        self._sock.settimeout(ANSWER_SECONDS)
        try:
            self._server.quit()
        except (OSError, smtplib.SMTPException):
            self._server.close()

    def drop(self) -> None:
        """Hang up."""
        self._server.close()

    def _hear(self, answer: Answer) -> Receipt | None:
        assert self._talk is not None
        try:
            self._talk.send(answer)
        except StopIteration as over:
            self._talk = None
            receipt: Receipt = over.value
            return receipt
        return None

    def _break(self, fault: OSError) -> Receipt:
        """The connection is of no use any more; what that means for the message."""
        self.usable = False
        assert self._talk is not None
        talk, self._talk = self._talk, None
        try:
            talk.throw(fault)
        except StopIteration as over:
            receipt: Receipt = over.value
            return receipt
        raise AssertionError("a broken connection ends the talk")

    def _deliver(self, message: Message, sender: str, body: bytes) -> _Talk:
        """What is said about one message: each `yield` waits for an answer."""
        try:
            if (refused := (yield from self._offer(sender, message))) is not None:
                return refused
            self._hand_over(body)
            answer = yield
        except OSError as fault:
            if self._handed:
                return Receipt.unknown(message, _("no answer after the message: {why}", why=fault))
            return Receipt.later(message, _("the connection broke: {why}", why=fault))
        if not self._handed:
            # it answers before the end: whatever it is, it has not got the message, and the rest would be read as commands
            self.usable = False
            if answer[0] < 400:
                return Receipt.later(message, f"{answer[0]} {server_words(answer[1])}")
        return self._judge(message, answer)

    def _offer(self, sender: str, message: Message) -> Generator[None, Answer, Receipt | None]:
        """MAIL, RCPT, DATA, and RSET before where it is needed; None where the server waits for the mail."""
        commands = [f"MAIL FROM:<{sender}>", f"RCPT TO:<{message.to}>", "DATA"]
        if self._stale:
            commands.insert(0, "RSET")
        self._stale = False
        answers: list[Answer] = []
        if self._pipelines:
            self._say("".join(f"{command}\r\n" for command in commands))
            for _command in commands:
                answers.append((yield))
        else:
            for command in commands:
                self._say(f"{command}\r\n")
                answers.append((yield))
                if not 200 <= answers[-1][0] < 400:
                    break
        bad = next((answer for answer in answers[: len(commands) - 1] if not 200 <= answer[0] < 300), None)
        if bad is None and answers[-1][0] == 354:
            return None
        if len(answers) == len(commands) and answers[-1][0] == 354:
            # the server took DATA although it took nobody: an empty message ends it, and goes to nobody (RFC 2920 §3.1)
            self._say(".\r\n")
            yield
        self._stale = True
        if len(commands) == 4 and answers[0] is bad:
            self.usable = False
        return self._judge(message, bad or answers[-1])

    def _say(self, text: str) -> None:
        self._out.append((text.encode("ascii"), False))

    def _hand_over(self, body: bytes) -> None:
        """The mail and its final dot; under TLS apart, since there a write that fails may have gone out all the same."""
        if self._secure:
            self._out += [(body, False), (b".\r\n", True)]
        else:
            self._out.append((body + b".\r\n", True))

    def _write(self) -> None:
        """As much as the connection takes. Raises OSError."""
        while self._out:
            data, final = self._out[0]
            if final and self._secure:
                self._handed = True
            try:
                count = self._sock.send(data)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            if count < len(data):
                self._out[0] = (memoryview(data)[count:], final)
                continue
            self._out.popleft()
            self._handed = self._handed or final

    def _read(self) -> None:
        """What has arrived. Raises OSError, also where the server hung up."""
        while True:
            try:
                part = self._sock.recv(_MOST_BYTES)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            if not part:
                raise ConnectionError("Connection unexpectedly closed")
            self._in += part
            if len(self._in) > _MOST_BYTES:
                raise ConnectionError("an answer without an end")
            if not self._secure:
                return

    def _answer(self) -> Answer | None:
        """The next whole answer (RFC 5321 §4.2): its code, -1 where it has none, and its words."""
        words: list[bytes] = []
        start = 0
        while (end := self._in.find(b"\n", start)) >= 0:
            line = bytes(self._in[start:end]).rstrip(b"\r")
            start = end + 1
            words.append(line[4:].strip())
            code = int(line[:3]) if line[:3].isdigit() else -1
            if code == -1 or line[3:4] != b"-":
                del self._in[:start]
                return code, b"\n".join(words)
        return None

    def _judge(self, message: Message, answer: Answer) -> Receipt:
        """What an answer means: 4xx is later, 5xx is never, unless its words say otherwise."""
        code, text = answer
        words = server_words(text)
        if 200 <= code < 300:
            return Receipt.accepted(message, words or None)
        if code in (421, -1):
            self.usable = False
        reason = f"{code} {words}"
        if code < 500 or any(word in words.lower() for word in _LATER_WORDS):
            return Receipt.later(message, reason)
        return Receipt.refused(message, reason)


def server_words(text: bytes | str) -> str:
    """A server's words, in one line."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(plain.split())[:300]
