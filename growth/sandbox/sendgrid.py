"""SendGrid's API v3 as its package speaks it: mail/send with the API's own limits and errors, scopes, and the signed event webhook.

Facts: twilio.com/docs/sendgrid/api-reference/mail-send (limitations, errors), sendgrid.com/docs (event webhook). A call is taken whole or
not at all; accepted mails lie in the mailbox, so that they are read where all mail is read.
"""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from enum import StrEnum
from typing import Any

from growth import clock
from growth.sandbox.asgi import Request, Response, Route, as_json, problem
from growth.sandbox.keys import SENDGRID_KEY, SENDGRID_PRIVATE_NUMBER
from growth.sandbox.mailbox import Mailbox
from growth.sandbox.pusher import NotHere, Outcome, Pusher, local_url
from growth.sandbox.scripted import Script

MOST_PERSONALIZATIONS = 1000
#: bytes of one personalization's substitutions and custom arguments each
MOST_VALUES_BYTES = 10_000
#: after the first call of events that is not answered with 2xx; the real one goes on for a day
RETRIES_SECONDS = (5.0, 30.0, 120.0, 600.0)
_RESERVED = frozenset(
    {
        *("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"),
        *("to", "from", "subject", "reply-to", "cc", "bcc"),
    }
)


class Trouble(StrEnum):
    """What a scripted bad day does to a call with one of the addresses, or to a mail afterwards."""

    #: answer with `status` (and `retry_after` seconds); nothing is taken
    STATUS = "status"
    #: answer 400 naming the person; nothing is taken
    REFUSE = "refuse"
    #: take the mails, answer only after `seconds`
    DELAY = "delay"
    #: take the mails, then cut the line in mid-answer
    CUT = "cut"
    #: the mail is taken; the event says `event` with `reason`
    EVENT = "event"


@dataclass(slots=True, kw_only=True)
class SendGridBehaviour:
    """One rule: `match` is an address or ``*``, `times` how often it strikes (None: always)."""

    trouble: Trouble
    match: str = "*"
    status: int = 503
    retry_after: int | None = None
    seconds: float = 0.0
    event: str = "bounce"
    reason: str = "550 5.1.1 user unknown"
    times: int | None = None


class Refused(Exception):
    """An error answer: HTTP status and one entry of ``errors``."""

    def __init__(self, message: str, *, field: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.message, self.field, self.status = message, field, status


class SendGrid:
    """The API. `senders` are the verified From addresses (``*``: all); events go to `event_url`, signed, `report_after` seconds later."""

    def __init__(self, mailbox: Mailbox, *, now: Callable[[], datetime] = clock.now) -> None:
        self._mailbox = mailbox
        self._now = now
        self._script: Script[SendGridBehaviour] = Script()
        self._lock = threading.Lock()
        self.keys = {SENDGRID_KEY}
        self.senders = {"*"}
        self.event_url: str | None = None
        self.report_after = 1.0
        #: what was asked for and accepted: one entry a call, the documents as they came
        self.calls: list[Mapping[str, Any]] = []
        self.pusher = Pusher(self._push, retries=RETRIES_SECONDS)

    def routes(self) -> list[Route]:
        """The API and the two addresses that script it."""
        return [
            Route("POST", "/v3/mail/send", self._send),
            Route("GET", "/v3/scopes", self._scopes),
            Route("POST", "/sendgrid/callbacks", self._callbacks),
            Route("POST", "/sendgrid/behaviour", self._behave),
            Route("DELETE", "/sendgrid/behaviour", self._behave_well),
        ]

    def behave(self, *rules: SendGridBehaviour) -> None:
        """Script trouble; see `SendGridBehaviour`."""
        self._script.add(rules)

    def behave_well(self) -> None:
        """All is well again."""
        self._script.clear()

    def _send(self, request: Request) -> Response:
        try:
            self._authorised(request)
            document = request.json
            if not isinstance(document, dict):
                raise Refused("Bad Request", field=None)
            people = _people(document)
            self._check_sender(document)
            addresses = [person["to"][0]["email"] for person in people]
            if status := self._script.strike(Trouble.STATUS, addresses):
                return _error(status.status, "scripted", retry_after=status.retry_after)
            for number, address in enumerate(addresses):
                if rule := self._script.strike(Trouble.REFUSE, [address]):
                    raise Refused(rule.reason, field=f"personalizations.{number}.to.0.email")
        except Refused as refused:
            return _error(refused.status, refused.message, field=refused.field)
        return self._accept(document, people, addresses)

    def _accept(self, document: Mapping[str, Any], people: list[Mapping[str, Any]], addresses: list[str]) -> Response:
        identity = uuid.uuid4().hex[:22]
        with self._lock:
            self.calls.append(document)
        events = [event for person in people for event in self._deliver(document, person, identity)]
        if self.event_url:
            self.pusher.push(self.event_url, json.dumps(events).encode(), after=self.report_after)
        if late := self._script.strike(Trouble.DELAY, addresses):
            time.sleep(late.seconds)
        cut = self._script.strike(Trouble.CUT, addresses) is not None
        body = b"{}" * 50 if cut else b""
        return Response(status=202, body=body, media_type="text/plain", headers=(("x-message-id", identity),), cut=cut)

    def _deliver(self, document: Mapping[str, Any], person: Mapping[str, Any], identity: str) -> Iterator[dict[str, Any]]:
        """Into the mailbox; the events that tell of it."""
        address = person["to"][0]["email"]
        mail = _mail(document, person, identity)
        self._mailbox.take(sender=f"bounces+{identity}@sendgrid.sandbox", recipients=(address,), raw=mail.as_bytes())
        common = {"email": address, "timestamp": int(self._now().timestamp()), "sg_message_id": f"{identity}.sandbox-0"}
        common |= {"smtp-id": mail["Message-ID"], **person.get("custom_args", {})}
        yield {**common, "event": "processed", "sg_event_id": uuid.uuid4().hex}
        rule = self._script.strike(Trouble.EVENT, [address])
        more = {"event": rule.event, "reason": rule.reason} if rule else {"event": "delivered", "response": "250 OK"}
        if rule and rule.event == "bounce":
            more |= {"type": "bounce", "status": "5.1.1"}
        yield {**common, **more, "sg_event_id": uuid.uuid4().hex}

    def _authorised(self, request: Request) -> None:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if key not in self.keys:
            raise Refused("The provided authorization grant is invalid, expired, or revoked", status=401)

    def _check_sender(self, document: Mapping[str, Any]) -> None:
        sender = document.get("from")
        address = sender.get("email", "") if isinstance(sender, dict) else ""
        if "@" not in address or not address.isascii():
            raise Refused("The from object must be provided for every email send.", field="from.email")
        if "*" not in self.senders and address not in self.senders:
            raise Refused("The from address does not match a verified Sender Identity.", field="from", status=403)

    def _scopes(self, request: Request) -> Response:
        try:
            self._authorised(request)
        except Refused as refused:
            return _error(refused.status, refused.message)
        return as_json({"scopes": ["mail.send", "user.webhooks.event.settings.read"]})

    def _push(self, url: str, body: bytes, attempt: int) -> Outcome:
        """One call of the event webhook; taken where it is answered with 2xx."""
        import httpx

        timestamp = str(int(self._now().timestamp()))
        headers = {
            "content-type": "application/json",
            "x-twilio-email-event-webhook-signature": sign(timestamp, body),
            "x-twilio-email-event-webhook-timestamp": timestamp,
        }
        try:
            answer = httpx.post(url, content=body, headers=headers, timeout=10)
        except httpx.HTTPError:
            return Outcome(url=url, attempt=attempt, answered=False, status=None, body="")
        return Outcome(url=url, attempt=attempt, answered=answer.is_success, status=answer.status_code, body=answer.text[:500])

    def _callbacks(self, request: Request) -> Response:
        found = request.json
        if not isinstance(found, dict) or set(found) - {"events"}:
            return problem(422, "unknown field", "allowed: events, an address on this machine, or null")
        try:
            self.event_url = local_url(found["events"]) if found.get("events") else None
        except NotHere as fault:
            return problem(422, fault.message, fault.fix or "")
        return as_json({"events": self.event_url})

    def _behave(self, request: Request) -> Response:
        found = request.json
        try:
            rules = [
                SendGridBehaviour(**{**one, "trouble": Trouble(one["trouble"])}) for one in (found if isinstance(found, list) else [found])
            ]
        except (TypeError, KeyError, ValueError):
            allowed = "trouble (status, refuse, delay, cut, event), match, status, retry_after, seconds, event, reason, times"
            return problem(422, "unknown behaviour", f"allowed: {allowed}")
        self.behave(*rules)
        return Response(status=204)

    def _behave_well(self, request: Request) -> Response:
        self.behave_well()
        return Response(status=204)


def sign(timestamp: str, body: bytes) -> str:
    """The signature of the event webhook: ECDSA with SHA-256 over timestamp and body, base64."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.derive_private_key(SENDGRID_PRIVATE_NUMBER, ec.SECP256R1())
    return base64.b64encode(key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()


def _people(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The personalizations, checked as the API does. Raises Refused."""
    people = document.get("personalizations")
    if not isinstance(people, list) or not people:
        raise Refused("The personalizations field is required and must have at least one personalization.", field="personalizations")
    if len(people) > MOST_PERSONALIZATIONS:
        raise Refused("The personalizations field cannot exceed 1000 personalizations.", field="personalizations")
    if not document.get("content") or not all(part.get("value") for part in document["content"]):
        raise Refused("The content value must be a string at least one character in length.", field="content.0.value")
    seen: set[str] = set()
    for number, person in enumerate(people):
        place = f"personalizations.{number}"
        to = person.get("to") or []
        address = to[0].get("email", "") if len(to) == 1 else ""
        if address.count("@") != 1 or not address.isascii() or " " in address:
            raise Refused("Does not contain a valid address.", field=f"{place}.to.0.email")
        if address.lower() in seen:
            raise Refused("Each email address in the personalization block should be unique between to, cc, and bcc.", field=place)
        seen.add(address.lower())
        if not (person.get("subject") or document.get("subject")):
            raise Refused("The subject is required.", field=f"{place}.subject")
        for name in ("substitutions", "custom_args"):
            if len(json.dumps(person.get(name, {}), ensure_ascii=False).encode()) > MOST_VALUES_BYTES:
                raise Refused(f"The {name} are over 10,000 bytes.", field=f"{place}.{name}")
        if bad := _RESERVED & {header.lower() for header in person.get("headers", {})}:
            raise Refused(f"The header {sorted(bad)[0]} is reserved.", field=f"{place}.headers")
    return people


def _mail(document: Mapping[str, Any], person: Mapping[str, Any], identity: str) -> EmailMessage:
    """The mail as this person gets it."""

    def filled(text: str) -> str:
        for tag, value in person.get("substitutions", {}).items():
            text = text.replace(tag, value)
        return text

    mail = EmailMessage()
    mail["From"] = _named(document["from"])
    mail["To"] = _named(person["to"][0])
    mail["Subject"] = filled(person.get("subject") or document["subject"])
    mail["Message-ID"] = f"<{identity}.{uuid.uuid4().hex[:8]}@sendgrid.sandbox>"
    if reply := document.get("reply_to"):
        mail["Reply-To"] = _named(reply)
    for name, value in person.get("headers", {}).items():
        mail[name] = value
    for part in document["content"]:
        kind = part["type"].partition("/")[2]
        if mail.get_content_maintype() == "text" and not mail.get("Content-Type"):
            mail.set_content(filled(part["value"]), subtype=kind)
        else:
            mail.add_alternative(filled(part["value"]), subtype=kind)
    return mail


def _named(address: Mapping[str, str]) -> str:
    from email.utils import formataddr

    return formataddr((address.get("name", ""), address["email"]))


def _error(status: int, message: str, *, field: str | None = None, retry_after: int | None = None) -> Response:
    headers = (("retry-after", str(retry_after)),) if retry_after is not None else ()
    return as_json({"errors": [{"message": message, "field": field, "help": None}]}, status, headers=headers)
