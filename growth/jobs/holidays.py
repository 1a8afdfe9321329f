"""Workdays: Chinese public holidays with the weekends worked in exchange (调休), and what a workspace adds.

The shipped rows (``holidays.csv``) are the State Council's yearly notices, one row a stretch, each with its number, date and address.
Years without a notice count weekends only; `HolidayCalendar.knows` tells, ``check`` and ``doctor`` warn, ``holidays.yaml`` adds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
#: how far a run is moved at most in search of a workday
LONGEST_MOVE = timedelta(days=366)
#: statutory holidays are 13 days a year since 2025, 11 before (全国年节及纪念日放假办法)
_A_YEARS_HOLIDAYS = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayCalendar:
    """Which days are worked. `off` maps a day off to its name, `worked` a worked weekend day to the holiday it pays for."""

    off: Mapping[date, str]
    worked: Mapping[date, str]

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked: neither a holiday nor a weekend, or a weekend worked in exchange."""
        if day in self.worked:
            return True
        return day not in self.off and day.weekday() < _SATURDAY

    def name(self, day: date) -> str | None:
        """Why `day` is off or worked against the week's habit: the holiday's name, else None."""
        return self.off.get(day) or self.worked.get(day)

    def workday_from(self, day: date, *, step: int) -> date | None:
        """The nearest workday to `day`, itself included, going forward (`step` 1) or back (-1); None where a year holds none."""
        for _tried in range(LONGEST_MOVE.days):
            if self.is_workday(day):
                return day
            day += _ONE_DAY * step
        return None

    def knows(self, year: int) -> bool:
        """Whether the holidays of `year` are known; a single day of the workspace's own does not make a year known."""
        return sum(day.year == year for day in self.off) >= _A_YEARS_HOLIDAYS

    def with_days(self, *, off: Iterable[tuple[date, str]], worked: Iterable[tuple[date, str]]) -> HolidayCalendar:
        """The calendar with a workspace's days put over it; the last word on a day wins."""
        merged_off, merged_worked = dict(self.off), dict(self.worked)
        for day, name in off:
            merged_off[day] = name
            merged_worked.pop(day, None)
        for day, name in worked:
            merged_worked[day] = name
            merged_off.pop(day, None)
        return HolidayCalendar(off=merged_off, worked=merged_worked)


@lru_cache(maxsize=1)
def shipped() -> HolidayCalendar:
    """The State Council's holidays that ship with growth."""
    off: dict[date, str] = {}
    worked: dict[date, str] = {}
    text = (resources.files("growth.jobs") / "holidays.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        days = off if row["kind"] == "off" else worked
        for day in days_between(date.fromisoformat(row["from"]), date.fromisoformat(row["until"])):
            days[day] = row["name"]
    return HolidayCalendar(off=off, worked=worked)


def days_between(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + _ONE_DAY * n for n in range((last - first).days + 1)]
