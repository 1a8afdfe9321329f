"""The job: by schedule, resumed after a crash, new errors told to the team."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from growth import alerts
from growth.db import Database
from growth.jobs import ONCE, JobRun, Postponed
from seo import audit as audit_room
from seo import jobs
from seo.crawls import newest
from tests.conftest import NOW
from tests.sites.served import LocalFetcher, Served, files

BASE = "https://www.job.test/"
YAML = """\
site: {{name: 诚信贷, url: '{base}'}}
notify: {{ops: {{robot: webhook, url: 'https://robot.test/'}}}}
alerts: {{new_errors: [ops]}}
seo: {{crawl: {{requests_per_second: 100000}}}}
"""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Served:
    """Three pages, fetched without sockets by whatever audits."""
    pages = ["/", "/a.html", "/b.html"]
    served = Served(base=BASE, resources={**files(BASE), **{path: {"links": pages} for path in pages}})
    monkeypatch.setattr(jobs, "run_audit", partial(audit_room.run_audit, fetching=partial(LocalFetcher, served)))
    return served


@pytest.fixture
def run(open_workspace: Callable[..., Database]) -> Callable[..., JobRun]:
    """A run of the job."""
    database = open_workspace(YAML.format(base=BASE))

    def make(key: str = "2026-W48", **more: Any) -> JobRun:
        return JobRun(job=jobs.SCHEDULED, key=key, period=ONCE, workspace=database.workspace, database=database, now=NOW, **more)

    return make


def told(database: Database) -> list[Any]:
    """Alerts of new errors that last."""
    with database.read() as session:
        return [alert for alert in alerts.alerts(session, open_only=True) if alert.kind == "new_errors"]


def test_new_errors_are_told_once_with_the_diff(site: Served, run: Callable[..., JobRun]) -> None:
    site.resources["/a.html"] |= {"body": '<a href="/gone.html">已经没有的页面</a>'}
    first = run("2026-W47")
    assert "3" in jobs.audit(first)
    (alert,) = told(first.database)
    assert "3" in alert.title
    assert jobs.audit(run("2026-W48"))
    assert told(first.database) == []
    site.resources["/b.html"] |= {"title": ""}
    jobs.audit(run("2026-W49"))
    (alert,) = told(first.database)
    assert "1" in alert.title
    assert alert.link
    assert "/seo/diff?new=3" in alert.link
    site.resources["/a.html"] |= {"body": ""}
    site.resources["/"] |= {"title": ""}
    jobs.audit(run("2026-W50"))
    (alert,) = told(first.database)
    first_line, *lines = alert.detail.splitlines()
    assert first_line == "1 new, 2 fixed"
    assert [line for line in lines if line.startswith("+")] == ["+ The page has no title: 1"]
    assert f"   {BASE}" in lines
    assert {line for line in lines if line.startswith("−")} == {
        "− An address of the site answers with an error (4xx): 1",
        "− A link leads to a page of the site that does not answer: 1",
    }
    assert f"   {BASE}a.html · {BASE}gone.html (404)" in lines


def test_a_run_that_was_stopped_goes_on_as_the_same_crawl(site: Served, run: Callable[..., JobRun]) -> None:
    with pytest.raises(Postponed):
        jobs.audit(run(should_stop=lambda: True))
    again = run(attempt=2)
    jobs.audit(again)
    with again.database.read() as session:
        last = newest(session)
    assert last is not None
    assert (last.id, last.state, last.pages) == (1, "done", 3)


def test_another_period_begins_a_new_crawl(site: Served, run: Callable[..., JobRun]) -> None:
    with pytest.raises(Postponed):
        jobs.audit(run("2026-W47", should_stop=lambda: True))
    later = run("2026-W48")
    jobs.audit(later)
    with later.database.read() as session:
        last = newest(session)
    assert last is not None
    assert last.id == 2


def test_the_schedule_is_that_of_growth_yaml(open_workspace: Callable[..., Database]) -> None:
    yaml = YAML.format(base=BASE).replace("seo: {", "seo: {schedule: {every: day, at: '04:30'}, ")
    workspace = open_workspace(yaml).workspace
    found = {job.name: job for job in jobs.jobs(workspace)}
    schedule = found["seo.audit"].schedule
    assert schedule is not None
    assert (schedule.every, schedule.at.hour, schedule.at.minute) == ("day", 4, 30)
    assert found["seo.audit"].heavy
    assert found["seo.audit-now"].schedule is None
