"""Field types of the YAML files: durations, money, times, dates, addresses, rates, windows, text from the environment."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationInfo, WithJsonSchema

from growth import urls
from growth.language import _
from growth.money import Money


class YamlModel(BaseModel):
    """Base of every model that a YAML file is read into: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


_UNITS: Final = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "秒"), timedelta(seconds=1)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分", "分钟"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "小时", "个小时"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days", "天", "日"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks", "周", "星期"), timedelta(days=7)),
    **dict.fromkeys(("month", "months", "个月", "月"), timedelta(days=30)),
    **dict.fromkeys(("y", "year", "years", "年"), timedelta(days=365)),
}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([^\W\d_]+)")
#: the longest duration that is read; more is a slip of the pen
_LONGEST = timedelta(days=36525)


def parse_duration(text: str) -> timedelta:
    """Read ``30 days``, ``2h``, ``1h 30m``, ``3 年``; a month is 30 days, a year 365. Raises ValueError with the form that is allowed."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain == "0":
        return timedelta()
    total, position = timedelta(), 0
    for match in _AMOUNT.finditer(plain):
        unit = _UNITS.get(match[2])
        if unit is None or plain[position : match.start()].strip():
            break
        try:
            total += unit * float(match[1])
        except OverflowError:
            raise ValueError(_("“{text}” is longer than a century", text=text[:40])) from None
        position = match.end()
    if not position or plain[position:].strip():
        raise ValueError(_("“{text}” is not a duration; write it as 30 days, 2h or 1h 30m", text=text[:40]))
    if total > _LONGEST:
        raise ValueError(_("“{text}” is longer than a century", text=text[:40]))
    return total


def duration_text(value: timedelta) -> str:
    """`value` as it would be written: ``30 days``, ``2h``, ``1h 30m``."""
    seconds = int(value.total_seconds())
    if seconds and seconds % 86400 == 0:
        days = seconds // 86400
        return f"{days} day" if days == 1 else f"{days} days"
    parts = [f"{amount}{unit}" for amount, unit in ((seconds // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s")) if amount]
    return " ".join(parts) or "0"


def parse_time(text: str) -> time:
    """Read ``10:00``, ``9:30`` or ``23:59:59``; the full-width colon too. Raises ValueError with the form that is allowed."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", unicodedata.normalize("NFKC", text).strip())
    if match:
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        if hour < 24 and minute < 60 and second < 60:
            return time(hour, minute, second)
        raise ValueError(_("“{text}” is not a time of day; the last one is 23:59", text=text[:20]))
    raise ValueError(_('“{text}” is not a time of day; write it as "10:00"', text=text[:20]))


_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class NoSuchDate(ValueError):
    """A date that is well written and not in the calendar."""


def parse_day(text: str) -> date:
    """Read ``2026-11-01`` (also 2026/11/1 and 2026年11月1日). Raises ValueError, saying so where the date does not exist."""
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not match:
        raise ValueError(_("“{text}” is not a date; write it as 2026-11-01", text=text[:20]))
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise NoSuchDate(_("{text} does not exist in the calendar", text=text[:20])) from None


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` within `per`: ``50/s``, ``4 per 30 days``."""

    count: int
    per: timedelta

    @property
    def per_second(self) -> float:
        """How many a second."""
        return self.count / self.per.total_seconds()

    def __str__(self) -> str:
        short = {timedelta(seconds=1): "s", timedelta(minutes=1): "min", timedelta(hours=1): "h", timedelta(days=1): "day"}.get(self.per)
        return f"{self.count}/{short}" if short else f"{self.count} per {duration_text(self.per)}"


def parse_rate(text: str) -> Rate:
    """Read ``50/s``, ``600/min``, ``4 per 30 days``. Raises ValueError with the form that is allowed."""
    match = re.fullmatch(r"(\d{1,9})\s*(?:/|per)\s*(.+)", unicodedata.normalize("NFKC", text).strip().lower())
    if match and int(match[1]) > 0:
        span = match[2] if match[2][0].isdigit() else f"1 {match[2]}"
        try:
            per = parse_duration(span)
        except ValueError:
            per = timedelta()
        if per > timedelta():
            return Rate(int(match[1]), per)
    raise ValueError(_("“{text}” is not a rate; write it as 50/s or 4 per 30 days", text=text[:40]))


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of a day, `start` included and `end` not; one that ends before it starts goes over midnight."""

    start: time
    end: time

    @property
    def over_midnight(self) -> bool:
        """Whether the window ends on the next day."""
        return self.end <= self.start

    def contains(self, moment: time) -> bool:
        """Whether `moment` (local) lies within."""
        if self.over_midnight:
            return moment >= self.start or moment < self.end
        return self.start <= moment < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def parse_window(text: str) -> Window:
    """Read ``09:00-20:00`` or ``21:00-08:00``. Raises ValueError with the form that is allowed."""
    parts = re.split(r"\s*[-–—~～]\s*", unicodedata.normalize("NFKC", text).strip())
    if len(parts) == 2:
        end = time(0, 0) if parts[1] in ("24:00", "24:00:00") else parse_time(parts[1])
        start = parse_time(parts[0])
        if start != end:
            return Window(start, end)
        raise ValueError(_("“{text}” starts and ends at the same time", text=text[:40]))
    raise ValueError(_('“{text}” is not a span of hours; write it as "09:00-20:00"', text=text[:40]))


def parse_percent(text: str) -> Decimal:
    """Read ``20%`` as 0.2; 0 to 100 %. Raises ValueError with the form that is allowed."""
    match = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", unicodedata.normalize("NFKC", text).strip())
    if match and Decimal(match[1]) <= 100:
        return Decimal(match[1]) / 100
    raise ValueError(_("“{text}” is not a share; write it as 20%", text=text[:20]))


#: ``${NAME}`` and ``${NAME:-default}``
REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class EnvText(str):
    """Text of a YAML file that names variables of the environment; made while a document is read."""

    __slots__ = ()


def _keep_reference(value: Any, info: ValidationInfo) -> Any:
    """Tell the reader that this field wants its ``${NAME}`` unresolved until it is needed (validation.py)."""
    if isinstance(value, EnvText) and isinstance(info.context, dict):
        info.context.setdefault("kept", set()).add(id(value))
    if isinstance(value, str) and (broken := re.search(r"\$\{(?![A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\})", value)):
        shown = value[broken.start() :][:40]
        raise ValueError(_("“{text}” is not a variable; write ${{NAME}} or ${{NAME:-default}}", text=shown))
    return value


def checked_url(value: str) -> str:
    """`value` as an absolute http(s) address in normal form. Raises ValueError saying how to write it."""
    text = unicodedata.normalize("NFKC", value).strip() if "：" in value or "／" in value else value.strip()
    if "://" not in text:
        raise ValueError(
            _(
                "“{text}” is not an address; write it whole: https://{rest}",
                text=value[:80],
                rest=text.lstrip("/")[:80] or "www.example.com/",
            )
        )
    try:
        return urls.normal(text, keep_fragment=True)
    except urls.NotAUrl as fault:
        raise ValueError(_("“{text}” is not a web address: {why}", text=value[:80], why=str(fault).rpartition(": ")[2])) from None


def _host(value: str) -> str:
    text = value.strip().lower().rstrip(".")
    try:
        if any(character in text for character in "/:@?#"):
            raise urls.NotAUrl(value)
        return urls.host_of(urls.normal(f"http://{text}/"))
    except urls.NotAUrl:
        raise ValueError(_("“{text}” is not a host name; write it as m.example.com", text=value[:80])) from None


def _path(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError(_("“{text}” is not a path; it starts with /", text=value[:80]))
    return value


def _reader(parse: Any, kind: type) -> BeforeValidator:
    """A validator that reads text by `parse` and lets ready values of `kind` pass."""

    def read(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        if isinstance(value, bool | list | dict) or value is None:
            return value
        return parse(str(value))

    return BeforeValidator(read)


def _schema(kind: str, pattern: str | None, *examples: str, description: str) -> WithJsonSchema:
    document: dict[str, Any] = {"type": kind, "examples": list(examples), "description": description}
    if pattern:
        document["pattern"] = pattern
    return WithJsonSchema(document)


#: text with ``${NAME}`` or ``${NAME:-default}``; stays as written until `Workspace.resolve`
FromEnv = Annotated[
    str,
    BeforeValidator(_keep_reference),
    WithJsonSchema({"type": "string", "description": "${NAME} or ${NAME:-default} is read from the environment or .env"}),
]
#: like FromEnv, for what must not stand in YAML itself; `growth check` warns where it does
Secret = Annotated[
    str,
    BeforeValidator(_keep_reference),
    WithJsonSchema({"type": "string", "format": "secret", "description": "a secret: write ${NAME} here and NAME=… in .env"}),
]
#: ``30 days``, ``2h``
Duration = Annotated[
    timedelta,
    _reader(parse_duration, timedelta),
    PlainSerializer(duration_text, return_type=str),
    _schema("string", None, "30 days", "2h", description="a duration"),
]
#: ``1234.50 CNY``
MoneyText = Annotated[
    Money,
    _reader(Money.parse, Money),
    PlainSerializer(str, return_type=str),
    _schema("string", r"^\s*-?[\d,]+(\.\d+)?\s*[A-Z]{3}\s*$", "1234.50 CNY", description="an amount with its currency"),
]
#: a quoted time of day, ``"10:00"``
TimeOfDay = Annotated[
    time, _reader(parse_time, time), _schema("string", r"^\d{1,2}:\d{2}(:\d{2})?$", "10:00", description="a time of day in the site's zone")
]
#: a calendar day, ``2026-11-01``
DayText = Annotated[date, _reader(parse_day, date), _schema("string", None, "2026-11-01", description="a date")]
#: ``50/s``, ``4 per 30 days``
RateText = Annotated[
    Rate,
    _reader(parse_rate, Rate),
    PlainSerializer(str, return_type=str),
    _schema("string", None, "50/s", "4 per 30 days", description="at most so many in a span"),
]
#: ``"09:00-20:00"``
WindowText = Annotated[
    Window,
    _reader(parse_window, Window),
    PlainSerializer(str, return_type=str),
    _schema("string", None, "09:00-20:00", description="hours of a day"),
]
#: ``20%`` → 0.2
Percent = Annotated[Decimal, _reader(parse_percent, Decimal), _schema("string", r"^\d{1,3}(\.\d+)?\s*%$", "20%", description="a share")]
#: an absolute http(s) address, kept in normal form
Url = Annotated[
    str, AfterValidator(checked_url), WithJsonSchema({"type": "string", "format": "uri", "examples": ["https://www.example.com/"]})
]
#: a host name, lower case
Host = Annotated[str, AfterValidator(_host), WithJsonSchema({"type": "string", "examples": ["m.example.com"]})]
#: a path of the site, starting with /
SitePath = Annotated[str, AfterValidator(_path), WithJsonSchema({"type": "string", "pattern": "^/", "examples": ["/register"]})]
