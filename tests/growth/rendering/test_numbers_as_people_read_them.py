"""Numbers, money, dates and spans in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from growth.language import speaking
from growth.money import Money
from growth.rendering import numbers

THIN = numbers.THIN


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (862, "862", "862"),
        (99_999, "99,999", "99,999"),
        (182_400, f"18.24{THIN}万", "182,400"),
        (1_234_567, f"123.5{THIN}万", f"1.23{THIN}M"),
        (120_000_000, f"1.2{THIN}亿", f"120{THIN}M"),
        (-250_000, f"-25{THIN}万", "-250,000"),
        (Decimal("12.345"), "12.35", "12.35"),
        (0.1, "0.1", "0.1"),
    ],
)
def test_a_count_is_shortened_as_the_language_counts(value: int | float | Decimal, zh: str, en: str) -> None:
    with speaking("zh-CN"):
        assert numbers.number(value) == zh
    with speaking("en"):
        assert numbers.number(value) == en


@pytest.mark.parametrize(
    ("money", "long", "short"),
    [
        (Money(Decimal("1234.5")), "¥1,234.50", "¥1,235"),
        (Money(Decimal("80")), "¥80.00", "¥80"),
        (Money(Decimal("0.05")), "¥0.05", "¥0.05"),
        (Money(Decimal("-12.5")), "-¥12.50", "-¥12.50"),
        (Money(Decimal("1000"), "JPY"), "¥1,000", "¥1,000"),
        (Money(Decimal("5"), "CHF"), "5.00 CHF", "5 CHF"),
    ],
)
def test_money_keeps_its_minor_units_where_they_matter(money: Money, long: str, short: str) -> None:
    assert (numbers.money(money), numbers.money(money, short=True)) == (long, short)


def test_shares_are_rounded_as_people_round() -> None:
    assert [numbers.percent(share) for share in (Decimal("0.1235"), 1, 0, Decimal("0.00049"))] == ["12.4%", "100.0%", "0.0%", "0.05%"]
    assert numbers.percent(Decimal("0.865"), 0) == "87%"


def test_dates_are_written_as_the_language_writes_them() -> None:
    with speaking("zh-CN"):
        assert numbers.long_date(date(2026, 11, 1)) == "2026年11月1日"
    with speaking("en"):
        assert numbers.long_date(date(2026, 11, 1)) == "1 November 2026"
    assert numbers.short_date(date(2026, 11, 1)) == "11-01"


def test_an_instant_is_shown_at_the_site() -> None:
    assert numbers.local(datetime(2026, 10, 31, 16, 30, tzinfo=UTC), ZoneInfo("Asia/Shanghai")) == "2026-11-01 00:30"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(milliseconds=250), "250 ms"),
        (timedelta(seconds=1.24), "1.2 s"),
        (timedelta(seconds=59.4), "59 s"),
        (timedelta(minutes=2, seconds=5), "2 min 5 s"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_a_span_shows_its_two_largest_units(span: timedelta, words: str) -> None:
    with speaking("en"):
        assert numbers.duration(span) == words


def test_how_long_ago_names_the_largest_unit_either_way() -> None:
    now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    with speaking("en"):
        assert numbers.ago(now - timedelta(minutes=5), now) == "5 min ago"
        assert numbers.ago(now + timedelta(hours=3), now) == "in 3 h"
        assert numbers.ago(now - timedelta(seconds=3), now) == "just now"
