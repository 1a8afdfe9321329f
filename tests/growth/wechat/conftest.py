"""An account with its keys, and messages as WeChat sends them (signed, plain or sealed), built independently of the code under test."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from growth.db import Database
from growth.wechat.callback import Callback, Keys, keys_of
from growth.wechat.settings import WeChatFile

APP_ID = "wx0123456789abcdef"
TOKEN = "callbacktoken"
AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")

GROWTH = "site:\n  name: 诚信贷\n  url: https://www.example.com/\n"
CHANNELS = """channels:
  poster-subway: {medium: offline, to: /register}
  hao123: {medium: directory}
"""
WECHAT = """
account: {app_id: wx0123456789abcdef, type: service, verified: true, mode: %s}
welcome:
  default: 欢迎
  returning: 欢迎回来
  by_channel: {poster-subway: 海报的朋友您好}
menu:
  - {name: 借款, url: /loans}
  - {name: 帮助, items: [{name: 常见问题, reply: faq}, {name: 人工客服, handoff: true}]}
replies:
  - {name: rates, when: {is: [利率, 利息]}, say: "年化利率 7.2%%–24%%", tags: [关心利率]}
  - {name: echo, when: {contains: [复述]}, say: "您说：{{ message.text }}"}
  - {name: bind, when: {matches: "^绑定\\\\s*(\\\\d{6})$"}, action: bind}
  - {name: card, when: {contains: [逾期]}, news: {title: 逾期会怎样, description: 早一点说, url: "https://www.example.com/overdue"}}
  - {name: faq, when: {menu: faq}, faq: faq.yaml}
  - {name: ask, when: {contains: [怎么]}, faq: faq.yaml}
  - {name: human, when: {is: [人工, 客服]}, handoff: true}
fallback: {say: 没有听懂, handoff_after: 2}
handoff: {to: inbox, off_hours: 下班了, say: 正在为您找同事, return_to_bot_after: 30m}
qrcodes: {poster-subway: permanent}
"""
FAQ = "- {question: 怎么还款, wordings: [如何还钱], answer: 还款日自动扣款}\n- {question: 怎么注册, answer: 用手机号}\n"


@dataclass
class Phone:
    """One follower's phone talking to one callback; `sealed` as safe mode sends."""

    database: Database
    callback: Callback
    file: WeChatFile
    keys: Keys
    now: datetime
    openid: str = "oABCDEFG"
    sealed: bool = True
    sent: int = 0
    token: str = TOKEN
    aes_key: str = AES_KEY
    bodies: list[bytes] = field(default_factory=list)

    def say(self, text: str, **more: str) -> str | None:
        return self.send(MsgType="text", Content=text, **more)

    def event(self, name: str, key: str = "") -> str | None:
        return self.send(MsgType="event", Event=name, EventKey=key)

    def send(self, *, msg_id: str | None = None, **fields: str) -> str | None:
        self.sent += 1
        base = {"ToUserName": "gh_1", "FromUserName": self.openid, "CreateTime": str(int(self.now.timestamp()))}
        if fields["MsgType"] != "event":
            base["MsgId"] = msg_id or f"{int(self.now.timestamp())}{self.sent:04d}"
        return self.post(xml(base | fields))

    def post(self, body: bytes) -> str | None:
        """The text of the reply, None for ``success``."""
        self.bodies.append(body)
        query, body = signed(body, self.now, sealed=self.sealed, token=self.token, aes_key=self.aes_key)
        answer = self.callback.answer(self.file, self.keys, query, body, now=self.now)
        if answer == b"success":
            return None
        root = ElementTree.fromstring(answer)
        if self.sealed:
            root = ElementTree.fromstring(opened(root.findtext("Encrypt", ""), self.aes_key))
        assert root.findtext("ToUserName") == self.openid
        if root.findtext("MsgType") == "news":
            return root.findtext("Articles/item/Title")
        return root.findtext("Content")


def xml(fields: dict[str, str]) -> bytes:
    return b"<xml>" + b"".join(f"<{name}><![CDATA[{value}]]></{name}>".encode() for name, value in fields.items()) + b"</xml>"


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def signed(body: bytes, now: datetime, *, sealed: bool, token: str = TOKEN, aes_key: str = AES_KEY) -> tuple[dict[str, str], bytes]:
    timestamp, nonce = str(int(now.timestamp())), os.urandom(5).hex()
    query = {"timestamp": timestamp, "nonce": nonce, "signature": signature(token, timestamp, nonce)}
    if sealed:
        ciphertext = seal(body, key_text=aes_key)
        query |= {"encrypt_type": "aes", "msg_signature": signature(token, timestamp, nonce, ciphertext)}
        body = xml({"ToUserName": "gh_1", "Encrypt": ciphertext})
    return query, body


def seal(content: bytes, *, app_id: str = APP_ID, key_text: str = AES_KEY) -> str:
    key = base64.b64decode(key_text + "=")
    plain = os.urandom(16) + len(content).to_bytes(4, "big") + content + app_id.encode()
    padding = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()


def opened(ciphertext: str, key_text: str = AES_KEY) -> bytes:
    key = base64.b64decode(key_text + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(base64.b64decode(ciphertext)) + decryptor.finalize()
    length = int.from_bytes(plain[16:20], "big")
    return plain[20 : 20 + length]


@pytest.fixture
def account(open_workspace: Callable[..., Database]) -> Callable[..., Database]:
    """``account(mode="safe")`` → a database whose workspace has an account."""

    def make(mode: str = "safe", *, env: dict[str, str] | None = None) -> Database:
        from growth.channels import ensure_channels

        secrets = {"WECHAT_TOKEN": TOKEN, "WECHAT_AES_KEY": AES_KEY, "WECHAT_APP_SECRET": "appsecret", **(env or {})}
        database = open_workspace(GROWTH, files={"channels.yaml": CHANNELS, "wechat.yaml": WECHAT % mode, "faq.yaml": FAQ}, env=secrets)
        with database.write() as session:
            ensure_channels(session, workspace=database.workspace, now=datetime.fromisoformat("2026-11-23T10:00:00+08:00"))
        return database

    return make


@pytest.fixture
def phone(account: Callable[..., Database], now: datetime) -> object:
    """``phone(openid=…, mode=…)`` → a Phone; its callback is closed afterwards."""
    opened_: list[Callback] = []
    kept: dict[str, tuple[Database, Callback]] = {}

    def make(openid: str = "oABCDEFG", *, mode: str = "safe", env: dict[str, str] | None = None) -> Phone:
        if mode not in kept:
            database = account(mode, env=env)
            callback = Callback(database)
            opened_.append(callback)
            kept[mode] = (database, callback)
        database, callback = kept[mode]
        file = database.workspace.one("wechat", WeChatFile)
        keys = keys_of(database.workspace, file)
        return Phone(database=database, callback=callback, file=file, keys=keys, now=now, openid=openid, sealed=mode == "safe")

    yield make
    for callback in opened_:
        callback.close()
