"""A/B with a winner: shares first, an honest test, then the better wording to whoever waited; nobody gets two."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from statistics import NormalDist

import pytest

from campaigns.campaign import campaign
from campaigns.schema import Content
from campaigns.sending import Sent, send
from campaigns.winner import Group, Rule, Verdict, judge
from growth import clock
from growth.channels import record_click, resolve_link
from growth.messaging.opens import Opener, record_open
from tests.campaigns.desk import MONTHLY, Desk, MakeDesk
from tests.campaigns.test_results import between, code_of

TESTED = (
    MONTHLY
    + """  variants: {b: {subject: "乙", share: 30%}}
  winner: {by: clicked, after: 2h, at_least: 20}
"""
)
PEOPLE = "email,name,email_consent\n" + "".join(f"p{number}@example.com,人{number},yes\n" for number in range(200))
RULE = Rule()


def test_a_difference_that_chance_does_not_explain_wins() -> None:
    # the same by another road: Pearson's chi-square of the table [[60, 940], [90, 910]] with one degree of freedom
    chi_square = 2000 * (60 * 910 - 940 * 90) ** 2 / (1000 * 1000 * 150 * 1850)
    p = 2 * (1 - NormalDist().cdf(math.sqrt(chi_square)))
    decision = judge([Group(variant="", sent=1000, did=60), Group(variant="b", sent=1000, did=90)], RULE)
    assert (decision.verdict, decision.winner) == (Verdict.WINNER, "b")
    assert decision.groups[1].p == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize(
    ("original", "other", "verdict"),
    [
        ((1000, 60), (1000, 75), Verdict.NO_WINNER),  # p = 0.18
        ((1000, 90), (1000, 60), Verdict.NO_WINNER),  # worse: the original stays
        ((150, 5), (1000, 90), Verdict.TOO_FEW),  # too few messages
        ((1000, 1), (1000, 4), Verdict.TOO_FEW),  # too few who did it for the test to hold
        ((1000, 0), (1000, 0), Verdict.TOO_FEW),
    ],
)
def test_where_nothing_is_certain_nobody_wins(original: tuple[int, int], other: tuple[int, int], verdict: Verdict) -> None:
    groups = [Group(variant="", sent=original[0], did=original[1]), Group(variant="b", sent=other[0], did=other[1])]
    decision = judge(groups, RULE)
    assert (decision.verdict, decision.winner) == (verdict, None)


def test_the_more_variants_the_stricter() -> None:
    pair = [Group(variant="", sent=1000, did=60), Group(variant="b", sent=1000, did=83)]  # p = 0.047
    assert judge(pair, RULE).winner == "b"
    assert judge([*pair, Group(variant="c", sent=1000, did=60)], RULE).winner is None
    assert judge([*pair, Group(variant="c", sent=1000, did=120)], RULE).winner == "c"


def run(desk: Desk, **ahead: float) -> Sent:
    found = campaign(desk.database.workspace, "monthly")
    moment = timedelta(**ahead)
    period = found.period(desk.database.workspace, "2026-11", now=clock.now())
    return send(desk.database, found, period, now=lambda: clock.now() + moment)


def subjects(desk: Desk) -> Counter[str]:
    return Counter("b" if "乙" in mail.subject else "a" for mail in desk.sandbox.mailbox.messages())


def follow(desk: Desk, *, variant: str, bot: str | None = None) -> None:
    """Everybody who got that variant follows its link."""
    with desk.database.write() as session:
        for mail in desk.sandbox.mailbox.messages():
            if ("乙" in mail.subject) == (variant == "b"):
                link = resolve_link(session, code_of(mail))
                assert link is not None
                record_click(session, link=link, at=clock.now(), bot=bot, workspace=desk.database.workspace)
                record_open(session, between(mail, "/o/", ".gif"), by=Opener.MACHINE, at=clock.now())


@pytest.fixture
def office(make_desk: MakeDesk) -> Desk:
    """Two hundred people: 30 % get b, 30 % the original, the rest waits."""
    return make_desk(files={"campaigns/monthly.yaml": TESTED}, people=PEOPLE)


def test_the_shares_go_first_and_the_winner_to_the_rest(office: Desk) -> None:
    first = run(office)
    assert first.outcome.until is not None
    assert timedelta(hours=1, minutes=50) < first.outcome.until - clock.now() < timedelta(hours=2, minutes=1)
    tested = subjects(office)
    assert 35 < tested["a"] < 85
    assert 35 < tested["b"] < 85
    follow(office, variant="b")
    # before the time is over nothing is judged, however often anybody looks
    assert run(office, hours=1).view.state == "sending"
    assert subjects(office) == tested
    assert run(office, hours=3).view.state == "finished"
    assert subjects(office) == Counter(a=tested["a"], b=200 - tested["a"])
    assert len(set(office.got)) == len(office.got) == 200
    _code, report, _err = office.campaign("report", "monthly", "--period", "2026-11")
    assert (report["test"]["verdict"], report["test"]["winner"]) == ("winner", "b")
    assert report["by_variant"]["b"]["clickers"] == tested["b"]
    assert {name: line["handed_over"] for name, line in report["by_variant"].items()} == {"a": tested["a"], "b": 200 - tested["a"]}


def test_who_waits_for_the_winner_is_told_until_when(office: Desk) -> None:
    code, told, err = office.say("campaign", "send", "monthly", "--period", "2026-11")
    assert code == 3
    judged_at = (clock.now() + timedelta(hours=2)).astimezone(office.database.workspace.zone)
    near = {f"{judged_at - timedelta(minutes=minutes):%Y-%m-%d %H:%M}" for minutes in range(5)}
    [at] = re.findall(r"judged at (\S+ \S+)", told)
    assert at in near
    assert "goes on by itself" in err
    assert office.campaign("send", "monthly", "--period", "2026-11")[1]["next_at"]


def test_bots_and_machine_opens_decide_nothing(office: Desk) -> None:
    run(office)
    tested = subjects(office)
    follow(office, variant="b", bot="scanner")
    run(office, hours=3)
    assert subjects(office) == Counter(a=200 - tested["b"], b=tested["b"])
    code, told, _err = office.say("campaign", "report", "monthly", "--period", "2026-11")
    assert code == 0
    assert "too few to conclude anything" in told


def test_what_a_test_cannot_be_is_said_with_its_line(make_desk: MakeDesk) -> None:
    desk = make_desk(people="")
    for change, says in (
        (("share: 30%", "share: 60%"), "leave nobody"),
        (("variants:", "#"), "there are no variants"),
        (("after: 2h", "after: 2h, alpha: 50%"), "alpha"),
    ):
        desk.write("campaigns/monthly.yaml", TESTED.replace(*change))
        code, told, _err = desk.say("check", "campaigns/monthly.yaml", "--json")
        assert code == 2
        assert any(says in problem["message"] for problem in told["problems"]), told


def test_the_control_is_as_large_as_the_largest_share_unless_it_is_written() -> None:
    made = Content.model_validate({"subject": "x", "variants": {"b": {"share": "20%"}, "c": {"share": "10%"}}, "winner": {}})
    assert made.control == Decimal("0.2")
