"""Building a 16 KB Chinese mail as bytes: ours beside `email.message.EmailMessage`; both are read back by the same parser."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from uuid import uuid4

from benchmarks.campaign.naive import mail as email_message
from benchmarks.campaign.text import BODY_HTML
from growth.contacts import Medium
from growth.messaging import Mail, Message, mail_bytes

#: how long each is measured, and how often in turn; the best counts
SECONDS, TURNS = 1.0, 3


def ours(number: int) -> bytes:
    """The same mail by our serializer."""
    link = f"https://www.example.com/news?u={number}"
    content = Mail(
        subject=f"人{number}，本月更新",
        text=f"人{number}，请看 {link}",
        html=BODY_HTML.replace("NAME", f"人{number}").replace("LINK", link),
        sender="诚信贷 <news@example.com>",
        unsubscribe_url=f"https://go.example.com/unsubscribe/{number:032x}",
    )
    return mail_bytes(Message(id=uuid4(), medium=Medium.EMAIL, to=f"p{number}@example.com", content=content), date=datetime.now(UTC))


def theirs(number: int) -> bytes:
    """By the standard library."""
    return email_message(number).as_bytes(policy=policy.SMTP)


def rates() -> tuple[float, float]:
    """Mails a second on one core: ours, theirs. Raises AssertionError where the two do not read the same."""
    assert _read(ours(7)) == _read(theirs(7)), "the two mails differ"
    best = {ours: 0.0, theirs: 0.0}
    for _turn in range(TURNS):
        for build in best:
            best[build] = max(best[build], _rate(build))
    return best[ours], best[theirs]


def _rate(build: Callable[[int], bytes]) -> float:
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < SECONDS:
        build(count)
        count += 1
    return count / (time.perf_counter() - begun)


def _read(data: bytes) -> tuple[object, ...]:
    """What a reader sees of a mail."""
    mail = message_from_bytes(data, policy=policy.default)
    headers = [str(mail[name]).strip() for name in ("From", "To", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post")]
    bodies = [part.get_content().replace("\r\n", "\n").strip() for part in mail.walk() if part.get_content_maintype() == "text"]
    return (*headers, *bodies)
