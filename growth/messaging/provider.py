"""What a provider is: one file, one entry in `App.providers`, found by name; the built-in ones use the same door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable
from uuid import UUID

from growth import clock
from growth.app import load
from growth.contacts import Medium
from growth.errors import GrowthError
from growth.language import _
from growth.messaging.message import Message, Receipt
from growth.workspace import Workspace, hint_for


class UnknownProvider(GrowthError):
    """No app hands over a provider of that name, or it does not carry that medium."""


class UnsupportedFeature(GrowthError):
    """A provider was asked for what it cannot do; never silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider can do. `max_batch`: messages that may be in doubt at once, 32 or those of one call; `feedback`: whether it reports
    what became of a message."""

    media: frozenset[Medium]
    max_batch: int = 32
    feedback: bool = False
    #: the account's region may not send these trades' marketing; empty where it does not matter
    refuses_marketing_of: frozenset[str] = frozenset()
    #: its servers are abroad: people's addresses leave the country
    abroad: bool = False
    #: marketing texts may hold no variables and no addresses of their own
    constant_marketing: bool = False


class FeedbackKind(StrEnum):
    """What a provider may report."""

    #: the provider has it, which ends a doubt
    ACCEPTED = "accepted"
    #: it arrived
    DELIVERED = "delivered"
    #: it came back for good
    HARD_BOUNCE = "hard-bounce"
    #: it came back for now
    SOFT_BOUNCE = "soft-bounce"
    #: the person reported spam
    COMPLAINT = "complaint"
    #: the person said no
    REFUSED = "refused"
    #: it was opened
    OPENED = "opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One thing that a provider reports. `event` is its own id; `message_id` or `provider_id` names the delivery, `address` the person."""

    event: str
    kind: FeedbackKind
    at: datetime
    message_id: str | None = None
    provider_id: str | None = None
    address: str | None = None
    medium: Medium = Medium.EMAIL
    reason: str = ""
    machine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRequest:
    """A request as it came in: signatures are of its bytes."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    #: when it came in; signatures grow old
    at: datetime = field(default_factory=clock.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A message that was handed over at `at` and never answered for."""

    id: UUID
    address: str
    at: datetime


@runtime_checkable
class Pulls(Protocol):
    """A provider at which reports wait until they are fetched, each once."""

    def pull_feedback(self) -> Sequence[Feedback]:
        """What waits there. Raises ProviderError."""
        ...


@runtime_checkable
class LooksUp(Protocol):
    """A provider that can be asked what became of a message."""

    def look_up(self, doubts: Sequence[Doubt]) -> Sequence[Feedback]:
        """What it knows of these; nothing of those it never got. Raises ProviderError."""
        ...


@runtime_checkable
class LogsIn(Protocol):
    """A provider whose keys can be tried without sending anything."""

    def log_in(self) -> str:
        """What to say of it. Raises ProviderError."""
        ...


@runtime_checkable
class Provider(Protocol):
    """Who carries messages. `send` answers with one receipt a message, in any order; what it cannot begin at all raises ProviderError,
    and then nothing of the batch was handed over."""

    name: str
    capabilities: Capabilities

    def send(self, batch: Sequence[Message]) -> Sequence[Receipt]:
        """Hand messages over; blocks until each has its receipt."""
        ...

    def read_feedback(self, request: RawRequest) -> Sequence[Feedback]:
        """Verify a report, then read it; [] for events we do not use. Raises ProviderError where it cannot be verified."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


def open_provider(workspace: Workspace, medium: Medium, name: str | None = None) -> Provider:
    """The provider of a medium as growth.yaml says, ready to send. Raises UnknownProvider, MissingSecret, GrowthError for bad settings."""
    wanted = name or configured(workspace, medium)
    targets = {name: target for app in workspace.apps for name, target in app.providers.items()}
    if wanted not in targets:
        raise UnknownProvider(_("there is no provider “{name}”", name=wanted), fix=hint_for(wanted, list(targets)))
    provider: Provider = load(targets[wanted])(workspace)
    if medium not in provider.capabilities.media:
        raise UnknownProvider(_("{name} does not carry {medium}", name=wanted, medium=medium), fix=_("choose another in growth.yaml"))
    return provider


def configured(workspace: Workspace, medium: Medium) -> str:
    """Name of the provider that growth.yaml gives a medium."""
    settings = workspace.settings
    if medium is Medium.WECHAT:
        return "wechat"
    return str(settings.email.provider if medium is Medium.EMAIL else settings.sms.provider)
