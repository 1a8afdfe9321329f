"""Sequences: who got a message gets the next one so long after it, once, unless they did what it waits for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from campaigns.campaign import campaign
from campaigns.handing import calendar
from campaigns.sending import carry_on, send
from growth import clock
from growth.contacts import Medium, Purpose, Statement, find_contact, record_consent
from growth.db import open_database
from growth.sandbox import Action, Behaviour
from growth.workspace import load_workspace
from tests.campaigns.desk import Desk, MakeDesk

WELCOME = """
medium: email
purpose: service
channel: newsletter
schedule: {every: day, at: "10:00"}
audience: {all: [{tag: 新}]}
once: true
content:
  subject: 欢迎
  body: "欢迎，请看[网站]({{ site.url }}start)。"
then:
  - after: 3 days
    unless: {any: [{tag: 已实名}, {clicked: welcome, since: 1 day ago}, {visited: /never, since: 2026-11-01}]}
    content: {subject: 提醒实名, body: "[去实名]({{ site.url }}verify)"}
  - after: 4 days
    content: {subject: 最后提醒, body: "{{ contact.name or '您好' }}，请来。"}
until: {tag: 已投}
"""
PEOPLE = """email,name,tags,email_consent
a@example.com,张三,新,yes
b@example.com,李四,新;已实名,yes
c@example.com,王五,新,yes
d@example.com,赵六,旧,yes
"""
PERIOD = "2026-11-23"


@pytest.fixture
def office(make_desk: MakeDesk) -> Desk:
    """A welcome in three messages, and three new people."""
    return make_desk(files={"campaigns/welcome.yaml": WELCOME}, people=PEOPLE)


def later(desk: Desk, **ahead: Any) -> None:
    """The chore's turn at a later time."""
    moment = clock.now() + timedelta(**ahead)
    carry_on(desk.database, now=lambda: moment)


def mails(desk: Desk) -> list[tuple[str, str]]:
    return sorted((mail.subject, mail.recipients[0].partition("@")[0]) for mail in desk.sandbox.mailbox.messages())


def tag(desk: Desk, address: str, tag: str) -> None:
    desk.bring(f"email,tags\n{address},{tag}\n", f"tags-{address}-{tag}.csv")


def test_each_message_goes_once_when_its_wait_is_over(office: Desk) -> None:
    code, sent, _err = office.campaign("send", "welcome", "--period", PERIOD)
    assert code == 0
    assert sent["counts"]["accepted"] == 3
    assert [(step["step"], step["state"], step["recipients"]) for step in sent["steps"]] == [(2, "waiting", 0), (3, "waiting", 0)]
    later(office, days=2)
    assert len(mails(office)) == 3
    for _turn in range(3):
        later(office, days=3, hours=1)
    assert mails(office)[:2] == [("提醒实名", "a"), ("提醒实名", "c")]
    # whoever is spared one message gets the next
    for _turn in range(2):
        later(office, days=7, hours=2)
    assert mails(office)[:3] == [("提醒实名", "a"), ("提醒实名", "c"), ("最后提醒", "a")]
    assert [who for subject, who in mails(office) if subject == "最后提醒"] == ["a", "b", "c"]
    assert len(mails(office)) == 8
    _code, status, _err = office.campaign("status", "welcome", "--period", PERIOD)
    assert [step["state"] for step in status["steps"]] == ["done", "done"]
    assert [(step["counts"]["accepted"], step["counts"]["skipped"]) for step in status["steps"]] == [(2, 1), (3, 0)]
    _code, rows, _err = office.say("campaign", "deliveries", "welcome", "--period", PERIOD, "--step", "2", "--state", "skipped", "--jsonl")
    assert [row["reason"] for row in rows] == ["unless"]


def test_the_goal_ends_it(office: Desk) -> None:
    office.campaign("send", "welcome", "--period", PERIOD)
    tag(office, "a@example.com", "已投")
    later(office, days=3, hours=1)
    assert mails(office)[0] == ("提醒实名", "c")
    later(office, days=8)
    assert [who for subject, who in mails(office) if subject == "最后提醒"] == ["b", "c"]


def test_a_refusal_on_the_way_stops_the_next_message(office: Desk) -> None:
    office.campaign("send", "welcome", "--period", PERIOD)
    said = Statement(medium=Medium.EMAIL, purpose=Purpose.SERVICE, granted=False, source="phone", at=clock.now())
    with office.database.write() as session:
        record_consent(session, find_contact(session, "a@example.com"), said)
    later(office, days=3, hours=1)
    later(office, days=8)
    assert [who for subject, who in mails(office) if subject != "欢迎"] == ["c", "b", "c"]


def test_a_message_that_was_not_taken_starts_nothing(office: Desk) -> None:
    office.sandbox.mailbox.behave(Behaviour(action=Action.REFUSE, match="a@example.com", code=550))
    office.campaign("send", "welcome", "--period", PERIOD)
    office.sandbox.mailbox.behaviours.clear()
    later(office, days=3, hours=1)
    assert [who for subject, who in mails(office) if subject == "提醒实名"] == ["c"]


def test_nobody_is_welcomed_twice(office: Desk) -> None:
    office.campaign("send", "welcome", "--period", PERIOD)
    office.bring("email,name,tags,email_consent\ne@example.com,新人,新,yes\n", "more.csv")
    _code, plan, _err = office.campaign("plan", "welcome", "--period", "2026-11-24")
    assert plan["audience"] == 1
    _code, sent, _err = office.campaign("send", "welcome", "--period", "2026-11-24")
    assert sent["counts"]["accepted"] == 1
    assert [who for _subject, who in mails(office)] == ["a", "b", "c", "e"]


def test_two_periods_frozen_at_once_welcome_nobody_twice(office: Desk) -> None:
    office.campaign("send", "welcome", "--period", PERIOD)
    office.bring("email,name,tags,email_consent\ne@example.com,新人,新,yes\n", "more.csv")
    found = campaign(office.database.workspace, "welcome")
    for key in ("2026-11-24", "2026-11-25"):
        # frozen, and not a message handed over
        period = found.period(office.database.workspace, key, now=clock.now())
        send(office.database, found, period, now=clock.now, should_stop=lambda: True)
    _code, one, _err = office.campaign("send", "welcome", "--period", "2026-11-24")
    _code, other, _err = office.campaign("send", "welcome", "--period", "2026-11-25")
    assert [who for _subject, who in mails(office)].count("e") == 1
    assert sorted([one["left_out"], other["left_out"]], key=str) == [{"already": 1}, {}]


def test_an_edit_of_the_file_changes_nothing_for_people_on_the_way(office: Desk) -> None:
    office.campaign("send", "welcome", "--period", PERIOD)
    office.write("campaigns/welcome.yaml", WELCOME.replace("提醒实名", "新的提醒").replace("3 days", "1 day"))
    office.bring("email,name,tags,email_consent\ne@example.com,新人,新,yes\n", "more.csv")
    office.campaign("send", "welcome", "--period", "2026-11-24")
    fresh = open_database(load_workspace(office.database.workspace.root), check_schema=False)
    try:
        moment = clock.now() + timedelta(days=1, hours=1)
        carry_on(fresh, now=lambda: moment)
        assert mails(office)[0] == ("新的提醒", "e")
        assert len(mails(office)) == 5
        moment = clock.now() + timedelta(days=3, hours=1)
        carry_on(fresh, now=lambda: moment)
        assert [who for subject, who in mails(office) if subject == "提醒实名"] == ["a", "c"]
    finally:
        fresh.close()


def test_pause_holds_people_on_the_way_and_cancel_lets_them_go(office: Desk) -> None:
    office.campaign("send", "welcome", "--period", PERIOD)
    code, told, _err = office.campaign("pause", "welcome", "--period", PERIOD)
    assert (code, told["state"]) == (0, "paused")
    later(office, days=3, hours=1)
    assert len(mails(office)) == 3
    assert office.campaign("resume", "welcome", "--period", PERIOD)[0] == 0
    later(office, days=3, hours=1)
    assert len(mails(office)) == 5
    assert office.campaign("cancel", "welcome", "--period", PERIOD, "--yes")[0] == 0
    later(office, days=30)
    assert len(mails(office)) == 5
    _code, status, _err = office.campaign("status", "welcome", "--period", PERIOD)
    assert [step["state"] for step in status["steps"]] == ["done", "cancelled"]


def test_links_and_reports_tell_the_messages_apart(office: Desk) -> None:
    office.campaign("send", "welcome", "--period", PERIOD)
    later(office, days=3, hours=1)
    first, second = (
        next(mail for mail in office.sandbox.mailbox.messages() if mail.subject == subject and mail.recipients == ("a@example.com",))
        for subject in ("欢迎", "提醒实名")
    )
    assert "https://go.example.com/l/" in second.html
    assert first.header("list-unsubscribe") != second.header("list-unsubscribe")
    _code, report, _err = office.campaign("report", "welcome", "--period", PERIOD)
    assert report["sent"] == 3
    assert [(step["step"], step["sent"], step["skipped"]) for step in report["steps"]] == [(2, 2, 1)]
    assert "https://www.example.com/verify" in [link["target"] for link in report["steps"][0]["links"]]


def test_faults_of_a_later_message_are_said_before_the_first_goes(make_desk: MakeDesk) -> None:
    broken = WELCOME.replace("{{ contact.name or '您好' }}，请来。", "{{ contact.city }}，请来。")
    desk = make_desk(files={"campaigns/welcome.yaml": broken}, people=PEOPLE)
    code, plan, _err = desk.campaign("plan", "welcome", "--period", PERIOD)
    assert code == 1
    wrong = next(finding for finding in plan["findings"] if finding["rule"] == "template-error")
    assert (wrong["file"], wrong["line"]) == ("campaigns/welcome.yaml", 16)
    assert desk.campaign("send", "welcome", "--period", PERIOD)[0] == 2
    assert desk.got == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("after: 3 days", "after: 3"), "after"),
        (("subject: 提醒实名, ", ""), "then[0].content.subject is missing"),
        (("until: {tag: 已投}", "until: {segment: nobody}"), "there is no segment"),
        (("once: true", "once: false"), "begins again before it has ended"),
    ],
)
def test_what_is_wrong_with_a_sequence_is_said_with_its_line(make_desk: MakeDesk, change: tuple[str, str], says: str) -> None:
    desk = make_desk(people="")
    desk.write("campaigns/welcome.yaml", WELCOME.replace(*change))
    _code, told, _err = desk.say("check", "campaigns/welcome.yaml", "--json")
    [problem] = [problem for problem in told["problems"] if problem["file"] == "campaigns/welcome.yaml"]
    assert says in problem["message"]
    assert problem["line"] > 1


def test_the_next_messages_are_on_the_calendar(office: Desk) -> None:
    office.campaign("send", "welcome", "--period", PERIOD)
    now: datetime = clock.now()
    with office.database.read() as session:
        found = list(calendar(session, office.database.workspace, now, now + timedelta(days=30)))
    assert [entry.title for entry in found if "message" in entry.title] == [f"welcome {PERIOD}: message 2", f"welcome {PERIOD}: message 3"]
