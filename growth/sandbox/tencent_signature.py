"""Tencent Cloud's request signature TC3-HMAC-SHA256, as it is documented: who called, and whether the request is untouched."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from growth.sandbox.asgi import Request

_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/,]+)/(?P<date>\d{4}-\d\d-\d\d)/(?P<service>\w+)/tc3_request,\s*"
    r"SignedHeaders=(?P<headers>[^,]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
#: a request older or newer than this is refused
WINDOW = timedelta(minutes=5)


def signature_fault(request: Request, *, secrets: Mapping[str, str], now: datetime) -> tuple[str, str] | None:
    """What is wrong with the signature as (error code, message); None where it is right."""
    found = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if not found or not {"content-type", "host"} <= set(found["headers"].split(";")) or found["service"] != "sms":
        return "AuthFailure.InvalidAuthorization", "The authorization header is invalid."
    secret = secrets.get(found["id"])
    if secret is None:
        return "AuthFailure.SecretIdNotFound", "The SecretId is not found, please ensure that your SecretId is correct."
    timestamp = request.headers.get("x-tc-timestamp", "")
    try:
        at = datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        return "AuthFailure.InvalidAuthorization", "The X-TC-Timestamp header is invalid."
    if abs(now - at) > WINDOW or f"{at:%Y-%m-%d}" != found["date"]:
        return "AuthFailure.SignatureExpire", "The difference between X-TC-Timestamp and the server's time is too large."
    if not hmac.compare_digest(_signature(request, found["headers"].split(";"), secret, found["date"], timestamp), found["signature"]):
        return "AuthFailure.SignatureFailure", "The provided credentials could not be validated. Please check your signature is correct."
    return None


def _signature(request: Request, signed: list[str], secret: str, date: str, timestamp: str) -> str:
    headers = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in signed)
    whole = (request.method, request.path, request.raw_query, headers, ";".join(signed), sha256(request.body).hexdigest())
    canonical = sha256("\n".join(whole).encode()).hexdigest()
    to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{date}/sms/tc3_request\n{canonical}"
    key = f"TC3{secret}".encode()
    for part in (date, "sms", "tc3_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return hmac.new(key, to_sign.encode(), sha256).hexdigest()
