"""The one grammar of schedules, as it is written in YAML; `growth.jobs` turns it into periods and instants."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from growth.language import _
from growth.workspace.fields import Duration, NoSuchDate, TimeOfDay, YamlModel, parse_day, parse_time


class Every(StrEnum):
    """How often a job runs."""

    #: each hour, at the minute of `at`
    HOUR = "hour"
    #: each day
    DAY = "day"
    #: each week, on `day`
    WEEK = "week"
    #: each month, on `day`
    MONTH = "month"
    #: each year, on `day`
    YEAR = "year"
    #: one time, on the date `day`
    ONCE = "once"


class OnHoliday(StrEnum):
    """What happens on a Chinese public holiday or weekend; a 调休 Saturday is a workday."""

    #: run all the same
    IGNORE = "ignore"
    #: do not run this period
    SKIP = "skip"
    #: run on the last workday before
    BEFORE = "before"
    #: run on the first workday after
    AFTER = "after"


#: days of the week as `day` has them, Monday first
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: ordinals of ``2nd tue``
ORDINALS: Final = {
    "1st": 1,
    "first": 1,
    "2nd": 2,
    "second": 2,
    "3rd": 3,
    "third": 3,
    "4th": 4,
    "fourth": 4,
    "5th": 5,
    "fifth": 5,
    "last": -1,
}
_LONG_WEEKDAYS: Final = {
    **{name: name[:3] for name in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")},
    **{prefix + numeral: WEEKDAYS[position] for position, numeral in enumerate("一二三四五六日") for prefix in ("周", "星期", "礼拜")},
    "周天": "sun",
    "星期天": "sun",
}
#: what `day` is where it is left out
_DEFAULT_DAY: Final = {Every.WEEK: "mon", Every.MONTH: "1"}
_ALLOWED: Final = {
    Every.WEEK: "mon … sun",
    Every.MONTH: "1 … 31, last, first workday, last workday, 2nd tue",
    Every.YEAR: "11-11",
    Every.ONCE: "2026-12-01",
}


def _day_text(value: Any) -> Any:
    """Numbers and words alike as text, in one spelling; judged once `every` is known."""
    if isinstance(value, bool | float | list | dict):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else " ".join(unicodedata.normalize("NFKC", str(value)).lower().split())


class ScheduleYaml(YamlModel):
    """When a job runs.

    `day` is text in one spelling: ``1`` … ``31``, ``last``, ``first workday``, ``2nd tue``, ``mon``, ``11-11``, ``2026-12-01``.
    """

    every: Every = Field(description="how often / 多久一次")
    day: Annotated[
        str | None,
        BeforeValidator(_day_text),
        WithJsonSchema(
            {
                "type": ["string", "integer"],
                "examples": [1, "last", "first workday", "last workday", "2nd tue", "mon", "11-11", "2026-12-01"],
            }
        ),
    ] = Field(default=None, validate_default=True, description="which day; depends on `every` / 哪一天")
    at: TimeOfDay = Field(default=time(9, 0), description='time of day at the site, quoted: "10:00" / 几点')
    holiday: OnHoliday = Field(default=OnHoliday.IGNORE, description="on a Chinese public holiday or weekend / 遇节假日或周末")
    catch_up: Duration = Field(
        default=timedelta(days=1), description="missed while the machine was down: still run within this time / 错过后多久内补跑"
    )

    @field_validator("day", mode="after")
    @classmethod
    def _day_fits(cls, value: str | None, info: ValidationInfo) -> str | None:
        every = info.data.get("every")
        if every is None:
            return value
        return checked_day(every, value)

    @field_validator("at", mode="before")
    @classmethod
    def _minute_of_the_hour(cls, value: Any, info: ValidationInfo) -> Any:
        if info.data.get("every") is Every.HOUR and isinstance(value, str | int) and not isinstance(value, bool):
            text = str(value).lstrip(":：")
            if text.isascii() and text.isdigit() and int(text) < 60:
                return time(0, int(text))
            return parse_time(str(value)).replace(hour=0)
        return value

    @field_validator("at", mode="after")
    @classmethod
    def _on_the_minute(cls, value: time) -> time:
        if value.second:
            raise ValueError(_("schedules are kept to the minute; leave the seconds out"))
        return value


def checked_day(every: Every, value: str | None) -> str | None:
    """`value` in one spelling where it fits `every`. Raises ValueError saying what is allowed."""
    if value is None:
        if every in (Every.YEAR, Every.ONCE):
            raise ValueError(_("“every: {every}” needs a day; write day: {example}", every=every, example=_ALLOWED[every]))
        return _DEFAULT_DAY.get(every)
    found: str | None = _DAY[every](value)
    if found is None:
        allowed = _ALLOWED.get(every)
        if allowed is None:
            raise ValueError(_("“every: {every}” has no day; delete it", every=every))
        raise ValueError(_("“{day}” is not a day for “every: {every}”; allowed: {allowed}", day=value[:40], every=every, allowed=allowed))
    return found


def _week_day(value: str) -> str | None:
    short = _LONG_WEEKDAYS.get(value, value)
    return short if short in WEEKDAYS else None


def _month_day(value: str) -> str | None:
    if re.fullmatch(r"\d{1,2}", value) and 1 <= int(value) <= 31:
        return str(int(value))
    if value in ("last", "last day"):
        return "last"
    if value in ("first workday", "1st workday"):
        return "first workday"
    if value == "last workday":
        return value
    ordinal, _space, weekday = value.partition(" ")
    if ordinal in ORDINALS and (short := _week_day(weekday)):
        spelled = {number: name for name, number in ORDINALS.items() if not name.isalpha()}
        return f"{spelled.get(ORDINALS[ordinal], 'last')} {short}"
    return None


def _year_day(value: str) -> str | None:
    match = re.fullmatch(r"(\d{1,2})[-/月](\d{1,2})日?", value)
    if match is None:
        return None
    try:
        return f"{date(2024, int(match[1]), int(match[2])):%m-%d}"
    except ValueError:
        raise NoSuchDate(_("{day} does not exist in the calendar", day=value)) from None


def _once_day(value: str) -> str:
    return parse_day(value).isoformat()


def _no_day(value: str) -> None:
    return None


_DAY: Final[dict[Every, Any]] = {
    Every.HOUR: _no_day,
    Every.DAY: _no_day,
    Every.WEEK: _week_day,
    Every.MONTH: _month_day,
    Every.YEAR: _year_day,
    Every.ONCE: _once_day,
}
