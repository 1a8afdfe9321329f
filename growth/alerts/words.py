"""The closed set of where a notice stands."""

from __future__ import annotations

from enum import StrEnum


class NoticeState(StrEnum):
    """Where a notice for a robot stands."""

    #: it goes out as soon as its robot may be called
    WAITING = "waiting"
    #: the robot took it
    SENT = "sent"
    #: the robot refused it for good, or a day of tries was in vain
    FAILED = "failed"
