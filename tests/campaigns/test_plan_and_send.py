"""From YAML to the mailbox: the plan's numbers are the send's, and nobody gets anything twice."""

from typing import Any

import pytest

from campaigns import sending
from campaigns.campaign import campaign
from growth import clock
from tests.campaigns.desk import MONTHLY, Desk, MakeDesk

STATES = ["pending", "submitting", "retrying", "accepted", "delivered", "bounced", "rejected", "uncertain", "skipped"]


def test_a_plan_says_what_the_send_then_does(desk: Desk) -> None:
    code, plan, _err = desk.campaign("plan", "monthly", "--period", "2026-11")
    assert code == 0
    assert (plan["audience"], plan["left_out"], plan["cost"]) == (4, {"no_consent": 2}, {"amount": "0.02", "currency": "CNY"})
    assert plan["hash"]
    assert desk.got == []

    code, sent, _err = desk.campaign("send", "monthly", "--period", "2026-11")
    assert code == 0
    assert (sent["campaign"], sent["period"], sent["state"]) == ("monthly", "2026-11", "finished")
    assert {state for state, count in sent["counts"].items() if count} == {"accepted", "skipped"}
    assert (sent["counts"]["accepted"], sent["counts"]["skipped"]) == (2, 2)
    assert list(sent["counts"]) == STATES
    assert sum(sent["counts"].values()) == plan["audience"]
    assert sent["started_at"] <= sent["finished_at"]
    assert desk.got == ["a@example.com", "b@example.com"]


def test_sending_twice_sends_nothing_twice(desk: Desk) -> None:
    for _turn in range(3):
        code, sent, _err = desk.campaign("send", "monthly", "--period", "2026-11")
        assert code == 0
        assert sent["counts"]["accepted"] == 2
    assert desk.got == ["a@example.com", "b@example.com"]
    desk.campaign("send", "monthly", "--period", "2026-12")
    assert len(desk.got) == 4


def test_the_mail_is_what_was_meant(desk: Desk) -> None:
    desk.campaign("send", "monthly", "--period", "2026-11")
    mail = next(mail for mail in desk.sandbox.mailbox.messages() if mail.recipients == ("a@example.com",))
    assert mail.subject == "广告：张三，本月更新"
    assert mail.header("from") == "诚信贷 <news@example.com>"
    assert "<h2" in mail.html
    assert "张三，请看" in mail.html
    assert "张三，请看" in mail.text
    # known to everybody, so filled in and tracked; never the bare address
    assert 'href="https://www.example.com/news"' not in mail.html
    assert any(link.startswith("https://go.example.com/l/") for link in mail.links)
    assert "https://go.example.com/l/" in mail.text
    assert mail.header("list-unsubscribe").startswith("<https://go.example.com/unsubscribe/")
    assert mail.header("list-unsubscribe-post") == "List-Unsubscribe=One-Click"
    assert mail.header("list-unsubscribe").strip("<>") in mail.html
    assert "诚信数据科技有限公司" in mail.html
    assert "https://go.example.com/o/" in mail.html
    assert "{{" not in mail.html + mail.text + mail.subject
    other = next(mail for mail in desk.sandbox.mailbox.messages() if mail.recipients == ("b@example.com",))
    assert other.subject == "广告：您好，本月更新"
    assert other.header("message-id") != mail.header("message-id")
    assert other.header("list-unsubscribe") != mail.header("list-unsubscribe")


def test_a_text_message_goes_through_its_gateway(desk: Desk) -> None:
    code, plan, _err = desk.campaign("plan", "notice", "--period", "2026-11-23")
    assert code == 1  # 李四 has no name, and the text gives no default
    assert [finding["rule"] for finding in plan["findings"] if "“name”" in finding["message"]] == ["template-error"]
    desk.bring("phone,name\n13800138001,李四\n", "names.csv")
    code, sent, _err = desk.campaign("send", "notice", "--period", "2026-11-23")
    assert (code, sent["counts"]["accepted"]) == (0, 4)
    texts = {text.phone: text.content for text in desk.sandbox.sms.messages()}
    assert texts["13800138000"].startswith("【诚信贷】张三")
    code, rows, _err = desk.say("campaign", "deliveries", "notice", "--period", "2026-11-23", "--jsonl")
    assert {row["address"] for row in rows} == {"138****8000", "138****8001", "138****8003", "138****8004"}
    assert rows[0].keys() >= {"address", "medium", "state", "reason", "attempts", "provider_id", "at"}


def test_who_was_left_out_is_listed_with_the_reason(desk: Desk) -> None:
    desk.campaign("send", "monthly", "--period", "2026-11")
    _code, rows, _err = desk.say("campaign", "deliveries", "monthly", "--period", "2026-11", "--state", "skipped", "--jsonl")
    assert {(row["address"], row["reason"]) for row in rows} == {("c***@example.com", "no_consent"), ("d***@example.com", "no_consent")}


def test_status_is_that_of_the_latest_period(desk: Desk) -> None:
    code, before, _err = desk.campaign("status", "monthly", "--period", "2026-11")
    assert (code, sum(before["counts"].values()), before["started_at"]) == (0, 0, None)
    desk.campaign("send", "monthly", "--period", "2027-03")
    _code, after, _err = desk.campaign("status", "monthly")
    assert (after["period"], after["state"]) == ("2027-03", "finished")


def test_a_missing_variable_stops_the_send_and_names_line_and_contact(make_desk: MakeDesk) -> None:
    text = MONTHLY.replace("{{ contact.name or '您好' }}，请看", "{{ contact.name }}，请看")
    desk = make_desk(files={"campaigns/monthly.yaml": text})
    code, _sent, err = desk.campaign("send", "monthly", "--period", "2026-11")
    assert code == 2
    line = text.splitlines().index("    {{ contact.name }}，请看[更新]({{ site.url }}news)。") + 1
    assert f"campaigns/monthly.yaml:{line}:" in err
    assert "b***@example.com" in err
    assert desk.got == []


def test_a_missing_variable_may_leave_its_person_out(make_desk: MakeDesk) -> None:
    text = MONTHLY.replace("{{ contact.name or '您好' }}，请看", "{{ contact.name }}，请看") + "send: {on_missing: skip}\n"
    desk = make_desk(files={"campaigns/monthly.yaml": text})
    _code, plan, _err = desk.campaign("plan", "monthly", "--period", "2026-11")
    assert plan["left_out"] == {"missing_variable": 1, "no_consent": 2}
    code, sent, _err = desk.campaign("send", "monthly", "--period", "2026-11")
    assert (code, sent["counts"]["accepted"], sent["counts"]["skipped"]) == (0, 1, 3)
    assert desk.got == ["a@example.com"]


def test_what_mail_programs_drop_is_said_at_its_line(make_desk: MakeDesk) -> None:
    text = MONTHLY.replace("    ## 本月更新\n", '    ## 本月更新\n\n    <iframe src="https://www.example.com/"></iframe>\n')
    desk = make_desk(files={"campaigns/monthly.yaml": text + "purpose: service\n"})
    code, told, _err = desk.say("check", "--json")
    found = [each for each in told["problems"] if each["rule"] == "E6"]
    assert code == 0
    assert [(each["severity"], each["line"]) for each in found] == [("warning", text[: text.index("<iframe")].count("\n") + 1)]


def test_a_plan_that_no_longer_fits_is_refused(desk: Desk) -> None:
    desk.campaign("plan", "monthly", "--period", "2026-11")
    desk.write("campaigns/monthly.yaml", MONTHLY.replace('本月更新"', '本月要闻"'))
    code, _sent, err = desk.campaign("send", "monthly", "--period", "2026-11")
    assert code == 2
    assert "no longer fits" in err
    assert desk.got == []
    desk.campaign("plan", "monthly", "--period", "2026-11")
    assert desk.campaign("send", "monthly", "--period", "2026-11")[0] == 0


def test_a_file_that_changes_in_mid_send_changes_nothing_of_the_run(desk: Desk) -> None:
    desk.campaign("send", "monthly", "--period", "2026-11")
    desk.write("campaigns/monthly.yaml", MONTHLY.replace("本月更新", "全新内容"))
    desk.campaign("send", "monthly", "--period", "2026-11")
    assert all("本月更新" in mail.subject for mail in desk.sandbox.mailbox.messages())


def test_the_plan_of_a_period_that_was_begun_is_what_was_written_down(desk: Desk) -> None:
    desk.campaign("send", "monthly", "--period", "2026-11")
    desk.bring("email,email_consent\nnew@example.com,yes\nc@example.com,yes\n", "more.csv")
    desk.write("campaigns/monthly.yaml", MONTHLY.replace("本月更新", "全国最佳服务"))
    code, plan, _err = desk.campaign("plan", "monthly", "--period", "2026-11")
    assert code == 0
    assert plan["begun"] is True
    assert (plan["audience"], plan["recipients"], plan["left_out"]) == (4, 2, {"no_consent": 2})
    assert plan["cost"] == {"amount": "0.02", "currency": "CNY"}
    told = desk.say("campaign", "plan", "monthly", "--period", "2026-11")[1]
    assert told.startswith("monthly 2026-11 was begun")
    assert desk.campaign("plan", "monthly", "--period", "2026-12")[1]["begun"] is False


def test_approval_is_bound_to_the_exact_content(make_desk: MakeDesk) -> None:
    desk = make_desk(files={"campaigns/monthly.yaml": MONTHLY + "approval: required\n"})
    code, _sent, err = desk.campaign("send", "monthly", "--period", "2026-11")
    assert code == 2
    assert "growth campaign approve monthly" in err
    desk.say("user", "add", "li", "--role", "approver")
    desk.say("user", "add", "ming", "--role", "marketer")
    assert desk.campaign("approve", "monthly", "--period", "2026-11", "--by", "ming")[0] == 2
    assert desk.campaign("approve", "monthly", "--period", "2026-11", "--by", "li")[0] == 0
    desk.write("campaigns/monthly.yaml", MONTHLY.replace("请看", "快看") + "approval: required\n")
    assert desk.campaign("send", "monthly", "--period", "2026-11")[0] == 2
    desk.campaign("approve", "monthly", "--period", "2026-11", "--by", "li")
    assert desk.campaign("send", "monthly", "--period", "2026-11")[0] == 0
    assert len(desk.got) == 2


def test_rule_errors_stop_the_send(make_desk: MakeDesk) -> None:
    desk = make_desk(files={"campaigns/monthly.yaml": MONTHLY.replace("## 本月更新", "## 全国最佳服务")})
    code, plan, _err = desk.campaign("plan", "monthly", "--period", "2026-11")
    assert code == 1
    assert [finding["rule"] for finding in plan["findings"] if finding["severity"] == "error"] == ["A1"]
    assert desk.campaign("send", "monthly", "--period", "2026-11")[0] == 2
    code, checked, _err = desk.say("check", "--json")
    assert code == 1
    problem = next(problem for problem in checked["problems"] if problem["rule"] == "A1")
    assert (problem["file"], problem["line"]) == ("campaigns/monthly.yaml", 9)
    assert desk.got == []


def test_what_is_left_is_three_and_goes_on(desk: Desk) -> None:
    from growth.sandbox import Action, Behaviour, Stage

    desk.sandbox.mailbox.behave(Behaviour(action=Action.REFUSE, match="a@example.com", code=550))
    desk.sandbox.mailbox.behave(Behaviour(action=Action.REFUSE, match="b@example.com", code=451, stage=Stage.RECIPIENT, times=1))
    code, sent, _err = desk.campaign("send", "monthly", "--period", "2026-11")
    assert (code, sent["counts"]["accepted"], sent["counts"]["rejected"]) == (0, 1, 1)
    desk.sandbox.mailbox.behaviours.clear()
    code, retried, _err = desk.campaign("retry-failed", "monthly", "--period", "2026-11")
    assert retried["retrying"] == 1
    code, sent, _err = desk.campaign("send", "monthly", "--period", "2026-11")
    assert (code, sent["counts"]["accepted"], sent["counts"]["rejected"]) == (0, 2, 0)
    assert desk.got == ["a@example.com", "b@example.com"]


def test_a_provider_that_is_down_is_three_with_the_command_to_go_on(make_desk: MakeDesk) -> None:
    desk = make_desk()
    yaml = desk.database.workspace.root / "growth.yaml"
    right = yaml.read_text("utf-8")
    yaml.write_text(right.replace(f"port: {desk.sandbox.smtp_port}", "port: 1"), "utf-8")
    code, sent, err = desk.campaign("send", "monthly", "--period", "2026-11")
    assert code == 3
    assert sent["counts"]["accepted"] == 0
    assert sent["counts"]["pending"] + sent["counts"]["retrying"] == 2
    assert "growth campaign send monthly --period 2026-11" in err
    yaml.write_text(right, "utf-8")
    code, sent, _err = desk.campaign("send", "monthly", "--period", "2026-11")
    assert (code, sent["counts"]["accepted"]) == (0, 2)


def test_pause_resume_and_cancel_by_command(desk: Desk) -> None:
    assert desk.campaign("pause", "monthly", "--period", "2026-11")[0] == 2
    desk.campaign("send", "monthly", "--period", "2026-11")
    assert desk.campaign("cancel", "monthly", "--period", "2026-11", "--yes")[0] == 2


@pytest.mark.parametrize("part", ["subject", "html", "text"])
def test_a_preview_shows_what_one_person_would_get(desk: Desk, part: str) -> None:
    code, shown, _err = desk.campaign("preview", "monthly", "--contact", "a@example.com", "--part", part)
    assert code == 0
    assert "张三" in shown[part]
    assert desk.got == []


def test_a_marketer_who_has_nobody_yet_sees_what_it_looks_like_and_is_told(make_desk: MakeDesk) -> None:
    desk = make_desk(files={"campaigns/monthly.yaml": MONTHLY + "approval: required\n"}, people="")
    assert "张三" in desk.campaign("preview", "monthly", "--part", "subject")[1]["subject"]
    assert desk.campaign("test", "monthly", "--to", "me@example.com")[0] == 0
    code, plan, _err = desk.campaign("plan", "monthly", "--period", "2026-11")
    assert (code, plan["recipients"]) == (0, 0)
    assert "audience-empty" in {finding["rule"] for finding in plan["findings"]}


def test_a_test_message_goes_to_the_given_address_and_counts_nowhere(desk: Desk) -> None:
    code, _told, _err = desk.campaign("test", "monthly", "--to", "me@example.com", "--contact", "a@example.com")
    assert code == 0
    assert desk.got == ["me@example.com"]
    _code, status, _err = desk.campaign("status", "monthly", "--period", "2026-11")
    assert sum(status["counts"].values()) == 0


def test_costs_are_booked_on_the_campaigns_channel_once(desk: Desk) -> None:
    for _turn in range(2):
        desk.campaign("send", "monthly", "--period", "2026-11")
    _code, rows, _err = desk.say("channel", "list", "--json")
    costs: dict[str, Any] = {row["channel"]: row["cost"] for row in rows}
    assert costs["newsletter"] == {"amount": "0.02", "currency": "CNY"}


def test_two_who_begin_at_the_same_moment_send_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another sender begins the period, and ends it, between our plan and our first row."""
    found = campaign(desk.database.workspace, "monthly")
    period = found.period(desk.database.workspace, "2026-11", now=clock.now())
    whole = sending.make_plan

    def meanwhile(*arguments: Any, **more: Any) -> Any:
        plan = whole(*arguments, **more)
        monkeypatch.setattr(sending, "make_plan", whole)
        assert sending.send(desk.database, found, period, now=clock.now).view.counts["accepted"] == 2
        return plan

    monkeypatch.setattr(sending, "make_plan", meanwhile)
    assert sending.send(desk.database, found, period, now=clock.now).view.counts["accepted"] == 2
    assert desk.got == ["a@example.com", "b@example.com"]
