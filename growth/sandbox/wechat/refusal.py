"""The platform's errors."""

from __future__ import annotations


class Refusal(Exception):
    """An error of the API: HTTP 200 with ``errcode`` and ``errmsg``."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
