"""SendGrid's servers are abroad: a mainland site sends nothing through it without a declared consent; with one it does."""

from collections.abc import Callable

import pytest

from growth.db import Database
from growth.sandbox import Sandbox
from growth.sandbox.keys import SENDGRID_KEY
from tests.campaigns.desk import CHANNELS, MONTHLY, PEOPLE, SEGMENTS, SITE, Desk

PERIOD = ("monthly", "--period", "2026-11")


@pytest.fixture
def at_sendgrid(open_workspace: Callable[..., Database], world: Sandbox, capsys: pytest.CaptureFixture[str]) -> Callable[[bool], Desk]:
    def make(consent: bool) -> Desk:
        account = f"api_key: '${{SENDGRID_API_KEY}}', base_url: '{world.url}'" + (", cross_border_consent: true" if consent else "")
        email = f'email: {{from: "诚信贷 <news@example.com>", sendgrid: {{{account}}}}}\n'
        files = {"campaigns/monthly.yaml": MONTHLY, "channels.yaml": CHANNELS, "segments.yaml": SEGMENTS}
        desk = Desk(open_workspace(SITE + email, files=files, env={"SENDGRID_API_KEY": SENDGRID_KEY}), world, capsys)
        world.mailbox.clear()
        desk.bring(PEOPLE)
        return desk

    return make


def test_without_a_consent_check_plan_and_send_say_so_and_nothing_leaves(at_sendgrid: Callable[[bool], Desk]) -> None:
    desk = at_sendgrid(False)
    code, checked, _err = desk.say("check", "--json")
    assert (code, [problem["rule"] for problem in checked["problems"] if problem["severity"] == "error"]) == (1, ["P4"])
    code, plan, _err = desk.campaign("plan", *PERIOD)
    assert (code, [finding["rule"] for finding in plan["findings"] if finding["severity"] == "error"]) == (1, ["P4"])
    code, _sent, err = desk.campaign("send", *PERIOD)
    assert (code, "cross_border_consent" in err) == (2, True)
    assert desk.got == []


def test_with_a_consent_the_campaign_goes_through_it(at_sendgrid: Callable[[bool], Desk]) -> None:
    desk = at_sendgrid(True)
    code, sent, _err = desk.campaign("send", *PERIOD)
    assert (code, sent["counts"]["accepted"]) == (0, 2)
    assert desk.got == ["a@example.com", "b@example.com"]
    mail = desk.sandbox.messages(to="a@example.com")[0]
    assert mail.subject == "广告：张三，本月更新"
    assert mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert [link for link in mail.links if link.startswith("https://go.example.com/unsubscribe/")]
