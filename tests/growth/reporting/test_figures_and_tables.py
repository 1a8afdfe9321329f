"""Figures with change and target; tables sorted, filtered, paged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import column, create_engine, func, select, table, text
from sqlalchemy.orm import Session

from growth.language import speaking
from growth.money import Money
from growth.rendering import Address
from growth.reporting import Better, Column, Figure, Kind, Query, Section, Table, TableState, arrange, change_since, merged, sql_of

COLUMNS = [
    Column(id="name", label="Name", key=True),
    Column(id="n", label="N", kind=Kind.NUMBER, lead=True),
    Column(id="cost", label="Cost", kind=Kind.MONEY),
    Column(id="at", label="At", kind=Kind.INSTANT),
]


def rows(count: int) -> list[dict[str, object]]:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    return [{"name": f"row {n:03}", "n": n, "cost": Money(Decimal(n * 10)), "at": start + timedelta(hours=n)} for n in range(count)]


def arranged(query: dict[str, str], count: int = 120, **more: Any) -> Table:
    found = Table(id="t", title="T", columns=COLUMNS, rows=rows(count), **more)
    return arrange(found, TableState.of(Address.of("/t", query)))


def test_a_table_sorts_by_what_the_address_asks_and_pages() -> None:
    shown = arranged({"sort": "-n", "page": "2"})
    assert [row["n"] for row in shown.rows][:2] == [69, 68]
    assert (shown.count, shown.last_page, shown.page) == (120, 3, 2)
    with speaking("en"):
        assert shown.count_words == "51–100 of 120"


@pytest.mark.parametrize(
    "query", [{"page": "abc"}, {"page": "-1"}, {"page": "²"}, {"sort": "nothing"}, {"sort": "__class__"}, {"page": "99999999999999"}]
)
def test_nonsense_in_the_address_falls_back_to_the_first_page(query: dict[str, str]) -> None:
    assert arranged(query).page == 1
    assert len(arranged(query).rows) == 50


def test_a_page_past_the_end_shows_the_last() -> None:
    assert arranged({"page": "77"}).page == 3


def test_filtering_keeps_what_matches_and_counts_it() -> None:
    shown = arranged({"q": "ROW 01"})
    assert (shown.count, next(row["name"] for row in shown.rows)) == (10, "row 010")


def test_sorting_money_dates_and_missing_values() -> None:
    found = Table(id="t", title="T", columns=COLUMNS, rows=[*rows(3), {"name": "none", "n": None, "cost": None, "at": None}])
    for key in ("n", "cost", "at"):
        for sign in ("", "-"):
            shown = arrange(found, TableState.of(Address.of("/t", {"sort": sign + key})))
            assert shown.rows[-1]["name"] == "none"


def test_a_sum_stays_last_and_is_not_counted() -> None:
    found = Table(id="t", title="T", columns=COLUMNS, rows=[{"name": "sum", "n": 99, "total_row": True}, *rows(3)])
    shown = arrange(found, TableState.of(Address.of("/t", {"sort": "-n"})))
    assert (shown.rows[-1]["name"], shown.count, len(shown.as_json())) == ("sum", 3, 3)


def test_a_click_on_a_head_turns_the_order_round() -> None:
    shown = arranged({"sort": "-n"})
    assert shown.next_sort(COLUMNS[1]) == "n"
    assert shown.next_sort(COLUMNS[0]) == "name"
    assert arranged({"sort": "name"}).next_sort(COLUMNS[0]) == "-name"
    assert arranged({}).next_sort(COLUMNS[1]) == "-n"


def test_long_tables_link_the_ends_and_the_neighbours() -> None:
    assert arranged({"page": "5"}, 1000).near_pages == [1, None, 4, 5, 6, None, 20]


@pytest.mark.parametrize(
    ("before", "now", "better", "share", "good"),
    [
        (100, 112, Better.UP, "0.12", True),
        (100, 90, Better.UP, "-0.1", False),
        (100, 90, Better.DOWN, "-0.1", True),
        (100, 150, Better.NEITHER, "0.5", None),
        (100, 100, Better.UP, "0", None),
        (Money(Decimal(50)), Money(Decimal(75)), Better.DOWN, "0.5", False),
    ],
)
def test_a_change_says_whether_it_is_good_news(
    before: int | Money, now: int | Money, better: Better, share: str, good: bool | None
) -> None:
    change = change_since(before, now, better=better)
    assert change is not None
    assert (change.value, change.good) == (Decimal(share), good)


def test_there_is_no_change_from_nothing_or_between_currencies() -> None:
    assert change_since(0, 5) is None
    assert change_since(None, 5) is None
    assert change_since(Money(Decimal(1)), Money(Decimal(2), "USD")) is None


def test_a_target_is_reached_from_below_or_kept_from_above() -> None:
    more = Figure(id="s", label="s", value=862, target=1000)
    less = Figure(id="c", label="c", value=Money(Decimal("60.68")), target=Money(Decimal(80)), better=Better.DOWN)
    assert (more.reached, more.on_target) == (Decimal("0.862"), False)
    assert less.on_target is True
    assert less.reached is not None
    assert less.reached > 1
    assert Figure(id="x", label="x", value=None, target=5).reached is None
    assert Figure(id="x", label="x", value=Money(Decimal(0)), target=Money(Decimal(80)), better=Better.DOWN).on_target is True


def test_json_is_that_of_the_contract() -> None:
    figure = Figure(id="cost", label="Cost", value=Money(Decimal(80)), query=Query(sql="select 80"))
    share = Figure(id="rate", label="Rate", value=Decimal("0.125"), unit="%", query="select 1")
    section = Section(
        id="overview", title="Overview", figures=[figure, share], tables=[Table(id="t", title="T", columns=COLUMNS, rows=rows(1))]
    )
    document = section.as_json()
    assert document["figures"] == [
        {"id": "cost", "value": {"amount": "80.00", "currency": "CNY"}, "unit": "CNY", "query": "select 80"},
        {"id": "rate", "value": 0.125, "unit": "%", "query": "select 1"},
    ]
    assert document["rows"] == [
        {"name": "row 000", "n": 0, "cost": {"amount": "0.00", "currency": "CNY"}, "at": "2026-11-01T00:00:00+00:00"}
    ]


def test_the_statement_of_a_figure_runs_by_hand_and_gives_the_figure() -> None:
    signup = table("signup", column("id"), column("day"))
    statement = select(func.count()).select_from(signup).where(signup.c.day == "2026-11-01")
    with Session(create_engine("sqlite://")) as session:
        session.execute(text("create table signup (id integer, day text)"))
        session.execute(text("insert into signup values (1, '2026-11-01'), (2, '2026-11-01'), (3, '2026-11-02')"))
        assert session.execute(text(sql_of(session, statement))).scalar() == session.scalar(statement) == 2


def test_sections_of_one_id_become_one_in_order_and_no_id_stands_twice() -> None:
    def table(title: str) -> Table:
        return Table(id="campaigns", title=title, columns=COLUMNS)

    ours = Section(id="campaigns", title="Campaigns", tables=[table("by credit")], order=20)
    theirs = Section(
        id="campaigns", title="Sent", sentence="Two went out.", figures=[Figure(id="sent", label="Sent", value=3)], tables=[table("sent")]
    )
    found = merged([theirs, Section(id="seo", title="SEO", order=30), ours])
    assert [section.id for section in found] == ["campaigns", "seo"]
    assert [(one.id, one.title) for one in found[0].tables] == [("campaigns", "by credit"), ("campaigns-2", "sent")]
    assert (found[0].title, found[0].sentence, len(found[0].figures)) == ("Campaigns", "Two went out.", 1)


def test_days_are_dates_in_json() -> None:
    found = Table(id="t", title="T", columns=[Column(id="day", label="Day", kind=Kind.DATE)], rows=[{"day": date(2026, 11, 1)}])
    assert found.as_json() == [{"day": "2026-11-01"}]
