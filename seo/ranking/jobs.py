"""The daily look at targets and at our pages for each word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import TYPE_CHECKING

from growth.jobs import Job, Schedule
from growth.language import Text, _
from growth.workspace import Every, Workspace
from seo.ranking.our_pages import count_words
from seo.ranking.settings import KeywordsFile
from seo.ranking.watch import watch_targets

if TYPE_CHECKING:
    from growth.jobs import JobRun


def keywords_job(run: JobRun) -> str:
    """Look for the words in our pages where the crawl or keywords.yaml is new, and tell of words that fell out of their target."""
    counted = count_words(run.database, now=run.now)
    with run.database.write() as session:
        watched = watch_targets(session, workspace=run.workspace, now=run.now)
    told = _("out of target: {fallen}, back in it: {settled}", fallen=len(watched.fallen), settled=watched.settled)
    return "; ".join([told, _("the pages were looked through")]) if counted else told


def jobs(workspace: Workspace) -> Iterator[Job]:
    """The daily look, where keywords.yaml names words."""
    if workspace.one("keywords", KeywordsFile).keywords:
        yield Job(
            name="seo.keywords",
            schedule=Schedule(every=Every.DAY, at=time(8, 30)),
            run="seo.ranking.jobs:keywords_job",
            title=Text("Look after the keywords", "关键词巡检"),
            link="/seo/keywords",
        )
