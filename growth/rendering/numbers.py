"""Numbers, money, dates and spans as people read them, in the language in force.

Chinese counts in 万 and 亿; English in thousands. A thin space stands between a number and its unit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from growth import clock
from growth.language import _, language
from growth.money import Money, digits

THIN = "\u2009"
#: from here on a number in a figure is shortened; below it every digit is shown
SHORTEN_FROM = Decimal(100_000)
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$", "TWD": "NT$"}
Numeric = int | float | Decimal


def decimal(value: Numeric) -> Decimal:
    """`value` as an exact Decimal; a float by its shortest text, so that 0.1 stays 0.1."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def rounded(value: Numeric, places: int) -> Decimal:
    """`value` to `places` decimals, half away from zero, as people round."""
    return decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def exact(value: Numeric, places: int | None = None) -> str:
    """Every digit, grouped by thousands; without `places` up to two decimals, trailing zeros dropped."""
    number = decimal(value)
    if places is not None:
        return f"{rounded(number, places):,}"
    shown = rounded(number, 2)
    return f"{shown:,.0f}" if shown == shown.to_integral_value() else f"{shown.normalize():,f}"


def number(value: Numeric) -> str:
    """A count for a figure: exact below 100,000, then 万 and 亿 (zh) or M and B from a million (en)."""
    amount = decimal(value)
    size = abs(amount)
    if language() == "zh-CN":
        if size >= 100_000_000:
            return f"{exact(_significant(amount / 100_000_000))}{THIN}亿"
        if size >= SHORTEN_FROM:
            return f"{exact(_significant(amount / 10_000))}{THIN}万"
        return exact(amount)
    if size >= 1_000_000_000:
        return f"{exact(_significant(amount / 1_000_000_000))}{THIN}B"
    if size >= 1_000_000:
        return f"{exact(_significant(amount / 1_000_000))}{THIN}M"
    return exact(amount)


def money(value: Money, *, short: bool = False) -> str:
    """``¥1,234.50``; `short` for figures: no cents from 1,000 on, 万 and 亿 in Chinese. A currency without a sign is written behind."""
    amount = value.amount
    sign = _SIGNS.get(value.currency, "")
    if short and abs(amount) >= 1000:
        text = number(rounded(amount, 0))
    elif short and amount == amount.to_integral_value():
        text = exact(amount)
    else:
        text = exact(amount, digits(value.currency))
    minus, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    return f"{minus}{sign}{text}" if sign else f"{minus}{text} {value.currency}"


def percent(share: Numeric, places: int = 1) -> str:
    """A share as percent: 0.123 → ``12.3%``. What would be rounded away keeps its first digit: 0.0001 → ``0.01%``."""
    percents = decimal(share) * 100
    shown = rounded(percents, places)
    if percents and not shown:
        shown = rounded(percents, -percents.adjusted())
    return f"{shown:,f}%"


def measure(value: Numeric | Money, unit: str = "") -> str:
    """A figure's value by its unit: money short, ``%`` a share (0.12 → 12.0%), ``s`` a span in seconds, else a number."""
    if isinstance(value, Money):
        return money(value, short=True)
    if unit == "%":
        return percent(value)
    if unit == "s":
        return duration(timedelta(seconds=float(value)))
    if unit in _SIGNS and unit.isupper():
        return money(Money(decimal(value), unit), short=True)
    return number(value)


def long_date(day: date) -> str:
    """``2026年11月1日`` or ``1 November 2026``."""
    if language() == "zh-CN":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%B} {day.year}"


def short_date(day: date) -> str:
    """``11-01``, where the year is plain from around it."""
    return f"{day:%m-%d}"


def local(instant: datetime, zone: ZoneInfo) -> str:
    """``2026-11-01 09:30`` at the site."""
    return f"{clock.aware(instant).astimezone(zone):%Y-%m-%d %H:%M}"


def duration(span: timedelta) -> str:
    """A span in its two largest units: ``2 h 5 min``, ``1.2 s``, ``3 days``."""
    seconds = span.total_seconds()
    if seconds < 0:
        return "-" + duration(-span)
    if seconds < 1:
        return _("{n} ms", n=round(seconds * 1000))
    if seconds < 10:
        return _("{n} s", n=exact(Decimal(str(round(seconds, 1)))))
    if seconds < 60:
        return _("{n} s", n=round(seconds))
    minutes, second = divmod(round(seconds), 60)
    if minutes < 60:
        return _two((minutes, _minutes), (second if minutes < 10 else 0, _seconds))
    hours, minute = divmod(minutes, 60)
    if hours < 48:
        return _two((hours, _hours), (minute, _minutes))
    days, hour = divmod(hours, 24)
    return _two((days, _days), (hour if days < 10 else 0, _hours))


def ago(instant: datetime, now: datetime) -> str:
    """How long before `now` (or how soon after it) `instant` is, in its largest unit."""
    span = clock.aware(now) - clock.aware(instant)
    if abs(span) < timedelta(minutes=1):
        return _("just now")
    words = _largest(abs(span))
    return _("{span} ago", span=words) if span > timedelta(0) else _("in {span}", span=words)


def _significant(amount: Decimal) -> Decimal:
    """Three or four digits that matter: 12.35, 123.5, 1235."""
    places = 2 if abs(amount) < 100 else 1 if abs(amount) < 1000 else 0
    return rounded(amount, places)


def _seconds(n: int) -> str:
    return _("{n} s", n=n)


def _minutes(n: int) -> str:
    return _("{n} min", n=n)


def _hours(n: int) -> str:
    return _("{n} h", n=n)


def _days(n: int) -> str:
    return _("{n} days", n=n)


def _two(first: tuple[int, Callable[[int], str]], second: tuple[int, Callable[[int], str]]) -> str:
    words = first[1](first[0])
    return f"{words} {second[1](second[0])}" if second[0] else words


def _largest(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return _minutes(minutes)
    if minutes < 48 * 60:
        return _hours(minutes // 60)
    return _days(minutes // (24 * 60))
