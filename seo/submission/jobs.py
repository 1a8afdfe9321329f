"""The daily push of what is new or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from growth.errors import GrowthError
from growth.language import _
from seo.facts import indexable_urls
from seo.submission.push import candidates, engines, push

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
