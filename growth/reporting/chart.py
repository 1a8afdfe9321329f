"""Charts: small functions that say what to draw as Vega-Lite, and the numbers behind each drawing.

One scale from zero for bars and areas, direct labels where there is room, a colour-blind safe order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from growth.language import Text, _
from growth.reporting import palette
from growth.reporting.draw import draw
from growth.reporting.table import Column, Kind, Table

Spec = dict[str, Any]
#: width and height in pixels; the narrow one is drawn for a phone, so that its words stay readable
SIZES = {"wide": (1040, 240), "half": (520, 220), "narrow": (350, 200)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line or stack: `id` is the key in the rows."""

    id: str
    label: Text | str
    kind: Kind = Kind.NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing and the rows it is drawn from. `shape` makes the spec for a size: `line`, `ranks`, `bars`, `stacked`, `funnel`, `heat`."""

    id: str
    title: str
    rows: Sequence[Mapping[str, object]]
    x: Series
    series: Sequence[Series]
    shape: Callable[[Chart, str], Spec]
    summary: str = ""
    note: Text | str = ""

    def spec(self, size: str = "wide") -> Spec:
        """The Vega-Lite spec: self-contained, with its data."""
        return self.shape(self, size)

    def svg(self, size: str = "wide") -> str:
        """The drawing, in light colours that growth.css turns into the dark theme's."""
        return draw(self.spec(size))

    @property
    def table(self) -> Table:
        """The numbers behind the drawing."""
        first = Column(id=self.x.id, label=self.x.label, kind=self.x.kind, key=True)
        rest = [Column(id=one.id, label=one.label, kind=one.kind, lead=place < 2) for place, one in enumerate(self.series)]
        return Table(id=f"{self.id}-numbers", title=self.title, columns=[first, *rest], rows=self.rows, size=max(len(self.rows), 1))


def line(
    id: str,
    title: str,
    rows: Sequence[Mapping[str, object]],
    *,
    x: Series,
    series: Sequence[Series],
    summary: str = "",
    note: Text | str = "",
) -> Chart:
    """A course over days: one line a series, its name written at its end."""
    return Chart(
        id=id, title=title, rows=rows, x=x, series=series, shape=_line, summary=summary or _summary(title, rows, series), note=note
    )


def ranks(
    id: str,
    title: str,
    rows: Sequence[Mapping[str, object]],
    *,
    x: Series,
    series: Sequence[Series],
    summary: str = "",
    note: Text | str = "",
) -> Chart:
    """Places over days, the first on top: one line a series with a mark a day, its name at its last mark."""
    return Chart(
        id=id, title=title, rows=rows, x=x, series=series, shape=_ranks, summary=summary or _summary(title, rows, series), note=note
    )


def bars(
    id: str, title: str, rows: Sequence[Mapping[str, object]], *, x: Series, value: Series, summary: str = "", note: Text | str = ""
) -> Chart:
    """Things compared by size: horizontal bars in the order of `rows`, the value written behind each."""
    return Chart(
        id=id, title=title, rows=rows, x=x, series=[value], shape=_bars, summary=summary or _summary(title, rows, [value]), note=note
    )


def stacked(
    id: str,
    title: str,
    rows: Sequence[Mapping[str, object]],
    *,
    x: Series,
    series: Sequence[Series],
    summary: str = "",
    note: Text | str = "",
) -> Chart:
    """Parts of a whole over days: columns from zero."""
    return Chart(
        id=id, title=title, rows=rows, x=x, series=series, shape=_stacked, summary=summary or _summary(title, rows, series), note=note
    )


def funnel(
    id: str, title: str, rows: Sequence[Mapping[str, object]], *, x: Series, value: Series, summary: str = "", note: Text | str = ""
) -> Chart:
    """Steps one after the other: bars with the share that is left of the first."""
    return Chart(
        id=id, title=title, rows=rows, x=x, series=[value], shape=_funnel, summary=summary or _summary(title, rows, [value]), note=note
    )


def heat(
    id: str,
    title: str,
    rows: Sequence[Mapping[str, object]],
    *,
    x: Series,
    y: Series,
    value: Series,
    summary: str = "",
    note: Text | str = "",
) -> Chart:
    """How much falls where: a grid of shades (weekday and hour, month and cohort)."""
    return Chart(
        id=id, title=title, rows=rows, x=x, series=[y, value], shape=_heat, summary=summary or _summary(title, rows, [value]), note=note
    )


def _summary(title: str, rows: Sequence[Mapping[str, object]], series: Sequence[Series]) -> str:
    """What a screen reader says of the drawing; the numbers stand in the table behind."""
    return _(
        "{title}: {n} points of {series}; the numbers are in the table below",
        title=title,
        n=len(rows),
        series=", ".join(str(one.label) for one in series),
    )


def _long(chart: Chart) -> list[dict[str, object]]:
    """One value a row: what lines and stacks are drawn from."""
    return [
        {"x": _plain(row.get(chart.x.id)), "series": str(one.label), "value": _plain(row.get(one.id)), "order": place}
        for row in chart.rows
        for place, one in enumerate(chart.series)
        if row.get(one.id) is not None
    ]


def _plain(value: object) -> object:
    """A value Vega reads: numbers, texts, ISO days; money by its amount."""
    amount = getattr(value, "amount", value)
    if amount is None or isinstance(amount, bool | int | float | str):
        return amount
    isoformat = getattr(amount, "isoformat", None)
    return isoformat() if isoformat else float(str(amount))


def _base(size: str, *, height: int | None = None, right: int = 8) -> Spec:
    width, default_height = SIZES[size]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": height or default_height,
        "background": None,
        "padding": {"left": 0, "top": 8, "right": right, "bottom": 0},
        "autosize": {"type": "fit", "contains": "padding"},
        "config": {
            "font": palette.FONT,
            "view": {"stroke": None},
            "axis": {
                "labelColor": palette.TEXT,
                "labelFontSize": 12,
                "titleColor": palette.TEXT,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "gridColor": palette.GRID,
                "domainColor": palette.AXIS,
                "tickColor": palette.AXIS,
                "labelPadding": 6,
            },
            "text": {"fill": palette.INK, "fontSize": 12},
        },
    }


def _colour(chart: Chart) -> Spec:
    names = [str(one.label) for one in chart.series]
    return {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": names, "range": list(palette.SERIES[: len(names)])},
        "legend": None,
    }


def _x_axis(chart: Chart, size: str) -> Spec:
    axis: Spec = {"title": None, "grid": False, "labelOverlap": "greedy", "labelAngle": 0}
    if chart.x.kind is Kind.DATE:
        axis |= {"format": "%m-%d", "tickCount": 10 if size == "wide" else 4}
        return {"field": "x", "type": "temporal", "axis": axis}
    return {"field": "x", "type": "ordinal", "sort": None, "axis": axis}


def _y_axis() -> Spec:
    return {
        "field": "value",
        "type": "quantitative",
        "scale": {"zero": True, "nice": True},
        "axis": {"title": None, "domain": False, "ticks": False, "tickCount": 4, "format": "~s"},
    }


def _line(chart: Chart, size: str) -> Spec:
    values = _long(chart)
    several = len(chart.series) > 1
    # days may come in any order; what is in no calendar stands as it is given
    days = chart.x.kind is Kind.DATE
    last = max((str(value["x"]) for value in values), default="") if days else str(values[-1]["x"]) if values else ""
    spec = _base(size, right=6)
    shared: Spec = {"x": _x_axis(chart, size), "y": _y_axis(), "color": _colour(chart)}
    ends = [value for value in values if str(value["x"]) == last]
    strokes: Spec = {
        "strokeDash": {
            "field": "series",
            "type": "nominal",
            "legend": None,
            "scale": {"domain": [str(one.label) for one in chart.series], "range": list(palette.DASHES[: len(chart.series)])},
        }
    }
    layers: list[Spec] = []
    if not several:
        layers.append({"mark": {"type": "area", "opacity": 0.1, "interpolate": "monotone"}, "encoding": shared})
    stroke: Spec = {"type": "line", "strokeWidth": 2, "interpolate": "monotone"}
    layers.append({"mark": stroke, "encoding": shared | (strokes if several else {})})
    layers.append({"data": {"values": ends}, "mark": {"type": "point", "filled": True, "size": 36, "opacity": 1}, "encoding": shared})
    if several:
        for value, shift in _apart(ends, values, SIZES[size][1]):
            mark = {"type": "text", "align": "left", "dx": 8, "dy": shift, "fontSize": 12, "fontWeight": "bold"}
            layers.append(
                {"data": {"values": [value]}, "mark": mark, "encoding": shared | {"text": {"field": "series", "type": "nominal"}}}
            )
    return spec | {"data": {"values": values}, "layer": layers}


def _ranks(chart: Chart, size: str) -> Spec:
    values = _long(chart)
    last: dict[object, dict[str, object]] = {value["series"]: value for value in values}
    top = max((float(str(value["value"])) for value in values), default=1.0)
    axis = _y_axis()["axis"] | {"values": [place for place in (1, 5, 10, 20, 30, 50, 100, 200, 500) if place <= max(top, 10.0)]}
    y = _y_axis() | {"scale": {"reverse": True, "domain": [1, max(top, 10.0)], "nice": False}, "axis": axis}
    shared: Spec = {"x": _x_axis(chart, size), "y": y, "color": _colour(chart)}
    layers: list[Spec] = [
        {"mark": {"type": "line", "strokeWidth": 2}, "encoding": shared},
        {"mark": {"type": "point", "filled": True, "size": 30, "opacity": 1}, "encoding": shared},
    ]
    if len(chart.series) > 1:
        mirrored = [value | {"value": top + 1 - float(str(value["value"]))} for value in last.values()]
        for value, shift in _apart(mirrored, [{"value": max(top, 10.0)}], SIZES[size][1]):
            mark = {"type": "text", "align": "left", "dx": 8, "dy": shift, "fontSize": 12, "fontWeight": "bold"}
            end = last[value["series"]]
            layers.append({"data": {"values": [end]}, "mark": mark, "encoding": shared | {"text": {"field": "series", "type": "nominal"}}})
    return _base(size, right=6) | {"data": {"values": values}, "layer": layers}


def _apart(
    ends: Sequence[Mapping[str, object]], values: Sequence[Mapping[str, object]], height: int
) -> list[tuple[Mapping[str, object], float]]:
    """Where the names at the ends of lines go: beside their points, pushed apart where they would touch (14 px a line of text)."""
    top = max((float(str(value["value"])) for value in values), default=0.0) or 1.0
    placed: list[tuple[Mapping[str, object], float]] = []
    lowest = float("-inf")
    for value in sorted(ends, key=lambda one: -float(str(one["value"]))):
        natural = height * (1 - float(str(value["value"])) / top)
        wanted = max(natural, lowest + 14)
        placed.append((value, wanted - natural))
        lowest = wanted
    return placed


def _stacked(chart: Chart, size: str) -> Spec:
    spec = _base(size)
    x = _x_axis(chart, size)
    if chart.x.kind is Kind.DATE:
        x = {"field": "x", "type": "ordinal", "timeUnit": "yearmonthdate", "axis": x["axis"] | {"labelOverlap": "greedy"}}
    return spec | {
        "data": {"values": _long(chart)},
        "mark": {"type": "bar"},
        "encoding": {
            "x": x | {"scale": {"paddingInner": 0.25}},
            "y": _y_axis() | {"stack": "zero"},
            "color": _colour(chart)
            | {"legend": {"orient": "top", "title": None, "labelColor": palette.TEXT, "labelFontSize": 12, "symbolType": "square"}},
            "order": {"field": "order", "type": "quantitative"},
        },
    }


def _bars(chart: Chart, size: str) -> Spec:
    return _ranked(chart, size, [_written(chart, row) for row in chart.rows])


def _funnel(chart: Chart, size: str) -> Spec:
    values = [_plain(row.get(chart.series[0].id)) or 0 for row in chart.rows]
    first = float(str(values[0])) if values else 0.0
    words = [
        f"{_written(chart, row)} · {float(str(value)) / first:.1%}" if first else _written(chart, row)
        for row, value in zip(chart.rows, values, strict=True)
    ]
    return _ranked(chart, size, words)


def _ranked(chart: Chart, size: str, words: Sequence[str]) -> Spec:
    one = chart.series[0]
    values = [
        {"x": str(row.get(chart.x.id)), "value": _plain(row.get(one.id)) or 0, "words": word}
        for row, word in zip(chart.rows, words, strict=True)
    ]
    spec = _base(size, height=max(60, 32 * len(values)), right=96 if size == "wide" else 72)
    shared: Spec = {
        "y": {
            "field": "x",
            "type": "ordinal",
            "sort": None,
            "axis": {"title": None, "domain": False, "ticks": False, "labelLimit": 180 if size == "wide" else 96},
        },
        "x": {"field": "value", "type": "quantitative", "scale": {"zero": True}, "axis": None},
    }
    return spec | {
        "data": {"values": values},
        "layer": [
            {"mark": {"type": "bar", "color": palette.SERIES[0], "height": {"band": 0.62}, "cornerRadiusEnd": 2}, "encoding": shared},
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "fill": palette.INK, "clip": False},
                "encoding": shared | {"text": {"field": "words"}},
            },
        ],
    }


def _written(chart: Chart, row: Mapping[str, object]) -> str:
    from growth.money import Money
    from growth.rendering import numbers

    one = chart.series[0]
    value = row.get(one.id)
    if isinstance(value, Money):
        return numbers.money(value, short=True)
    if one.kind is Kind.PERCENT and value is not None:
        return numbers.percent(float(str(value)))
    return numbers.number(float(str(value))) if value is not None else "–"


def _heat(chart: Chart, size: str) -> Spec:
    y, value = chart.series
    values = [{"x": str(row.get(chart.x.id)), "y": str(row.get(y.id)), "value": _plain(row.get(value.id)) or 0} for row in chart.rows]
    rows = len({one["y"] for one in values})
    return _base(size, height=max(80, 26 * rows + 30)) | {
        "data": {"values": values},
        "mark": {"type": "rect", "cornerRadius": 2, "color": palette.SERIES[0]},
        "encoding": {
            "x": {
                "field": "x",
                "type": "ordinal",
                "sort": None,
                "axis": {"title": None, "labelAngle": 0, "domain": False, "ticks": False, "labelOverlap": "greedy"},
                "scale": {"padding": 0.08},
            },
            "y": {
                "field": "y",
                "type": "ordinal",
                "sort": None,
                "axis": {"title": None, "domain": False, "ticks": False},
                "scale": {"padding": 0.08},
            },
            "fillOpacity": {"field": "value", "type": "quantitative", "scale": {"domainMin": 0, "range": [0.06, 1]}, "legend": None},
        },
    }
