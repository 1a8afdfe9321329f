"""Border model of ``holidays.yaml``: days off and worked weekends that the shipped calendar does not know yet."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import Field, model_validator

from growth.jobs.holidays import HolidayCalendar, days_between, shipped
from growth.language import _
from growth.workspace import DayText, YamlModel

_LONGEST_DAYS = 31


class DaysOff(YamlModel):
    """A stretch of days off, or of worked weekend days: ``{from: 2027-02-06, until: 2027-02-12, name: 春节}``."""

    from_: DayText = Field(alias="from", description="first day / 第一天")
    until: DayText | None = Field(default=None, description="last day, included; default: one day / 最后一天（含）")
    name: str = Field(default="", max_length=40, description="name of the holiday / 节日名称")

    @model_validator(mode="before")
    @classmethod
    def _single_day(cls, value: Any) -> Any:
        """A date alone is a stretch of one day."""
        return {"from": value} if isinstance(value, str | date) else value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.from_:
            raise ValueError(_("until ({until}) lies before from ({first})", until=self.until, first=self.from_))
        if self.until is not None and (self.until - self.from_).days >= _LONGEST_DAYS:
            raise ValueError(_("a holiday of more than {days} days is a slip: check the years of from and until", days=_LONGEST_DAYS))
        return self

    def days(self) -> list[tuple[date, str]]:
        """Each day with the holiday's name."""
        return [(day, self.name) for day in days_between(self.from_, self.until or self.from_)]


class HolidaysFile(YamlModel):
    """``holidays.yaml``: what this workspace adds to the shipped calendar."""

    off: tuple[DaysOff, ...] = Field(default=(), description="days off: dates or {from, until, name} / 放假")
    work: tuple[DaysOff, ...] = Field(default=(), description="weekend days that are worked: dates or {from, until, name} / 调休上班")

    @model_validator(mode="after")
    def _one_meaning_a_day(self) -> Self:
        both = {day for day, _name in _days(self.off)} & {day for day, _name in _days(self.work)}
        if both:
            raise ValueError(_("{day} is both off and worked; leave one of the two", day=min(both)))
        return self

    def calendar(self) -> HolidayCalendar:
        """The shipped calendar with these days put over it."""
        return shipped().with_days(off=_days(self.off), worked=_days(self.work))


def _days(entries: tuple[DaysOff, ...]) -> list[tuple[date, str]]:
    return [day for entry in entries for day in entry.days()]
