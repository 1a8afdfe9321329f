"""`Period`: the stretch of time that one run of a job stands for, and the key that names it.

Keys sort and read well: ``2026-11-23T10`` an hour, ``2026-11-23`` a day, ``2026-W48`` an ISO week (Monday first), ``2026-11`` a month,
``2026`` a year, ``once``. Days and hours belong to the site's time zone; instants are aware UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from growth import clock
from growth.errors import GrowthError
from growth.language import _, language
from growth.workspace import Every


class UnknownPeriod(GrowthError):
    """The text is no period key; the message says which forms there are."""


#: years that a key may name; what lies outside is a slip of the keyboard
_YEARS = (1970, 2999)
_FORMS = {
    Every.HOUR: re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})T(?P<h>[0-9]{2})"),
    Every.DAY: re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"),
    Every.WEEK: re.compile(r"(?P<y>[0-9]{4})-W(?P<w>[0-9]{2})"),
    Every.MONTH: re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})"),
    Every.YEAR: re.compile(r"(?P<y>[0-9]{4})"),
    Every.ONCE: re.compile(r"once"),
}
_EXAMPLES = {
    Every.HOUR: "2026-11-23T10",
    Every.DAY: "2026-11-23",
    Every.WEEK: "2026-W48",
    Every.MONTH: "2026-11",
    Every.YEAR: "2026",
    Every.ONCE: "once",
}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One period. `first` is its first day (the epoch's for ``once``), `hour` the hour of an hourly one."""

    every: Every
    first: date
    hour: int = 0

    @classmethod
    def of(cls, every: Every, day: date, hour: int = 0) -> Period:
        """The period of that length that `day` (and `hour`, for hours) falls into."""
        match every:
            case Every.HOUR:
                return cls(every, day, hour)
            case Every.DAY:
                return cls(every, day)
            case Every.WEEK:
                return cls(every, day - timedelta(days=day.weekday()))
            case Every.MONTH:
                return cls(every, day.replace(day=1))
            case Every.YEAR:
                return cls(every, date(day.year, 1, 1))
            case Every.ONCE:
                return ONCE

    @classmethod
    def at(cls, every: Every, instant: datetime, zone: ZoneInfo) -> Period:
        """The period of that length that `instant` falls into at the site."""
        local = clock.aware(instant).astimezone(zone)
        return cls.of(every, local.date(), local.hour)

    @classmethod
    def parse(cls, key: str, *, every: Every | None = None) -> Period:
        """The period named `key`; with `every`, only keys of that length. Raises UnknownPeriod."""
        for kind, form in _FORMS.items():
            if (every is None or kind == every) and (match := form.fullmatch(key)):
                try:
                    return _built(kind, {name: int(text) for name, text in match.groupdict().items()})
                except ValueError as fault:
                    raise UnknownPeriod(_("“{key}” is no period: {why}", key=key, why=fault), fix=_forms(every)) from fault
        raise UnknownPeriod(_("“{key}” is no period", key=key), fix=_forms(every))

    @property
    def key(self) -> str:
        """The period's name, as in files, tables and commands."""
        match self.every:
            case Every.HOUR:
                return f"{self.first.isoformat()}T{self.hour:02}"
            case Every.DAY:
                return self.first.isoformat()
            case Every.WEEK:
                year, week, _day = self.first.isocalendar()
                return f"{year:04}-W{week:02}"
            case Every.MONTH:
                return f"{self.first.year:04}-{self.first.month:02}"
            case Every.YEAR:
                return f"{self.first.year:04}"
            case Every.ONCE:
                return "once"

    @property
    def last(self) -> date:
        """Its last day, inclusive."""
        return self.first if self.every == Every.HOUR else self.next().first - timedelta(days=1)

    def start(self, zone: ZoneInfo) -> datetime:
        """The instant at which it begins at the site."""
        self._has_span()
        return instant_of(datetime.combine(self.first, time(self.hour)), zone)

    def end(self, zone: ZoneInfo) -> datetime:
        """The instant at which it is over (exclusive). An hour that the clock repeats is one period, two hours long."""
        return self.next().start(zone)

    def previous(self) -> Period:
        """The period just before."""
        self._has_span()
        if self.every == Every.HOUR:
            return Period(self.every, self.first, self.hour - 1) if self.hour else Period(self.every, self.first - timedelta(days=1), 23)
        return Period.of(self.every, self.first - timedelta(days=1))

    def next(self) -> Period:
        """The period just after."""
        self._has_span()
        match self.every:
            case Every.HOUR:
                return (
                    Period(self.every, self.first, self.hour + 1) if self.hour < 23 else Period(self.every, self.first + timedelta(days=1))
                )
            case Every.DAY:
                return Period.of(self.every, self.first + timedelta(days=1))
            case Every.WEEK:
                return Period.of(self.every, self.first + timedelta(days=7))
            case Every.MONTH:
                return Period.of(self.every, self.first + timedelta(days=31))
            case _:
                return Period.of(self.every, date(self.first.year + 1, 1, 1))

    def contains(self, day: date) -> bool:
        """Whether the site's `day` belongs to it."""
        return self.first <= day <= self.last

    def title(self) -> str:
        """How people read it, in the language in force: ``2026年11月``, ``November 2026``."""
        chinese = language() == "zh-CN"
        day = self.first
        match self.every:
            case Every.HOUR:
                return f"{day.year}年{day.month}月{day.day}日 {self.hour}时" if chinese else f"{self.hour:02}:00 on {_english(day)}"
            case Every.DAY:
                return f"{day.year}年{day.month}月{day.day}日" if chinese else _english(day)
            case Every.WEEK:
                year, week, _day = day.isocalendar()
                return f"{year}年第{week}周" if chinese else f"week {week} of {year}"
            case Every.MONTH:
                return f"{day.year}年{day.month}月" if chinese else f"{_MONTHS[day.month - 1]} {day.year}"
            case Every.YEAR:
                return f"{day.year}年" if chinese else f"{day.year}"
            case Every.ONCE:
                return "一次" if chinese else "once"

    def __str__(self) -> str:
        return self.key

    def _has_span(self) -> None:
        if self.every == Every.ONCE:
            raise UnknownPeriod(_("the period “once” has no beginning, no end and no neighbours"))


#: the one period of something that happens once
ONCE = Period(Every.ONCE, date(1970, 1, 1))

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the site's clock shows `local` (naive).

    A time that the clock skips is read with the offset from before the gap (02:30 on the night that 02:00 becomes 03:00 is 03:30),
    one that it shows twice is the first of the two. Source: RFC 5545 §3.3.5.
    """
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def exists(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the site's clock ever shows `local` (naive)."""
    return instant_of(local, zone).astimezone(zone).replace(tzinfo=None) == local


def _built(every: Every, parts: dict[str, int]) -> Period:
    if every != Every.ONCE and not _YEARS[0] <= parts["y"] <= _YEARS[1]:
        raise ValueError(_("the year lies in {first}..{last}", first=_YEARS[0], last=_YEARS[1]))
    match every:
        case Every.HOUR:
            if parts["h"] > 23:
                raise ValueError(_("the hour lies in 0..23"))
            return Period(every, date(parts["y"], parts["m"], parts["d"]), parts["h"])
        case Every.DAY:
            return Period(every, date(parts["y"], parts["m"], parts["d"]))
        case Every.WEEK:
            return Period(every, date.fromisocalendar(parts["y"], parts["w"], 1))
        case Every.MONTH:
            return Period(every, date(parts["y"], parts["m"], 1))
        case Every.YEAR:
            return Period(every, date(parts["y"], 1, 1))
        case Every.ONCE:
            return ONCE


def _forms(every: Every | None) -> str:
    if every is not None:
        return _("write it as {form}", form=_EXAMPLES[every])
    return _("write {form}", form=", ".join(f"{text} ({kind})" if kind != Every.ONCE else text for kind, text in _EXAMPLES.items()))


def _english(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
