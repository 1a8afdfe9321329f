"""The Jobs and Alerts pages: what is seen, who may run and stop, what happens then."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from growth.alerts import alerts, deliver_notices, notices, raise_alert
from growth.db import Database, open_database
from growth.db.claim import claim
from growth.jobs import ask, read_catalogue, run_history
from growth.jobs.reconcile import reconcile
from growth.workspace import Workspace
from tests.conftest import NOW
from tests.growth.alerts import services
from tests.growth.jobs.plant import Plant
from tests.web import Web

YAML = """
site: {url: "https://www.example.com/", name: 诚信贷, locale: en}
backup: {every: day, at: "02:00", catch_up: 3 hours}
notify: {ops: {robot: webhook, url: "${OPS_URL:-http://127.0.0.1:1/}", secret: "${OPS_SECRET:-whsec-1}"}}
alerts: {job_missed: [ops]}
"""


@pytest.fixture
def database(make_workspace: Callable[..., Workspace]) -> Iterator[Database]:
    found = open_database(make_workspace(YAML))
    yield found
    found.close()


def test_the_page_says_how_things_stand_and_lists_every_job(web: Web) -> None:
    page = web.browser("viewer").get("/jobs")
    assert page.status_code == 200
    assert "No worker runs" in page.text
    for words in ("Backup", "every day 02:00", "Tell the team"):
        assert (words in page.text) == (words != "Tell the team"), "chores are no jobs"
    assert "/jobs/backup" in page.text


def test_a_download_has_every_job(web: Web) -> None:
    answer = web.browser("viewer").get("/jobs?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "Backup" in answer.text


def test_an_administrator_runs_a_job_and_the_page_shows_what_became_of_it(web: Web) -> None:
    admin = web.browser("admin", name="boss")
    assert "Run it now for 2026-11-23" in admin.get("/jobs/jobs.tidy").text
    assert admin.post("/jobs/jobs.tidy/run", {"period": "2026-11-23"}).status_code == 303
    plant = Plant(web.database, web.clock())
    plant.catalogue = read_catalogue(web.workspace)
    plant.turn(plant.worker())
    page = admin.get("/jobs/jobs.tidy").text
    assert "notices forgotten" in page
    assert admin.post("/jobs/jobs.tidy/run", {"period": "2026-11-23"}).status_code == 303
    assert "once a period" in admin.get("/jobs/jobs.tidy").text
    with web.database.read() as session:
        assert [run.asked_by for run in run_history(session)] == ["user:boss"]


def test_only_an_administrator_runs_and_stops(web: Web) -> None:
    viewer = web.browser("viewer")
    assert "Run it now" not in viewer.get("/jobs/backup").text
    assert viewer.post("/jobs/backup/run").status_code == 403
    assert viewer.post("/jobs/backup/stop").status_code == 403
    assert viewer.post("/alerts/test", {"target": "ops"}).status_code == 403
    with web.database.read() as session:
        assert run_history(session) == []


def test_what_is_not_there_is_404_and_what_cannot_be_is_said(web: Web) -> None:
    admin = web.browser("admin")
    assert admin.get("/jobs/nothing").status_code == 404
    assert admin.post("/jobs/nothing/run").status_code == 404
    assert admin.post("/jobs/backup/run", {"period": "soon"}).status_code == 303
    assert "is no period" in admin.get("/jobs/backup").text
    admin.post("/jobs/backup/stop")
    assert "is not running" in admin.get("/jobs/backup").text


def test_missed_runs_are_seen_in_history_on_the_to_do_list_and_among_the_alerts(web: Web) -> None:
    reconcile(web.database, read_catalogue(web.workspace), now=web.clock())
    web.clock.forward(days=3)
    reconcile(web.database, read_catalogue(web.workspace), now=web.clock())
    admin = web.browser("admin")
    assert "“Backup” was missed: 3 runs" in admin.get("/alerts").text
    assert "“Backup” was missed" in admin.get("/jobs").text
    history = admin.get("/jobs/history").text
    assert len(re.findall(r"2026-11-2[456]", history)) >= 3
    with web.database.write() as session:
        raise_alert(session, kind="robot_failed", title="broken", dedupe="x", now=web.clock(), severity="error")
    assert "broken" in admin.get("/todo").text
    viewer = web.browser("viewer")
    assert "broken" not in viewer.get("/todo").text
    with web.database.read() as session:
        number = next(alert.id for alert in alerts(session) if alert.title == "broken")
    assert viewer.post("/alerts/close", {"alert": str(number)}).status_code == 403
    assert admin.post("/alerts/close", {"alert": str(number)}).status_code == 303
    assert "Closed: broken" in admin.get("/todo").text
    assert "broken" not in admin.get("/todo").text
    assert admin.post("/alerts/close", {"alert": str(number)}).status_code == 404


def test_what_runs_now_is_a_part_that_asks_for_itself_again(web: Web) -> None:
    with web.database.write() as session:
        run = ask(session, read_catalogue(web.workspace), job="jobs.tidy", asked_by="x", now=web.clock() - timedelta(minutes=2))
    part = web.browser("viewer").get("/jobs/now", headers={"hx-request": "true"}).text
    assert 'hx-get="/jobs/now"' in part
    assert "one run waits" in part
    assert "the oldest for 2 min" in part, run
    assert "<html" not in part


def test_a_test_message_and_failed_ones_again(make_workspace: Callable[..., Workspace], make_web: Callable[..., Web]) -> None:
    with services.serving(services.webhook) as service:
        database = open_database(make_workspace(YAML, env={"OPS_URL": service.url}))
        claim(database, now=NOW)
        web = make_web(database)
        admin = web.browser("admin")
        admin.post("/alerts/test", {"target": "ops"})
        assert "ops took the test message" in admin.get("/alerts").text
        admin.post("/alerts/test", {"target": "dev"})
        assert "there is no “dev”" in admin.get("/alerts").text
        with database.write() as session:
            raise_alert(session, kind="job_missed", title="3 missed", dedupe="job_missed:x", now=web.clock())
        service.answer_next(403)
        deliver_notices(database, clock=web.clock)
        with database.read() as session:
            assert [notice.state for notice in notices(session)] == ["failed"]
            assert {alert.kind for alert in alerts(session)} == {"job_missed", "robot_failed"}
        admin.post("/alerts/messages/replay")
        deliver_notices(database, clock=web.clock)
        assert [document["title"] for document in service.taken][1:] == ["3 missed"]
        database.close()
