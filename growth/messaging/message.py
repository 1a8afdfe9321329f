"""A message as a provider gets it, and what the provider says about it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from growth.contacts import Medium, Purpose
from growth.text import sms_parts


@dataclass(frozen=True, slots=True)
class Stream:
    """What a message belongs to: ``campaign:monthly``, ``survey:nps``, ``report:operations``."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Stream:
        """From its written form."""
        kind, _colon, name = text.partition(":")
        return cls(kind, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture that travels with a mail; the HTML shows it as ``cid:ID`` (RFC 2392). `kind` is ``png``, ``jpeg`` or ``gif``."""

    id: str
    kind: str
    data: bytes

    @property
    def data_url(self) -> str:
        """The picture as an address of its own (RFC 2397)."""
        return f"data:image/{self.kind};base64,{base64.b64encode(self.data).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What an e-mail says. `sender` is ``Name <address>`` or an address; `html` may be missing, `text` never is."""

    subject: str
    text: str
    html: str | None = None
    sender: str
    reply_to: str | None = None
    #: one-click address of RFC 8058
    unsubscribe_url: str | None = None
    #: name of the list (RFC 2919) and of the campaign in feedback loops
    list_id: str | None = None
    feedback_id: str | None = None
    #: pictures that the HTML shows
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """What a text message says: `text` is the whole message as people read it, template and parameters are the provider's."""

    text: str
    signature: str
    template_code: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    purpose: Purpose = Purpose.SERVICE


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChat:
    """What goes to a follower; `payload` is the API's own form."""

    text: str
    payload: Mapping[str, object]


Content = Mail | Sms | WeChat


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one address. `id` is the delivery's: the provider carries it, so that what it reports can be told apart."""

    id: UUID
    medium: Medium
    to: str
    content: Content

    @property
    def units(self) -> int:
        """What is billed for it: the parts of a text message, else 1."""
        return sms_parts(self.content.text, mainland=self.to.startswith("+86")) if isinstance(self.content, Sms) else 1


class Verdict(StrEnum):
    """What became of a message at the provider."""

    #: taken
    ACCEPTED = "accepted"
    #: not taken now; trying again may help
    LATER = "later"
    #: not taken, and never will be
    REFUSED = "refused"
    #: handed over, no answer: nobody knows
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The provider's word on one message. `reason` is its own, shortened; `retry_after` its own wish."""

    message_id: UUID
    verdict: Verdict
    provider_id: str | None = None
    reason: str | None = None
    retry_after: timedelta | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether it was taken."""
        return self.verdict is Verdict.ACCEPTED

    @classmethod
    def accepted(cls, message: Message, provider_id: str | None = None) -> Receipt:
        """Taken."""
        return cls(message_id=message.id, verdict=Verdict.ACCEPTED, provider_id=provider_id)

    @classmethod
    def later(cls, message: Message, reason: str, retry_after: timedelta | None = None) -> Receipt:
        """Not now."""
        return cls(message_id=message.id, verdict=Verdict.LATER, reason=reason[:300], retry_after=retry_after)

    @classmethod
    def refused(cls, message: Message, reason: str) -> Receipt:
        """Never."""
        return cls(message_id=message.id, verdict=Verdict.REFUSED, reason=reason[:300])

    @classmethod
    def unknown(cls, message: Message, reason: str) -> Receipt:
        """Nobody knows."""
        return cls(message_id=message.id, verdict=Verdict.UNKNOWN, reason=reason[:300])
