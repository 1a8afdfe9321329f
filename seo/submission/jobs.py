"""The daily push of what is new or changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import TYPE_CHECKING

from growth.errors import GrowthError
from growth.jobs import Job, Schedule
from growth.language import Text, _
from growth.workspace import Every, Workspace
from seo.submission.known import indexable_urls
from seo.submission.push import candidates, engines, push
from seo.submission.settings import SubmitSettings

if TYPE_CHECKING:
    from growth.jobs import JobRun


def push_job(run: JobRun) -> str:
    """Tell every engine that is set up of the pages it does not know."""
    try:
        connected = engines(run.database)
    except GrowthError as fault:
        return fault.message
    urls = indexable_urls(run.database)
    lines = []
    for name, engine in connected.items():
        with run.database.read() as session:
            chosen = candidates(session, engine=name, urls=urls, now=run.now)
        result = push(run.database, engine, chosen, now=run.now)
        lines.append(_("{name}: {n} accepted, {left} left", name=name, n=result.accepted, left=result.left))
    return "; ".join(lines)


def jobs(workspace: Workspace) -> Iterator[Job]:
    """The daily push, where an engine is set up."""
    settings = workspace.section("submit", SubmitSettings)
    if settings.baidu or settings.indexnow or settings.bing:
        yield Job(
            name="seo.push",
            schedule=Schedule(every=Every.DAY, at=time(4, 0)),
            run="seo.submission.jobs:push_job",
            title=Text("Tell search engines", "推送搜索引擎"),
        )
