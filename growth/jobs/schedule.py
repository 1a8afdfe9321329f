"""`Schedule`: when the runs of a job fall, and which period each of them stands for. Pure: no clock, no database.

A run's key is named after the day the schedule says, not the day it is moved to by a holiday: the November run of a job on ``day: 1`` with
``holiday: before`` is ``2026-11`` although it runs on 30 October. Days and times are those of the site's clock, whatever the server's zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from growth import clock
from growth.jobs.day import DayRule, EachDay, OnDate, day_in, read_day
from growth.jobs.holidays import LONGEST_MOVE, HolidayCalendar, shipped
from growth.jobs.period import ONCE, Period, exists, instant_of
from growth.workspace import Every, OnHoliday, ScheduleYaml


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One run that a schedule asks for: when it really runs, and for which period."""

    due_at: datetime
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule of contracts/workspace.md. `catch_up`: how late a run may still start. Hourly schedules use the minute of `at` only."""

    every: Every
    day: DayRule = field(default_factory=EachDay)
    at: time = time(0, 0)
    holiday: OnHoliday = OnHoliday.IGNORE
    catch_up: timedelta = timedelta(days=1)

    @classmethod
    def from_yaml(cls, written: ScheduleYaml) -> Schedule:
        """The schedule that a workspace's file says."""
        return cls(
            every=written.every, day=read_day(written.every, written.day), at=written.at, holiday=written.holiday, catch_up=written.catch_up
        )

    def between(self, since: datetime, until: datetime, *, zone: ZoneInfo, holidays: HolidayCalendar | None = None) -> list[Occurrence]:
        """The runs that really fall between two instants, both included, in the order in which they run."""
        timeline = _Timeline(self, zone, holidays or shipped())
        since, until = clock.aware(since), clock.aware(until)
        if self.every == Every.ONCE:
            return [run for run in timeline.of(ONCE) if since <= run.due_at <= until]
        found: list[Occurrence] = []
        end = clock.site_day(until, zone) + _ONE_DAY
        for period in timeline.from_day(clock.site_day(since, zone)):
            moved = timeline.day(period)
            if (moved or period.first - LONGEST_MOVE) > end:
                break
            found.extend(run for run in timeline.of(period) if since <= run.due_at <= until)
        return sorted(found)

    def after(self, instant: datetime, *, zone: ZoneInfo, holidays: HolidayCalendar | None = None) -> Occurrence | None:
        """The next run after `instant`; None where there is none any more."""
        timeline = _Timeline(self, zone, holidays or shipped())
        instant = clock.aware(instant)
        periods = iter((ONCE,)) if self.every == Every.ONCE else timeline.from_day(clock.site_day(instant, zone))
        for period in takewhile(lambda period: period.first < instant.date() + _HORIZON, periods):
            if later := [run for run in timeline.of(period) if run.due_at > instant]:
                return min(later)
        return None

    def latest(self, instant: datetime, *, zone: ZoneInfo, holidays: HolidayCalendar | None = None) -> Occurrence | None:
        """The last run that was due at `instant` or before; None where there was none yet."""
        timeline = _Timeline(self, zone, holidays or shipped())
        instant = clock.aware(instant)
        periods = iter((ONCE,)) if self.every == Every.ONCE else timeline.back_from_day(clock.site_day(instant, zone))
        for period in takewhile(lambda period: period == ONCE or period.first > instant.date() - _HORIZON, periods):
            if earlier := [run for run in timeline.of(period) if run.due_at <= instant]:
                return max(earlier)
        return None

    def of(self, period: Period, *, zone: ZoneInfo, holidays: HolidayCalendar | None = None) -> Occurrence | None:
        """The run for `period`, which is one of this schedule's kind; None where there is none (skipped, no such hour)."""
        whole = Period.of(Every.DAY, period.first) if self.every == Every.HOUR else period
        return next((run for run in _Timeline(self, zone, holidays or shipped()).of(whole) if run.period == period), None)


_ONE_DAY = timedelta(days=1)
#: how far the next or latest run is searched; a schedule without one in eight years has none
_HORIZON = timedelta(days=3000)


@dataclass(frozen=True, slots=True)
class _Timeline:
    """A schedule laid over a site's days. Its units are periods of the schedule's kind; hourly schedules go by days."""

    schedule: Schedule
    zone: ZoneInfo
    holidays: HolidayCalendar

    def day(self, period: Period) -> date | None:
        """The day on which the run of `period` really happens; never earlier than that of the period before."""
        rule = self.schedule.day
        said = rule.date if isinstance(rule, OnDate) else day_in(rule, period, self.holidays)
        if said is None or self.schedule.holiday == OnHoliday.IGNORE or self.holidays.is_workday(said):
            return said
        match self.schedule.holiday:
            case OnHoliday.AFTER:
                return self.holidays.workday_from(said, step=1)
            case OnHoliday.BEFORE:
                return self.holidays.workday_from(said, step=-1)
            case _:
                return None

    def of(self, period: Period) -> list[Occurrence]:
        """The runs of `period`: one at most, up to 24 for the day of an hourly schedule."""
        day = self.day(period)
        if day is None:
            return []
        at = self.schedule.at
        if self.schedule.every != Every.HOUR:
            return [Occurrence(instant_of(datetime.combine(day, at), self.zone), period)]
        return [
            Occurrence(
                instant_of(datetime.combine(day, time(hour, at.minute, at.second)), self.zone), Period(Every.HOUR, period.first, hour)
            )
            for hour in range(24)
            if _hour_exists(day, hour, self.zone)
        ]

    def from_day(self, day: date) -> Iterator[Period]:
        """Periods onwards from the first whose run may fall on the site's `day` or later."""
        period = self._unit(day)
        while period.first > day - LONGEST_MOVE:
            before = self.day(period.previous())
            if before is not None and before < day:
                break
            period = period.previous()
        while True:
            yield period
            period = period.next()

    def back_from_day(self, day: date) -> Iterator[Period]:
        """Periods backwards from the last whose run may fall on the site's `day` or earlier."""
        period = self._unit(day)
        while period.first < day + LONGEST_MOVE:
            after = self.day(period.next())
            if after is not None and after > day:
                break
            period = period.next()
        while True:
            yield period
            period = period.previous()

    def _unit(self, day: date) -> Period:
        return Period.of(Every.DAY if self.schedule.every == Every.HOUR else self.schedule.every, day)


def _hour_exists(day: date, hour: int, zone: ZoneInfo) -> bool:
    """Whether the site's clock shows any minute of that hour; the hour that summer time leaves out has no period."""
    return any(exists(datetime.combine(day, time(hour, minute)), zone) for minute in (0, 59))
