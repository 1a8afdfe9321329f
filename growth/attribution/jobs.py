"""Attribution's own work: the results of days that have changed are made anew, so that reports find them kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from growth.attribution.keeping import keep_credits
from growth.jobs import Chore, ChoreRun
from growth.language import Text
from growth.workspace import Workspace

#: days shared out in one turn: the past of a new database takes some turns, and other chores come in between
_DAYS = 20


def jobs(workspace: Workspace) -> Iterator[Chore]:
    """What attribution does at every site."""
    yield Chore(
        name="attribution.keep",
        title=Text("Keep what each channel brought", "保存各渠道的归因结果"),
        run="growth.attribution.jobs:keep",
        every=timedelta(minutes=1),
    )


def keep(run: ChoreRun) -> None:
    """Follow changes, make some days."""
    keep_credits(run.database, most_days=_DAYS)
