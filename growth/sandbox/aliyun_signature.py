"""Aliyun's request signature ACS3-HMAC-SHA256, as its documentation describes it: who called, and whether the request is untouched."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

from growth.sandbox.asgi import Request

_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=(?P<id>[^,]+),\s*SignedHeaders=(?P<headers>[^,]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
#: a request older or newer than this is refused
WINDOW = timedelta(minutes=15)


def signature_fault(request: Request, *, secrets: Mapping[str, str], now: datetime) -> tuple[int, str, str] | None:
    """What is wrong with the signature as (HTTP status, error code, message); None where it is right."""
    found = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if not found:
        return 400, "MissingAuthorization", "Authorization is mandatory for this action."
    secret = secrets.get(found["id"])
    if secret is None:
        return 404, "InvalidAccessKeyId.NotFound", "Specified access key is not found."
    if sha256(request.body).hexdigest() != request.headers.get("x-acs-content-sha256"):
        return 400, "InvalidContentSha256", "The x-acs-content-sha256 does not fit the body."
    try:
        at = datetime.fromisoformat(request.headers.get("x-acs-date", "").replace("Z", "+00:00"))
        late = abs(now - at) > WINDOW
    except (ValueError, TypeError):
        late = True
    if late:
        return 400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."
    if not hmac.compare_digest(_signature(request, found["headers"].split(";"), secret), found["signature"]):
        return 400, "SignatureDoesNotMatch", "Specified signature does not match our calculation."
    return None


def _signature(request: Request, signed: list[str], secret: str) -> str:
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(request.query.items()))
    headers = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in signed)
    text = "\n".join((request.method, request.path, query, headers, ";".join(signed), request.headers.get("x-acs-content-sha256", "")))
    to_sign = f"ACS3-HMAC-SHA256\n{sha256(text.encode()).hexdigest()}"
    return hmac.new(secret.encode(), to_sign.encode(), sha256).hexdigest()
