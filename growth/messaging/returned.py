"""Where mails that came back are read from: a message, an mbox, a Maildir, a folder of messages, a mailbox. And what they do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from growth.contacts import Medium
from growth.db import Database
from growth.errors import GrowthError
from growth.language import _
from growth.messaging.bounces import Report, ReportKind, read_reports
from growth.messaging.feedback import apply_feedback
from growth.messaging.imap import Inbox, open_inbox
from growth.messaging.models import MailboxRead
from growth.messaging.provider import Feedback, FeedbackKind

#: a mail that is longer is read no further
MOST_BYTES = 8 * 1024 * 1024
_SOURCE = "mailbox"
#: of a mailbox that is read for the first time, what came in within this span
FIRST_LOOK = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """One mail: where it lay, and what it says."""

    file: str
    #: of its bytes: the same mail read again is the same event
    digest: str
    reports: list[Report]


def read_returned(path: Path) -> Iterator[Returned]:
    """Every mail of a file or folder. Raises GrowthError where there is none to read."""
    if not path.exists():
        raise GrowthError(_("{path} is not there", path=path), fix=_("name a message, an mbox, a Maildir or a folder of messages"))
    try:
        if path.is_file():
            yield from _of_file(path)
            return
        folders = [path / name for name in ("cur", "new") if (path / name).is_dir()] or [path]
        for folder in folders:
            for each in sorted(folder.iterdir()):
                if each.is_file() and not each.name.startswith("."):
                    yield from _of_file(each)
    except OSError as fault:
        raise GrowthError(_("{path} cannot be read: {why}", path=path, why=fault.strerror or fault)) from fault


def read_mailbox(database: Database, *, now: datetime, dry_run: bool = False) -> Iterator[Returned]:
    """Every mail that came to ``email.feedback`` since the last time, applied before it is handed on (not with `dry_run`).

    How far it got is kept after each mail: cut off, it goes on there, and a mail read twice has no second effect. Raises NoMailbox,
    MissingSecret, Unreachable.
    """
    with open_inbox(database.workspace) as inbox:
        with database.read() as session:
            known = session.get(MailboxRead, inbox.name)
        fresh = known is None or known.validity != inbox.validity
        uids = inbox.since((now - FIRST_LOOK).date()) if fresh or known is None else inbox.after(known.last_uid)
        for uid, raw in inbox.fetch(uids):
            mail = returned(raw, f"{inbox.name}#{uid}")
            if not dry_run:
                apply_returned(database, mail, now=now)
                _keep_position(database, inbox, uid, now=now)
            yield mail


def _keep_position(database: Database, inbox: Inbox, uid: int, *, now: datetime) -> None:
    with database.write() as session:
        session.merge(MailboxRead(mailbox=inbox.name, validity=inbox.validity, last_uid=uid, at=now))


def returned(raw: bytes, file: str) -> Returned:
    """What one mail says."""
    return Returned(file=file, digest=hashlib.sha256(raw).hexdigest()[:32], reports=read_reports(raw))


def apply_returned(database: Database, mail: Returned, *, now: datetime) -> int:
    """Apply a mail to deliveries, suppression and consent; how many effects it had. Anybody can write a mail, so it proves nothing."""
    events = [event for number, report in enumerate(mail.reports) if (event := _event(mail, number, report, now)) is not None]
    return sum(apply_feedback(database, _SOURCE, events, now=now, proven=False).effects.values()) if events else 0


def _event(mail: Returned, number: int, report: Report, now: datetime) -> Feedback | None:
    if report.kind is ReportKind.COMPLAINT:
        kind = FeedbackKind.COMPLAINT
    elif report.kind is ReportKind.BOUNCE:
        kind = FeedbackKind.HARD_BOUNCE if report.hard else FeedbackKind.SOFT_BOUNCE
    else:
        return None
    if not report.recipient and not report.message_id:
        return None
    return Feedback(
        event=f"{mail.digest}:{number}",
        kind=kind,
        at=now,
        message_id=report.message_id or None,
        address=report.recipient or None,
        medium=Medium.EMAIL,
        reason=" ".join(part for part in (report.status, report.reason) if part),
    )


def _of_file(path: Path) -> Iterator[Returned]:
    with path.open("rb") as file:
        first = file.readline(MOST_BYTES)
        if not first.startswith(b"From "):
            yield returned(first + file.read(MOST_BYTES), path.name)
            return
        mail, size, number, blank = bytearray(), 0, 1, False
        for line in iter(lambda: file.readline(MOST_BYTES), b""):
            if blank and line.startswith(b"From "):
                yield returned(bytes(mail), f"{path.name}#{number}")
                mail, size, number = bytearray(), 0, number + 1
                continue
            blank = not line.strip()
            size += len(line)
            if size <= MOST_BYTES:
                mail += line[1:] if line.startswith(b">From ") else line
        yield returned(bytes(mail), f"{path.name}#{number}")
