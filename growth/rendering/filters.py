"""The filters and tests every template may use. Small and pure; what they print comes escaped in HTML."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import pass_environment
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from growth import clock, text
from growth.money import Money
from growth.rendering import numbers
from growth.rendering.spark import sparkline
from growth.rendering.states import Look, look_of
from growth.security import mask_address, mask_name

#: longest text a cell shows; the whole of it is in the export
CELL_LIMIT = 200


def zone_of(environment: SandboxedEnvironment) -> ZoneInfo:
    """The site's time zone, as the environment was made with."""
    zone: ZoneInfo = environment.zone  # type: ignore[attr-defined]  # set by make_environment, which imports this module
    return zone


@pass_environment
def show_instant(environment: SandboxedEnvironment, value: datetime) -> str:
    """``2026-11-01 09:30`` in the site's zone."""
    return numbers.local(value, zone_of(environment))


@pass_environment
def show_rfc3339(environment: SandboxedEnvironment, value: datetime) -> str:
    """RFC 3339 with the site's offset, for ``datetime=`` attributes."""
    return clock.rfc3339(value, zone_of(environment))


@pass_environment
def show_date(environment: SandboxedEnvironment, value: date | datetime, style: str = "long") -> str:
    """``2026年11月1日`` / ``1 November 2026``; ``short``: ``11-01``; ``iso``: ``2026-11-01``."""
    day = clock.site_day(value, zone_of(environment)) if isinstance(value, datetime) else value
    return {"long": numbers.long_date, "short": numbers.short_date, "iso": date.isoformat}[style](day)


@pass_environment
def show_ago(environment: SandboxedEnvironment, value: datetime, now: datetime) -> str:
    """“5 min ago”; `now` is the page's own instant."""
    return numbers.ago(value, now)


def show_money(value: Money | Decimal | int, currency: str = "CNY") -> str:
    """Money with all its decimals."""
    return numbers.money(value if isinstance(value, Money) else Money(Decimal(value), currency))


def show_duration(value: timedelta | float) -> str:
    """A span, given as such or in seconds."""
    return numbers.duration(value if isinstance(value, timedelta) else timedelta(seconds=float(value)))


def show_mask(value: str, kind: str = "address") -> str:
    """An e-mail or phone, or (`kind` ``name``) a name, with its middle hidden."""
    return mask_name(value) if kind == "name" else mask_address(value)


def shown(value: object, limit: int = CELL_LIMIT) -> str:
    """A text from outside, made safe to look at: no control or bidi characters, cut at `limit`."""
    return text.cut(text.printable(str(value)), limit)


@pass_environment
def cell_text(environment: SandboxedEnvironment, value: Any, kind: str = "text") -> str:
    """A table's cell by the kind of its column; numbers with every digit, since tables are read like Excel's."""
    if isinstance(value, Money):
        return numbers.money(value)
    if isinstance(value, datetime):
        return show_instant(environment, value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta) or kind == "duration":
        return show_duration(value)
    if kind == "percent":
        return numbers.percent(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and kind != "code":
        return numbers.exact(value)
    return shown(value, 2000 if kind == "prose" else CELL_LIMIT)


def drawing(svg: str) -> Markup:
    """An SVG that growth.reporting drew, put into the page as it is. Raises ValueError for anything else."""
    if not svg.startswith("<svg ") or "<script" in svg.lower() or "<foreignobject" in svg.lower():
        raise ValueError("only a drawing of growth.reporting may be put in as it is")
    return Markup(svg)  # noqa: S704  (vl-convert escapes the texts it draws; tested)


def is_web_address(value: object) -> bool:
    """Whether a text is an http(s) address, so that it may be a link."""
    return isinstance(value, str) and value.lower().startswith(("http://", "https://"))


FILTERS: dict[str, Callable[..., Any]] = {
    "number": numbers.number,
    "exact": numbers.exact,
    "measure": numbers.measure,
    "money": show_money,
    "percent": numbers.percent,
    "date": show_date,
    "instant": show_instant,
    "rfc3339": show_rfc3339,
    "ago": show_ago,
    "duration": show_duration,
    "mask": show_mask,
    "width": text.full_width,
    "shown": shown,
    "cell_text": cell_text,
    "sparkline": sparkline,
    "drawing": drawing,
    "state_look": look_of,
}

TESTS: dict[str, Callable[..., bool]] = {"address_of_web": is_web_address}

__all__ = ["FILTERS", "TESTS", "Look", "shown"]
