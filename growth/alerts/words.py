"""The closed sets of alerts."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How much an alert matters."""

    #: something is broken and stays so until a person acts
    ERROR = "error"
    #: something will break, or did and mended itself
    WARNING = "warning"
    #: something happened that is worth telling
    NOTICE = "notice"


class NoticeState(StrEnum):
    """Where a notice for a robot stands."""

    #: it goes out as soon as its robot may be called
    WAITING = "waiting"
    #: the robot took it
    SENT = "sent"
    #: the robot refused it for good, or a day of tries was in vain
    FAILED = "failed"
