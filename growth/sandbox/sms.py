"""Text messages that a gateway took, whoever the vendor: the phones that got them, their reports and replies.

Each vendor's protocol is a file of its own (``sms_aliyun.py``, ``sms_tencent.py``).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from growth import clock
from growth.sandbox.asgi import Request, Response, Route, as_json, problem, redirect
from growth.sandbox.log import Entry, Log, Part
from growth.sandbox.pages import render
from growth.sandbox.pusher import NotHere, local_url
from growth.sandbox.scripted import Script
from growth.text import sms_parts


class Trouble(StrEnum):
    """What a scripted bad day does to a call that would send to a number."""

    #: answer with the vendor's error code; nothing is sent
    REFUSE = "refuse"
    #: answer with an HTTP status; nothing is sent
    STATUS = "status"
    #: take the message, answer only after a while
    DELAY = "delay"
    #: take the message, then cut the line in mid-answer
    CUT = "cut"
    #: take the message; the report says that it did not arrive
    UNDELIVERED = "undelivered"


@dataclass(slots=True, kw_only=True)
class SmsBehaviour:
    """One rule: `match` is a number or ``*``, `code` the vendor's error or report code, `times` how often it strikes (None: always)."""

    trouble: Trouble
    match: str = "*"
    code: str = "isv.BUSINESS_LIMIT_CONTROL"
    status: int = 503
    seconds: float = 0.0
    times: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One accepted message to one number. `content` is the whole text with its signature; `report` what the carrier said, if anything."""

    id: str
    at: datetime
    vendor: str
    phone: str
    signature: str
    template: str
    content: str
    parts: int
    out_id: str
    receipt: str
    report: str | None = None
    reply: bool = False


class Sms:
    """The messages, the scripted behaviour, and where reports and replies go (`report_url`, `reply_url`: addresses on this machine)."""

    def __init__(self, log: Log, *, now: Callable[[], datetime] = clock.now) -> None:
        self._log = log
        self._now = now
        self._reports: dict[str, str] = {}
        self._script: Script[SmsBehaviour] = Script()
        self._lock = threading.Lock()
        self._speak: dict[str, Callable[[str, str], None]] = {}
        self.report_url: str | None = None
        self.reply_url: str | None = None

    def take(self, *, vendor: str, phone: str, signature: str, template: str, content: str, out_id: str, receipt: str) -> Text:
        """Accept a message to one number."""
        detail = {
            "vendor": vendor,
            "phone": phone,
            "signature": signature,
            "template": template,
            "content": content,
            "parts": sms_parts(content),
            "out_id": out_id,
            "receipt": receipt,
        }
        return self._text(self._log.add(Part.SMS, "accepted", detail))

    def messages(self, *, phone: str | None = None) -> list[Text]:
        """Accepted messages, oldest first; of one number where it is given."""
        return [
            self._text(entry) for entry in self._log.entries(Part.SMS, kind="accepted") if phone is None or entry.detail["phone"] == phone
        ]

    def replies(self, *, phone: str | None = None) -> list[Text]:
        """What people wrote back."""
        return [self._text(entry) for entry in self._log.entries(Part.SMS, kind="reply") if phone is None or entry.detail["phone"] == phone]

    def note_report(self, receipt: str, phone: str, word: str) -> None:
        """Remember what the carrier said of a message."""
        with self._lock:
            self._reports[f"{receipt}:{phone}"] = word

    def behave(self, *rules: SmsBehaviour) -> None:
        """Script trouble; see `SmsBehaviour`."""
        self._script.add(rules)

    def behave_well(self) -> None:
        """All is well again."""
        self._script.clear()

    def strike(self, trouble: Trouble, phones: list[str]) -> SmsBehaviour | None:
        """The rule of `trouble` that strikes now for one of `phones`, counted down."""
        return self._script.strike(trouble, phones)

    def speaks(self, vendor: str, push_reply: Callable[[str, str], None]) -> None:
        """A vendor's file says how a reply (phone, text) is pushed."""
        self._speak[vendor] = push_reply

    def reply(self, phone: str, words: str) -> None:
        """The person at `phone` answers the last message, for instance ``R``; the vendor pushes it to `reply_url`."""
        last = next((text for text in reversed(self.messages(phone=phone))), None)
        vendor = last.vendor if last else next(iter(self._speak))
        detail = {
            "vendor": vendor,
            "phone": phone,
            "signature": "",
            "template": "",
            "content": words,
            "parts": 1,
            "out_id": "",
            "receipt": "",
        }
        self._log.add(Part.SMS, "reply", detail)
        self._speak[vendor](phone, words)

    def routes(self) -> list[Route]:
        """The page ``/sms`` and its JSON."""
        return [
            Route("GET", "/sms", self._page),
            Route("POST", "/sms/clear", self._clear),
            Route("POST", "/sms/reply", self._reply),
            Route("GET", "/sms/api/messages", self._api),
            Route("DELETE", "/sms/api/messages", self._api_clear),
            Route("POST", "/sms/callbacks", self._callbacks),
            Route("POST", "/sms/behaviour", self._behave),
            Route("DELETE", "/sms/behaviour", self._behave_well),
        ]

    def _text(self, entry: Entry) -> Text:
        detail: Mapping[str, Any] = entry.detail
        return Text(
            id=str(entry.number),
            at=entry.at,
            vendor=detail["vendor"],
            phone=detail["phone"],
            signature=detail["signature"],
            template=detail["template"],
            content=detail["content"],
            parts=detail["parts"],
            out_id=detail["out_id"],
            receipt=detail["receipt"],
            report=self._reports.get(f"{detail['receipt']}:{detail['phone']}"),
            reply=entry.kind == "reply",
        )

    def _page(self, request: Request) -> Response:
        wanted = request.query.get("q", "").strip()
        phones: dict[str, list[Text]] = defaultdict(list)
        for text in sorted(self.messages() + self.replies(), key=lambda text: int(text.id)):
            if wanted in text.phone or wanted in text.content:
                phones[text.phone].append(text)
        newest = sorted(phones.items(), key=lambda pair: -int(pair[1][-1].id))
        total = len(self.messages())
        return render(
            request, "sms.html", here="sms", phones=newest[:60], more=max(0, len(newest) - 60), total=total, wanted=wanted, sms=self
        )

    def _clear(self, request: Request) -> Response:
        self._log.clear(Part.SMS)
        return redirect("/sms")

    def _reply(self, request: Request) -> Response:
        phone, words = request.form.get("phone", ""), request.form.get("content", "").strip()
        if phone and words:
            self.reply(phone, words)
        return redirect(f"/sms#p{phone}")

    def _api(self, request: Request) -> Response:
        found = self.messages(phone=request.query.get("phone"))
        return as_json({"total": len(found), "messages": [_as_json(text) for text in found]})

    def _api_clear(self, request: Request) -> Response:
        self._log.clear(Part.SMS)
        return Response(status=204)

    def _callbacks(self, request: Request) -> Response:
        found = request.json
        if not isinstance(found, dict) or set(found) - {"report", "reply"}:
            return problem(422, "unknown field", "allowed: report, reply; each an address on this machine, or null")
        try:
            addresses = {name: local_url(url) if url else None for name, url in found.items()}
        except NotHere as fault:
            return problem(422, fault.message, fault.fix or "")
        self.report_url = addresses.get("report", self.report_url)
        self.reply_url = addresses.get("reply", self.reply_url)
        return as_json({"report": self.report_url, "reply": self.reply_url})

    def _behave(self, request: Request) -> Response:
        found = request.json
        try:
            rules = [SmsBehaviour(**{**one, "trouble": Trouble(one["trouble"])}) for one in (found if isinstance(found, list) else [found])]
        except (TypeError, KeyError, ValueError):
            allowed = "trouble (refuse, status, delay, cut, undelivered), match, code, status, seconds, times"
            return problem(422, "unknown behaviour", f"allowed: {allowed}")
        self.behave(*rules)
        return Response(status=204)

    def _behave_well(self, request: Request) -> Response:
        self.behave_well()
        return Response(status=204)


def _as_json(text: Text) -> dict[str, Any]:
    return {
        "id": text.id,
        "at": clock.rfc3339(text.at),
        "vendor": text.vendor,
        "phone": text.phone,
        "signature": text.signature,
        "template": text.template,
        "content": text.content,
        "parts": text.parts,
        "out_id": text.out_id,
        "receipt": text.receipt,
        "report": text.report,
    }
