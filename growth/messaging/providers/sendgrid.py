"""SendGrid's API v3: one call for up to a hundred people, each with its own subject, headers, values and delivery id.

The API knows no idempotency: a call whose answer is lost is unknown, and its messages are uncertain until an event names them.
Facts: twilio.com/docs/sendgrid/api-reference/mail-send (limitations, errors). Its servers are abroad (个人信息保护法 38, 39).
"""

from __future__ import annotations

import base64
import json
import logging
import re
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import groupby
from typing import Any
from urllib.error import URLError

from growth import clock
from growth.contacts import Medium
from growth.errors import ProviderError
from growth.language import _
from growth.messaging.mail import UnsafeHeader, bare_address, list_headers, mailbox_parts, one_line
from growth.messaging.message import Mail, Message, Receipt
from growth.messaging.provider import Capabilities, Feedback, RawRequest
from growth.messaging.providers.sendgrid_events import read_events
from growth.messaging.skeleton import Skeleton, shape, skeleton_of
from growth.workspace import Workspace

#: people of one call; the API takes 1,000, but what is not answered is in doubt
MOST_PEOPLE = 100
TIMEOUT = timedelta(seconds=30)
#: bytes of one person's values (substitutions) that the API takes
MOST_VALUES_BYTES = 10_000
#: name of our id in `custom_args`; no personal data belongs there: it is kept for long
DELIVERY = "delivery"
#: after a refusal that has to do with the account
ACCOUNT_WAIT = timedelta(minutes=10)
_FIELD = re.compile(r"personalizations\.(\d+)")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the API said; `status` 0 where it was not reached, None where no answer came."""

    status: int | None
    words: str = ""
    #: messages of the call that it objects to, by their number
    at_fault: frozenset[int] = frozenset()
    retry_after: timedelta | None = None
    message_id: str | None = None


class SendGrid:
    """One account. `may_go_abroad`: whether growth.yaml says what the law asks for (个人信息保护法 38, 39)."""

    name = "sendgrid"
    capabilities = Capabilities(media=frozenset({Medium.EMAIL}), max_batch=MOST_PEOPLE, feedback=True, abroad=True)

    def __init__(self, *, api_key: str, base_url: str, public_key: str = "", may_go_abroad: bool = False) -> None:
        self._public_key = public_key
        self._may_go_abroad = may_go_abroad
        self._client = _client(api_key, base_url)

    def send(self, batch: Sequence[Message]) -> Sequence[Receipt]:
        """Hand mails over, those of one shape in one call. Raises ProviderError where the account cannot be used or is throttled, or the
        law forbids it."""
        if not self._may_go_abroad:
            raise ProviderError(
                _("SendGrid's servers are abroad, and no consent to that is declared (个人信息保护法 38, 39)"),
                permanent=True,
                fix=_("obtain a separate consent, then write cross_border_consent: true; or use smtp"),
            )
        receipts: list[Receipt] = []
        calls, unsafe = _calls(batch)
        for call in calls:
            receipts += self._hand_over(call, first=not receipts)
        return receipts + unsafe

    def read_feedback(self, request: RawRequest) -> Sequence[Feedback]:
        """The event webhook, verified on the raw bytes. Raises ProviderError where it cannot be."""
        return read_events(request, public_key=self._public_key, now=request.at)

    def close(self) -> None:
        """Each call has its own connection."""

    def log_in(self) -> str:
        """Whether the key is good and may send; what to say of it. Raises ProviderError."""
        answer = self._request("get", None)
        if answer.status != 200:
            raise _of_account(answer)
        return answer.words

    def _hand_over(self, messages: list[Message], *, first: bool) -> list[Receipt]:
        """One call; those that the API objects to are refused and the others tried again. With `first`, faults of the account raise."""
        left, refused = messages, list[Receipt]()
        while left:
            answer = self._request("post", _document(left))
            if answer.status != 400 or not answer.at_fault:
                return refused + self._judged(left, answer, first=first and not refused)
            refused += [Receipt.refused(left[number], answer.words) for number in answer.at_fault if number < len(left)]
            rest = [message for number, message in enumerate(left) if number not in answer.at_fault]
            if len(rest) == len(left):
                return refused + self._judged(left, answer, first=False)
            left = rest
        return refused

    def _judged(self, messages: list[Message], answer: _Answer, *, first: bool) -> list[Receipt]:
        said = f"{answer.status or ''} {answer.words}".strip()
        match answer.status:
            case 202:
                return [Receipt.accepted(message, answer.message_id) for message in messages]
            case 413 if len(messages) > 1:
                half = len(messages) // 2
                return self._hand_over(messages[:half], first=first) + self._hand_over(messages[half:], first=False)
            case 413:
                return [Receipt.refused(messages[0], said)]
            case 0 | 429 | 503 | 400 | 401 | 403 | 404:
                if first:
                    raise _of_account(answer)
                wait = answer.retry_after or (None if answer.status in (0, 429, 503) else ACCOUNT_WAIT)
                return [Receipt.later(message, said, wait) for message in messages]
        return [Receipt.unknown(message, said or "no answer") for message in messages]

    def _request(self, verb: str, document: Mapping[str, Any] | None) -> _Answer:
        """POST /v3/mail/send, or GET /v3/scopes."""
        from python_http_client.exceptions import HTTPError

        path = self._client.client.mail.send if verb == "post" else self._client.client.scopes
        try:
            response = getattr(path, verb)(request_body=document)
        except HTTPError as fault:
            return _refusal(fault.status_code, fault.body, fault.headers)
        except URLError as fault:
            # urllib wraps what happens before the whole request is with the kernel: nothing was taken
            return (
                _Answer(0, str(fault.reason)[:200]) if not isinstance(fault.reason, ssl.SSLError) else _Answer(404, str(fault.reason)[:200])
            )
        except (OSError, ValueError, EOFError) as fault:
            return _Answer(None, f"no answer: {fault}"[:200])
        except Exception as fault:  # noqa: BLE001  (http.client raises classes of its own; the call was made, so nobody knows)
            return _Answer(None, f"no answer: {type(fault).__name__} {fault}"[:200])
        return _Answer(response.status_code, message_id=response.headers.get("X-Message-Id"))


def _client(api_key: str, base_url: str) -> Any:
    from sendgrid.sendgrid import SendGridAPIClient

    # its log would hold the key and every mail
    logging.getLogger("python_http_client").setLevel(logging.INFO)
    found = SendGridAPIClient(api_key, host=base_url.rstrip("/"))
    found.client.timeout = TIMEOUT.total_seconds()
    return found


def _calls(batch: Iterable[Message]) -> tuple[list[list[Message]], list[Receipt]]:
    """Messages that can share a call, nobody twice in one; and those that can go in none."""
    fit: list[tuple[tuple[Any, ...], Message]] = []
    unsafe: list[Receipt] = []
    for message in batch:
        mail = message.content
        assert isinstance(mail, Mail), mail
        try:
            mailbox_parts("From", mail.sender)
            bare_address("To", message.to)
            one_line("Subject", mail.subject)
            list_headers(mail)
            pictures = tuple(image.id for image in mail.images)
            fit.append(((mail.sender, mail.reply_to or "", mail.html is None, pictures, shape(_texts(mail))), message))
        except UnsafeHeader as fault:
            unsafe.append(Receipt.refused(message, fault.message))
    calls: list[list[Message]] = []
    for _key, group in groupby(sorted(fit, key=lambda pair: pair[0]), key=lambda pair: pair[0]):
        calls += _apart([message for _key, message in group])
    return calls, unsafe


def _apart(messages: list[Message]) -> Iterator[list[Message]]:
    """At most `MOST_PEOPLE` a call, each address once; one with too much of its own goes alone."""
    common: list[Message] = []
    own_bytes = [_bytes(values) for values in skeleton_of([_texts(message.content) for message in messages]).values]
    for message, size in zip(messages, own_bytes, strict=True):
        if size > MOST_VALUES_BYTES:
            yield [message]
        else:
            common.append(message)
    while common:
        call: dict[str, Message] = {}
        rest: list[Message] = []
        for message in common:
            if len(call) < MOST_PEOPLE and message.to.lower() not in call:
                call[message.to.lower()] = message
            else:
                rest.append(message)
        yield list(call.values())
        common = rest


def _texts(content: object) -> tuple[str, ...]:
    assert isinstance(content, Mail), content
    return (content.text, content.html) if content.html is not None else (content.text,)


def _document(messages: list[Message]) -> dict[str, Any]:
    """The body of mail/send."""
    skeleton = skeleton_of([_texts(message.content) for message in messages])
    first = messages[0].content
    assert isinstance(first, Mail), first
    kinds = ("text/plain", "text/html")
    document: dict[str, Any] = {
        "personalizations": [_person(message, skeleton, number) for number, message in enumerate(messages)],
        "from": _address(first.sender, "From"),
        "subject": first.subject,
        "content": [{"type": kind, "value": text or " "} for kind, text in zip(kinds, skeleton.texts, strict=False)],
        # links and pixel are our own; SendGrid's would lead through its servers
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
    }
    if first.images:
        document["attachments"] = [
            {
                "content": base64.b64encode(image.data).decode(),
                "type": f"image/{image.kind}",
                "filename": f"{image.id.partition('@')[0]}.{image.kind}",
                "disposition": "inline",
                "content_id": image.id,
            }
            for image in first.images
        ]
    if first.reply_to:
        document["reply_to"] = _address(first.reply_to, "Reply-To")
    return document


def _person(message: Message, skeleton: Skeleton, number: int) -> dict[str, Any]:
    mail = message.content
    assert isinstance(mail, Mail), mail
    found: dict[str, Any] = {
        "to": [{"email": message.to}],
        "subject": mail.subject,
        "custom_args": {DELIVERY: message.id.hex},
    }
    if headers := list_headers(mail):
        found["headers"] = dict(headers)
    if values := skeleton.values[number]:
        found["substitutions"] = dict(values)
    return found


def _address(text: str, header: str) -> dict[str, str]:
    name, address = mailbox_parts(header, text)
    return {"email": address, "name": name} if name else {"email": address}


def _bytes(values: Mapping[str, str]) -> int:
    return len(json.dumps(values, ensure_ascii=False).encode("utf-8", "replace"))


def _refusal(status: int, body: bytes, headers: Any) -> _Answer:
    """What an error answer says, and about which of the messages."""
    words, at_fault = "", set()
    try:
        errors = json.loads(body).get("errors") or []
    except (ValueError, AttributeError):
        errors = []
    for error in errors if isinstance(errors, list) else []:
        words = words or f"{error.get('field') or ''} {error.get('message') or ''}".strip()
        if match := _FIELD.search(str(error.get("field") or "")):
            at_fault.add(int(match[1]))
    # 500, 502 and 504 may come after the call was taken
    return _Answer(status, words[:200], frozenset(at_fault), _retry_after(headers))


def _retry_after(headers: Any) -> timedelta | None:
    """``Retry-After`` in seconds or as a date, else ``X-RateLimit-Reset`` as seconds since 1970."""
    now = clock.now()
    if wanted := headers.get("Retry-After"):
        if str(wanted).strip().isdigit():
            return timedelta(seconds=min(int(wanted), 86_400))
        try:
            return max(parsedate_to_datetime(wanted) - now, timedelta())
        except (ValueError, TypeError):
            return None
    reset = str(headers.get("X-RateLimit-Reset") or "")
    if reset.isdigit():
        return min(max(datetime.fromtimestamp(int(reset), UTC) - now, timedelta(seconds=1)), timedelta(hours=1))
    return None


def _of_account(answer: _Answer) -> ProviderError:
    if answer.status == 0:
        return ProviderError(
            _("SendGrid cannot be reached: {why}", why=answer.words), fix=_("check email.sendgrid.base_url in growth.yaml")
        )
    if answer.status in (429, 503):
        message = _("SendGrid is busy: {status} {why}", status=answer.status, why=answer.words)
        return ProviderError(message, retry_after=answer.retry_after, fix=_("wait; what is left goes on by itself"))
    return ProviderError(
        _("SendGrid refuses: {status} {why}", status=answer.status or "", why=answer.words),
        permanent=True,
        fix=_("check email.sendgrid.api_key, email.from and the verified senders in SendGrid's settings"),
    )


def open_sendgrid(workspace: Workspace) -> SendGrid:
    """The account of growth.yaml. Raises MissingSecret."""
    settings = workspace.settings.email.of_sendgrid
    return SendGrid(
        api_key=workspace.resolve(settings.api_key),
        base_url=workspace.resolve(settings.base_url),
        public_key=workspace.resolve(settings.webhook_public_key) if settings.webhook_public_key else "",
        may_go_abroad=settings.cross_border_consent or not workspace.settings.site.mainland,
    )
