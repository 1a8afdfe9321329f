"""What a sender is to do, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from growth.errors import ProviderError
from growth.messaging.eligible import Rules
from growth.messaging.ledger import Claimed
from growth.messaging.message import Message
from growth.messaging.state import SkipReason
from growth.workspace import Rate, Window

#: turns claimed deliveries into messages, or says why one cannot be
Compose = Callable[[Session, Sequence[Claimed]], Mapping[UUID, "Message | SkipReason"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What to send and how. `compose` turns claimed deliveries into messages, or says why one cannot be.

    `rate` and `domain_rates` hold over all senders; `window` and `quiet` are hours at the site.
    `resend`: a message whose fate is unknown is sent again.
    """

    stream: str
    occurrence: str
    rules: Rules
    compose: Compose
    rate: Rate | None = None
    domain_rates: Mapping[str, Rate] = field(default_factory=dict)
    window: Window | None = None
    quiet: Window | None = None
    resend: bool = False

    @property
    def names(self) -> dict[str, str]:
        """The mailing, as keyword arguments of the ledger."""
        return {"stream": self.stream, "occurrence": self.occurrence}


class Ending(StrEnum):
    """Why a sender stopped."""

    #: nothing is left
    FINISHED = "finished"
    #: somebody paused it
    PAUSED = "paused"
    #: somebody cancelled it
    CANCELLED = "cancelled"
    #: what is left is not due for a while
    WAITING = "waiting"
    #: outside the hours in which it may go
    CLOSED = "closed"
    #: the provider cannot be used
    PROVIDER = "provider"
    #: this process was asked to stop
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a sender ended. `until`: when going on makes sense; `fault`: what the provider said."""

    ending: Ending
    until: datetime | None = None
    fault: ProviderError | None = None
