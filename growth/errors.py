"""The one root of the errors a person may see: what is wrong, what to do, and where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """Exit codes of the ``growth`` command (contracts/cli.md)."""

    DONE = 0
    #: done, and what was found exceeds the asked threshold
    FOUND = 1
    #: wrong use, wrong configuration or refused; nothing was changed
    REFUSED = 2
    #: could not finish; what is left can be resumed
    UNFINISHED = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class GrowthError(Exception):
    """Something a person can act on. `message` says what, `fix` what to do, `where` the place."""

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED

    def __init__(self, message: str, *, fix: str | None = None, where: Where | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class Unreachable(GrowthError):
    """A database or a service does not answer; trying again later may help."""

    exit_code = ExitCode.UNFINISHED


class Unfinished(GrowthError):
    """The work stopped before its end and kept its state; `fix` is the command that goes on."""

    exit_code = ExitCode.UNFINISHED


class ProviderError(GrowthError):
    """The only error a provider (mail, SMS, WeChat, search engine) raises.

    `permanent` means that a retry cannot help; `retry_after` is the provider's own wish.
    """

    exit_code = ExitCode.UNFINISHED

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        fix: str | None = None,
        where: Where | None = None,
    ) -> None:
        super().__init__(message, fix=fix, where=where)
        self.permanent = permanent
        self.retry_after = retry_after
