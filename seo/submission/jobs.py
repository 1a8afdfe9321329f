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
    """Tell every engine that is set up of the pages it does not know. Raises GrowthError where one refuses us (a wrong key)."""
    urls = indexable_urls(run.database)
    lines, refused = [], []
    for name, engine in engines(run.database).items():
        with run.database.read() as session:
            chosen = candidates(session, engine=name, urls=urls, now=run.now)
        result = push(run.database, engine, chosen, now=run.now)
        if result.refused:
            refused.append(result)
        lines.append(_("{name}: {n} accepted, {left} left", name=name, n=result.accepted, left=result.left))
    if refused:
        raise GrowthError("; ".join(result.message for result in refused), fix=refused[0].fix)
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
