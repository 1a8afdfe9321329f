"""By which way sign-ups and steps come."""

from __future__ import annotations

from enum import StrEnum


class Way(StrEnum):
    """How a sign-up or step came to us."""

    #: a beacon of the page
    SCRIPT = "script"
    #: a call of the site's server
    SERVER = "server"
    #: an import
    FILE = "file"
