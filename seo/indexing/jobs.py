"""The daily reading of the site's logs."""

from __future__ import annotations

from collections.abc import Iterator
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from growth.db import Database
from growth.errors import GrowthError
from growth.jobs import Job, Schedule
from growth.language import Text, _
from growth.workspace import SETTINGS, Every, Workspace
from seo.indexing.importing import LogsRead, read_logs
from seo.indexing.store import forget_urls
from seo.settings import SeoSettings

if TYPE_CHECKING:
    from growth.jobs import JobRun

NAME = "seo.coverage"


def jobs(workspace: Workspace) -> Iterator[Job]:
    """The job, where logs are named."""
    settings = workspace.section("seo", SeoSettings).logs
    if settings.files:
        yield Job(
            name=NAME,
            schedule=Schedule(every=Every.DAY, at=settings.at),
            run="seo.indexing.jobs:read_job",
            title=Text("Read the server's logs", "读取服务器日志"),
            heavy=True,
            link="/seo/coverage",
            where=workspace.where(SETTINGS, None, "seo", "logs", "files"),
        )


def named_logs(workspace: Workspace) -> list[Path]:
    """The files that ``seo.logs.files`` names now. Raises GrowthError where a pattern names none: the log has moved."""
    found: list[Path] = []
    for pattern in workspace.section("seo", SeoSettings).logs.files:
        path = str(workspace.root / Path(pattern).expanduser())
        matching = [Path(name) for name in glob(path)] if has_magic(path) else [Path(path)]
        files = [path for path in matching if path.is_file()]
        if not files:
            raise GrowthError(
                _("no log is at {pattern}", pattern=pattern),
                where=workspace.where(SETTINGS, None, "seo", "logs", "files"),
                fix=_("name the access log of the site's server; this user must be allowed to read it"),
            )
        found += files
    return found


def read_job(run: JobRun) -> str:
    """Read what is new; URLs that no crawler asked for within ``retention.server_log`` are forgotten."""
    done = read_logs(run.database, named_logs(run.workspace), now=run.now)
    forget_old(run.database, run)
    return summary(done)


def forget_old(database: Database, run: JobRun) -> None:
    """Keep what `retention.server_log` says."""
    with database.write() as session:
        forget_urls(session, before=run.now - run.workspace.settings.retention.server_log)


def summary(done: LogsRead) -> str:
    """What a run brought, in a line."""
    return _(
        "{files} logs: {lines} new lines, {visits} visits of crawlers, {unreadable} unreadable",
        files=len(done.files),
        lines=sum(file.counts.lines for file in done.files),
        visits=sum(file.visits for file in done.files),
        unreadable=sum(file.counts.unreadable for file in done.files),
    )
