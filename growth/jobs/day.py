"""`DayRule`: on which day of its period a run falls (``1``, ``last``, ``first workday``, ``2nd tue``, ``mon``, ``11-11``, a date)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from growth.errors import GrowthError
from growth.jobs.holidays import HolidayCalendar
from growth.jobs.period import Period
from growth.language import _
from growth.workspace import Every

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NTH = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "last": -1}
_NTH_FORM = re.compile(rf"(?P<nth>{'|'.join(_NTH)}) (?P<weekday>{'|'.join(WEEKDAYS)})")
_YEAR_FORM = re.compile(r"(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")


class UnknownDay(GrowthError):
    """A schedule's `day` cannot be read, or does not fit its `every`; `fix` lists what is allowed there."""


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """Day `number` of the month; the last one in a shorter month."""

    number: int


@dataclass(frozen=True, slots=True)
class WorkdayOfMonth:
    """The first (`step` 1) or last (`step` -1) workday of the month."""

    step: int


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The `nth` (1–5, -1 the last) `weekday` (0 Monday) of the month; in a month with four, the fifth is the fourth."""

    nth: int
    weekday: int


@dataclass(frozen=True, slots=True)
class Weekday:
    """`weekday` of the week; 0 is Monday."""

    weekday: int


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day of the year; 29 February is the 28th in a common year."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class OnDate:
    """One date."""

    date: date


@dataclass(frozen=True, slots=True)
class EachDay:
    """Every day: what hours and days have."""


DayRule = DayOfMonth | WorkdayOfMonth | NthWeekday | Weekday | DayOfYear | OnDate | EachDay


def read_day(every: Every, text: str | int | date | None) -> DayRule:
    """The rule that `text` writes for `every`. None is the first day of the period. Raises UnknownDay."""
    written = " ".join(str(text).lower().split()) if text is not None else None
    rule = _READERS[every](written)
    if rule is None:
        if written is None:
            raise UnknownDay(_("every: {every} needs a day", every=every), fix=_("write {form}", form=_allowed(every)))
        raise UnknownDay(
            _("“{day}” is not a day with every: {every}", day=written, every=every), fix=_("write {form}", form=_allowed(every))
        )
    return rule


def day_in(rule: DayRule, period: Period, holidays: HolidayCalendar) -> date | None:
    """The day of `period` that `rule` says; None where there is none (a month without a workday). `period` is at least a day long."""
    first = period.first
    match rule:
        case DayOfMonth(number):
            return first.replace(day=min(number, _month_length(first)))
        case WorkdayOfMonth(step):
            found = holidays.workday_from(first if step > 0 else first.replace(day=_month_length(first)), step=step)
            return found if found is not None and found.month == first.month else None
        case NthWeekday(nth, weekday):
            last = first.replace(day=_month_length(first))
            final = last - timedelta(days=(last.weekday() - weekday) % 7)
            return min(first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1)), final) if nth > 0 else final
        case Weekday(weekday):
            return first + timedelta(days=weekday)
        case DayOfYear(month, day):
            start = date(first.year, month, 1)
            return start.replace(day=min(day, _month_length(start)))
        case OnDate(on):
            return on
        case EachDay():
            return first


def _allowed(every: Every) -> str:
    """What a schedule's `day` may be."""
    return {
        Every.HOUR: _("no day: an hourly schedule has none"),
        Every.DAY: _("no day: a daily schedule has none"),
        Every.WEEK: ", ".join(WEEKDAYS),
        Every.MONTH: _("1..31 (31 is the last day of a shorter month), last, first workday, last workday or 2nd tue (1st–5th, last)"),
        Every.YEAR: _("month and day, such as 11-11"),
        Every.ONCE: _("a date, such as 2026-12-01"),
    }[every]


def _month_length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _read_none(text: str | None) -> DayRule | None:
    return EachDay() if text is None else None


def _read_week(text: str | None) -> DayRule | None:
    if text is None:
        return Weekday(0)
    return Weekday(WEEKDAYS.index(text)) if text in WEEKDAYS else None


def _read_month(text: str | None) -> DayRule | None:
    if text is None:
        return DayOfMonth(1)
    if text == "last":
        return DayOfMonth(31)
    if text in ("first workday", "last workday"):
        return WorkdayOfMonth(1 if text.startswith("first") else -1)
    if match := _NTH_FORM.fullmatch(text):
        return NthWeekday(_NTH[match["nth"]], WEEKDAYS.index(match["weekday"]))
    if re.fullmatch(r"[0-9]{1,2}", text) and 1 <= int(text) <= 31:
        return DayOfMonth(int(text))
    return None


def _read_year(text: str | None) -> DayRule | None:
    if text is None:
        return DayOfYear(1, 1)
    match = _YEAR_FORM.fullmatch(text)
    if match is None:
        return None
    month, day = int(match["month"]), int(match["day"])
    # 2024 is a leap year, so that 02-29 passes
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(2024, month)[1]:
        return None
    return DayOfYear(month, day)


def _read_once(text: str | None) -> DayRule | None:
    if text is None or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return OnDate(date.fromisoformat(text))
    except ValueError:
        return None


_READERS = {
    Every.HOUR: _read_none,
    Every.DAY: _read_none,
    Every.WEEK: _read_week,
    Every.MONTH: _read_month,
    Every.YEAR: _read_year,
    Every.ONCE: _read_once,
}
