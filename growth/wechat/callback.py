"""The callback: verify, open, answer within the budget, once for each message however often WeChat repeats it.

WeChat gives up after 5 s and asks again, three times in all, with the same MsgId and a fresh signature. So the first request does the
work and its answer is kept; a repeat gets that answer; one that comes while the work still runs, in any process, waits for it. What is
not ready within `reply_budget` is answered with ``success`` and goes out as a customer-service message, unless a repeat fetches it first.
A message whose work fails before anything has changed is answered with 503, so that WeChat repeats it.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.exc import IntegrityError

from growth.db import Database
from growth.errors import Unreachable
from growth.language import speaking
from growth.rendering import LimitedRenderer
from growth.wechat import crypto, inbox
from growth.wechat.crypto import Envelope, Unverified
from growth.wechat.expressions import Searcher
from growth.wechat.handling import Handled, handle
from growth.wechat.inbox import Overtaken
from growth.wechat.message import Incoming, Malformed, Outgoing, envelope_xml, incoming, parse_fields, reply_xml
from growth.wechat.settings import Mode, WeChatFile
from growth.workspace import MissingSecret, Workspace

#: how far the query's timestamp may be from our clock
FRESH = timedelta(minutes=5)
#: what tells WeChat that all is well and nothing is said
SUCCESS = b"success"
#: how often work that died is looked for, and how often an answer that another process makes
LOOK_SECONDS, POLL_SECONDS = 30.0, 0.1

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


class NotHandled(Unreachable):
    """Nothing has changed by the message: WeChat is to send it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The account's secrets; previous ones are taken while WeChat still uses them."""

    app_id: str
    tokens: tuple[str, ...]
    envelope: Envelope | None


def keys_of(workspace: Workspace, file: WeChatFile) -> Keys:
    """From ``.env``. Raises Refused(OFF) where the account or its token is not set up, NotHandled where the AES key is none."""
    try:
        app_id = workspace.resolve(file.account.app_id)
    except MissingSecret:
        app_id = ""
    tokens = tuple(filter(None, (_secret(workspace, name) for name in ("WECHAT_TOKEN", "WECHAT_TOKEN_PREVIOUS"))))
    if not app_id or not tokens:
        raise Refused(Turned.OFF, 404)
    aes = tuple(filter(None, (_secret(workspace, name) for name in ("WECHAT_AES_KEY", "WECHAT_AES_KEY_PREVIOUS"))))
    try:
        envelope = Envelope.from_texts(app_id, *aes) if aes else None
    except Unverified as fault:
        raise NotHandled(f"WECHAT_AES_KEY: {fault}", fix="take it from 公众平台 › 设置与开发 › 基本配置") from fault
    return Keys(app_id=app_id, tokens=tokens, envelope=envelope)


def check_url(keys: Keys, query: Mapping[str, str], *, now: datetime) -> bytes:
    """The answer to WeChat's check of the address: the echo, where the signature fits."""
    _verify(keys, query, now=now)
    return query.get("echostr", "").encode()


@dataclass(slots=True)
class _Work:
    """One message in hand: whether it is written down, who waits for its answer, and whether somebody went away without it."""

    noted: bool = False
    waiting: int = 0
    owed: bool = False
    reply: Outgoing = field(default_factory=Outgoing)
    fault: str = ""
    finished: threading.Event = field(default_factory=threading.Event)


class Callback:
    """Answers one account's messages; keeps a few threads, the rendering process and the one that searches."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="wechat")
        self._late = ThreadPoolExecutor(max_workers=2, thread_name_prefix="wechat-late")
        self._renderer = LimitedRenderer(root=database.workspace.root, zone=database.workspace.zone)
        self._searcher = Searcher()
        self._working: dict[bytes, _Work] = {}
        self._lock = threading.Lock()
        self._looked = 0.0

    def close(self) -> None:
        """Let what runs end."""
        self._pool.shutdown(wait=True)
        self._late.shutdown(wait=True)
        self._renderer.close()
        self._searcher.close()

    def answer(self, file: WeChatFile, keys: Keys, query: Mapping[str, str], body: bytes, *, now: datetime) -> bytes:
        """The body of the answer. Raises Refused, or NotHandled where WeChat should ask again."""
        until = time.monotonic() + file.reply_budget.total_seconds()
        timestamp = _verify(keys, query, now=now)
        message, sealed = _opened(file, keys, query, body)
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._looked = time.monotonic()
            self._late.submit(self._look_for_dead, file, now)
        reply = self._reply(file, message, until=until, now=now)
        if reply.empty:
            return SUCCESS
        xml = reply_xml(reply, to=message.openid, account=message.account, at=now)
        return _sealed(keys, xml, timestamp) if sealed else xml

    def take_up(self, file: WeChatFile, *, now: datetime) -> int:
        """Begin the work that died or was put off, to be answered by customer-service message; how many messages."""
        found = inbox.unfinished(self._database, now=now)
        for message in found:
            work = _Work(noted=True, owed=True)
            with self._lock:
                if self._working.setdefault(message.dedupe, work) is work:
                    self._pool.submit(self._work, file, message, work, until=0, now=now)
        return len(found)

    def _reply(self, file: WeChatFile, message: Incoming, *, until: float, now: datetime) -> Outgoing:
        with self._lock:
            work = self._working.get(message.dedupe)
            if work is None:
                work = self._working[message.dedupe] = _Work()
                self._pool.submit(self._work, file, message, work, until=until, now=now)
            work.waiting += 1
        work.finished.wait(max(until - time.monotonic(), 0.05))
        with self._lock:
            work.waiting -= 1
            if not work.finished.is_set():
                if not work.noted:
                    raise NotHandled("the database takes no WeChat message just now")
                work.owed = True
                return Outgoing()
        if work.fault:
            raise NotHandled(work.fault)
        return work.reply

    def _work(self, file: WeChatFile, message: Incoming, work: _Work, *, until: float, now: datetime) -> None:
        """Write the message down, do it and keep the answer; where it is there already, look for the answer that it was given."""
        try:
            kept = None if work.noted else inbox.enter(self._database, message, now=now)
            work.noted = True
            if kept is None:
                self._do(file, message, work)
                return
            while kept.reply is None and time.monotonic() < until:
                time.sleep(POLL_SECONDS)
                kept = inbox.kept(self._database, message, now=now)
            self._end(message, work, kept.reply or Outgoing())
        except Overtaken:
            self._end(message, work, Outgoing())
        except Exception as fault:  # noqa: BLE001 - whatever it was, WeChat must be told, and a repeat gets another try
            _log.exception("a WeChat %s could not be handled", message.event or message.kind)
            self._end(message, work, Outgoing(), fault=f"a WeChat message could not be handled: {type(fault).__name__}")

    def _do(self, file: WeChatFile, message: Incoming, work: _Work) -> None:
        begun = time.monotonic()
        try:
            done = self._handled(file, message)
        except Overtaken:
            raise
        except Exception:
            if inbox.note_failed(self._database, message):
                raise
            _log.exception("a WeChat %s was handled, but not answered", message.event or message.kind)
            done = Handled(follower_id=None, rule=None, reply=Outgoing())
        took = int((time.monotonic() - begun) * 1000)
        inbox.note_done(self._database, message, rule=done.rule, reply=done.reply, took_ms=took)
        if self._end(message, work, done.reply):
            self._late.submit(self._send_late, file, message, done)

    def _handled(self, file: WeChatFile, message: Incoming) -> Handled:
        with speaking(self._database.workspace.settings.site.locale):
            try:
                return handle(self._database, file, message, renderer=self._renderer, search=self._searcher.search)
            except IntegrityError:
                # two first messages of one person at once: now the person is known
                return handle(self._database, file, message, renderer=self._renderer, search=self._searcher.search)

    def _end(self, message: Incoming, work: _Work, reply: Outgoing, *, fault: str = "") -> bool:
        """Give the outcome to whoever waits; whether the answer is owed to somebody who went away, and nobody waits for it."""
        with self._lock:
            self._working.pop(message.dedupe, None)
            work.reply, work.fault = reply, fault
            work.finished.set()
            return work.owed and work.waiting == 0

    def _send_late(self, file: WeChatFile, message: Incoming, done: Handled) -> None:
        """The answer came after the budget: as a customer-service message, where the account may send one, and only once."""
        from growth.wechat.lint import may
        from growth.wechat.sending import NOT_SENT, send_text

        try:
            if not done.reply.text or done.follower_id is None or not may(file.account, "kf"):
                return
            if inbox.note_late(self._database, message, sent=True):
                send_text(self._database, file, follower_id=done.follower_id, text=done.reply.text, author="bot")
        except NOT_SENT as fault:
            inbox.note_late(self._database, message, sent=False)
            _log.warning("a late answer was not sent: %s", fault.message)
        except Exception:  # noqa: BLE001 - nobody waits for this thread
            _log.exception("it is not known whether a late answer was sent")

    def _look_for_dead(self, file: WeChatFile, now: datetime) -> None:
        try:
            self.take_up(file, now=now)
        except Exception:  # noqa: BLE001 - it is tried again
            _log.exception("WeChat messages that were put off could not be looked for")


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


def _secret(workspace: Workspace, name: str) -> str:
    return workspace.resolve(f"${{{name}:-}}")
