"""What an app hands over as its jobs (`Job`, `Chore`), and what their functions get when they run (`JobRun`, `ChoreRun`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from growth.errors import GrowthError, Where
from growth.jobs.period import Period
from growth.jobs.schedule import Schedule
from growth.language import Text

if TYPE_CHECKING:
    from growth.db import Database
    from growth.workspace import Workspace


class RunState(StrEnum):
    """Where a run stands."""

    #: its time has come (or was asked for); no worker has taken it yet
    DUE = "due"
    #: a worker is at it
    RUNNING = "running"
    #: it began and goes on later: a fault that may pass, or a pause it asked for
    WAITING = "waiting"
    #: it came to its end
    DONE = "done"
    #: it ended with an error that another try does not mend
    FAILED = "failed"
    #: nobody could run it within its catch-up time
    MISSED = "missed"
    #: a person stopped it; it goes on when somebody asks for it
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that happens by a schedule, at most once a period; without a schedule it runs when it is asked for.

    `run` is ``module:function`` taking a `JobRun` and returning one line for the history. `heavy`: in a process of its own, so that it
    holds up nothing else, and is stopped after `time_limit`. After a crash the function is called again for the same period and must go on.
    """

    name: str
    title: Text
    run: str
    schedule: Schedule | None = None
    heavy: bool = False
    time_limit: timedelta = timedelta(hours=12)
    #: page of the dashboard that shows what it does
    link: str | None = None
    #: where its schedule is written, for `growth check`
    where: Where | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Small work that is repeated `every` so often, by one process at a time, without a history: retrying, sending, tidying.

    `run` is ``module:function`` taking a `ChoreRun`; a turn ends within seconds and looks at `should_stop`.
    """

    name: str
    title: Text
    run: str
    every: timedelta


def _never() -> bool:
    return False


def _silent(_text: str) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """What a job's function gets. `now` is when this attempt began; `attempt` counts from 1."""

    job: str
    #: the period's key; of a job without a schedule, the name under which it was asked for
    key: str
    #: `ONCE` for a job without a schedule
    period: Period
    workspace: Workspace
    database: Database
    now: datetime
    attempt: int = 1
    #: what the asker gave along, for jobs that run on demand
    argument: Mapping[str, Any] = field(default_factory=dict)
    #: True once the process wants to end, or the run was taken away: stop at the next good place, raise `Postponed`
    should_stop: Callable[[], bool] = _never
    #: shows a line in ``growth status`` and on the job's page while it runs
    tell: Callable[[str], None] = _silent


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoreRun:
    """What a chore's function gets."""

    workspace: Workspace
    database: Database
    now: datetime
    should_stop: Callable[[], bool] = _never


class Postponed(GrowthError):
    """Raised by a job's function: the run goes on at `until` (a send window, a quota), it did not fail. The message is shown till then."""

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class UnknownJob(GrowthError):
    """No app has a job of that name."""


class DuplicateJob(GrowthError):
    """Two jobs have one name."""
