"""The comparison that the dashboard asks for, made by a worker: other people's servers may be slow, and their pages large."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from growth import clock
from growth.errors import GrowthError
from growth.jobs import Job, JobRun
from growth.language import Text, _
from growth.workspace import Workspace
from seo.comparing.store import CompareState, draft_body, find_comparison, finish_comparison, tell_progress
from seo.comparing.visit import Draft, compare_pages, reach_of

#: name of the job; it is asked for under the number of its comparison
COMPARE = "seo.compare"


def jobs(_workspace: Workspace) -> Iterator[Job]:
    """The job."""
    yield Job(
        name=COMPARE,
        run="seo.comparing.jobs:run_comparison",
        title=Text("Compare pages", "页面对比"),
        heavy=True,
        time_limit=timedelta(minutes=10),
        link="/seo/compare",
    )


def run_comparison(run: JobRun) -> str:
    """Read the pages and keep what they are like. No private address but the site's own is reached: a form said what to fetch."""
    id = int(run.argument["comparison"])
    with run.database.read() as session:
        asked, body = find_comparison(session, id=id), draft_body(session, id=id)
    if asked is None or asked.state is CompareState.DONE:
        return _("nothing to do")

    def tell(read: int) -> None:
        run.tell(_("{done} of {total} pages", done=read, total=1 + len(asked.competitors)))
        with run.database.write() as session:
            tell_progress(session, id=id, read=read)

    tell(0)
    page = asked.page if body is None else Draft(name=asked.page, body=body)
    reach = reach_of(run.workspace, allow_private=False)
    try:
        found = compare_pages(run.workspace, page, asked.competitors, now=run.now, reach=reach, files=False, tell=tell)
    except GrowthError as fault:
        text = f"{fault.message} — {fault.fix}" if fault.fix else fault.message
        with run.database.write() as session:
            finish_comparison(session, id=id, found=None, fault=text, now=clock.now())
        return text
    with run.database.write() as session:
        finish_comparison(session, id=id, found=found, fault=None, now=clock.now())
    return _("{n} pages compared, {m} could not be read", n=1 + len(found.comparison.theirs), m=len(found.unread))
