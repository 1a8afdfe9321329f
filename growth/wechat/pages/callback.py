"""``/wechat/callback``: the one address that WeChat calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from growth.db import Database
from growth.web import Missing, Page, Visitor, lifespan, public
from growth.wechat.callback import Callback, NotHandled, Refused, check_url, keys_of
from growth.wechat.settings import WeChatFile
from growth.workspace import Workspace


def callback_pages() -> list[object]:
    """The route, and the worker set that lives as long as the process."""
    running: list[Callback] = []

    @contextmanager
    def working(_workspace: Workspace, database: Database) -> Iterator[None]:
        running.append(Callback(database))
        try:
            yield
        finally:
            running.pop().close()

    @public("/wechat/callback", methods=("GET", "POST"))
    def callback(visitor: Visitor) -> Page:
        """GET is WeChat's check of the address, POST a message; whatever is malformed or unsigned gets 4xx at once."""
        file = visitor.workspace.one("wechat", WeChatFile)
        try:
            keys = keys_of(visitor.workspace, file)
            if visitor.method != "POST":
                return visitor.content(check_url(keys, visitor.query, now=visitor.now), media_type="text/plain")
            if not running:
                raise NotHandled("the process stops")
            answer = running[-1].answer(file, keys, visitor.query, visitor.body, now=visitor.now)
        except Refused as refused:
            if refused.status == 404:
                raise Missing from None
            return visitor.text(refused.why, status=refused.status)
        return visitor.content(answer, media_type="text/plain" if answer == b"success" else "text/xml")

    return [callback, lifespan(working)]
