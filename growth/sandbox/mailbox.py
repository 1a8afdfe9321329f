"""The mailbox: an SMTP sink whose mails can be read in a browser and as JSON. It delivers nothing to anybody."""

from __future__ import annotations

import base64
import email
import email.policy
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from growth import clock
from growth.sandbox.asgi import Request, Response, Route, as_json, problem, redirect
from growth.sandbox.behaviour import BadBehaviour, Behaviour, Behaviours, read_behaviour
from growth.sandbox.log import Entry, Log, Part
from growth.sandbox.pages import render

_URL = re.compile(r"https?://[^\s<>\"'）】]+")
#: pictures in a shown mail come from this machine only: an open pixel works, the outside world hears nothing
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data: http://127.0.0.1:* http://localhost:*"
)
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file in a mail."""

    name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One accepted mail, read: envelope, headers (decoded, in order), bodies, links in the order of their first appearance."""

    id: int
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    links: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    raw: bytes

    def header(self, name: str) -> str:
        """The first header `name`, decoded and unfolded; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def subject(self) -> str:
        """The decoded subject."""
        return self.header("subject")

    def as_json(self, *, whole: bool = False) -> dict[str, Any]:
        """The mail as one JSON object; with `whole` also the source."""
        found: dict[str, Any] = {
            "id": str(self.id),
            "at": clock.rfc3339(self.at),
            "from": self.sender,
            "to": list(self.recipients),
            "subject": self.subject,
            "message_id": self.header("message-id"),
            "headers": [list(pair) for pair in self.headers],
            "text": self.text,
            "html": self.html,
            "links": list(self.links),
            "attachments": [{"name": a.name, "media_type": a.media_type, "size_bytes": a.size_bytes} for a in self.attachments],
            "size_bytes": len(self.raw),
        }
        if whole:
            found["source"] = self.raw.decode("utf-8", "replace")
        return found


class Mailbox:
    """Accepted mails and the scripted behaviour of the server. With a `folder` mails are kept there as ``mail/ID.eml``."""

    def __init__(self, log: Log, *, folder: Path | None = None) -> None:
        self._log = log
        self._folder = folder / "mail" if folder else None
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
        self._raw: dict[int, bytes] = {}
        self._read: dict[int, Mail] = {}
        self._lock = threading.Lock()
        self.behaviours = Behaviours()

    def take(self, *, sender: str, recipients: tuple[str, ...], raw: bytes) -> None:
        """Accept a message: on disk and in memory first, then in the log."""
        with self._lock:
            entry = self._log.add(Part.MAIL, "accepted", {"from": sender, "to": list(recipients), "size_bytes": len(raw)})
            if self._folder:
                (self._folder / f"{entry.number}.eml").write_bytes(raw)
            self._raw[entry.number] = raw

    def behave(self, *rules: Behaviour) -> None:
        """Script trouble; see `Behaviour`."""
        self.behaviours.add(rules)

    def messages(self, *, to: str | None = None, subject: str | None = None, after: int = 0) -> list[Mail]:
        """Accepted mails, oldest first; `to` an address or part of one, `subject` a part of it."""
        found = [self._mail(entry) for entry in self._log.entries(Part.MAIL, after=after)]
        return [
            mail
            for mail in found
            if (not to or any(to.lower() in address.lower() for address in mail.recipients)) and (not subject or subject in mail.subject)
        ]

    def message(self, number: int) -> Mail | None:
        """One mail, or None where there is none with that number."""
        return next((self._mail(entry) for entry in self._log.entries(Part.MAIL) if entry.number == number), None)

    def clear(self) -> None:
        """Empty the mailbox."""
        with self._lock:
            self._log.clear(Part.MAIL)
            self._raw.clear()
            self._read.clear()
            if self._folder:
                for file in self._folder.glob("*.eml"):
                    file.unlink()

    def _mail(self, entry: Entry) -> Mail:
        found = self._read.get(entry.number)
        if found is None:
            raw = self._raw.get(entry.number)
            if raw is None:
                file = self._folder / f"{entry.number}.eml" if self._folder else None
                raw = file.read_bytes() if file and file.exists() else b""
            found = self._read[entry.number] = read_mail(entry, raw)
        return found

    def routes(self) -> list[Route]:
        """Pages under ``/mailbox``, JSON under ``/mailbox/api``."""
        return [
            Route("GET", "/mailbox", self._list),
            Route("GET", "/mailbox/behaviour", self._behaviour),
            Route("POST", "/mailbox/behaviour", self._behave),
            Route("DELETE", "/mailbox/behaviour", self._behave_well),
            Route("GET", "/mailbox/api/messages", self._api_list),
            Route("DELETE", "/mailbox/api/messages", self._api_clear),
            Route("GET", "/mailbox/api/messages/{id}", self._api_one),
            Route("POST", "/mailbox/clear", self._clear),
            Route("GET", "/mailbox/{id}", self._one),
            Route("GET", "/mailbox/{id}/html", self._html),
            Route("GET", "/mailbox/{id}/source", self._source),
        ]

    # pages

    def _list(self, request: Request) -> Response:
        wanted = request.query.get("q", "").strip()
        found = self.messages()[::-1]
        if wanted:
            low = wanted.lower()
            found = [mail for mail in found if low in mail.subject.lower() or any(low in address.lower() for address in mail.recipients)]
        page = max(1, _number(request.query.get("page", "1")) or 1)
        return render(
            request,
            "mailbox.html",
            here="mailbox",
            mails=found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
            total=len(found),
            page=page,
            pages=max(1, -(-len(found) // PAGE_SIZE)),
            wanted=wanted,
            behaviours=self.behaviours.all(),
        )

    def _one(self, request: Request) -> Response:
        mail = self.message(_number(request.parts["id"]) or 0)
        if mail is None:
            return render(request, "missing.html", status=404, here="mailbox")
        return render(request, "mail.html", here="mailbox", mail=mail, source=mail.raw.decode("utf-8", "replace"))

    def _html(self, request: Request) -> Response:
        mail = self.message(_number(request.parts["id"]) or 0)
        if mail is None:
            return Response(status=404)
        body = '<base target="_blank">' + with_pictures(mail)
        headers = (("content-security-policy", _MAIL_POLICY), ("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"))
        return Response(body=body.encode("utf-8", "replace"), headers=headers)

    def _source(self, request: Request) -> Response:
        mail = self.message(_number(request.parts["id"]) or 0)
        if mail is None:
            return Response(status=404)
        name = f'attachment; filename="{mail.id}.eml"'
        return Response(body=mail.raw, media_type="message/rfc822", headers=(("content-disposition", name),))

    def _clear(self, request: Request) -> Response:
        self.clear()
        return redirect("/mailbox")

    # JSON

    def _api_list(self, request: Request) -> Response:
        query = request.query
        found = self.messages(to=query.get("to"), subject=query.get("subject"), after=_number(query.get("after", "0")) or 0)
        limit = _number(query.get("limit", "")) or len(found)
        return as_json({"total": len(found), "messages": [mail.as_json() for mail in found[:limit]]})

    def _api_one(self, request: Request) -> Response:
        mail = self.message(_number(request.parts["id"]) or 0)
        return as_json(mail.as_json(whole=True)) if mail else problem(404, "Not Found", "no mail with that id")

    def _api_clear(self, request: Request) -> Response:
        self.clear()
        return Response(status=204)

    def _behaviour(self, request: Request) -> Response:
        return as_json([rule.as_json() for rule in self.behaviours.all()])

    def _behave(self, request: Request) -> Response:
        document = request.json
        wanted = document if isinstance(document, list) else [document]
        try:
            rules = [read_behaviour(_object(one)) for one in wanted]
        except BadBehaviour as fault:
            return problem(422, fault.message, fault.fix or "")
        self.behave(*rules)
        return as_json([rule.as_json() for rule in rules], 201)

    def _behave_well(self, request: Request) -> Response:
        self.behaviours.clear()
        return Response(status=204)


def read_mail(entry: Entry, raw: bytes) -> Mail:
    """The Mail in `raw`, however it was built; broken parts are shown as far as they can be read."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    plain, rich = _body(message, "plain"), _body(message, "html")
    attachments = tuple(
        Attachment(name=part.get_filename() or "", media_type=part.get_content_type(), size_bytes=len(_payload(part)))
        for part in message.iter_attachments()
        if isinstance(part, MIMEPart)
    )
    return Mail(
        id=entry.number,
        at=entry.at,
        sender=str(entry.detail["from"]),
        recipients=tuple(entry.detail["to"]),
        headers=tuple((name, " ".join(str(value).split())) for name, value in message.items()),
        text=plain,
        html=rich,
        links=links_of(plain, rich),
        attachments=attachments,
        raw=raw,
    )


def with_pictures(mail: Mail) -> str:
    """The HTML with the pictures that travelled with it written in: a browser knows no ``cid:`` (RFC 2392)."""
    shown = mail.html
    for part in email.message_from_bytes(mail.raw, policy=email.policy.default).walk():
        name = str(part.get("content-id", "")).strip("<>")
        if name and part.get_content_maintype() == "image" and isinstance(part, MIMEPart):
            data = base64.b64encode(_payload(part)).decode()
            shown = shown.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
    return shown


def links_of(plain: str, rich: str) -> tuple[str, ...]:
    """http(s) links of both bodies, each once, in the order of appearance."""
    collector = _Links()
    collector.feed(rich)
    found = collector.found + [unescape(match.group()).rstrip(".,;。，；") for match in _URL.finditer(plain)]
    return tuple(dict.fromkeys(found))


class _Links(HTMLParser):
    """Addresses of ``a`` elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        if tag == "a" and address.startswith(("http://", "https://")):
            self.found.append(address)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    charset = part.get_content_charset("utf-8")
    try:
        return _payload(part).decode(charset, "replace")
    except LookupError:
        return _payload(part).decode("utf-8", "replace")


def _payload(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadBehaviour("a behaviour is a JSON object", fix='for instance {"action": "refuse", "match": "qq.com", "code": 450}')
    return value
