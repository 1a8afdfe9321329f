"""Chinese public holidays: ours against an independent calendar, and what a workspace adds."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from pydantic import ValidationError

from growth.jobs.holidays import shipped
from growth.jobs.settings import HolidaysFile


def test_every_day_of_2024_to_2026_agrees_with_an_independent_calendar() -> None:
    day, differing = date(2024, 1, 1), []
    while day.year < 2027:
        if shipped().is_workday(day) != chinese_calendar.is_workday(day):
            differing.append(day)
        day += timedelta(days=1)
    assert differing == []


def test_a_day_off_and_a_worked_weekend_have_the_holiday_s_name() -> None:
    assert shipped().name(date(2026, 2, 17)) == "春节"
    assert shipped().name(date(2026, 10, 10)) == "国庆节"
    assert shipped().name(date(2026, 11, 23)) is None


def test_years_without_a_notice_are_known_to_be_unknown() -> None:
    assert [year for year in range(2023, 2029) if shipped().knows(year)] == [2024, 2025, 2026]
    assert shipped().is_workday(date(2027, 10, 1)), "weekends only: a Friday"


def test_holidays_yaml_adds_a_year_and_moves_single_days() -> None:
    added = HolidaysFile.model_validate(
        {
            "off": [
                {"from": "2027-01-01", "until": "2027-01-03", "name": "元旦"},
                {"from": "2027-02-05", "until": "2027-02-12", "name": "春节"},
                "2026-05-09",
            ],
            "work": ["2027-02-14", {"from": "2026-10-07"}],
        }
    ).calendar()
    assert not added.is_workday(date(2027, 2, 8))
    assert added.name(date(2027, 2, 8)) == "春节"
    assert added.is_workday(date(2027, 2, 14)), "a Sunday worked in exchange"
    assert not added.is_workday(date(2026, 5, 9)), "the workspace has the last word"
    assert added.is_workday(date(2026, 10, 7))
    assert added.knows(2027)
    assert not HolidaysFile.model_validate({"off": ["2027-03-01"]}).calendar().knows(2027), "one day of one's own is not the notice"


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ({"off": [{"from": "2027-02-12", "until": "2027-02-05"}]}, "lies before"),
        ({"off": [{"from": "2027-02-05", "until": "2028-02-12"}]}, "more than 31 days"),
        ({"off": ["2027-02-05"], "work": ["2027-02-05"]}, "both off and worked"),
        ({"off": ["2027-02-30"]}, "does not exist"),
        ({"holidays": []}, "Extra inputs"),
    ],
)
def test_slips_in_holidays_yaml_are_named(written: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        HolidaysFile.model_validate(written)
