"""Mails that come back, read: delivery reports (RFC 3464), complaints (RFC 5965), the free text of mailers that know neither, auto-replies.

What a mailer says decides before its numbers do: QQ and NetEase answer 5xx to a sender who is too fast, which is no word about the mailbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message as Part
from email.utils import parseaddr
from enum import StrEnum
from html.parser import HTMLParser

from growth.messaging.bounce_words import AWAY, DELAYED, HARD, MAILERS, RETURNED, SOFT, pattern
from growth.messaging.mail import delivery_of_message_id
from growth.text import cut, printable

#: of a longer mail only the beginning is read; reports are short, what they quote is not
MOST_BYTES = 1024 * 1024
#: parts that are looked at: a report has three
MOST_PARTS = 50
#: characters of text that are read
MOST_TEXT = 100_000
_REASON_LENGTH = 200

_HARD, _SOFT, _RETURNED = pattern(HARD), pattern(SOFT), pattern(RETURNED)
_DELAYED, _MAILERS, _AWAY = pattern(DELAYED), pattern(MAILERS), pattern(AWAY)
#: enhanced codes (RFC 3463) of a mailbox or host that is not there
_HARD_STATUS = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.:/-])([45]\d\d)(?=[ \-#,:;]|$)")
#: an id within the local part of an address
_RETURN_PATH = re.compile(r"(?<![0-9a-f])([0-9a-f]{32})(?![0-9a-f])[^\s@<>]*@", re.IGNORECASE)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+=/'-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
#: lines around an address by which mailers name who did not get it
_NAMED = re.compile(r"(?:recipient|to|for|address|收件人|收信人|发往|邮箱|地址)[^\n@]{0,40}$", re.IGNORECASE)


class ReportKind(StrEnum):
    """What a mail turns out to be (contracts/cli.md)."""

    #: what was sent did not arrive
    BOUNCE = "bounce"
    #: the person called it spam
    COMPLAINT = "complaint"
    #: nobody is there just now
    AUTO_REPLY = "auto-reply"
    #: anything else
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a mail says about one recipient. `status` is the enhanced code (``5.1.1``) or the reply's (``550``), or empty."""

    kind: ReportKind
    recipient: str = ""
    hard: bool = False
    status: str = ""
    reason: str = ""
    #: the Message-ID of ours that it names, or the bare id of the delivery
    message_id: str = ""


def read_reports(raw: bytes) -> list[Report]:
    """What a mail says, one entry a recipient; one of kind NONE where it is no report. Broken mails are read as far as they go."""
    try:
        mail = message_from_bytes(raw[:MOST_BYTES], policy=policy.compat32)
        parts = list(_parts(mail))
        ours = _our_message(raw) or _our_return_path(mail)
        found = _complaint(mail, parts) or _delivery_status(parts) or _by_words(mail, parts)
    except (MessageError, RecursionError, LookupError, ValueError, AssertionError, AttributeError):
        # the parser of the standard library meets mails that it cannot take apart; what they are stays unknown
        return [Report(kind=ReportKind.NONE)]
    return [replace(report, message_id=report.message_id or ours) for report in found]


def is_hard(status: str, words: str) -> bool:
    """Whether a bounce says that the mailbox is not there. In doubt it does not: a good address lost costs more."""
    if status.startswith("4"):
        return False
    if _HARD.search(words):
        return True
    if _SOFT.search(words):
        return False
    return status in _HARD_STATUS or status == "550" or (not status and bool(re.search(r"(?<!\d)55[01](?!\d)", words)))


def _parts(mail: Part) -> Iterator[Part]:
    for number, part in enumerate(mail.walk()):
        if number >= MOST_PARTS:
            return
        yield part


def _our_message(raw: bytes) -> str:
    """The Message-ID of a delivery of ours, wherever a report quotes it."""
    for match in re.finditer(rb"(?im)^[>\s]*(?:x-)?(?:original-)?message-id:\s*(<[^>\s]{1,200}>)", raw[:MOST_BYTES]):
        text = match[1].decode("ascii", "replace")
        if delivery_of_message_id(text) is not None:
            return text
    return ""


def _our_return_path(mail: Part) -> str:
    """The delivery that the address names to which the mail returned (``email.return_path`` with ``{id}``)."""
    headers = _headers(mail)
    for name in ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to", "to"):
        if match := _RETURN_PATH.search(headers.get(name, "")):
            return match[1].lower()
    return ""


def _complaint(mail: Part, parts: list[Part]) -> list[Report]:
    """RFC 5965: a feedback report."""
    for part in parts:
        if part.get_content_type() != "message/feedback-report":
            continue
        fields = _fields(part)
        kind = fields.get("feedback-type", "abuse").strip().lower()
        recipient = fields.get("original-rcpt-to") or fields.get("removal-recipient") or _quoted_recipient(parts)
        wanted = ReportKind.NONE if kind in ("not-spam", "auth-failure", "dkim", "dmarc") else ReportKind.COMPLAINT
        return [Report(kind=wanted, recipient=_address(recipient), reason=kind)]
    return []


def _delivery_status(parts: list[Part]) -> list[Report]:
    """RFC 3464: per recipient what became of it."""
    found: list[Report] = []
    told = False
    for part in parts:
        if part.get_content_type() not in ("message/delivery-status", "message/global-delivery-status"):
            continue
        for fields in _groups(part):
            action = fields.get("action", "").split()[:1]
            recipient = _address(fields.get("original-recipient", "")) or _address(fields.get("final-recipient", ""))
            final = _address(fields.get("final-recipient", ""))
            if not action and not recipient:
                continue
            told = True
            words = fields.get("diagnostic-code", "")
            words = re.sub(r"^\s*[\w-]+\s*;\s*", "", words) or _words_about(parts, recipient)
            match = _STATUS.search(fields.get("status", "")) or _STATUS.search(words)
            status = match[1] if match else ""
            if (not action and not status.startswith("5")) or (action and action[0].lower() != "failed"):
                continue
            # an unspecific 5.0.0 says less than the reply that it stands for
            if status.endswith(".0.0") and (better := _STATUS.search(words)):
                status = better[1]
            found.append(_bounce(recipient or final, status, words))
    if told and not found:
        return [Report(kind=ReportKind.NONE)]
    return found


def _by_words(mail: Part, parts: list[Part]) -> list[Report]:
    """Mailers that write what they think, and people's absence notes."""
    sender = f"{_header(mail, 'From')} {_header(mail, 'Return-Path')}"
    subject = _header(mail, "Subject")
    text = _text(parts)
    failed = [_address(each) for each in _header(mail, "X-Failed-Recipients").split(",") if each.strip()]
    automatic = _header(mail, "Auto-Submitted").strip().lower()
    if failed or (_MAILERS.search(sender) and (_RETURNED.search(subject) or _RETURNED.search(text[:2000]))) or _null_sender(mail, subject):
        if not failed and (_DELAYED.search(subject) or (_DELAYED.search(text[:3000]) and not _HARD.search(text[:3000]))):
            return [Report(kind=ReportKind.NONE)]
        recipients = failed or [address for address in [_recipient(mail, text, parts)] if address]
        return [_bounce(each, *_verdict(text, each)) for each in recipients] or [_bounce("", *_verdict(text, ""))]
    answered = automatic.startswith(("auto-replied", "auto-generated")) or bool(
        mail.get("X-Autoreply") or mail.get("X-Autorespond") or mail.get("X-Auto-Reply")
    )
    if answered or _AWAY.search(subject) or _header(mail, "Precedence").strip().lower() in ("auto_reply", "auto-reply"):
        return [Report(kind=ReportKind.AUTO_REPLY, recipient=_address(_header(mail, "From")), reason=_clean(subject))]
    return [Report(kind=ReportKind.NONE)]


def _null_sender(mail: Part, subject: str) -> bool:
    """A report has no sender of its own (RFC 3834); with words that say so it is one."""
    return _header(mail, "Return-Path").strip() == "<>" and bool(_RETURNED.search(subject))


def _verdict(text: str, recipient: str) -> tuple[str, str]:
    """Code and words of what a mailer wrote, near the recipient where it is named."""
    lines = [line.strip() for line in text.splitlines()]
    start = next((number for number, line in enumerate(lines) if recipient and recipient.lower() in line.lower()), 0)
    near = lines[max(0, start - 3) : start + 15]
    for line in [*near, *lines[:60]]:
        if (_STATUS.search(line) or _REPLY.search(line)) and not line.lower().startswith(("date", "received", "message-id")):
            match = _STATUS.search(line) or _REPLY.search(line)
            assert match is not None
            following = lines[lines.index(line) + 1 : lines.index(line) + 3]
            return match[1], " ".join([line, *following])
    for line in [*near, *lines[:60]]:
        if _HARD.search(line) or _SOFT.search(line):
            return "", line
    return "", " ".join(line for line in near if line)[:_REASON_LENGTH]


def _bounce(recipient: str, status: str, words: str) -> Report:
    return Report(kind=ReportKind.BOUNCE, recipient=recipient, hard=is_hard(status, words), status=status, reason=_clean(words))


def _recipient(mail: Part, text: str, parts: list[Part]) -> str:
    """Whom a report in plain words is about: who is named as such, else who the quoted mail went to, else the first stranger in it."""
    own = {_address(_header(mail, "To")), _address(_header(mail, "From")), ""}
    found = [match for match in _ADDRESS.finditer(text) if (low := match[0].lower()) not in own and not _MAILERS.search(low)]
    for match in found:
        if _NAMED.search(text[max(0, match.start() - 60) : match.start()]):
            return match[0].lower()
    if quoted := _quoted_recipient(parts):
        return _address(quoted)
    return found[0][0].lower() if found else ""


def _quoted_recipient(parts: list[Part]) -> str:
    """Who the mail that a report encloses went to."""
    for part in parts[1:]:
        if part.get_content_type() == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            inner = message_from_bytes(raw if isinstance(raw, bytes) else b"", policy=policy.compat32)
            return _header(inner, "To")
        if part.get_content_type() == "message/rfc822" and (inside := _inside(part)):
            return _header(inside[0], "To")
    return ""


def _words_about(parts: list[Part], recipient: str) -> str:
    """What the readable part says about a recipient, where the machine's part gives no diagnosis."""
    text = _text(parts)
    return _verdict(text, recipient)[1] if recipient and recipient in text.lower() else ""


def _inside(part: Part) -> list[Part]:
    """The mails that a part encloses."""
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Part)] if isinstance(payload, list) else []


def _groups(part: Part) -> Iterator[dict[str, str]]:
    for group in _inside(part):
        yield _headers(group)


def _fields(part: Part) -> dict[str, str]:
    """The fields of a feedback report, which the parser takes for a mail of its own or for text."""
    for inner in _inside(part):
        return _headers(inner)
    raw = part.get_payload(decode=True)
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    return {name.strip().lower(): value.strip() for name, _colon, value in (line.partition(":") for line in text.splitlines()) if value}


def _text(parts: list[Part]) -> str:
    """The first readable part; of HTML its words."""
    for wanted in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == wanted:
                raw = part.get_payload(decode=True)
                text = _decode(raw if isinstance(raw, bytes) else b"", part.get_content_charset())
                if wanted == "text/html":
                    text = _words_of(text[:MOST_TEXT])
                if text.strip():
                    return text[:MOST_TEXT]
    return ""


class _Words(HTMLParser):
    """The words of a page, a line a block."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "script")
        if tag in ("br", "p", "div", "tr", "li", "h1", "h2"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def _words_of(page: str) -> str:
    words = _Words()
    words.feed(page)
    return "".join(words.words)


def _decode(raw: bytes, charset: str | None) -> str:
    for name in (charset, "utf-8", "gb18030"):
        if name:
            try:
                return raw.decode("gb18030" if name.lower() in ("gb2312", "gbk") else name)
            except (UnicodeDecodeError, LookupError):
                continue
    return raw.decode("latin-1")


def _header(mail: Part, name: str) -> str:
    return _headers(mail).get(name.lower(), "")


def _headers(mail: Part) -> dict[str, str]:
    """The headers by lower-case name, the first of each; raw eight-bit ones are read too, as mailers here write them."""
    found: dict[str, str] = {}
    for name, value in mail.raw_items():
        found.setdefault(name.lower(), _decoded(_decode(str(value).encode("utf-8", "surrogateescape"), None)))
    return found


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (UnicodeDecodeError, LookupError, ValueError, MessageError):
        return value


def _address(text: str) -> str:
    """The bare address of ``rfc822; <a@x.cn>``, ``"张三" <a@x.cn>`` and the like; empty where there is none."""
    text = text.rpartition(";")[2].strip()
    bare = parseaddr(text)[1] if "<" in text else text
    match = _ADDRESS.search(bare) or _ADDRESS.search(text)
    return match[0].lower() if match else ""


def _clean(text: str) -> str:
    return cut(printable(" ".join(text.split())), _REASON_LENGTH)
