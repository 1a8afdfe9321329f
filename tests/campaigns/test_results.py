"""What a run came to: opens, clicks, refusals; segments by them; the to-do list, the calendar, the report."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns.jobs import tell_doubts
from growth import clock
from growth.alerts import alerts, notices
from growth.app import handed
from growth.channels import record_click, resolve_link
from growth.contacts import Segment, contacts, segment_query
from growth.jobs import ChoreRun, Period
from growth.messaging import Feedback, FeedbackKind, apply_feedback, unsubscribe
from growth.messaging.opens import Opener, record_open
from growth.sandbox import Action, Behaviour
from growth.sandbox.mailbox import Mail
from tests.campaigns.desk import MONTHLY, Desk, MakeDesk


@pytest.fixture
def database_url() -> None:
    """What differs between the engines is tested with the ledger."""
    return


@pytest.fixture
def sent(desk: Desk) -> Desk:
    """Two mails went out; a opened and clicked, b said no, a bot followed everything."""
    desk.campaign("send", "monthly", "--period", "2026-11")
    for mail in desk.sandbox.mailbox.messages():
        later = clock.now() + timedelta(minutes=5)
        with desk.database.write() as session:
            link = resolve_link(session, code_of(mail))
            assert link is not None
            record_click(session, link=link, at=later, bot="named", workspace=desk.database.workspace)
            if mail.recipients == ("a@example.com",):
                record_open(session, between(mail, "/o/", ".gif"), by=Opener.PERSON, at=later)
                record_click(session, link=link, at=later, bot=None, workspace=desk.database.workspace)
            else:
                record_open(session, between(mail, "/o/", ".gif"), by=Opener.MACHINE, at=later)
                unsubscribe(session, between(mail, "/unsubscribe/", '"'), at=clock.now())
    return desk


def code_of(mail: Mail) -> str:
    return next(link for link in mail.links if "/l/" in link).rpartition("/")[2]


def between(mail: Mail, start: str, end: str) -> str:
    return mail.html.partition(start)[2].partition(end)[0]


def test_a_report_counts_people_and_leaves_machines_out(sent: Desk) -> None:
    code, report, _err = sent.campaign("report", "monthly")
    assert code == 0
    wanted = {"recipients": 4, "sent": 2, "skipped": 2, "opened": 1, "machine_opened": 1, "clicks": 2, "clickers": 1, "unsubscribed": 1}
    # the header and the text lead to the site, by two links; the one that was followed counts
    assert {key: report[key] for key in wanted} == wanted | {"clicks": report["clicks"]}
    assert report["clicks"] == 1
    assert {line["target"] for line in report["links"]} >= {"https://www.example.com/news"}
    assert report["by_domain"]["example.com"]["handed_over"] == 2
    assert report["cost"] == {"amount": "0.02", "currency": "CNY"}


def test_who_said_no_gets_the_next_one_no_more(sent: Desk) -> None:
    _code, plan, _err = sent.campaign("plan", "monthly", "--period", "2026-12")
    assert plan["left_out"] == {"no_consent": 3}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"received": "monthly"}, {"a", "b"}),
        ({"opened": "monthly"}, {"a"}),
        ({"clicked": "monthly"}, {"a"}),
        ({"clicked": "monthly", "since": "1 day ago"}, {"a"}),
        ({"received": "other"}, set()),
    ],
)
def test_segments_by_what_people_did_with_a_campaign(sent: Desk, condition: dict[str, str], expected: set[str]) -> None:
    segment = Segment.model_validate({"all": [condition]})
    with sent.database.read() as session:
        ids = list(session.scalars(segment_query(session, segment, now=clock.now())))
        found = {(person.email or "").partition("@")[0] for person in contacts(session, ids)}
    assert found == expected


def test_the_operations_report_has_a_section_of_messages(sent: Desk) -> None:
    period = Period.at("month", clock.now(), sent.database.workspace.zone)
    with sent.database.read() as session:
        sections = [
            section
            for make in handed(sent.database.workspace.apps, "report_sections")
            for section in make(session, sent.database.workspace, period)
            if section.id == "messages"
        ]
    [section] = sections
    assert {figure.id: figure.value for figure in section.figures} == {
        "messages_sent": 2,
        "messages_opened": 1,
        "messages_clicked": 1,
        "messages_refused": 1,
    }
    assert section.tables[0].rows[0]["campaign"] == "monthly"


def entries(desk: Desk, what: str, *arguments: Any) -> list[Any]:
    workspace = desk.database.workspace
    makers: list[Callable[..., object]] = [make for make in handed(workspace.apps, what) if make.__module__ == "campaigns.handing"]
    with desk.database.read() as session:
        return [entry for make in makers for entry in make(session, workspace, *arguments)]


def test_doubts_are_on_the_to_do_list(desk: Desk) -> None:
    desk.sandbox.mailbox.behave(Behaviour(action=Action.DROP, match="a@example.com"))
    _code, sent, _err = desk.campaign("send", "monthly", "--period", "2026-11")
    assert sent["counts"]["uncertain"] == 1
    [entry] = entries(desk, "todo")
    assert entry.id == "uncertain:campaign:monthly/2026-11"
    desk.sandbox.mailbox.behaviours.clear()
    desk.campaign("send", "monthly", "--period", "2026-11")
    assert desk.got == ["a@example.com", "b@example.com"]


def test_doubts_that_last_are_told_and_again_once_a_report_settles_them(make_desk: MakeDesk) -> None:
    notify = "notify: {boss: {robot: mail, to: [boss@example.com]}}\nalerts: {delivery_uncertain: [boss]}\n"
    desk = make_desk(notify)
    desk.sandbox.mailbox.behave(Behaviour(action=Action.DROP, match="a@example.com"))
    desk.campaign("send", "monthly", "--period", "2026-11")

    def told(minutes: int) -> list[tuple[str, int]]:
        tell_doubts(ChoreRun(workspace=desk.database.workspace, database=desk.database, now=clock.now() + timedelta(minutes=minutes)))
        with desk.database.read() as session:
            return [(alert.title, alert.count) for alert in alerts(session, open_only=True) if alert.kind == "delivery_uncertain"]

    assert told(0) == [], "a report may settle it yet"
    words = "1 message of monthly 2026-11 may or may not have arrived"
    assert told(3) == told(4) == [(words, 1)]
    event = Feedback(event="1", kind=FeedbackKind.DELIVERED, at=clock.now(), address="a@example.com")
    apply_feedback(desk.database, "smtp", [event], now=clock.now())
    assert told(5) == []
    with desk.database.read() as session:
        assert [notice.title for notice in notices(session)][::-1] == [words, f"Settled: {words}"]


def test_an_approval_is_asked_for_before_the_run(make_desk: MakeDesk) -> None:
    text = MONTHLY.replace("every: month, day: 1", "every: day") + "approval: required\n"
    desk = make_desk(files={"campaigns/monthly.yaml": text})
    [entry] = entries(desk, "todo")
    assert "waits for approval" in entry.title
    period = entry.link.rpartition("/")[2]
    desk.say("user", "add", "li", "--role", "approver")
    desk.campaign("approve", "monthly", "--period", period, "--by", "li")
    assert entries(desk, "todo") == []


def test_runs_are_on_the_calendar(desk: Desk) -> None:
    found = entries(desk, "calendar", datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 3, 31, tzinfo=UTC))
    assert [entry.link for entry in found] == [
        "/campaigns/monthly/2027-01",
        "/campaigns/monthly/2027-02",
        "/campaigns/monthly/2027-03",
    ]


def test_a_scheduled_campaign_is_a_job_and_sends_by_itself(desk: Desk) -> None:
    code, _told, _err = desk.say("jobs", "run", "campaign:monthly", "--period", "2026-11", "--json")
    assert code == 0
    assert desk.got == ["a@example.com", "b@example.com"]
