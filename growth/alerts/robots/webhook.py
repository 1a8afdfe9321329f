"""A JSON document to an address of the team's own, signed; tried again for a day, and again on demand, under the same `id`."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING

from growth import clock
from growth.alerts.robot import Robot, RobotMessage, RobotTarget, post
from growth.clock import to_micros
from growth.language import Text

if TYPE_CHECKING:
    import httpx


def signature(secret: str, *, timestamp: str, body: bytes) -> str:
    """``v1=`` and the hex HMAC-SHA256 of timestamp, a dot and the raw body: what a receiver compares in constant time."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def send(message: RobotMessage, target: RobotTarget, http: httpx.Client) -> None:
    """POST the document; any 2xx is taken. Raises ProviderError."""
    document = {
        "id": message.event,
        "kind": message.kind,
        "title": message.title,
        "body": message.body,
        "link": message.link,
        "at": clock.rfc3339(message.happened_at),
    }
    body = json.dumps(document, ensure_ascii=False).encode()
    timestamp = str(to_micros(message.now) // 1_000_000)
    headers = {"Content-Type": "application/json", "Growth-Event": message.event, "Growth-Timestamp": timestamp}
    if target.secret:
        headers["Growth-Signature"] = signature(target.secret, timestamp=timestamp, body=body)
    post(http, target.url, content=body, headers=headers)


ROBOT = Robot(name="webhook", title=Text("Signed webhook", "签名回调"), send=send, per_minute=60, source="docs/reference/webhook.md")
