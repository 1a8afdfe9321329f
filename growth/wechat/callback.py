"""The callback: verify, open, answer within the budget, once for each message however often WeChat repeats it.

WeChat gives up after 5 s and asks again, three times in all, with the same MsgId and a fresh signature. So the first request does the
work and its answer is kept; a repeat gets that answer; one that comes while the work still runs waits for it. What is not ready within
`reply_budget` is answered with ``success`` and goes out as a customer-service message.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from growth.db import Database, uuid7
from growth.errors import GrowthError
from growth.language import speaking
from growth.rendering import LimitedRenderer
from growth.wechat import crypto
from growth.wechat.crypto import Envelope, Unverified
from growth.wechat.handling import Handled, handle
from growth.wechat.message import Incoming, Malformed, Outgoing, envelope_xml, incoming, parse_fields, reply_xml
from growth.wechat.models import Inbox
from growth.wechat.settings import Mode, WeChatFile
from growth.workspace import Workspace

#: how far the query's timestamp may be from our clock
FRESH = timedelta(minutes=5)
#: what tells WeChat that all is well and nothing is said
SUCCESS = b"success"
#: a work that has not ended after this time died with its process: a repeat does it again
DEAD_AFTER = timedelta(seconds=30)

_log = logging.getLogger("growth.wechat")


class Turned(StrEnum):
    """Why a request was turned away."""

    #: no account is set up: the route is off
    OFF = "off"
    #: a signature does not fit, or the ciphertext does not open
    UNSIGNED = "unsigned"
    #: the timestamp is too far from our clock
    STALE = "stale"
    #: the body is no message
    MALFORMED = "malformed"


class Refused(Exception):
    """A request that is answered with 4xx at once."""

    def __init__(self, why: Turned, status: int) -> None:
        super().__init__(why)
        self.why, self.status = why, status


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The account's secrets; previous ones are taken while WeChat still uses them."""

    app_id: str
    tokens: tuple[str, ...]
    envelope: Envelope | None


def keys_of(workspace: Workspace, file: WeChatFile) -> Keys:
    """From ``.env``. Raises Refused(OFF) where the account or its token is not set up."""
    app_id = workspace.resolve(file.account.app_id)
    tokens = tuple(filter(None, (_secret(workspace, name) for name in ("WECHAT_TOKEN", "WECHAT_TOKEN_PREVIOUS"))))
    if not app_id or not tokens:
        raise Refused(Turned.OFF, 404)
    aes = tuple(filter(None, (_secret(workspace, name) for name in ("WECHAT_AES_KEY", "WECHAT_AES_KEY_PREVIOUS"))))
    try:
        envelope = Envelope.from_texts(app_id, *aes) if aes else None
    except Unverified as fault:
        raise GrowthError(f"WECHAT_AES_KEY: {fault}", fix="take it from 公众平台 › 设置与开发 › 基本配置") from fault
    return Keys(app_id=app_id, tokens=tokens, envelope=envelope)


def check_url(keys: Keys, query: Mapping[str, str], *, now: datetime) -> bytes:
    """The answer to WeChat's check of the address: the echo, where the signature fits."""
    _verify(keys, query, now=now)
    return query.get("echostr", "").encode()


class Callback:
    """Answers one account's messages; keeps a few threads and the rendering process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="wechat")
        self._renderer = LimitedRenderer(root=database.workspace.root, zone=database.workspace.zone)
        self._working: dict[bytes, Future[Handled]] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let what runs end."""
        self._pool.shutdown(wait=True)
        self._renderer.close()

    def answer(self, file: WeChatFile, keys: Keys, query: Mapping[str, str], body: bytes, *, now: datetime) -> bytes:
        """The body of the answer. Raises Refused."""
        begun = time.monotonic()
        timestamp = _verify(keys, query, now=now)
        message, sealed = _opened(file, keys, query, body)
        reply = self._reply(file, message, begun=begun, now=now)
        if reply.empty:
            return SUCCESS
        xml = reply_xml(reply, to=message.openid, account=message.account, at=now)
        return _sealed(keys, xml, timestamp) if sealed else xml

    def _reply(self, file: WeChatFile, message: Incoming, *, begun: float, now: datetime) -> Outgoing:
        dedupe = message.dedupe
        with self._lock:
            running = self._working.get(dedupe)
        if running is None:
            kept = self._enter(message, now=now)
            if kept is not None:
                return kept
            running = self._start(file, message, dedupe)
        budget = file.reply_budget.total_seconds() - (time.monotonic() - begun)
        wait([running], timeout=max(budget, 0.05))
        if running.done():
            return running.result().reply
        running.add_done_callback(lambda future: self._send_late(file, message, future))
        return Outgoing()

    def _enter(self, message: Incoming, *, now: datetime) -> Outgoing | None:
        """Put the message into the inbox; the kept answer where it is there already, None where the work is ours."""
        id_ = uuid7()
        try:
            with self._database.write() as session:
                text = self._database.vault.seal("wx_inbox.text", id_, message.text) if message.text else None
                row = Inbox(
                    id=id_,
                    dedupe=message.dedupe,
                    kind=message.kind,
                    event=message.event,
                    event_key=message.key[:200],
                    text=text,
                    created_at=message.created_at,
                    received_at=now,
                    state="working",
                )
                session.add(row)
            return None
        except IntegrityError:
            return self._kept(message, now=now)

    def _kept(self, message: Incoming, *, now: datetime) -> Outgoing | None:
        with self._database.write() as session:
            row = session.execute(select(Inbox).where(Inbox.dedupe == message.dedupe)).scalar_one()
            if row.state == "failed" or (row.state == "working" and now - row.received_at > DEAD_AFTER):
                row.state, row.received_at = "working", now
                return None
            if row.reply is None or row.reply_kind is None:
                return Outgoing()
            return _from_kept(row.reply_kind, self._database.vault.open("wx_inbox.reply", row.id, row.reply))

    def _start(self, file: WeChatFile, message: Incoming, dedupe: bytes) -> Future[Handled]:
        future = self._pool.submit(self._work, file, message)
        with self._lock:
            self._working[dedupe] = future

        def forget(_done: Future[Handled]) -> None:
            with self._lock:
                self._working.pop(dedupe, None)

        future.add_done_callback(forget)
        return future

    def _work(self, file: WeChatFile, message: Incoming) -> Handled:
        begun = time.monotonic()
        try:
            with speaking(self._database.workspace.settings.site.locale):
                done = handle(self._database, file, message, renderer=self._renderer)
        except Exception:  # noqa: BLE001 - whatever it was, WeChat must get an answer, and a repeat another try
            _log.exception("a WeChat %s could not be handled", message.event or message.kind)
            self._finish(message, Handled(follower_id=None, rule=None, reply=Outgoing()), state="failed", took=time.monotonic() - begun)
            return Handled(follower_id=None, rule=None, reply=Outgoing())
        self._finish(message, done, state="done", took=time.monotonic() - begun)
        return done

    def _finish(self, message: Incoming, done: Handled, *, state: str, took: float) -> None:
        with self._database.write() as session:
            id_: UUID = session.execute(select(Inbox.id).where(Inbox.dedupe == message.dedupe)).scalar_one()
            kind, text = _to_kept(done.reply)
            values = {
                "state": state,
                "follower_id": done.follower_id,
                "rule": done.rule,
                "reply_kind": kind,
                "reply": self._database.vault.seal("wx_inbox.reply", id_, text) if kind else None,
                "took_ms": int(took * 1000),
            }
            session.execute(update(Inbox).where(Inbox.id == id_).values(**values))

    def _send_late(self, file: WeChatFile, message: Incoming, future: Future[Handled]) -> None:
        """The answer came after the budget: as a customer-service message, where the account may send one."""
        from growth.wechat.sending import send_text

        done = future.result()
        if done.reply.text and done.follower_id is not None:
            try:
                send_text(self._database, file, follower_id=done.follower_id, text=done.reply.text, author="bot")
            except GrowthError as fault:
                _log.warning("a late answer could not be sent: %s", fault.message)


def _verify(keys: Keys, query: Mapping[str, str], *, now: datetime) -> str:
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    for token in keys.tokens:
        try:
            crypto.check_signature(query.get("signature", ""), token, timestamp, nonce)
            break
        except Unverified:
            continue
    else:
        raise Refused(Turned.UNSIGNED, 403)
    if (
        not timestamp.isascii()
        or not timestamp.isdigit()
        or len(timestamp) > 12
        or abs(now.timestamp() - int(timestamp)) > FRESH.total_seconds()
    ):
        raise Refused(Turned.STALE, 403)
    return timestamp


def _opened(file: WeChatFile, keys: Keys, query: Mapping[str, str], body: bytes) -> tuple[Incoming, bool]:
    """The message, and whether it came encrypted (so that the answer is too)."""
    try:
        fields = parse_fields(body)
        sealed = "Encrypt" in fields and file.account.mode is not Mode.PLAIN
        if file.account.mode is Mode.SAFE and not sealed:
            raise Refused(Turned.MALFORMED, 400)
        if sealed:
            fields = parse_fields(_decrypted(keys, query, fields["Encrypt"]))
        return incoming(fields), sealed
    except Malformed as fault:
        raise Refused(Turned.MALFORMED, 400) from fault


def _decrypted(keys: Keys, query: Mapping[str, str], ciphertext: str) -> bytes:
    if keys.envelope is None:
        raise Refused(Turned.OFF, 404)
    for token in keys.tokens:
        try:
            crypto.check_signature(query.get("msg_signature", ""), token, query.get("timestamp", ""), query.get("nonce", ""), ciphertext)
            return keys.envelope.open(ciphertext)
        except Unverified:
            continue
    raise Refused(Turned.UNSIGNED, 403)


def _sealed(keys: Keys, xml: bytes, timestamp: str) -> bytes:
    assert keys.envelope is not None
    encrypted, nonce = keys.envelope.seal(xml), secrets.token_hex(8)
    return envelope_xml(
        encrypted=encrypted, signature=crypto.signature(keys.tokens[0], timestamp, nonce, encrypted), timestamp=timestamp, nonce=nonce
    )


def _to_kept(reply: Outgoing) -> tuple[str | None, str]:
    """Kind and text in which an answer is kept for repeats."""
    import json

    if reply.empty:
        return None, ""
    if reply.transfer:
        return "transfer", "-"
    if reply.article:
        return "news", json.dumps(
            [reply.article.title, reply.article.description, reply.article.url, reply.article.image], ensure_ascii=False
        )
    return "text", reply.text


def _from_kept(kind: str, text: str) -> Outgoing:
    import json

    from growth.wechat.message import Article

    if kind == "transfer":
        return Outgoing(transfer=True)
    if kind == "news":
        title, description, url, image = json.loads(text)
        return Outgoing(article=Article(title=title, description=description, url=url, image=image))
    return Outgoing(text=text)


def _secret(workspace: Workspace, name: str) -> str:
    return workspace.resolve(f"${{{name}:-}}")
