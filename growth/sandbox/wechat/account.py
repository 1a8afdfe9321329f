"""The official account as the platform keeps it: its rights, followers, tags, menus, QR codes, windows for messages, and chats."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any

from growth import clock
from growth.sandbox import keys
from growth.sandbox.log import Log, Part


class Mode(StrEnum):
    """How messages are pushed."""

    #: as they are
    PLAIN = "plain"
    #: as they are and encrypted
    COMPATIBLE = "compatible"
    #: encrypted only
    SAFE = "safe"


class Right(StrEnum):
    """Groups of the API that an account may have or not."""

    #: custom menus
    MENU = "menu"
    #: messages of customer service, mass sending, tags, follower list
    FOLLOWERS = "followers"
    #: parametric QR codes, template messages, OAuth
    SERVICE = "service"


class Trigger(StrEnum):
    """What opens a window for customer-service messages."""

    #: the follower wrote: 5 messages within 48 hours
    MESSAGE = "message"
    #: a menu click, a follow, a scan: 3 messages within a minute
    ACT = "act"


#: trigger → (how long, how many); since 2023-06-12
WINDOWS = {Trigger.MESSAGE: (timedelta(hours=48), 5), Trigger.ACT: (timedelta(minutes=1), 3)}


@dataclass(slots=True, kw_only=True)
class Window:
    """What may still be sent to a follower, and until when (seconds since 1970)."""

    trigger: str
    until: float
    left: int


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of a chat. `side` is ``follower``, ``account`` or ``event``; `how` is ``passive``, ``custom`` … of the account's."""

    at: str
    side: str
    kind: str
    text: str
    how: str = ""
    articles: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Follower:
    """A user of WeChat. `subscribed_at` is seconds since 1970, 0 for somebody who does not follow."""

    openid: str
    name: str
    subscribed_at: int = 0
    scene: str = ""
    subscribe_scene: str = "ADD_SCENE_SEARCH"
    remark: str = ""
    tags: list[int] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    chat: list[Line] = field(default_factory=list)
    masses: list[str] = field(default_factory=list)
    notices: dict[str, int] = field(default_factory=dict)

    @property
    def subscribed(self) -> bool:
        """Whether the user follows now."""
        return self.subscribed_at > 0


@dataclass(slots=True, kw_only=True)
class QrCode:
    """A parametric QR code; `until` None is permanent."""

    ticket: str
    scene: str
    until: float | None


class Account:
    """One official account and everything the platform knows of it. Change `type`, `verified`, `mode` … at will."""

    def __init__(self, log: Log, *, folder: Path | None = None, now: Callable[[], datetime] = clock.now) -> None:
        self.log = log
        self.now = now
        self.lock = threading.RLock()
        self._file = folder / "wechat.json" if folder else None
        self.app_id: str = keys.WECHAT_APP_ID
        self.secret: str = keys.WECHAT_SECRET
        self.token: str = keys.WECHAT_TOKEN
        self.aes_key: str = keys.WECHAT_AES_KEY
        self.original_id = "gh_0123456789ab"
        self.type = "service"
        self.verified = True
        self.mode = Mode.SAFE
        self.callback_url: str | None = None
        self.followers: dict[str, Follower] = {}
        self.tags: dict[int, str] = {2: "星标组"}
        self.menu: list[dict[str, Any]] | None = None
        self.conditional: dict[int, dict[str, Any]] = {}
        self.qrcodes: dict[str, QrCode] = {}
        self._load()

    @property
    def rights(self) -> frozenset[Right]:
        """What this kind of account may call."""
        if not self.verified:
            return frozenset({Right.MENU}) if self.type == "service" else frozenset()
        return frozenset(Right) if self.type == "service" else frozenset({Right.MENU, Right.FOLLOWERS})

    def seconds(self) -> int:
        """Now, in seconds since 1970."""
        return int(self.now().timestamp())

    def person(self, name: str) -> Follower:
        """The WeChat user called `name`; the same openid every time."""
        digest = blake2b(f"{self.app_id}:{name}".encode(), digest_size=13).hexdigest()
        openid = f"o{digest}f"[:28].ljust(28, "0")
        with self.lock:
            if openid not in self.followers:
                self.followers[openid] = Follower(openid=openid, name=name)
            return self.followers[openid]

    def say(
        self, follower: Follower, *, side: str, kind: str, text: str, how: str = "", articles: list[dict[str, str]] | None = None
    ) -> Line:
        """Put a line into the chat of `follower`."""
        line = Line(at=clock.rfc3339(self.now()), side=side, kind=kind, text=text, how=how, articles=articles or [])
        with self.lock:
            follower.chat.append(line)
        return line

    def open_window(self, follower: Follower, trigger: Trigger) -> None:
        """The follower did something that lets the account send; quotas do not add up, a new trigger begins anew."""
        span, count = WINDOWS[trigger]
        with self.lock:
            follower.windows = [window for window in follower.windows if window.trigger != trigger.value]
            follower.windows.append(Window(trigger=trigger.value, until=self.now().timestamp() + span.total_seconds(), left=count))

    def use_window(self, follower: Follower) -> int:
        """Take one message from a window: 0, or the error: 45015 outside any window or not following, 45047 used up."""
        with self.lock:
            open_ = [window for window in follower.windows if window.until > self.now().timestamp()]
            if not open_ or not follower.subscribed:
                return 45015
            # the shorter one first: what it allows would else be lost
            usable = sorted((window for window in open_ if window.left > 0), key=lambda window: window.until)
            if not usable:
                return 45047
            usable[0].left -= 1
            return 0

    def menu_for(self, follower: Follower) -> list[dict[str, Any]]:
        """The menu that `follower` sees: the newest conditional one that fits the last tag, else the default."""
        last = follower.tags[-1] if follower.tags else None
        for number in sorted(self.conditional, reverse=True):
            rule = self.conditional[number]["matchrule"]
            if last is not None and str(rule.get("tag_id", "")) == str(last):
                buttons: list[dict[str, Any]] = self.conditional[number]["button"]
                return buttons
        return self.menu or []

    def note(self, kind: str, **detail: Any) -> None:
        """Write to the log that something was accepted, and keep the state."""
        self.log.add(Part.WECHAT, kind, detail)
        self.save()

    def save(self) -> None:
        """Keep the state in the folder, whole or not at all."""
        if self._file is None:
            return
        with self.lock:
            state = {
                "followers": [asdict(follower) for follower in self.followers.values()],
                "tags": {str(number): name for number, name in self.tags.items()},
                "menu": self.menu,
                "conditional": {str(number): menu for number, menu in self.conditional.items()},
                "qrcodes": [asdict(code) for code in self.qrcodes.values()],
                "callback_url": self.callback_url,
            }
            beside = self._file.with_suffix(".new")
            beside.write_text(json.dumps(state, ensure_ascii=False), "utf-8")
            beside.replace(self._file)

    def _load(self) -> None:
        if self._file is None or not self._file.exists():
            return
        state = json.loads(self._file.read_text("utf-8"))
        for entry in state["followers"]:
            entry["windows"] = [Window(**window) for window in entry["windows"]]
            entry["chat"] = [Line(**line) for line in entry["chat"]]
            self.followers[entry["openid"]] = Follower(**entry)
        self.tags = {int(number): name for number, name in state["tags"].items()}
        self.menu = state["menu"]
        self.conditional = {int(number): menu for number, menu in state["conditional"].items()}
        self.qrcodes = {entry["ticket"]: QrCode(**entry) for entry in state["qrcodes"]}
        self.callback_url = state["callback_url"]
