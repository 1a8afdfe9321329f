"""The one grammar of schedules (contracts/workspace.md › Schedules)."""

from datetime import time, timedelta

import pytest
from pydantic import ValidationError

from growth.workspace import Every, OnHoliday, ScheduleYaml


@pytest.mark.parametrize(
    ("every", "day", "read"),
    [
        ("month", 1, "1"),
        ("month", "31", "31"),
        ("month", "last", "last"),
        ("month", "first workday", "first workday"),
        ("month", "Last  Workday", "last workday"),
        ("month", "2nd tue", "2nd tue"),
        ("month", "second Tuesday", "2nd tue"),
        ("month", "last fri", "last fri"),
        ("month", None, "1"),
        ("week", "mon", "mon"),
        ("week", "Sunday", "sun"),
        ("week", "周三", "wed"),
        ("week", None, "mon"),
        ("year", "11-11", "11-11"),
        ("year", "2-29", "02-29"),
        ("once", "2026-12-01", "2026-12-01"),
        ("day", None, None),
        ("hour", None, None),
    ],
)
def test_days_have_one_spelling(every: str, day: object, read: str | None) -> None:
    written = {"every": every} | ({} if day is None else {"day": day})
    assert ScheduleYaml.model_validate(written).day == read


@pytest.mark.parametrize(
    ("written", "place", "word"),
    [
        ({"every": "fortnight"}, "every", "month"),
        ({"every": "month", "day": 0}, "day", "1 … 31"),
        ({"every": "month", "day": 32}, "day", "1 … 31"),
        ({"every": "month", "day": "6th tue"}, "day", "2nd tue"),
        ({"every": "month", "day": "mon"}, "day", "last workday"),
        ({"every": "week", "day": 1}, "day", "mon"),
        ({"every": "year"}, "day", "11-11"),
        ({"every": "year", "day": "2-30"}, "day", "does not exist"),
        ({"every": "once"}, "day", "2026-12-01"),
        ({"every": "once", "day": "2026-02-29"}, "day", "does not exist"),
        ({"every": "day", "day": 1}, "day", "no day"),
        ({"every": "day", "at": "24:00"}, "at", "23:59"),
        ({"every": "day", "at": "10:00:30"}, "at", "minute"),
        ({"every": "day", "holiday": "later"}, "holiday", "after"),
        ({"every": "day", "catch_up": "soon"}, "catch_up", "30 days"),
        ({"every": "day", "on": "mon"}, "on", "Extra"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_own_key(written: dict[str, object], place: str, word: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ScheduleYaml.model_validate(written)
    (error,) = caught.value.errors()
    assert error["loc"][0] == place
    assert word in error["msg"] + str(error.get("ctx", ""))


def test_defaults_are_those_of_the_contract() -> None:
    found = ScheduleYaml(every=Every.DAY)
    assert (found.holiday, found.catch_up) == (OnHoliday.IGNORE, timedelta(days=1))


def test_an_hourly_job_has_a_minute() -> None:
    assert [ScheduleYaml.model_validate({"every": "hour", "at": at}).at for at in ("15", ":15", "00:15", 15)] == [time(0, 15)] * 4
