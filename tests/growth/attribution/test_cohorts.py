"""Cohorts: who stays active, comes again and is worth what; by channel the parts sum to the whole, on each engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from growth.attribution import Cohort, cohorts, model_named
from growth.db import Database
from growth.money import Money
from growth.traffic import catch_up
from tests.growth.traffic.conftest import CHANNELS, YAML
from tests.journeys import Journey, Site, journey

MAY = datetime(2026, 5, 10, 4, tzinfo=UTC)
DECEMBER = date(2026, 12, 1)
COSTS = CHANNELS.replace("from: 2026-11-01, until: 2026-11-30", "from: 2026-05-01, until: 2026-05-31")


@pytest.fixture
def site(open_workspace: Callable[..., Database]) -> Site:
    """A site on each engine; the poster cost 300 in May."""
    return Site(open_workspace(YAML, files={"channels.yaml": COSTS}), start=datetime(2026, 5, 1, tzinfo=UTC))


def bid(visitor: Journey, id: str, amount: str) -> Journey:
    return visitor.step(id, "bid", value={"amount": amount, "currency": "CNY"})


def made(site: Site, *, today: date = DECEMBER, role: str | None = None, model: str | None = None) -> list[Cohort]:
    catch_up(site.database)
    with site.database.read() as session:
        return cohorts(
            session,
            workspace=site.database.workspace,
            from_day=date(2026, 5, 1),
            until_day=date(2026, 10, 31),
            today=today,
            role=role,
            model=model_named(model) if model else None,
        )


def two_people(site: Site) -> None:
    """One who bids in the first, second and fourth month and comes back to look; one who never returns."""
    ming = journey(site, "v1", start=MAY).visit("/", via="poster").wait(minutes=5).sign_up("ming", role="investor")
    bid(ming.wait(days=10), "ming", "100")
    bid(ming.wait(days=25), "ming", "50.50")
    ming.wait(days=60).visit("/account")
    bid(ming.wait(days=10), "ming", "1000")
    journey(site, "v2", start=MAY).visit("/", referrer="https://www.baidu.com/link?url=x").wait(minutes=1).sign_up("hua", role="borrower")


def test_activity_repeats_and_value_by_month_after_signing_up(site: Site) -> None:
    two_people(site)
    (may,) = made(site)
    assert (may.month, may.channel, may.signups) == (date(2026, 5, 1), None, 2)
    assert may.active == (0.5, 0.5, 0, 0.5, 0, 0)
    assert may.repeated == 0.5
    assert [may.values[n].minor for n in (1, 3, 6)] == [10_000, 15_050, 115_050]
    assert may.value_each(3) == Money.parse("75.25 CNY")
    assert may.cac == Money.parse("150 CNY")


def test_a_young_cohort_shows_only_the_months_that_all_have_lived(site: Site) -> None:
    two_people(site)
    (may,) = made(site, today=date(2026, 7, 1))
    assert may.active == (0.5, None, None, None, None, None)
    assert may.values[1] is not None
    assert may.values[3] is None
    assert may.value_each(6) is None


def test_roles_have_cohorts_of_their_own(site: Site) -> None:
    two_people(site)
    (borrowers,) = made(site, role="borrower")
    assert (borrowers.signups, borrowers.active[0], borrowers.repeated) == (1, 0, 0)


@pytest.mark.parametrize("model", ["first", "linear", "markov", "shapley"])
def test_by_channel_the_parts_sum_to_the_whole(site: Site, model: str) -> None:
    two_people(site)
    mixed = journey(site, "v3", start=MAY).visit("/", via="poster").wait(days=1).visit("/", referrer="https://www.zhihu.com/")
    bid(mixed.wait(minutes=1).sign_up("both", role="investor").wait(days=3), "both", "0.01")
    journey(site, start=MAY).sign_up("unseen")
    (whole,) = made(site)
    parts = made(site, model=model)
    assert sum(part.micros for part in parts) == whole.micros == 4_000_000
    for n in (1, 3, 6):
        assert sum(part.values[n].minor for part in parts) == whole.values[n].minor
    assert sum(part.active[0] * part.micros for part in parts if part.micros) == pytest.approx(whole.active[0] * whole.micros)
    assert parts[-1].channel == "unattributed"
    assert {part.channel for part in parts} >= {"poster", "organic-search", "organic-social"}
    assert sum(part.cost.minor for part in parts if part.cost) == whole.cost.minor == 30_000


def test_a_channel_that_cost_and_brought_nobody_has_a_row_without_cost_a_sign_up(site: Site) -> None:
    journey(site, "v2", start=MAY).visit("/", referrer="https://www.baidu.com/link?url=x").sign_up("hua")
    rows = {row.channel: row for row in made(site, model="last")}
    assert rows["poster"].signups == 0
    assert rows["poster"].cost == Money.parse("300 CNY")
    assert rows["poster"].cac is None
    assert rows["poster"].active == (None,) * 6
