"""Stand-ins of the chat services on loopback: they check addresses, signatures and sizes and answer with the vendors' bodies.

Written from the vendors' documentation, independently of the robots: each signature is computed here a second time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

WECOM_KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
DINGTALK_TOKEN = "b0b5c1d2"
DINGTALK_SECRET = "SEC4b7c9a"
FEISHU_HOOK = "c0ffee"
FEISHU_SECRET = "zs0T9k"
WEBHOOK_SECRET = "whsec-1"


@dataclass
class Service:
    """A running stand-in: what it took, and what it answers next instead (status, headers, body), in order."""

    url: str
    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    calls: int = 0
    next_answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)

    def answer_next(self, status: int = 200, headers: dict[str, str] | None = None, **body: object) -> None:
        self.next_answers.append((status, headers or {}, json.dumps(body, ensure_ascii=False).encode()))


Judge = Callable[[str, dict[str, str], bytes], dict[str, Any]]


def wecom(path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    if parse_qs(urlsplit(path).query).get("key") != [WECOM_KEY]:
        return {"errcode": 93000, "errmsg": "invalid webhook url, hint: [1700000000]"}
    document = json.loads(body)
    if document["msgtype"] != "markdown":
        return {"errcode": 40008, "errmsg": "invalid message type"}
    if len(document["markdown"]["content"].encode()) > 4096:
        return {"errcode": 40058, "errmsg": "markdown.content exceed max length 4096. invalid Request Parameter"}
    return {"errcode": 0, "errmsg": "ok"}


def dingtalk(path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    query = parse_qs(urlsplit(path).query)
    if query.get("access_token") != [DINGTALK_TOKEN]:
        return {"errcode": 300001, "errmsg": "token is not exist"}
    timestamp = query.get("timestamp", ["0"])[0]
    digest = hmac.digest(DINGTALK_SECRET.encode(), (timestamp + "\n" + DINGTALK_SECRET).encode(), "sha256")
    if query.get("sign") != [base64.b64encode(digest).decode()]:
        return {"errcode": 310000, "errmsg": "sign not match, more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]"}
    if abs(time.time() * 1000 - int(timestamp)) > 3_600_000:
        return {"errcode": 310000, "errmsg": "invalid timestamp"}
    document = json.loads(body)
    assert document["markdown"]["title"]
    return {"errcode": 0, "errmsg": "ok"} if document["markdown"]["text"] else {"errcode": 40035, "errmsg": "missing parameter text"}


def feishu(path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    if path != f"/open-apis/bot/v2/hook/{FEISHU_HOOK}":
        return {"code": 19001, "data": {}, "msg": "param invalid: incoming webhook access token invalid"}
    document = json.loads(body)
    timestamp = document.get("timestamp", "0")
    digest = hmac.new(f"{timestamp}\n{FEISHU_SECRET}".encode(), digestmod=hashlib.sha256).digest()
    if document.get("sign") != base64.b64encode(digest).decode() or abs(time.time() - int(timestamp)) > 3600:
        return {"code": 19021, "data": {}, "msg": "sign match fail or timestamp is not within one hour from current time"}
    if len(body) > 20 * 1024:
        return {"code": 9499, "data": {}, "msg": "Bad Request"}
    return {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}


def webhook(path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    signed = headers["growth-timestamp"].encode() + b"." + body
    expected = "v1=" + hmac.new(WEBHOOK_SECRET.encode(), signed, "sha256").hexdigest()
    return {"ok": hmac.compare_digest(headers["growth-signature"], expected)}


@contextmanager
def serving(judge: Judge) -> Iterator[Service]:
    """The stand-in on a free port of loopback."""
    service = Service(url="")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.calls += 1
            if service.next_answers:
                status, extra, answer = service.next_answers.pop(0)
            else:
                document = judge(self.path, headers, body)
                status, extra, answer = 200, {}, json.dumps(document).encode()
                if document.get("errcode", document.get("code", 0)) == 0 and document.get("ok", True):
                    service.taken.append(json.loads(body))
                    service.headers.append(headers)
                elif "ok" in document:
                    status = 401
            self.send_response(status)
            for name, value in {**extra, "content-length": str(len(answer)), "content-type": "application/json"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
