"""Periods: their keys, their spans, their neighbours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth.jobs.period import ONCE, Period, UnknownPeriod
from growth.language import speaking
from growth.workspace import Every

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
SPANS = [every for every in Every if every != Every.ONCE]
periods = st.builds(Period.of, st.sampled_from(SPANS), st.dates(date(1971, 1, 1), date(2900, 1, 1)), st.integers(0, 23))


@pytest.mark.parametrize(
    ("every", "key"),
    [
        (Every.HOUR, "2026-11-23T10"),
        (Every.DAY, "2026-11-23"),
        (Every.WEEK, "2026-W48"),
        (Every.MONTH, "2026-11"),
        (Every.YEAR, "2026"),
        (Every.ONCE, "once"),
    ],
)
def test_a_key_is_named_after_the_site_s_clock(every: Every, key: str) -> None:
    assert Period.at(every, datetime(2026, 11, 23, 2, 30, tzinfo=UTC), SHANGHAI).key == key
    assert Period.parse(key).every == every
    assert Period.parse(key, every=every).key == key


@pytest.mark.parametrize(
    ("day", "key"),
    [(date(2024, 12, 30), "2025-W01"), (date(2027, 1, 3), "2026-W53"), (date(2026, 1, 1), "2026-W01"), (date(2023, 1, 1), "2022-W52")],
)
def test_weeks_are_iso_weeks_at_the_turn_of_the_year(day: date, key: str) -> None:
    assert Period.of(Every.WEEK, day).key == key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "2026-13",
        "2026-02-30",
        "2026-W54",
        "2025-W53",
        "2026-11-23T24",
        "26-11",
        "2026-11-23 10",
        "0000",
        "9999-01",
        "2026-1",
        "Once",
        "２０２６",
    ],
)
def test_what_is_no_period_is_refused_with_the_forms_that_are(key: str) -> None:
    with pytest.raises(UnknownPeriod) as fault:
        Period.parse(key)
    assert key in fault.value.message
    assert fault.value.fix is not None
    assert "2026-W48" in fault.value.fix


def test_a_key_of_another_length_is_refused_with_the_right_form() -> None:
    with pytest.raises(UnknownPeriod) as fault:
        Period.parse("2026-11-23", every=Every.MONTH)
    assert fault.value.fix == "write it as 2026-11"


def test_a_month_begins_and_ends_at_the_site_s_midnight() -> None:
    november = Period.parse("2026-11")
    assert november.start(SHANGHAI) == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert november.end(SHANGHAI) == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert (november.first, november.last) == (date(2026, 11, 1), date(2026, 11, 30))
    assert (november.previous().key, november.next().key) == ("2026-10", "2026-12")


def test_a_day_of_summer_time_is_an_hour_shorter_or_longer() -> None:
    spring, autumn = Period.parse("2026-03-08"), Period.parse("2026-11-01")
    assert spring.end(NEW_YORK) - spring.start(NEW_YORK) == timedelta(hours=23)
    assert autumn.end(NEW_YORK) - autumn.start(NEW_YORK) == timedelta(hours=25)


def test_an_hour_that_the_clock_repeats_is_one_period_of_two_hours() -> None:
    repeated = Period.parse("2026-11-01T01")
    assert repeated.end(NEW_YORK) - repeated.start(NEW_YORK) == timedelta(hours=2)
    for instant in (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)):
        assert Period.at(Every.HOUR, instant, NEW_YORK) == repeated


def test_once_has_no_span_and_no_neighbours() -> None:
    with pytest.raises(UnknownPeriod):
        ONCE.start(SHANGHAI)
    with pytest.raises(UnknownPeriod):
        ONCE.next()


def test_a_naive_instant_is_a_bug_not_a_guess() -> None:
    with pytest.raises(ValueError, match="naive"):
        Period.at(Every.DAY, datetime(2026, 11, 23), SHANGHAI)


def test_titles_are_what_people_read() -> None:
    with speaking("zh-CN"):
        assert [Period.parse(key).title() for key in ("2026-11", "2026-W48", "2026-11-23", "2026-11-23T10")] == [
            "2026年11月",
            "2026年第48周",
            "2026年11月23日",
            "2026年11月23日 10时",
        ]
    with speaking("en"):
        assert [Period.parse(key).title() for key in ("2026-11", "2026-W48", "2026-11-23")] == [
            "November 2026",
            "week 48 of 2026",
            "23 November 2026",
        ]


@given(periods)
def test_every_key_reads_back(period: Period) -> None:
    assert Period.parse(period.key) == period


@given(periods, st.sampled_from([SHANGHAI, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")]))
def test_periods_follow_each_other_without_gap_or_overlap(period: Period, zone: ZoneInfo) -> None:
    assert period.next().previous() == period
    assert period.end(zone) == period.next().start(zone)
    assert period.start(zone) <= period.end(zone)


@given(st.datetimes(datetime(1975, 1, 1), datetime(2100, 1, 1)), st.sampled_from(SPANS), st.sampled_from([SHANGHAI, NEW_YORK]))
def test_an_instant_lies_in_its_period(naive: datetime, every: Every, zone: ZoneInfo) -> None:
    instant = naive.replace(tzinfo=UTC)
    period = Period.at(every, instant, zone)
    assert period.start(zone) <= instant < period.end(zone)
    assert period.contains(instant.astimezone(zone).date())
