"""``/wechat/callback``: the one address that WeChat calls."""

from __future__ import annotations

import threading

from growth.db import Database
from growth.web import Missing, Page, Visitor, public
from growth.wechat.callback import Callback, Refused, check_url, keys_of
from growth.wechat.settings import WeChatFile

_lock = threading.Lock()
_running: dict[int, Callback] = {}


@public("/wechat/callback", methods=("GET", "POST"))
def callback(visitor: Visitor) -> Page:
    """GET is WeChat's check of the address, POST a message; whatever is malformed or unsigned gets 4xx at once."""
    file = visitor.workspace.one("wechat", WeChatFile)
    try:
        keys = keys_of(visitor.workspace, file)
        if visitor.method == "GET":
            return visitor.content(check_url(keys, visitor.query, now=visitor.now), media_type="text/plain; charset=utf-8")
        answer = _callback(visitor.database).answer(file, keys, visitor.query, visitor.body, now=visitor.now)
    except Refused as refused:
        if refused.status == 404:
            raise Missing from None
        return visitor.text(refused.why, status=refused.status)
    kind = "text/plain; charset=utf-8" if answer == b"success" else "text/xml; charset=utf-8"
    return visitor.content(answer, media_type=kind)


def _callback(database: Database) -> Callback:
    """One worker set a database, kept as long as the process."""
    with _lock:
        found = _running.get(id(database))
        if found is None:
            found = _running[id(database)] = Callback(database)
        return found
