"""How durations, money, times, dates, rates, windows and addresses are written."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from growth.money import Money
from growth.workspace import (
    DayText,
    Duration,
    Host,
    MoneyText,
    Percent,
    Rate,
    RateText,
    SitePath,
    TimeOfDay,
    Url,
    Window,
    WindowText,
    YamlModel,
    duration_text,
    parse_duration,
    parse_rate,
    parse_window,
)


class Written(YamlModel):
    duration: Duration | None = None
    money: MoneyText | None = None
    at: TimeOfDay | None = None
    day: DayText | None = None
    rate: RateText | None = None
    window: WindowText | None = None
    share: Percent | None = None
    url: Url | None = None
    host: Host | None = None
    path: SitePath | None = None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30 days", timedelta(days=30)),
        ("2h", timedelta(hours=2)),
        ("1h 30m", timedelta(minutes=90)),
        ("1 week", timedelta(days=7)),
        ("3 years", timedelta(days=3 * 365)),
        ("0.5 h", timedelta(minutes=30)),
        ("30 天", timedelta(days=30)),
        ("2小时", timedelta(hours=2)),
        ("３０ days", timedelta(days=30)),
        ("0", timedelta()),
    ],
)
def test_durations(text: str, value: timedelta) -> None:
    assert parse_duration(text) == value


@pytest.mark.parametrize("text", ["", "30", "days", "30 moons", "30 days ago", "-3 days", "1h x 30m", "9" * 30 + " years", "1000000 days"])
def test_what_is_no_duration_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|century"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=86400 * 3000))
def test_a_duration_written_out_is_read_back(seconds: int) -> None:
    assert parse_duration(duration_text(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("50/s", Rate(50, timedelta(seconds=1))),
        ("600/min", Rate(600, timedelta(minutes=1))),
        ("4 per 30 days", Rate(4, timedelta(days=30))),
        ("5／s", Rate(5, timedelta(seconds=1))),
    ],
)
def test_rates(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate
    assert parse_rate(str(rate)) == rate


@pytest.mark.parametrize("text", ["50", "0/s", "x/s", "50/", "50/moon", "-1/s", "5 per 0 days"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        parse_rate(text)


def test_a_window_may_go_over_midnight() -> None:
    night = parse_window("21:00-08:00")
    assert [night.contains(time(hour)) for hour in (20, 21, 23, 0, 7, 8)] == [False, True, True, True, True, False]
    day = parse_window("09:00－20:00")
    assert [day.contains(time(hour)) for hour in (8, 9, 19, 20)] == [False, True, True, False]
    assert parse_window("08:00-24:00") == Window(time(8), time(0))


@pytest.mark.parametrize("text", ["09:00", "9-20", "09:00-09:00", "25:00-26:00", "a-b"])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"span of hours|same time|time of day"):
        parse_window(text)


def test_values_are_read_into_their_kind() -> None:
    found = Written.model_validate(
        {
            "money": "1,234.50 CNY",
            "at": "9:30",
            "day": "2026年11月1日",
            "share": "20%",
            "url": "HTTPS://Example.com",
            "host": "M.Example.com.",
            "path": "/x",
        }
    )
    assert found.money == Money(Decimal("1234.50"), "CNY")
    assert found.at == time(9, 30)
    assert found.day == date(2026, 11, 1)
    assert found.share == Decimal("0.2")
    assert found.url == "https://example.com/"
    assert found.host == "m.example.com"


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("money", "80", "1234.50 CNY"),
        ("money", "80 RMB yuan", "1234.50 CNY"),
        ("at", "25:00", "23:59"),
        ("at", "10", '"10:00"'),
        ("day", "2026-02-30", "does not exist"),
        ("day", "tomorrow", "2026-11-01"),
        ("share", "120%", "20%"),
        ("share", 0.2, "20%"),
        ("url", "www.example.com", "https://www.example.com"),
        ("url", "ftp://example.com/", "only http"),
        ("url", "https://exa mple.com/", "host name"),
        ("host", "https://example.com/x", "m.example.com"),
        ("path", "x", "starts with /"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_form_that_is_allowed(field: str, value: object, word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        Written.model_validate({field: value})


def test_values_are_written_back_as_they_are_read() -> None:
    found = Written.model_validate({"duration": "30 days", "money": "80.00 CNY", "rate": "4 per 30 days", "window": "21:00-08:00"})
    assert Written.model_validate(found.model_dump(exclude_none=True, mode="json")) == found
