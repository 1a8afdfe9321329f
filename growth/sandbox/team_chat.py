"""The team's chat: group robots of WeCom, DingTalk and Feishu, and a signed webhook, with their limits and refusals.

Facts: developer.work.weixin.qq.com path 91770, open.dingtalk.com custom-robot-access, open.feishu.cn add-custom-bot.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from growth import clock
from growth.sandbox.asgi import NotJson, Request, Response, Route, as_json, redirect
from growth.sandbox.keys import ROBOT_KEY
from growth.sandbox.log import Log, Part
from growth.sandbox.pages import render

#: messages a minute: WeCom and DingTalk 20, Feishu 100
PER_MINUTE = {"wecom": 20, "dingtalk": 20, "feishu": 100}
_WECOM_BYTES = 4096


class TeamChat:
    """The groups. `secret` signs DingTalk, Feishu and webhook calls where it is set; `down` answers 503 to everything."""

    def __init__(self, log: Log, *, now: Callable[[], datetime] = clock.now) -> None:
        self._log = log
        self._now = now
        self._recent: dict[str, deque[datetime]] = defaultdict(deque)
        self._lock = threading.Lock()
        self.keys = {ROBOT_KEY}
        self.secret: str | None = None
        self.down = False

    def messages(self) -> list[dict[str, Any]]:
        """What the team was told, oldest first: robot, title, text."""
        return [entry.as_json() for entry in self._log.entries(Part.CHAT)]

    def routes(self) -> list[Route]:
        """The robots' addresses, and the page ``/team``."""
        return [
            Route("POST", "/cgi-bin/webhook/send", self._wecom),
            Route("POST", "/robot/send", self._dingtalk),
            Route("POST", "/open-apis/bot/v2/hook/{token}", self._feishu),
            Route("POST", "/hook/{name}", self._webhook),
            Route("GET", "/team", self._page),
            Route("POST", "/team/clear", self._clear),
            Route("GET", "/team/api/messages", lambda request: as_json(self.messages())),
        ]

    def _wecom(self, request: Request) -> Response:
        if self.down:
            return Response(status=503)
        if request.query.get("key") not in self.keys:
            return as_json({"errcode": 93000, "errmsg": "invalid webhook url"})
        body = _object(request)
        kind = body.get("msgtype")
        content = body.get(str(kind), {}).get("content") if kind in ("markdown", "text", "markdown_v2") else None
        if not isinstance(content, str) or not content:
            return as_json({"errcode": 40008, "errmsg": "invalid message type"})
        if len(content.encode()) > (_WECOM_BYTES if kind != "text" else 2048):
            return as_json({"errcode": 45002, "errmsg": "content size out of limit"})
        if self._too_often("wecom"):
            return as_json({"errcode": 45009, "errmsg": "api freq out of limit"})
        self._note("wecom", "", content)
        return as_json({"errcode": 0, "errmsg": "ok"})

    def _dingtalk(self, request: Request) -> Response:
        if self.down:
            return Response(status=503)
        query = request.query
        if query.get("access_token") not in self.keys:
            return as_json({"errcode": 300001, "errmsg": "token is not exist"})
        if self.secret:
            text = f"{query.get('timestamp', '')}\n{self.secret}"
            wanted = base64.b64encode(hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
            if not self._fresh(query.get("timestamp", ""), 1000) or not hmac.compare_digest(wanted, query.get("sign", "")):
                return as_json({"errcode": 310000, "errmsg": "sign not match"})
        body = _object(request)
        shown = body.get(str(body.get("msgtype")), {})
        content = shown.get("text") or shown.get("content")
        if not content:
            return as_json({"errcode": 400105, "errmsg": "unsupported message type"})
        if self._too_often("dingtalk"):
            return as_json({"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"})
        self._note("dingtalk", str(shown.get("title", "")), str(content))
        return as_json({"errcode": 0, "errmsg": "ok"})

    def _feishu(self, request: Request) -> Response:
        if self.down:
            return Response(status=503)
        body = _object(request)
        if request.parts["token"] not in self.keys:
            return as_json({"code": 19001, "msg": "param invalid: incoming webhook access token invalid"})
        if self.secret:
            stamp = str(body.get("timestamp", ""))
            wanted = base64.b64encode(hmac.new(f"{stamp}\n{self.secret}".encode(), b"", hashlib.sha256).digest()).decode()
            if not self._fresh(stamp, 1) or not hmac.compare_digest(wanted, str(body.get("sign", ""))):
                return as_json({"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"})
        if len(request.body) > 20 * 1024 or body.get("msg_type") not in ("text", "interactive", "post"):
            return as_json({"code": 9499, "msg": "Bad Request"})
        if self._too_often("feishu"):
            return as_json({"code": 11232, "msg": "frequency limited"})
        card = body.get("card", {})
        title = str(card.get("header", {}).get("title", {}).get("content", ""))
        words = [str(element.get("text", {}).get("content", "")) for element in card.get("elements", [])]
        self._note("feishu", title, "\n".join(words) or str(body.get("content", {}).get("text", "")))
        return as_json({"code": 0, "msg": "success", "data": {}})

    def _webhook(self, request: Request) -> Response:
        """Ours: ``Growth-Signature: v1=`` hex HMAC-SHA256 of timestamp, a dot and the raw body."""
        if self.down:
            return Response(status=503)
        if self.secret:
            stamp = request.headers.get("growth-timestamp", "")
            wanted = "v1=" + hmac.new(self.secret.encode(), stamp.encode() + b"." + request.body, hashlib.sha256).hexdigest()
            if not hmac.compare_digest(wanted, request.headers.get("growth-signature", "")):
                return as_json({"error": "signature"}, 401)
        body = _object(request)
        self._note(f"webhook:{request.parts['name']}", str(body.get("title", "")), str(body.get("body", "")))
        return Response(status=204)

    def _page(self, request: Request) -> Response:
        return render(request, "team.html", here="team", entries=self._log.entries(Part.CHAT)[-200:], key=ROBOT_KEY)

    def _clear(self, request: Request) -> Response:
        self._log.clear(Part.CHAT)
        return redirect("/team")

    def _fresh(self, stamp: str, a_second: int) -> bool:
        """Whether `stamp`, in 1/`a_second` seconds since 1970, lies within an hour."""
        return stamp.isdigit() and abs(self._now().timestamp() - int(stamp) / a_second) <= 3600

    def _too_often(self, robot: str) -> bool:
        with self._lock:
            recent, now = self._recent[robot], self._now()
            while recent and recent[0] <= now - timedelta(minutes=1):
                recent.popleft()
            if len(recent) >= PER_MINUTE[robot]:
                return True
            recent.append(now)
            return False

    def _note(self, robot: str, title: str, words: str) -> None:
        self._log.add(Part.CHAT, robot, {"title": title, "text": words})


def _object(request: Request) -> dict[str, Any]:
    try:
        found = request.json
    except (NotJson, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
