"""钉钉群机器人, signed (加签). A message is at most 20,000 bytes; more than 20 a minute and the robot is mute for ten minutes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from growth import urls
from growth.alerts.robot import Robot, RobotMessage, RobotTarget, post
from growth.alerts.robots.chat import answer_of, cut_bytes, inert, markdown
from growth.clock import to_micros
from growth.errors import ProviderError
from growth.language import Text, _

if TYPE_CHECKING:
    import httpx

LIMIT_BYTES = 18_000
#: “send too fast”, in the robot's and the gateway's numbering
_TOO_OFTEN = (130101, 130102, 410100, 90030)
#: security settings (keyword, signature, address) not met; unknown token; group gone; robot stopped
_FOR_GOOD = {310000, 300001, 400101, 400013, 400014, 400102, 400105, 43004}


def signature(secret: str, at: datetime) -> tuple[str, str]:
    """Timestamp in milliseconds, and base64 of HMAC-SHA256 over it, a line break and the secret; good for an hour."""
    timestamp = str(to_micros(at) // 1000)
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return timestamp, base64.b64encode(digest).decode()


def send(message: RobotMessage, target: RobotTarget, http: httpx.Client) -> None:
    """Send to the group. Raises ProviderError; “too fast” asks for ten minutes' rest."""
    url = target.url
    if target.secret:
        timestamp, sign = signature(target.secret, message.now)
        url = urls.with_parameters(url, {"timestamp": timestamp, "sign": sign})
    text = markdown(message, limit_bytes=LIMIT_BYTES)
    content = json.dumps(
        {"msgtype": "markdown", "markdown": {"title": cut_bytes(inert(message.title), 120), "text": text}}, ensure_ascii=False
    )
    answer = answer_of(post(http, url, content=content.encode(), headers={"Content-Type": "application/json; charset=utf-8"}))
    code = answer.get("errcode")
    if code == 0:
        return
    raise ProviderError(
        _("DingTalk errcode {code}: {words}", code=code, words=str(answer.get("errmsg", ""))[:200]),
        permanent=code in _FOR_GOOD,
        retry_after=timedelta(minutes=10) if code in _TOO_OFTEN else None,
        fix="compare `secret` (SEC…), keywords and allowed addresses with the robot's security settings; check this machine's clock"
        if code == 310000
        else None,
    )


ROBOT = Robot(
    name="dingtalk",
    title=Text("DingTalk group robot", "钉钉群机器人"),
    send=send,
    source="https://open.dingtalk.com/document/robots/custom-robot-access",
)
