"""Alerts: one a fault, told once, never with personal data, at most so often, whatever a robot does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text as sql

from growth.alerts import (
    NoticeState,
    alerts,
    close_alert,
    deliver_notices,
    forget_notices,
    notices,
    raise_alert,
    replay,
    tell,
    without_personal_data,
)
from growth.db import Database, open_database
from growth.db.claim import claim
from growth.workspace import Workspace
from tests.conftest import NOW
from tests.growth.alerts import services
from tests.growth.alerts.services import Service

YAML = """
site: {url: "https://www.example.com/", name: 诚信贷, locale: en}
public_url: https://go.example.com/
notify:
  ops: {robot: wecom, url: "${OPS_URL}"}
  dev: {robot: webhook, url: "${DEV_URL}", secret: "${DEV_SECRET}"}
alerts: {new_errors: [ops, dev], job_missed: [ops]}
"""


@pytest.fixture
def ops() -> Iterator[Service]:
    with services.serving(services.wecom) as service:
        yield service


@pytest.fixture
def dev() -> Iterator[Service]:
    with services.serving(services.webhook) as service:
        yield service


@pytest.fixture
def environment(ops: Service, dev: Service) -> dict[str, str]:
    """Addresses and secrets of the two robots."""
    return {
        "OPS_URL": f"{ops.url}/cgi-bin/webhook/send?key={services.WECOM_KEY}",
        "DEV_URL": dev.url,
        "DEV_SECRET": services.WEBHOOK_SECRET,
    }


@pytest.fixture
def database(open_workspace: Callable[..., Database], environment: dict[str, str]) -> Database:
    """On each engine: for what the queries decide."""
    return open_workspace(YAML, env=environment)


OpenEmbedded = Callable[[dict[str, str]], Database]


@pytest.fixture
def open_embedded(make_workspace: Callable[..., Workspace]) -> Iterator[OpenEmbedded]:
    """On SQLite only: for what the delivery decides."""
    opened: list[Database] = []

    def open_(env: dict[str, str]) -> Database:
        opened.append(open_database(make_workspace(YAML, env=env)))
        claim(opened[-1], now=NOW)
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


@pytest.fixture
def embedded(open_embedded: OpenEmbedded, environment: dict[str, str]) -> Database:
    """On SQLite only."""
    return open_embedded(environment)


def raised(
    database: Database, now: datetime, *, title: str = "3 new errors", dedupe: str = "new_errors:1", kind: str = "new_errors"
) -> bool:
    with database.write() as session:
        return raise_alert(session, kind=kind, title=title, detail="see the crawl", dedupe=dedupe, now=now, link="/seo/crawls/1")


def states(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return sorted((notice.target, notice.state) for notice in notices(session))


def test_a_fault_is_told_once_to_each_target_however_often_it_is_raised(
    database: Database, ops: Service, dev: Service, now: datetime
) -> None:
    assert raised(database, now)
    assert not raised(database, now + timedelta(minutes=1), title="4 new errors")
    deliver_notices(database, clock=lambda: now + timedelta(minutes=1))
    assert (len(ops.taken), len(dev.taken)) == (1, 1)
    assert "https://go.example.com/seo/crawls/1" in str(ops.taken[0])
    with database.read() as session:
        (alert,) = alerts(session)
    assert (alert.count, alert.title, alert.closed_at) == (2, "4 new errors", None)


def test_a_fault_that_comes_back_after_it_was_settled_is_told_again(database: Database, ops: Service, now: datetime) -> None:
    raised(database, now)
    with database.write() as session:
        assert close_alert(session, dedupe="new_errors:1", now=now, tell_targets=True)
        assert not close_alert(session, dedupe="new_errors:1", now=now)
    raised(database, now)
    deliver_notices(database, clock=lambda: now)
    assert ["Settled" in str(taken) for taken in ops.taken] == [False, True, False]
    with database.read() as session:
        assert [alert.closed_at is None for alert in alerts(session)] == [True, False]
        assert len(alerts(session, open_only=True)) == 1


def test_a_kind_without_targets_is_kept_and_told_to_nobody(embedded: Database, now: datetime) -> None:
    raised(embedded, now, kind="listing_lost", dedupe="listing:1")
    assert states(embedded) == []
    raised(embedded, now, kind="job_failed", dedupe="job_failed:x")
    assert states(embedded) == [("ops", "waiting")], "a failed job goes where a missed one goes"


def test_past_twenty_a_minute_the_rest_is_summed_up(database: Database, ops: Service, now: datetime) -> None:
    for n in range(35):
        raised(database, now, title=f"fault {n}", dedupe=f"job_missed:{n}", kind="job_missed")
    counts = deliver_notices(database, clock=lambda: now)
    assert (counts.sent, counts.summed_up) == (35, 16)
    assert len(ops.taken) == 20
    assert "16 messages, summed up" in str(ops.taken[-1])
    assert "fault 34" in str(ops.taken[-1])
    raised(database, now, title="one more", dedupe="job_missed:more", kind="job_missed")
    assert deliver_notices(database, clock=lambda: now + timedelta(seconds=30)).sent == 0, "the minute is not over"
    assert deliver_notices(database, clock=lambda: now + timedelta(seconds=61)).sent == 1
    assert len(ops.taken) == 21


def test_a_robot_that_fails_holds_up_nobody_and_is_tried_again(embedded: Database, ops: Service, dev: Service, now: datetime) -> None:
    ops.answer_next(errcode=45009, errmsg="api freq out of limit")
    raised(embedded, now)
    raised(embedded, now, dedupe="new_errors:2", title="another")
    deliver_notices(embedded, clock=lambda: now)
    assert (ops.calls, len(dev.taken)) == (1, 2), "after a refusal the same robot is left alone"
    deliver_notices(embedded, clock=lambda: now + timedelta(seconds=59))
    assert len(ops.taken) == 1, "the second had not been tried"
    deliver_notices(embedded, clock=lambda: now + timedelta(seconds=61))
    assert len(ops.taken) == 2
    assert {state for _target, state in states(embedded)} == {"sent"}


def test_a_robot_with_a_wrong_address_is_given_up_and_shown(open_workspace: Callable[..., Database], ops: Service, now: datetime) -> None:
    database = open_workspace(
        YAML, env={"OPS_URL": f"{ops.url}/cgi-bin/webhook/send?key=wrong", "DEV_URL": "ftp://nowhere", "DEV_SECRET": "x"}
    )
    raised(database, now)
    counts = deliver_notices(database, clock=lambda: now)
    assert (counts.failed, counts.sent) == (2, 0)
    with database.read() as session:
        found = {alert.dedupe: alert for alert in alerts(session)}
    assert "93000" in found["robot_failed:ops"].detail
    assert "robot_failed:dev" in found
    deliver_notices(database, clock=lambda: now + timedelta(days=2))
    assert ops.calls == 1, "it is not tried again by itself"


def test_a_missing_secret_is_a_failure_of_that_target_only(open_embedded: OpenEmbedded, dev: Service, now: datetime) -> None:
    database = open_embedded({"DEV_URL": dev.url, "DEV_SECRET": services.WEBHOOK_SECRET})
    raised(database, now)
    deliver_notices(database, clock=lambda: now)
    assert states(database) == [("dev", "sent"), ("ops", "failed")]
    with database.read() as session:
        assert "OPS_URL" in next(alert.detail for alert in alerts(session) if alert.dedupe == "robot_failed:ops")


def test_tries_end_after_a_day(embedded: Database, ops: Service, dev: Service, now: datetime) -> None:
    raised(embedded, now, kind="job_missed", dedupe="job_missed:x")
    moment = now
    while moment < now + timedelta(hours=26):
        ops.next_answers[:] = [(500, {}, b"")]
        deliver_notices(embedded, clock=lambda: moment)  # noqa: B023 - called at once
        moment += timedelta(minutes=30)
    assert states(embedded) == [("ops", "failed")]
    assert 20 < ops.calls < 60, "back-off, not a busy loop"


def test_a_notice_is_replayed_under_the_same_event(database: Database, dev: Service, now: datetime) -> None:
    raised(database, now)
    deliver_notices(database, clock=lambda: now)
    with database.write() as session:
        (again,) = [notice.id for notice in notices(session) if notice.target == "dev"]
        assert replay(session, notice_id=again, now=now + timedelta(days=3))
        assert not replay(session, notice_id=10**6, now=now)
    deliver_notices(database, clock=lambda: now + timedelta(days=3))
    assert len(dev.taken) == 2
    assert dev.taken[0]["id"] == dev.taken[1]["id"]


def test_a_copied_database_tells_nobody_until_it_is_claimed(embedded: Database, ops: Service, now: datetime) -> None:
    raised(embedded, now)
    with embedded.write() as session:
        session.execute(sql("UPDATE installation SET fingerprint = 'file:0'"))  # what a copy looks like
    assert deliver_notices(embedded, clock=lambda: now).waiting == 2
    assert ops.calls == 0
    claim(embedded, now=now)
    assert deliver_notices(embedded, clock=lambda: now).sent == 2


def test_the_same_event_goes_to_the_same_target_once(database: Database, dev: Service, now: datetime) -> None:
    for _again in range(3):
        with database.write() as session:
            tell(session, targets=["dev", "dev"], kind="report", title="日报", body="注册 12", now=now, event="report:2026-11-23")
    deliver_notices(database, clock=lambda: now)
    assert [document["body"] for document in dev.taken] == ["注册 12"]


def test_an_address_is_told_by_mail(embedded: Database, now: datetime) -> None:
    with embedded.write() as session:
        tell(session, targets=["director@example.com"], kind="report", title="月报", body="…", now=now)
    counts = deliver_notices(embedded, clock=lambda: now)
    assert counts.sent == 1
    (file,) = (embedded.workspace.state / "outbox").glob("*.eml")
    assert b"director@example.com" in file.read_bytes()


def test_old_notices_are_forgotten_but_not_those_that_wait(embedded: Database, now: datetime) -> None:
    raised(embedded, now)
    deliver_notices(embedded, clock=lambda: now)
    raised(embedded, now, dedupe="new_errors:2")
    with embedded.write() as session:
        assert forget_notices(session, before=now + timedelta(days=90)) == 2
    assert [state for _target, state in states(embedded)] == [NoticeState.WAITING, NoticeState.WAITING]


def test_personal_data_does_not_reach_a_robot(embedded: Database, ops: Service, dev: Service, now: datetime) -> None:
    with embedded.write() as session:
        raise_alert(
            session,
            kind="new_errors",
            title="联系人 zhang.san@qq.com 投诉",
            detail="电话 138-0013-8000 / +8613800138000, 身份证 11010519491231002X, 卡 6222 0212 3456 7894",
            dedupe="x",
            now=now,
        )
    deliver_notices(embedded, clock=lambda: now)
    shown = str(ops.taken) + str(dev.taken)
    for secret in ("zhang.san", "13800138000", "0013-8000", "19491231", "3456"):
        assert secret not in shown
    assert "z***@qq.com" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a@b.cn", "a***@b.cn"),
        ("13800138000", "138****8000"),
        ("共 1,380,013,800 次; 1380013800; 20261123100000123", "共 1,380,013,800 次; 1380013800; 20261123100000123"),
        ("/p/113800138000.html", "/p/113800138000.html"),
        ("11010519491231002x", "110105********002x"),
        ("6222021234567894", "6222****7894"),
        ("order 6222021234567893", "order 6222021234567893"),
        ("2026-11-23T10:00:00+08:00 ¥1234.50", "2026-11-23T10:00:00+08:00 ¥1234.50"),
    ],
)
def test_what_is_masked_and_what_is_not(text: str, shown: str) -> None:
    assert without_personal_data(text) == shown


@given(st.text())
def test_masking_is_done_once_and_never_fails(text: str) -> None:
    once = without_personal_data(text)
    assert without_personal_data(once) == once
