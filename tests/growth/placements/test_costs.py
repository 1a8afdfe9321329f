"""What a placement costs is booked on its channel, once, and follows placements.yaml."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from growth.channels import channel_costs, costs_by_day
from growth.db import Database
from growth.money import Money
from growth.placements.keep import sync
from tests.command import Growth
from tests.growth.placements.conftest import declare

ONE = "placements:\n  - {id: sina, channel: media-sina, kind: article, cost: 3000 CNY%s}\n"
SPREAD = ONE % ", from: 2026-11-01, until: 2026-11-30"
END = date(2027, 12, 31)


def costs(database: Database, *, until: date = END) -> dict[str, list[Money]]:
    with database.read() as session:
        return channel_costs(session, from_day=None, until_day=until)


def cny(amount: str) -> list[Money]:
    return [Money.parse(f"{amount} CNY")]


def test_a_cost_with_a_time_is_spread_over_its_days(placed: Callable[[str], Database], now: datetime) -> None:
    database = placed(SPREAD)
    for _time in range(2):
        sync(database, now=now)
        assert costs(database) == {"media-sina": cny("3000")}
        assert costs(database, until=date(2026, 11, 10)) == {"media-sina": cny("1000")}


def test_without_a_time_it_falls_on_the_day_it_was_first_seen_and_stays_there(placed: Callable[[str], Database], now: datetime) -> None:
    database = placed(ONE % "")
    sync(database, now=now)
    sync(database, now=now + timedelta(days=40))
    with database.read() as session:
        found = costs_by_day(session, from_day=None, until_day=END)
    assert found == {("media-sina", now.astimezone(database.workspace.zone).date(), "CNY"): 300_000}


def test_what_the_file_says_anew_replaces_what_was_booked(placed: Callable[[str], Database], now: datetime) -> None:
    database = placed(SPREAD)
    sync(database, now=now)
    sync(declare(database, SPREAD.replace("3000", "4500").replace("media-sina", "partner")), now=now)
    assert costs(database) == {"partner": cny("4500")}
    sync(declare(database, SPREAD.replace("3000", "4500").replace("{id: sina,", "{id: sina-2, formerly: sina,")), now=now)
    assert costs(database) == {"media-sina": cny("4500")}
    sync(declare(database, "placements:\n  - {id: sina-2, channel: media-sina, kind: article}\n"), now=now)
    assert costs(database) == {}


def test_one_that_leaves_the_file_keeps_what_was_spent_by_then(placed: Callable[[str], Database], now: datetime) -> None:
    database = placed(SPREAD)
    sync(database, now=now)
    gone = datetime(2026, 11, 15, 4, tzinfo=now.tzinfo)
    for later in (timedelta(), timedelta(days=3)):
        sync(declare(database, "placements: []\n"), now=gone + later)
        assert costs(database) == {"media-sina": cny("1500")}
    sync(declare(database, SPREAD), now=gone + timedelta(days=4))
    assert costs(database) == {"media-sina": cny("3000")}


def test_a_placement_of_an_unknown_channel_costs_nobody_anything(placed: Callable[..., Database], now: datetime) -> None:
    database = placed(SPREAD, channels="channels:\n  hao123: {medium: directory}\n")
    sync(database, now=now)
    assert costs(database) == {}


@pytest.mark.parametrize("by", ["channel", "placement"])
def test_the_attribution_report_counts_it(placed: Callable[[str], Database], growth: Callable[[Database], Growth], by: str) -> None:
    database = placed(SPREAD)
    told = growth(database)("attribution", "report", "--by", by, "--from", "2026-11-01", "--to", "2026-11-30", "--json")
    rows = {row[by]: row["cost"] for row in told.json["rows"]}
    assert rows[{"channel": "media-sina", "placement": "sina"}[by]] == {"amount": "3000.00", "currency": "CNY"}
