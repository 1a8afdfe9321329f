"""企业微信群机器人. A Markdown message is at most 4096 bytes of UTF-8; a robot takes 20 messages a minute."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from growth.alerts.robot import Robot, RobotMessage, RobotTarget, post
from growth.alerts.robots.chat import answer_of, markdown
from growth.errors import ProviderError
from growth.language import Text, _

if TYPE_CHECKING:
    import httpx

LIMIT_BYTES = 4096
#: errcode of “api freq out of limit” and “concurrent limit”
_TOO_OFTEN = (45009, 45033)
#: address or message is wrong: invalid webhook url, robot removed, content too long, bad type or parameter
_FOR_GOOD = {93000, 93008, 45002, 40008, 40058, 44004}


def send(message: RobotMessage, target: RobotTarget, http: httpx.Client) -> None:
    """Send to the group. Raises ProviderError; 45009 asks for a minute's rest."""
    content = json.dumps({"msgtype": "markdown", "markdown": {"content": markdown(message, limit_bytes=LIMIT_BYTES)}}, ensure_ascii=False)
    answer = answer_of(post(http, target.url, content=content.encode(), headers={"Content-Type": "application/json"}))
    code = answer.get("errcode")
    if code == 0:
        return
    raise ProviderError(
        _("WeCom errcode {code}: {words}", code=code, words=str(answer.get("errmsg", ""))[:200]),
        permanent=code in _FOR_GOOD,
        retry_after=timedelta(minutes=1) if code in _TOO_OFTEN else None,
        fix="copy the robot's address from the group's settings into .env" if code in (93000, 93008) else None,
    )


ROBOT = Robot(
    name="wecom",
    title=Text("WeCom group robot", "企业微信群机器人"),
    send=send,
    source="https://developer.work.weixin.qq.com/document/path/91770",
)
