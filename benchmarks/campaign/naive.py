"""What a user would write: ``python -m benchmarks.campaign.naive reconnect|pooled MESSAGES PORT``, with `email` and `smtplib`.

Each mail is personalised, has a link with a parameter of its own, and the unsubscribe headers; no ledger, nothing survives a crash.
"""

from __future__ import annotations

import smtplib
import sys
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

from benchmarks.campaign.text import BODY_HTML

CONNECTIONS = 16


def mail(number: int) -> EmailMessage:
    """The mail of one person."""
    made = EmailMessage()
    made["From"] = "诚信贷 <news@example.com>"
    made["To"] = f"p{number}@example.com"
    made["Subject"] = f"人{number}，本月更新"
    made["List-Unsubscribe"] = f"<https://go.example.com/unsubscribe/{number:032x}>"
    made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(f"人{number}，请看 https://www.example.com/news?u={number}")
    made.add_alternative(
        BODY_HTML.replace("NAME", f"人{number}").replace("LINK", f"https://www.example.com/news?u={number}"), subtype="html"
    )
    return made


def reconnecting(messages: int, port: int) -> None:
    """A connection a mail, as most scripts do."""
    for number in range(messages):
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.send_message(mail(number))


def pooled(messages: int, port: int) -> None:
    """Sixteen threads, each with a connection that it keeps."""

    def share(first: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for number in range(first, messages, CONNECTIONS):
                server.send_message(mail(number))

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(share, range(CONNECTIONS)))


if __name__ == "__main__":
    {"reconnect": reconnecting, "pooled": pooled}[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
