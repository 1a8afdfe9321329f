"""Proposals: each stands on enough numbers, says them, and is silent where they are few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from growth.jobs import Period
from growth.language import speaking
from growth.money import Money
from growth.operations.proposals import Proposal, proposals
from growth.operations.rows import Facts, Span, Sums, Yield, span_before, span_of
from growth.operations.words import daily_text, sentence
from growth.reporting import Figure, Note, Section
from growth.workspace import Targets


def cny(amount: str) -> Money:
    return Money(Decimal(amount))


def row(name: str, signups: int = 0, cost: str | None = None, visits: int = 0, **more: Any) -> Yield:
    return Yield(name=name, signups=Decimal(signups), cost=cny(cost) if cost else None, visits=visits, **more)


def facts(*channels: Yield, key: str = "2026-11", today: date = date(2026, 11, 24), **now: Any) -> Facts:
    period = Period.parse(key)
    span = span_of(period, today=today)
    signups = int(sum(one.signups for one in channels))
    costs = [one.cost.amount for one in channels if one.cost]
    sums = Sums(visits=sum(one.visits for one in channels), signups=signups, costs=(Money(sum(costs, Decimal(0))),) if costs else ())
    return Facts(
        period=period,
        span=span,
        before=span_before(period, today=today),
        now=replace(sums, **now),
        then=Sums(visits=0, signups=0),
        course=dict.fromkeys(span.all_days(), (1, 1)),
        channels=channels,
        campaigns=(),
        model="last_non_direct",
    )


def found(facts: Facts, targets: Targets | None = None, *sections: Section) -> dict[str, Proposal]:
    with speaking("en"):
        return {one.id: one for one in proposals(facts, targets or Targets(), sections)}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with speaking("en"):
        yield


def test_budget_moves_from_the_dearest_to_the_cheapest_channel() -> None:
    made = found(facts(row("baidu", 20, "4200", title="百度推广"), row("hao123", 10, "600", title="好123"), row("free", 50)))
    assert made["move-budget"].text == "Move budget from 百度推广 (¥210 a sign-up) to 好123 (¥60)."
    assert "brings 70" in made["move-budget"].mend
    assert made["move-budget"].as_json()["evidence"] == {
        "from": "baidu",
        "from_cac": {"amount": "210.00", "currency": "CNY"},
        "to": "hao123",
        "to_cac": {"amount": "60.00", "currency": "CNY"},
        "from_signups": 20,
        "to_signups": 10,
    }


@pytest.mark.parametrize(
    "channels",
    [
        (row("baidu", 20, "4200"), row("hao123", 4, "60")),
        (row("baidu", 20, "1300"), row("hao123", 10, "600")),
        (row("baidu", 20, "4200"), row("free", 50)),
        (row("baidu", 20, "4200"),),
        (row("baidu", 20, "4200"), replace(row("abroad", 10), cost=Money(Decimal(1), "USD"))),
    ],
    ids=["few sign-ups", "not twice as dear", "a free channel is not bought", "nothing to move to", "another currency"],
)
def test_budget_stays_where_the_numbers_do_not_bear_it(channels: tuple[Yield, ...]) -> None:
    assert "move-budget" not in found(facts(*channels))


def test_a_channel_that_costs_and_brings_nothing_is_named_with_what_to_look_at() -> None:
    made = found(facts(row("poster", 0, "20000", visits=40, title="地铁海报"), row("sms", 0, "900"), row("hao123", 10, "600")))
    assert made["cost-without-signup:poster"].text == "地铁海报 cost ¥20,000 and brought no sign-up."
    assert "40 visits" in made["cost-without-signup:poster"].mend
    assert "carry our token" in made["cost-without-signup:sms"].mend


def test_a_small_cost_without_a_signup_is_no_news() -> None:
    assert not [id for id in found(facts(row("x", 0, "150"), row("hao123", 10, "600"))) if id.startswith("cost-without")]


def test_a_month_behind_its_target_says_where_it_ends() -> None:
    made = found(facts(row("hao123", 400, "24000")), Targets(signups=1000))
    assert made["behind-target"].text == "At this pace the month ends at 500 sign-ups of 1,000."
    assert "hao123" in made["behind-target"].mend
    over = found(facts(row("hao123", 400, "24000"), today=date(2026, 12, 5)), Targets(signups=1000))
    assert over["behind-target"].text == "The month ended at 400 sign-ups of 1,000."


@pytest.mark.parametrize(
    ("signups", "today"), [(730, date(2026, 11, 24)), (10, date(2026, 11, 2))], ids=["nearly there", "two days are no pace"]
)
def test_a_month_that_may_still_reach_its_target_is_left_alone(signups: int, today: date) -> None:
    assert "behind-target" not in found(facts(row("hao123", signups), today=today), Targets(signups=1000))


def test_dear_signups_are_told_against_the_target() -> None:
    targets = Targets.model_validate({"cac": "80 CNY"})
    assert found(facts(row("a", 10, "950")), targets)["cac-above-target"].text == "A sign-up costs ¥95; the target is ¥80."
    assert "cac-above-target" not in found(facts(row("a", 10, "790")), targets)
    assert "cac-above-target" not in found(facts(row("a", 4, "790")), targets)


def test_falling_visits_are_told_where_there_were_enough() -> None:
    made = found(
        facts(
            row("hao123", visits=120, visits_before=200),
            row("tiny", visits=1, visits_before=50),
            row("steady", visits=190, visits_before=200),
        )
    )
    assert [id for id in made if id.startswith("falling")] == ["falling:hao123"]


def test_too_many_signups_of_unknown_origin_ask_for_tracked_links() -> None:
    made = found(facts(row("hao123", 60), row("unattributed", 40, unattributed=True)))
    assert made["unknown-origin"].text == "40% of the sign-ups have no known channel."
    assert "unknown-origin" not in found(facts(row("hao123", 6), row("unattributed", 4, unattributed=True)))


def test_what_a_room_proposes_stands_among_the_proposals_gravest_first() -> None:
    notes = [Note(text="12 links are broken.", severity="error", proposal=True, evidence={"signups": 30}), Note(text="only a remark")]
    made = list(
        found(facts(row("baidu", 20, "4200"), row("hao123", 10, "600")), None, Section(id="seo", title="SEO", notes=notes)).values()
    )
    assert [one.id for one in made] == ["seo:1", "move-budget"]
    assert made[0].evidence == {"section": "seo", "signups": 30}


def test_nothing_is_proposed_on_no_numbers() -> None:
    assert found(facts(), Targets(signups=None)) == {}


def test_a_running_period_is_compared_with_as_many_days_of_the_one_before() -> None:
    month = Period.parse("2026-11")
    assert span_of(month, today=date(2026, 11, 24)) == Span(first=date(2026, 11, 1), last=date(2026, 11, 24))
    assert span_before(month, today=date(2026, 11, 24)) == Span(first=date(2026, 10, 1), last=date(2026, 10, 24))
    assert span_before(month, today=date(2026, 12, 1)) == Span(first=date(2026, 10, 1), last=date(2026, 10, 31))
    march = Period.parse("2026-03")
    assert span_before(march, today=date(2026, 3, 30)) == Span(first=date(2026, 2, 1), last=date(2026, 2, 28))
    assert span_of(month, today=date(2026, 10, 1)).days == 1
    assert span_before(Period.parse("2026-11-24"), today=date(2026, 11, 24)).first == date(2026, 11, 23)


def test_the_sentence_says_how_things_stand() -> None:
    given = facts(row("hao123", 862, "52310"))
    given = replace(given, then=Sums(visits=9, signups=1000))
    assert (
        sentence(given, Targets(signups=1000))
        == "Sign-ups are at 862 of 1,000 with 6 days left, 14% fewer than in October 2026, one costs ¥60.68."
    )
    with speaking("zh-CN"):
        assert sentence(given, Targets(signups=1000)).endswith("。")
    assert sentence(facts(), Targets()) == "No visit and no sign-up is recorded for November 2026 yet."


def test_the_pasted_text_names_figures_channels_and_what_to_do() -> None:
    given = facts(row("baidu", 20, "4200", title="百度推广"), row("hao123", 10, "600", title="好123"), row("none"))
    figures = [
        Figure(id="signups", label="Sign-ups", value=30, target=40).compared(20, against="x"),
        Figure(id="roi", label="Return", value=None),
    ]
    made = proposals(given, Targets())
    text = daily_text(
        "诚信贷 Daily report", given, figures, made, [Section(id="seo", title="SEO", sentence="3 new errors.")], link="https://x/reports"
    )
    assert text.splitlines()[:3] == ["诚信贷 Daily report", "", "Sign-ups: 30 ↑50.0% (target 40)"]
    assert "· 百度推广: 20 sign-ups (¥210 each)" in text
    assert "· SEO: 3 new errors." in text
    assert "1. Move budget from 百度推广" in text
    assert "Return" not in text
    assert text.endswith("https://x/reports\n")


def test_a_channels_return_needs_one_currency() -> None:
    good = Yield(name="a", cost=cny("100"), value=cny("150"), signups=Decimal(2))
    assert (good.roi, good.cac) == (Decimal("0.5"), cny("50"))
    assert replace(good, value=Money(Decimal(1), "USD")).roi is None
    assert replace(good, cost=cny("0")).roi is None


def test_the_course_covers_every_day_of_the_span() -> None:
    span = Span(first=date(2026, 11, 1), last=date(2026, 11, 3))
    assert span.all_days() == [date(2026, 11, 1) + timedelta(days=place) for place in range(3)]
    assert span.before() == Span(first=date(2026, 10, 29), last=date(2026, 10, 31))
