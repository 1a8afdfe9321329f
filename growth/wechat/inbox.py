"""What came in, written down before anything is done about it, so that its effect happens once and every repeat gets one answer.

The state of an entry moves one way, each step by one UPDATE that only the first can make: working → effected (in the transaction of the
effect itself) → done → late (the answer went as a customer-service message). Work that died before its effect is taken up again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from growth.db import Database, uuid7, vault
from growth.wechat.message import Article, Incoming, Outgoing
from growth.wechat.models import Follower, Inbox

#: work that has not ended after this time died with its process, or was put off by a fault
DEAD_AFTER = timedelta(seconds=45)
#: what is older is not taken up again: nobody waits for its answer any more
FORGOTTEN_AFTER = timedelta(hours=1)


class InboxState(StrEnum):
    """How far the work on a message has come."""

    #: written down; nothing has happened yet
    WORKING = "working"
    #: what it changes is committed; its answer is not known yet
    EFFECTED = "effected"
    #: answered, the answer kept for repeats
    DONE = "done"
    #: the answer went, or may have gone, as a customer-service message: a repeat gets none
    LATE = "late"
    #: nothing could be done yet; a repeat, or `unfinished`, tries again
    FAILED = "failed"


class Overtaken(Exception):
    """Somebody else has done this message's work; ours is taken back."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer that an earlier request was given; None while another process still works on it."""

    reply: Outgoing | None


def enter(database: Database, message: Incoming, *, now: datetime) -> Kept | None:
    """Write the message down. None where the work is ours, else what is kept of it."""
    try:
        with database.write() as session:
            session.add(_row(session, message, now=now))
        return None
    except IntegrityError:
        return None if _taken(database, message.dedupe, now=now) else kept(database, message, now=now)


def kept(database: Database, message: Incoming, *, now: datetime) -> Kept:
    """The answer of a message that is there."""
    with database.read() as session:
        row = session.execute(select(Inbox).where(Inbox.dedupe == message.dedupe)).scalar_one()
        if row.state in _OPEN and now - row.received_at <= DEAD_AFTER:
            return Kept(None)
        if row.state != InboxState.DONE or row.reply is None or row.reply_kind is None:
            return Kept(Outgoing())
        return Kept(_from_text(row.reply_kind, vault(session).open("wx_inbox.reply", row.id, row.reply)))


def note_effect(session: Session, message: Incoming, *, follower_id: UUID | None) -> None:
    """Within the transaction of the effect: it happened. Raises Overtaken where it had happened before."""
    done = session.execute(
        update(Inbox)
        .where(Inbox.dedupe == message.dedupe, Inbox.state == InboxState.WORKING)
        .values(state=InboxState.EFFECTED, follower_id=follower_id)
        .returning(Inbox.id)
    ).first()
    if done is None:
        raise Overtaken


def note_done(database: Database, message: Incoming, *, rule: str | None, reply: Outgoing, took_ms: int) -> None:
    """The answer is there."""
    with database.write() as session:
        id_ = session.execute(select(Inbox.id).where(Inbox.dedupe == message.dedupe)).scalar_one()
        kind, text = _as_text(reply)
        values = {
            "state": InboxState.DONE,
            "rule": rule,
            "reply_kind": kind,
            "reply": vault(session).seal("wx_inbox.reply", id_, text) if kind else None,
            "took_ms": took_ms,
            "sender": None,
        }
        session.execute(update(Inbox).where(Inbox.id == id_, Inbox.state == InboxState.EFFECTED).values(**values))


def note_failed(database: Database, message: Incoming) -> bool:
    """The work failed before its effect: a repeat, or `unfinished`, may try again. False where the effect had happened."""
    with database.write() as session:
        query = update(Inbox).where(Inbox.dedupe == message.dedupe, Inbox.state == InboxState.WORKING).values(state=InboxState.FAILED)
        return session.execute(query.returning(Inbox.id)).first() is not None


def note_late(database: Database, message: Incoming, *, sent: bool) -> bool:
    """Say that the answer goes as a customer-service message (`sent`), or that it could not; False where another has said so before."""
    before, after = (InboxState.DONE, InboxState.LATE) if sent else (InboxState.LATE, InboxState.DONE)
    with database.write() as session:
        query = update(Inbox).where(Inbox.dedupe == message.dedupe, Inbox.state == before).values(state=after).returning(Inbox.id)
        return session.execute(query).first() is not None


def unfinished(database: Database, *, now: datetime, limit: int = 20) -> list[Incoming]:
    """Messages whose work died before its effect, each handed to one caller only; ones that nobody will answer any more lose their text."""
    found: list[Incoming] = []
    dead = select(Inbox).where(Inbox.state.in_((*_OPEN, InboxState.FAILED)), Inbox.received_at < now - DEAD_AFTER)
    with database.read() as session:
        waiting = list(session.scalars(dead.with_only_columns(Inbox.id).order_by(Inbox.received_at).limit(limit)))
    for id_ in waiting:
        with database.write() as session:
            row = session.scalars(dead.where(Inbox.id == id_).with_for_update()).one_or_none()
            if row is None:
                continue
            if row.state != InboxState.EFFECTED and row.sender is not None and now - row.created_at <= FORGOTTEN_AFTER:
                row.state, row.received_at = InboxState.WORKING, now
                found.append(_message(session, row))
                continue
            row.state, row.sender = InboxState.DONE, None
            if row.follower_id is None:
                row.text = None
    return found


#: states of work that somebody does now
_OPEN = (InboxState.WORKING, InboxState.EFFECTED)


def _row(session: Session, message: Incoming, *, now: datetime) -> Inbox:
    id_, keys = uuid7(), vault(session)
    known = session.scalar(select(Follower.id).where(Follower.openid_index == keys.index("openid", message.openid)))
    return Inbox(
        id=id_,
        dedupe=message.dedupe,
        follower_id=known,
        kind=message.kind[:64],
        event=message.event[:64],
        event_key=message.key[:200],
        text=keys.seal("wx_inbox.text", id_, message.text) if message.text else None,
        sender=keys.seal("wx_inbox.sender", id_, json.dumps([message.account, message.openid, message.msg_id, message.key])),
        created_at=message.created_at,
        received_at=now,
        state=InboxState.WORKING,
    )


def _message(session: Session, row: Inbox) -> Incoming:
    """The message again, from what was written down."""
    assert row.sender is not None
    account, openid, msg_id, key = json.loads(vault(session).open("wx_inbox.sender", row.id, row.sender))
    return Incoming(
        account=account,
        openid=openid,
        msg_id=msg_id,
        kind=row.kind,
        event=row.event,
        key=key,
        text=vault(session).open("wx_inbox.text", row.id, row.text) if row.text else "",
        created_at=row.created_at,
    )


def _taken(database: Database, dedupe: bytes, *, now: datetime) -> bool:
    """Whether the work on a message that failed or died is ours from now on."""
    with database.write() as session:
        dead = (Inbox.state == InboxState.WORKING) & (Inbox.received_at < now - DEAD_AFTER)
        query = update(Inbox).where(Inbox.dedupe == dedupe, (Inbox.state == InboxState.FAILED) | dead)
        return session.execute(query.values(state=InboxState.WORKING, received_at=now).returning(Inbox.id)).first() is not None


def _as_text(reply: Outgoing) -> tuple[str | None, str]:
    """Kind and text in which an answer is kept."""
    if reply.empty:
        return None, ""
    if reply.transfer:
        return "transfer", "-"
    if reply.article:
        card = reply.article
        return "news", json.dumps([card.title, card.description, card.url, card.image], ensure_ascii=False)
    return "text", reply.text


def _from_text(kind: str, text: str) -> Outgoing:
    if kind == "transfer":
        return Outgoing(transfer=True)
    if kind == "news":
        title, description, url, image = json.loads(text)
        return Outgoing(article=Article(title=title, description=description, url=url, image=image))
    return Outgoing(text=text)
