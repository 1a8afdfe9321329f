"""百度营销's conversion interface: ``POST /ocpcapi/api/uploadConvertData`` with its answers, limits and bad days.

Facts: ocpx.baidu.com/developer/ocpc-doc/api/api-doc/api-interface and its questions and answers: fewer than 100 conversions a call,
``logidUrl`` of at most 1,024 characters with a ``bd_vid``, a whole number as ``newType``; 415 without the JSON content type; status 0 all
taken, 1 some, 2 none, 3 a wrong token, 4 try again. The numbers of single errors are the stand-in's own: Baidu publishes none.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from growth.sandbox.asgi import NotJson, Request, Response, Route, as_json
from growth.sandbox.keys import BAIDU_OCPC_TOKEN
from growth.sandbox.log import Log, Part

_MOST = 99
_LONGEST = 1024


@dataclass(slots=True, kw_only=True)
class Rules:
    """Bad days, each so many times: `busy` answers status 4, `http` with that status; `mute` takes everything and answers 502."""

    busy: int = 0
    http: int = 0
    http_times: int = 0
    mute: int = 0


class BaiduAds:
    """What was taken, call by call."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self.rules = Rules()
        #: calls that came, whatever the answer
        self.calls = 0

    def taken(self) -> list[dict[str, Any]]:
        """Every conversion that was taken, as it came, oldest first; one that came twice is there twice."""
        return [dict(entry.detail) for entry in self._log.entries(Part.ADS)]

    def routes(self) -> list[Route]:
        """The interface, and what it took."""
        return [
            Route("POST", "/ocpcapi/api/uploadConvertData", self._upload),
            Route("GET", "/ads/api/taken", lambda request: as_json(self.taken())),
        ]

    def _upload(self, request: Request) -> Response:
        with self._lock:
            self.calls += 1
            rules = self.rules
            if rules.http_times:
                rules.http_times -= 1
                return Response(status=rules.http)
            if rules.busy:
                rules.busy -= 1
                return _header(4, "server error")
            mute = rules.mute > 0
            rules.mute -= mute
        answer = self._judge(request)
        return Response(status=502) if mute else answer

    def _judge(self, request: Request) -> Response:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return Response(status=415)
        try:
            body = request.json
        except NotJson:
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("conversionTypes"), list):
            return _header(2, "params error")
        if body.get("token") != BAIDU_OCPC_TOKEN:
            return _header(3, "token error")
        conversions = body["conversionTypes"]
        if not 0 < len(conversions) <= _MOST:
            return _header(2, "params error: the length of conversionTypes must be less than 100")
        errors = [fault for position, each in enumerate(conversions) if (fault := _fault(position, each))]
        broken = {fault["position"].partition("]")[0] for fault in errors}
        for position, each in enumerate(conversions):
            if f"conversionTypes[{position}" not in broken:
                self._log.add(Part.ADS, "baidu", each)
        status = 0 if not errors else 2 if len(errors) == len(conversions) else 1
        return _header(status, ("success", "partial failure", "failure")[status], errors)


def _fault(position: int, conversion: Any) -> dict[str, Any] | None:
    place = f"conversionTypes[{position}]"
    url = conversion.get("logidUrl") if isinstance(conversion, dict) else None
    if not isinstance(url, str) or not url:
        return {"code": 1001, "message": "logidUrl is empty", "position": f"{place}.logidUrl"}
    if len(url) > _LONGEST:
        return {"code": 1002, "message": "logidUrl is longer than 1024", "position": f"{place}.logidUrl"}
    if not parse_qs(urlsplit(url).query).get("bd_vid"):
        return {"code": 1003, "message": "logidUrl has no bd_vid", "position": f"{place}.logidUrl"}
    if type(conversion.get("newType")) is not int:
        return {"code": 1004, "message": "newType is invalid", "position": f"{place}.newType"}
    return None


def _header(status: int, described: str, errors: list[dict[str, Any]] | None = None) -> Response:
    return as_json({"header": {"desc": described, "status": status, "errors": errors or []}})
