"""飞书群机器人, signed (签名校验). A request is at most 20 KB; a robot takes 100 a minute and 5 a second."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from growth.alerts.robot import Robot, RobotMessage, RobotTarget, post
from growth.alerts.robots.chat import answer_of, cut_bytes, inert
from growth.clock import to_micros
from growth.errors import ProviderError
from growth.language import Text, _

if TYPE_CHECKING:
    import httpx

LIMIT_BYTES = 16_000
_TOO_OFTEN = (11232, 11233)
#: signature or clock wrong, address not allowed, keyword missing, bad request, unknown hook
_FOR_GOOD = {19021, 19022, 19024, 19001, 19002, 19003, 9499}


def signature(secret: str, at: datetime) -> tuple[str, str]:
    """Timestamp in seconds; base64 of HMAC-SHA256 over nothing, keyed with timestamp, line break and secret. Good for an hour."""
    timestamp = str(to_micros(at) // 1_000_000)
    digest = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return timestamp, base64.b64encode(digest).decode()


def send(message: RobotMessage, target: RobotTarget, http: httpx.Client) -> None:
    """Send a card to the group. Raises ProviderError; 11232 asks for a minute's rest."""
    body: dict[str, Any] = {"msg_type": "interactive", "card": _card(message)}
    if target.secret:
        body["timestamp"], body["sign"] = signature(target.secret, message.now)
    content = json.dumps(body, ensure_ascii=False).encode()
    answer = answer_of(post(http, target.url, content=content, headers={"Content-Type": "application/json"}))
    code = answer.get("code", answer.get("StatusCode"))
    if code == 0:
        return
    raise ProviderError(
        _("Feishu code {code}: {words}", code=code, words=str(answer.get("msg", ""))[:200]),
        permanent=code in _FOR_GOOD,
        retry_after=timedelta(minutes=1) if code in _TOO_OFTEN else None,
        fix="compare `secret` with the robot's signature setting; check this machine's clock" if code == 19021 else None,
    )


def _card(message: RobotMessage) -> dict[str, Any]:
    text = inert(message.body.strip())
    if message.link:
        text = cut_bytes(text, LIMIT_BYTES - 1000) + f"\n[{_('Open')}]({message.link})"
    return {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": cut_bytes(inert(message.title), 300)}},
        "elements": [{"tag": "div", "text": {"tag": "lark_md", "content": cut_bytes(text, LIMIT_BYTES)}}] if text else [],
    }


ROBOT = Robot(
    name="feishu",
    title=Text("Feishu group robot", "飞书群机器人"),
    send=send,
    source="https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot",
)
