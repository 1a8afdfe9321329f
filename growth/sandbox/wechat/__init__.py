"""WeChat in a box: the API of an official account, and the phones of its followers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from growth import clock
from growth.sandbox.asgi import Route
from growth.sandbox.log import Log
from growth.sandbox.pusher import local_url
from growth.sandbox.wechat.account import Account, Follower, Mode, Right, Trigger
from growth.sandbox.wechat.api import Script, WeChatApi
from growth.sandbox.wechat.page import WeChatPage
from growth.sandbox.wechat.simulator import Attempt, Reply, WeChatSimulator, verify


class WeChat:
    """One official account: `account` (its state and rights), `api` (the platform's side), and phones.

    Set `callback_url` (on this machine) before anybody acts; `patience` is how long the platform waits for an answer, in seconds.
    """

    def __init__(self, log: Log, *, folder: Path | None = None, now: Callable[[], datetime] = clock.now, patience: float = 5.0) -> None:
        self.account = Account(log, folder=folder, now=now)
        self.api = WeChatApi(self.account)
        self.patience = patience
        self._page = WeChatPage(self.account, self.api)

    @property
    def callback_url(self) -> str | None:
        """Where messages are pushed."""
        return self.account.callback_url

    @callback_url.setter
    def callback_url(self, url: str | None) -> None:
        self.account.callback_url = local_url(url) if url else None
        self.account.save()

    def phone(self, name: str = "阿明") -> WeChatSimulator:
        """The phone of the WeChat user called `name`; the same person every time."""
        return WeChatSimulator(self.account, self.account.person(name), patience=self.patience)

    def verify(self) -> bool:
        """Check the callback address as the console does when it is saved."""
        return verify(self.account, patience=self.patience)

    def push_events(self) -> list[Reply]:
        """Push what the platform tells after sending (mass results, template results); oldest first."""
        waiting, self.api.sending.events = self.api.sending.events, []
        replies = []
        for openid, fields in waiting:
            follower = self.account.followers.get(openid) or self.account.person("平台")
            replies.append(WeChatSimulator(self.account, follower, patience=self.patience).push_event(fields))
        return replies

    def routes(self) -> list[Route]:
        """API and pages."""
        return self.api.routes() + self._page.routes()


__all__ = ["Account", "Attempt", "Follower", "Mode", "Reply", "Right", "Script", "Trigger", "WeChat", "WeChatSimulator", "verify"]
