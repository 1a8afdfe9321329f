"""How much an issue weighs, from the mildest to the worst."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """Severity of an issue; the order is that of `rank`."""

    #: costs visitors, sign-ups or the law's patience now
    ERROR = "error"
    #: costs ranking or trust, or will break
    WARNING = "warning"
    #: worth knowing
    NOTICE = "notice"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANK[self]


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}
