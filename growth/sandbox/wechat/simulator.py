"""A follower's phone: what the person does is pushed to the program as the platform would, and its answer is read as a phone would.

The platform waits five seconds, then cuts the line and asks again, three times in all, with the same MsgId and a fresh signature.
An answer that is none (another status, no XML, a wrong encryption) shows the person “service unavailable”.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import httpx

from growth.errors import GrowthError
from growth.sandbox.pusher import local_url
from growth.sandbox.wechat import crypto, xml
from growth.sandbox.wechat.account import Account, Follower, Mode, Trigger

TRIES = 3
UNAVAILABLE = "该公众号提供的服务出现故障，请稍后再试"
_numbers = threading.Lock()
_last_number = 0


class NoCallback(GrowthError):
    """The account has no callback address yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One push: the HTTP status (None: no answer), how long it took, what came back."""

    status: int | None
    seconds: float
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the follower got.

    `kind` is ``text``, ``news``, ``image``, ``transfer_customer_service`` …, ``none`` for an empty answer or ``success``, ``failure``
    where the phone shows “service unavailable” (`why` says what was wrong). `sent` is the message that was answered.
    """

    kind: str
    text: str = ""
    articles: tuple[Mapping[str, str], ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()
    why: str = ""
    sent: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def tries(self) -> int:
        """How often the platform asked."""
        return len(self.attempts)


class WeChatSimulator:
    """One follower's phone. `patience` is how long the platform waits for an answer, in seconds."""

    def __init__(self, account: Account, follower: Follower, *, patience: float = 5.0) -> None:
        self._account = account
        self.follower = follower
        self.patience = patience

    @property
    def openid(self) -> str:
        """The follower's openid."""
        return self.follower.openid

    @property
    def chat(self) -> list[tuple[str, str]]:
        """The chat so far: (side, text or the titles of articles)."""
        return [(line.side, line.text or " / ".join(article["title"] for article in line.articles)) for line in self.follower.chat]

    def follow(self, scene: str | None = None) -> Reply:
        """Follow the account: by searching for it, or by the QR code of `scene`. For a follower, a scan."""
        if self.follower.subscribed and scene is not None:
            return self.scan(scene)
        with self._account.lock:
            self.follower.subscribed_at = self._account.seconds()
            self.follower.scene = scene or ""
            self.follower.subscribe_scene = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
        self._account.open_window(self.follower, Trigger.ACT)
        more = {"EventKey": f"qrscene_{scene}", "Ticket": self._ticket(scene)} if scene else {"EventKey": ""}
        return self._event("subscribe", more, shown=f"关注（扫码 {scene}）" if scene else "关注")

    def scan(self, scene: str) -> Reply:
        """Scan the QR code of `scene` while following."""
        self._account.open_window(self.follower, Trigger.ACT)
        return self._event("SCAN", {"EventKey": scene, "Ticket": self._ticket(scene)}, shown=f"扫码 {scene}")

    def unfollow(self) -> Reply:
        """Leave. No answer can be shown any more."""
        with self._account.lock:
            self.follower.subscribed_at = 0
            self.follower.windows.clear()
            self.follower.tags.clear()
        return self._event("unsubscribe", {"EventKey": ""}, shown="取消关注")

    def say(self, text: str) -> Reply:
        """Write `text`."""
        self._account.open_window(self.follower, Trigger.MESSAGE)
        return self._message("text", {"Content": text}, shown=text)

    def send(self, kind: str, **fields: str | int) -> Reply:
        """Send another kind of message: ``image`` with PicUrl and MediaId, ``voice``, ``location`` … as the platform names the fields."""
        self._account.open_window(self.follower, Trigger.MESSAGE)
        return self._message(kind, fields, shown=f"[{kind}]")

    def click(self, key: str) -> Reply:
        """Tap the menu entry with `key`."""
        self._account.open_window(self.follower, Trigger.ACT)
        return self._event("CLICK", {"EventKey": key}, shown=f"点击菜单 {key}")

    def view(self, url: str) -> Reply:
        """Tap a menu entry that opens a page; the account is told, no window opens."""
        return self._event("VIEW", {"EventKey": url, "MenuId": 400000001}, shown=f"打开 {url}")

    def push_event(self, fields: Mapping[str, str | int]) -> Reply:
        """An event by its fields, for instance one that follows a mass message."""
        more = {name: value for name, value in fields.items() if name != "Event"}
        return self._event(str(fields["Event"]), more, shown=str(fields["Event"]))

    def again(self, reply: Reply) -> Reply:
        """Push the very message that `reply` answered once more: same MsgId, fresh signature."""
        return self._push(dict(reply.sent))

    def _ticket(self, scene: str | None) -> str:
        return next((code.ticket for code in self._account.qrcodes.values() if code.scene == scene), "")

    def _message(self, kind: str, fields: Mapping[str, str | int], *, shown: str) -> Reply:
        self._account.say(self.follower, side="follower", kind=kind, text=shown)
        return self._push({**self._head(), "MsgType": kind, **fields, "MsgId": _next_number()})

    def _event(self, event: str, fields: Mapping[str, str | int], *, shown: str) -> Reply:
        self._account.say(self.follower, side="event", kind=event, text=shown)
        return self._push({**self._head(), "MsgType": "event", "Event": event, **fields})

    def _head(self) -> dict[str, str | int]:
        return {"ToUserName": self._account.original_id, "FromUserName": self.openid, "CreateTime": self._account.seconds()}

    def _push(self, fields: dict[str, str | int]) -> Reply:
        """Push up to three times; show what came back."""
        url = self._account.callback_url
        if url is None:
            raise NoCallback("the account has no callback address", fix="set it on /wechat, e.g. http://127.0.0.1:8000/wechat/callback")
        self._account.note("callback", message=fields)
        attempts: list[Attempt] = []
        for number in range(TRIES):
            begun = time.monotonic()
            attempt = _post(local_url(url), self._query(), self._body, fields, self.patience)
            attempts.append(attempt)
            if attempt.status is not None:
                break
            if number < TRIES - 1:
                time.sleep(max(0.0, self.patience - (time.monotonic() - begun)))
        reply = replace(self._read(attempts, event=str(fields.get("Event", ""))), sent=fields)
        self._account.note("reply", openid=self.openid, reply=reply.kind, text=reply.text, articles=list(reply.articles), tries=reply.tries)
        return reply

    def _query(self) -> dict[str, str]:
        stamp, nonce = str(self._account.seconds()), str(secrets.randbelow(10**10))
        return {"signature": crypto.signature(self._account.token, stamp, nonce), "timestamp": stamp, "nonce": nonce, "openid": self.openid}

    def _body(self, fields: Mapping[str, str | int], query: dict[str, str]) -> str:
        """The body in the account's mode; adds to `query` what an encrypted one needs."""
        plain = xml.write(fields)
        if self._account.mode is Mode.PLAIN:
            return plain
        cipher_text = crypto.encrypt(plain, key=self._account.aes_key, app_id=self._account.app_id)
        query["encrypt_type"] = "aes"
        query["msg_signature"] = crypto.signature(self._account.token, query["timestamp"], query["nonce"], cipher_text)
        shell: dict[str, str | int] = {"ToUserName": self._account.original_id, "Encrypt": cipher_text}
        return xml.write({**fields, **shell} if self._account.mode is Mode.COMPATIBLE else shell)

    def _read(self, attempts: list[Attempt], *, event: str) -> Reply:
        """The answer as the phone shows it, and as a line of the chat."""
        last = attempts[-1]
        try:
            found = self._parsed(last)
        except GrowthError as fault:
            if event.lower() != "unsubscribe":
                self._account.say(self.follower, side="account", kind="failure", text=UNAVAILABLE, how="passive")
            return Reply(kind="failure", text=UNAVAILABLE, attempts=tuple(attempts), why=fault.message)
        if not found:
            return Reply(kind="none", attempts=tuple(attempts))
        kind = str(found.get("MsgType", ""))
        articles = tuple(
            {
                "title": one.get("Title", ""),
                "description": one.get("Description", ""),
                "url": one.get("Url", ""),
                "image": one.get("PicUrl", ""),
            }
            for one in found.get("Articles", [])
        )
        text = str(found.get("Content", "")) if kind == "text" else ""
        if event.lower() != "unsubscribe" and kind != "transfer_customer_service":
            self._account.say(self.follower, side="account", kind=kind, text=text, how="passive", articles=[dict(one) for one in articles])
        return Reply(kind=kind, text=text, articles=articles, fields=found, attempts=tuple(attempts))

    def _parsed(self, attempt: Attempt) -> dict[str, Any]:
        """The answer's fields, decrypted; empty for none. Raises GrowthError for what the platform would not take."""
        if attempt.status is None:
            raise xml.NotXml(f"no answer in {self.patience:g} s, {TRIES} times")
        if attempt.status != 200:
            raise xml.NotXml(f"answered {attempt.status}")
        body = attempt.body.strip()
        if body in ("", "success"):
            return {}
        found = xml.read(body)
        if "Encrypt" in found:
            stamp, nonce = str(found.get("TimeStamp", "")), str(found.get("Nonce", ""))
            if crypto.signature(self._account.token, stamp, nonce, found["Encrypt"]) != found.get("MsgSignature"):
                raise xml.NotXml("MsgSignature does not fit")
            found = xml.read(crypto.decrypt(found["Encrypt"], key=self._account.aes_key, app_id=self._account.app_id))
        elif self._account.mode is Mode.SAFE:
            raise xml.NotXml("the answer is not encrypted")
        if (found.get("ToUserName"), found.get("FromUserName")) != (self.openid, self._account.original_id):
            raise xml.NotXml("ToUserName and FromUserName are not swapped")
        if found.get("MsgType") == "text" and not found.get("Content"):
            raise xml.NotXml("an empty text")
        if found.get("MsgType") == "news" and len(found.get("Articles", [])) != int(found.get("ArticleCount", 0)):
            raise xml.NotXml("ArticleCount does not fit")
        return found


def verify(account: Account, *, patience: float = 5.0) -> bool:
    """What the console does when the callback address is saved: a signed GET whose ``echostr`` must come back."""
    if account.callback_url is None:
        return False
    stamp, nonce, echo = str(account.seconds()), str(secrets.randbelow(10**10)), str(secrets.randbelow(10**19))
    query = {"signature": crypto.signature(account.token, stamp, nonce), "timestamp": stamp, "nonce": nonce, "echostr": echo}
    try:
        answer = httpx.get(local_url(account.callback_url), params=query, timeout=patience)
    except httpx.HTTPError:
        return False
    return answer.status_code == 200 and answer.text == echo


def _post(url: str, query: dict[str, str], body: Any, fields: Mapping[str, str | int], patience: float) -> Attempt:
    begun = time.monotonic()
    text = body(fields, query)
    address = f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
    try:
        answer = httpx.post(address, content=text.encode(), headers={"content-type": "text/xml"}, timeout=patience)
    except httpx.HTTPError:
        return Attempt(status=None, seconds=time.monotonic() - begun, body="")
    return Attempt(status=answer.status_code, seconds=time.monotonic() - begun, body=answer.text)


def _next_number() -> int:
    """A message id: 64 bits, growing."""
    global _last_number
    with _numbers:
        _last_number = max(_last_number + 1, int(time.time() * 1000) << 20)
        return _last_number
