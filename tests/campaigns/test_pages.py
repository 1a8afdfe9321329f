"""Campaigns in the dashboard."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from campaigns.jobs import send_asked
from growth.jobs import ONCE, JobRun
from growth.jobs.models import JobRunRow
from growth.messaging import freeze
from tests.campaigns.desk import MONTHLY, Desk, MakeDesk
from tests.conftest import NOW
from tests.growth.messaging.senders import MARKETING, everybody
from tests.web import Web


@pytest.fixture
def database_url() -> None:
    """What differs between the engines is tested with the ledger."""
    return


@pytest.fixture
def web(desk: Desk, make_web: Callable[..., Web]) -> Web:
    """The dashboard over the desk's workspace."""
    return make_web(desk.database)


PERIOD = "/campaigns/monthly/2026-11"


def test_the_list_shows_every_campaign_and_is_downloaded(web: Web, desk: Desk) -> None:
    browser = web.browser("marketer")
    text = browser.get("/campaigns").text
    assert "monthly" in text
    assert "notice" in text
    desk.campaign("send", "monthly", "--period", "2026-11")
    assert "2026-11" in browser.get("/campaigns").text
    answer = browser.get("/campaigns?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert browser.get("/campaigns/monthly").headers["location"] == PERIOD
    assert browser.get("/campaigns/nothing").status_code == 404
    assert browser.get("/campaigns/monthly/2026-13").status_code == 404


def test_a_plan_is_made_and_shown_with_who_is_left_out(web: Web) -> None:
    browser = web.browser("marketer")
    text = browser.get(PERIOD).text
    assert "Not planned yet" in text or "尚未" in text
    assert main_buttons(text) == [f"{PERIOD}/plan"]
    assert browser.post(f"{PERIOD}/plan").status_code == 303
    text = browser.get(PERIOD).text
    assert main_buttons(text) == [f"{PERIOD}/send"]
    assert "2 of 4" in text or "4 人中" in text or "4" in text
    assert "no_consent" not in text


def test_sending_needs_the_name_typed_and_is_done_by_a_worker(web: Web, desk: Desk) -> None:
    browser = web.browser("marketer")
    browser.post(f"{PERIOD}/send", {"confirm": "mont"})
    assert asked_for(desk) == []
    browser.post(f"{PERIOD}/send", {"confirm": "monthly"})
    assert desk.got == []
    [run] = asked_for(desk)
    assert "2" in send_asked(run) or desk.got
    assert desk.got == ["a@example.com", "b@example.com"]


def asked_for(desk: Desk) -> list[JobRun]:
    """The sends that wait for a worker, as it would get them."""
    with desk.database.read() as session:
        rows = session.scalars(select(JobRunRow).where(JobRunRow.job == "campaigns.send")).all()
    return [
        JobRun(
            job=row.job,
            key=row.period,
            period=ONCE,
            workspace=desk.database.workspace,
            database=desk.database,
            now=NOW,
            argument=row.argument,
        )
        for row in rows
    ]


def test_roles_may_do_what_is_theirs(web: Web, make_desk: MakeDesk) -> None:
    director, approver, marketer = web.browser("director"), web.browser("approver"), web.browser("marketer")
    assert director.get(PERIOD).status_code == 200
    assert director.post(f"{PERIOD}/send", {"confirm": "monthly"}).status_code == 403
    assert approver.post(f"{PERIOD}/send", {"confirm": "monthly"}).status_code == 403
    assert marketer.post(f"{PERIOD}/approve").status_code == 403
    assert director.get(f"{PERIOD}/deliveries").status_code == 403
    assert web.browser("seo").get("/campaigns").status_code == 403


def test_an_approver_approves_the_exact_content(make_desk: MakeDesk, make_web: Callable[..., Web]) -> None:
    desk = make_desk(files={"campaigns/monthly.yaml": MONTHLY + "approval: required\n"})
    web = make_web(desk.database)
    assert "/send" not in web.browser("marketer").get(PERIOD).text
    approver = web.browser("approver", name="li")
    assert f'action="{PERIOD}/approve"' in approver.get(PERIOD).text
    approver.post(f"{PERIOD}/approve", {"note": "read"})
    assert f'action="{PERIOD}/approve"' not in approver.get(PERIOD).text
    code, _sent, _err = desk.campaign("send", "monthly", "--period", "2026-11")
    assert code == 0


def test_a_preview_runs_nothing_and_names_nobody(web: Web, make_desk: MakeDesk, make_web: Callable[..., Web]) -> None:
    answer = web.browser("viewer").get(f"{PERIOD}/preview")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox;")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "张三" in answer.text
    assert web.browser("viewer").get(f"{PERIOD}/preview?contact=a@example.com").status_code == 403
    assert "张三" in web.browser("marketer").get(f"{PERIOD}/preview?contact=a@example.com&part=subject").text
    broken = make_desk(files={"campaigns/monthly.yaml": MONTHLY.replace("请看", "{{ contact.city }}请看")}, people="")
    answer = make_web(broken.database).browser("viewer").get(f"{PERIOD}/preview")
    assert "campaigns/monthly.yaml:" in answer.text


def test_what_people_wrote_into_their_names_is_shown_as_text(make_desk: MakeDesk, make_web: Callable[..., Web]) -> None:
    desk = make_desk(people="email,name,email_consent\nx@example.com,<script>alert(1)</script>{{7*7}},yes\n")
    desk.campaign("send", "monthly", "--period", "2026-11")
    [mail] = desk.sandbox.mailbox.messages()
    assert "<script>" not in mail.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in mail.html
    assert "49" not in mail.subject


def test_results_links_and_deliveries_once_it_was_sent(web: Web, desk: Desk) -> None:
    desk.campaign("send", "monthly", "--period", "2026-11")
    browser = web.browser("marketer")
    text = browser.get(PERIOD).text
    assert "https://www.example.com/news" in text
    listed = browser.get(f"{PERIOD}/deliveries").text
    assert "a***@example.com" in listed
    assert "a@example.com" not in listed
    assert "c***@example.com" not in browser.get(f"{PERIOD}/deliveries?state=accepted").text
    answer = browser.get(f"{PERIOD}/deliveries?format=xlsx")
    assert answer.content.startswith(b"PK")


def test_pause_resume_and_cancel_on_the_page(web: Web, desk: Desk) -> None:
    freeze(desk.database, stream="campaign:monthly", occurrence="2026-11", rules=MARKETING, audience=everybody, now=NOW)
    browser = web.browser("marketer", name="ming")
    browser.post(f"{PERIOD}/pause")
    assert "ming" in browser.get(PERIOD).text
    browser.post(f"{PERIOD}/resume")
    browser.post(f"{PERIOD}/cancel", {"confirm": "monthly"})
    _code, status, _err = desk.campaign("status", "monthly", "--period", "2026-11")
    assert (status["state"], status["counts"]["skipped"]) == ("cancelled", 5)
    _code, log, _err = desk.say("audit-log", "--json")
    assert {entry["action"] for entry in log} >= {"campaign.pause", "campaign.resume", "campaign.cancel"}


def test_the_later_messages_of_a_sequence_are_on_the_page(make_desk: MakeDesk, make_web: Callable[..., Web]) -> None:
    then = "once: true\nthen: [{after: 3 days, content: {subject: 第二封, body: 你好}}]\n"
    desk = make_desk(files={"campaigns/monthly.yaml": MONTHLY + then})
    browser = make_web(desk.database).browser("marketer")
    assert "第二封" in browser.get(f"{PERIOD}/preview?step=2&part=subject").text
    desk.campaign("send", "monthly", "--period", "2026-11")
    text = browser.get(PERIOD).text
    assert f"{PERIOD}/deliveries?step=2" in text
    # the first message is out, and people on the way can still be held
    assert browser.post(f"{PERIOD}/pause").status_code == 303
    assert desk.campaign("status", "monthly", "--period", "2026-11")[1]["steps"][0]["state"] == "paused"
    assert browser.get(f"{PERIOD}/deliveries?step=2").status_code == 200


def main_buttons(text: str) -> list[str]:
    """Where the buttons lead that stand out."""
    forms = re.findall(r'<form class="inline-form" method="post" action="(/campaigns/[^"]+)">.*?<button class="button ([^"]*)"', text, re.S)
    sheets = re.findall(r'<summary class="button ([^"]*)">.*?<form method="post" action="([^"]+)"', text, re.S)
    return [action for action, look in [*forms, *((action, look) for look, action in sheets)] if look.strip() == ""]
