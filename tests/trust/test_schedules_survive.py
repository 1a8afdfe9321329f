"""Faults of time and of the provider behind a scheduled campaign (F6, F11, F13), on both engines; the mail server's log is the judge.

Workers are processes whose clock the test turns; what they do to the database is asked for by commands.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from growth.jobs import read_catalogue, store
from tests.campaigns.desk import MONTHLY, Desk
from tests.forked import wait_until
from tests.growth.jobs.plant import Plant
from tests.trust.office import Office, crowd

MakeOffice = Callable[..., Office]
#: 1 December 2026, 10:00 in Shanghai
DUE = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
NEXT = DUE + timedelta(days=31)
NEWS = MONTHLY.replace("channel: newsletter", "purpose: service\nchannel: newsletter").replace('at: "10:00"', 'at: "10:00", catch_up: 6h')
#: looks often, and tries a provider that does not answer again at once
QUICK = {
    "growth.jobs.heartbeat:INTERVAL_SECONDS": 0.3,
    "growth.jobs.inprocess:POLL_SECONDS": 0.1,
    "growth.messaging.deliver:PROVIDER_WAITS": (timedelta(), timedelta()),
}


@pytest.fixture
def office(make_office: MakeOffice) -> Office:
    return make_office("apps: [campaigns]\n", files={"campaigns/monthly.yaml": NEWS}, people=crowd(3))


@contextmanager
def at_work(office: Office, moment: datetime) -> Iterator[None]:
    """A machine that is on, and shows that moment at first; it has looked once at what falls due."""
    office.show(moment)
    worker = office.start("worker", patch=QUICK)
    wait_until(lambda: worker.ended or looked_at(office) >= moment, "the first look of a worker")
    yield
    worker.signal(signal.SIGTERM)
    assert worker.code == 0, worker.err


@contextmanager
def provider_down(office: Office) -> Iterator[None]:
    """Nobody listens where the mail server should be."""
    path = office.root / "growth.yaml"
    right = path.read_text("utf-8")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        office.desk.write("growth.yaml", right.replace(f"port: {office.desk.sandbox.smtp_port}", f"port: {nobody.getsockname()[1]}"))
        yield
        office.desk.write("growth.yaml", right)


def looked_at(office: Office) -> datetime:
    """Until when workers have entered what falls due."""
    with office.desk.database.read() as session:
        return store.marks(session).get("campaign:monthly", datetime.min.replace(tzinfo=UTC))


def told(office: Office, *more: str) -> list[str]:
    """The kinds of alerts that last."""
    return sorted(alert["kind"] for alert in office.desk.say("alerts", *more, "--json")[1])


def runs(office: Office, job: str = "campaign:monthly") -> dict[str, Any]:
    """What became of a job's runs, by period."""
    return {run["period"]: run for run in office.desk.say("jobs", "history", "--job", job, "--json")[1]}


def state(office: Office, period: str) -> str | None:
    """What became of the campaign's run for the period."""
    run = runs(office).get(period)
    return run["state"] if run else None


def test_a_machine_that_was_off_sends_late_or_says_that_it_missed(office: Office) -> None:
    """F13: three hours late it goes out, three weeks late it does not."""
    with at_work(office, DUE - timedelta(hours=14)):
        assert office.got() == {}
    with at_work(office, DUE + timedelta(hours=3)):
        wait_until(lambda: state(office, "2026-12") == "done", "the end of the run")
    with at_work(office, NEXT + timedelta(weeks=3)):
        wait_until(lambda: "job_missed" in told(office), "an alert")
    assert (state(office, "2026-12"), state(office, "2027-01")) == ("done", "missed")
    assert office.judge(people=3, in_doubt=0, period="2026-12")["accepted"] == len(office.got()) == 3


def test_a_provider_that_is_down_is_waited_for_and_past_the_time_to_catch_up_a_person_decides(office: Office) -> None:
    """F6: one period whose provider comes back in time, and one whose does not."""
    with at_work(office, DUE - timedelta(hours=1)):
        with provider_down(office):
            office.show(DUE + timedelta(minutes=1))
            wait_until(lambda: told(office) == ["provider_down"], "an alert")
            tried = runs(office)["2026-12"]["attempts"]
            office.show(DUE + timedelta(hours=2))
            wait_until(lambda: runs(office)["2026-12"]["attempts"] > tried, "another try")
        assert office.got() == {}
        office.show(DUE + timedelta(hours=3))
        wait_until(lambda: state(office, "2026-12") == "done", "the end of the run")
        assert (told(office), told(office, "--all")) == ([], ["provider_down"])
        office.judge(people=3, in_doubt=0, period="2026-12")

        with provider_down(office):
            office.show(NEXT + timedelta(minutes=1))
            wait_until(lambda: told(office) == ["provider_down"], "an alert")
            office.show(NEXT + timedelta(hours=7))
            wait_until(lambda: told(office) == ["job_missed", "provider_down"], "an alert that it stands still")
        office.show(NEXT + timedelta(days=1))
        wait_until(lambda: "2027-01-02" in runs(office, "jobs.tidy"), "what falls due a day later")
    status = office.status("2027-01")
    assert (status["state"], status["counts"]["retrying"] + status["counts"]["pending"]) == ("paused", 3)
    assert office.got().total() == 3, "it does not go by itself a day late"
    office.say("campaign", "resume", "monthly", "--period", "2027-01")
    office.send(period="2027-01")
    assert sorted(office.got().values()) == [2, 2, 2], "each of the two periods once"
    assert office.status("2027-01")["counts"]["accepted"] == 3


def test_a_clock_that_went_a_month_ahead_and_back_sends_each_period_once(
    make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F11: the engine in this process, turned more often than a process could be."""
    desk = make_desk(files={"campaigns/monthly.yaml": NEWS}, people=crowd(3))
    jobs = read_catalogue(desk.database.workspace).jobs.values()
    plant = Plant(desk.database, DUE, *(replace(job, heavy=False) for job in jobs if job.name.startswith("campaign:")))
    worker = plant.worker()
    monkeypatch.setattr("growth.clock.now", lambda: plant.now)
    there_and_back = (DUE - timedelta(hours=1), NEXT, DUE, DUE + timedelta(hours=1), DUE - timedelta(hours=1))
    for moment in (*there_and_back, *(DUE + timedelta(days=day) for day in range(40))):
        plant.now = moment
        plant.reconcile()
        plant.turn(worker, seconds=60)
    sent = {period: state for name, period, state in plant.states() if name == "campaign:monthly"}
    assert len(desk.got) == 3 * sum(state == "done" for state in sent.values())
    assert sent["2026-12"] == "done"
