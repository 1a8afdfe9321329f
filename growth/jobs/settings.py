"""Border model of ``holidays.yaml``: days off and worked weekends that the shipped calendar does not know yet."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from growth.jobs.holidays import HolidayCalendar, days_between, shipped

_LONGEST_DAYS = 31


class DaysOff(BaseModel):
    """A stretch of days off, or of worked weekend days: ``{from: 2027-02-06, until: 2027-02-12, name: 春节}``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_: date = Field(alias="from", description="First day")
    until: date | None = Field(default=None, description="Last day, included; default: one day")
    name: str = Field(default="", max_length=40, description="Name of the holiday")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.from_:
            raise ValueError(f"until ({self.until}) lies before from ({self.from_})")
        if self.until is not None and (self.until - self.from_).days >= _LONGEST_DAYS:
            raise ValueError(f"a holiday of more than {_LONGEST_DAYS} days is a slip: check the years of from and until")
        return self

    def days(self) -> list[tuple[date, str]]:
        """Each day with the holiday's name."""
        return [(day, self.name) for day in days_between(self.from_, self.until or self.from_)]


class HolidaysFile(BaseModel):
    """``holidays.yaml``: what this workspace adds to the shipped calendar."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    off: tuple[DaysOff | date, ...] = Field(default=(), description="Days off: dates or {from, until, name}")
    work: tuple[DaysOff | date, ...] = Field(default=(), description="Weekend days that are worked (调休): dates or {from, until, name}")

    @model_validator(mode="after")
    def _one_meaning_a_day(self) -> Self:
        both = {day for day, _name in _days(self.off)} & {day for day, _name in _days(self.work)}
        if both:
            raise ValueError(f"{min(both)} is both off and worked; leave one of the two")
        return self

    def calendar(self) -> HolidayCalendar:
        """The shipped calendar with these days put over it."""
        return shipped().with_days(off=_days(self.off), worked=_days(self.work))


def _days(entries: tuple[DaysOff | date, ...]) -> list[tuple[date, str]]:
    found: list[tuple[date, str]] = []
    for entry in entries:
        found.extend(entry.days() if isinstance(entry, DaysOff) else [(entry, "")])
    return found
