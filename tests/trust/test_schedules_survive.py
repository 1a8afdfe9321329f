"""Faults of time and of the provider behind a scheduled campaign (F6, F11, F13), on both engines; the mail server's log is the judge.

The engine is the product's, its clock the test's: hours pass between two turns of it.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from growth.alerts import alerts
from growth.jobs import read_catalogue
from growth.sandbox.smtp import MailServer
from growth.workspace import load_workspace
from tests.campaigns.desk import MONTHLY, Desk
from tests.growth.jobs.plant import Plant

MakeDesk = Callable[..., Desk]
#: 1 December 2026, 10:00 in Shanghai
DUE = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
NEWS = MONTHLY.replace("channel: newsletter", "purpose: service\nchannel: newsletter").replace('at: "10:00"', 'at: "10:00", catch_up: 6h')


class Site:
    """A desk whose campaigns are run by the engine at the time that `at` says."""

    def __init__(self, desk: Desk, patch: pytest.MonkeyPatch) -> None:
        self.desk = desk
        jobs = read_catalogue(desk.database.workspace).jobs.values()
        # in this process, where the clock is the test's
        self.plant = Plant(desk.database, DUE, *(replace(job, heavy=False) for job in jobs if job.name.startswith("campaign:")))
        self.worker = self.plant.worker()
        patch.setattr("growth.clock.now", lambda: self.plant.now)
        patch.setattr(sys.modules["growth.messaging.deliver"], "PROVIDER_WAITS", (timedelta(), timedelta()))

    def look(self, at: datetime) -> int:
        """One beat and one turn; how many runs were worked on."""
        self.plant.now = at
        self.plant.reconcile()
        return self.plant.turn(self.worker, seconds=60)

    def told(self) -> list[str]:
        """The kinds of alerts that last, once for each."""
        with self.desk.database.read() as session:
            return sorted(alert.kind for alert in alerts(session, open_only=True))


@pytest.fixture
def site(make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch) -> Site:
    people = "email,name\n" + "".join(f"p{number}@example.com,人{number}\n" for number in range(3))
    return Site(make_desk(files={"campaigns/monthly.yaml": NEWS}, people=people), monkeypatch)


@pytest.fixture
def away(site: Site) -> Iterator[Callable[[], None]]:
    """The mail server is away; call it back."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    yaml = site.desk.database.workspace.root / "growth.yaml"
    text = yaml.read_text("utf-8")
    yaml.write_text(text.replace(f"port: {site.desk.sandbox.smtp_port}", f"port: {listener.getsockname()[1]}"), "utf-8")
    site.desk.database.workspace = load_workspace(yaml.parent)
    site.plant.catalogue = replace(site.plant.catalogue, workspace=site.desk.database.workspace)
    site.worker = site.plant.worker()
    mailbox = site.desk.sandbox.mailbox
    server = MailServer(mailbox.take, lambda: mailbox.behaviours, listener=listener)
    yield server.start
    server.stop()


def test_a_machine_that_was_off_sends_late_or_says_that_it_missed(site: Site) -> None:
    """F13: three hours late it goes out, three weeks late it does not."""
    site.look(DUE - timedelta(hours=14))
    assert site.look(DUE + timedelta(hours=3)) == 1
    assert len(site.desk.got) == 3
    site.look(DUE + timedelta(days=31) + timedelta(weeks=3))
    assert len(site.desk.got) == 3
    assert site.told() == ["job_missed"]
    assert ("campaign:monthly", "2027-01", "missed") in site.plant.states()


def test_a_clock_that_went_a_month_ahead_and_back_sends_each_period_once(site: Site) -> None:
    """F11."""
    for at in (DUE - timedelta(hours=1), DUE + timedelta(days=31), DUE, DUE + timedelta(hours=1), DUE - timedelta(hours=1)):
        site.look(at)
    for day in range(40):
        site.look(DUE + timedelta(days=day))
    sent = {period: state for name, period, state in site.plant.states() if name == "campaign:monthly"}
    assert len(site.desk.got) == 3 * sum(state == "done" for state in sent.values())
    assert sent["2026-12"] == "done"


def test_a_provider_that_is_down_longer_than_the_campaign_waits_gets_a_few_tries_and_the_period_stands_still(
    site: Site, away: Callable[[], None]
) -> None:
    """F6: it is tried ever more rarely, the team is told once, and past its time to catch up a person must say whether it still goes."""
    site.look(DUE - timedelta(hours=1))
    worked = sum(site.look(DUE + timedelta(minutes=5 * step)) for step in range(10 * 12))
    assert worked <= 20
    assert site.desk.got == []
    assert site.told() == ["job_missed", "provider_down"]
    status = site.desk.campaign("status", "monthly", "--period", "2026-12")[1]
    assert (status["state"], status["counts"]["retrying"] + status["counts"]["pending"]) == ("paused", 3)
    away()
    site.look(DUE + timedelta(days=1, hours=1))
    assert site.desk.got == [], "it does not go by itself a day late"
    site.desk.say("campaign", "resume", "monthly", "--period", "2026-12")
    assert site.desk.campaign("send", "monthly", "--period", "2026-12")[0] == 0
    assert len(set(site.desk.got)) == len(site.desk.got) == 3


def test_a_provider_that_is_down_for_a_while_is_waited_for(site: Site, away: Callable[[], None]) -> None:
    site.look(DUE - timedelta(hours=1))
    for step in range(12):
        site.look(DUE + timedelta(minutes=5 * step))
    assert site.desk.got == []
    away()
    for step in range(12, 30):
        site.look(DUE + timedelta(minutes=5 * step))
    assert len(set(site.desk.got)) == len(site.desk.got) == 3
    assert site.told() == []
