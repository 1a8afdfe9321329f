"""What a campaign of text messages costs where countries have prices of their own."""

from __future__ import annotations

from growth.contacts import calling_code
from tests.campaigns.desk import Desk, MakeDesk

PEOPLE = """phone,name,tags
13800138000,张三,在还
+85261234567,陈四,在还
+12025550123,Lee,在还
"""
PERIOD = ("--period", "2026-11-23")


def test_the_country_of_a_number() -> None:
    for phone, code in (("+8613800138000", "+86"), ("+85261234567", "+852"), ("+12025550123", "+1"), ("+4930123456", "+49")):
        assert calling_code(phone) == code


def test_each_country_has_its_price_in_plan_and_report(make_desk: MakeDesk) -> None:
    desk = make_desk(people=PEOPLE)
    priced(desk, '{"+86": 0.05 CNY, "+852": 0.4 CNY, default: 1 CNY}')
    _code, plan, _err = desk.campaign("plan", "notice", *PERIOD)
    # abroad a part holds 70 characters too, as the text is Chinese
    assert (plan["parts_by_country"], plan["cost"]) == ({"+1": 1, "+852": 1, "+86": 1}, {"amount": "1.45", "currency": "CNY"})
    code, sent, _err = desk.campaign("send", "notice", *PERIOD)
    assert (code, sent["counts"]["accepted"]) == (0, 3)
    _code, report, _err = desk.campaign("report", "notice", *PERIOD)
    assert report["cost"] == {"amount": "1.45", "currency": "CNY"}
    assert set(report["by_domain"]) == {"+1", "+852", "+86"}


def test_a_map_without_the_other_countries_or_with_two_currencies_is_refused_at_its_line(desk: Desk) -> None:
    for price, words in (
        ('{"+86": 0.05 CNY}', "the price of other countries is missing"),
        ('{"+86": 0.05 CNY, default: 1 USD}', "several currencies"),
        ("{china: 0.05 CNY, default: 1 CNY}", "no calling code"),
    ):
        priced(desk, price)
        code, _told, err = desk.say("check")
        assert code == 2
        assert words in err + str(_told)
        assert "growth.yaml:" in err + str(_told)
        priced(desk, "0.05 CNY")


def priced(desk: Desk, price: str) -> None:
    path = desk.database.workspace.root / "growth.yaml"
    kept = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("sms:")]
    path.write_text("\n".join([*kept, f"sms: {{provider: outbox, signature: 诚信贷, price: {price}}}"]) + "\n", "utf-8")
