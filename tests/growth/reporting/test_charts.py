"""Drawings: from zero, readable in the dark, safe, drawn once."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import growth
from growth.money import Money
from growth.rendering.filters import drawing
from growth.rendering.spark import sparkline
from growth.reporting import Chart, Kind, Series, bars, draw, funnel, heat, line, palette, ranks, stacked

DAYS = [{"day": date(2026, 11, 1) + timedelta(days=n), "visits": 50 + n, "signups": 5 + n % 3} for n in range(20)]
DAY = Series(id="day", label="Day", kind=Kind.DATE)
VISITS = Series(id="visits", label="访问")


def charts() -> list[Chart]:
    steps = [{"step": "visit", "people": 100}, {"step": "sign-up", "people": 7}]
    costs = [{"channel": "好123", "cost": Money(Decimal(60))}, {"channel": "百度", "cost": Money(Decimal(210))}]
    grid = [{"hour": str(hour), "weekday": day, "visits": hour} for day in ("一", "二") for hour in range(4)]
    return [
        line("line", "Line", DAYS, x=DAY, series=[VISITS]),
        line("lines", "Lines", DAYS, x=DAY, series=[VISITS, Series(id="signups", label="注册")]),
        ranks("ranks", "Ranks", DAYS, x=DAY, series=[VISITS, Series(id="signups", label="注册")]),
        stacked("stacked", "Stacked", DAYS, x=DAY, series=[VISITS, Series(id="signups", label="注册")]),
        funnel("funnel", "Funnel", steps, x=Series(id="step", label="Step"), value=Series(id="people", label="People")),
        bars("bars", "Bars", costs, x=Series(id="channel", label="Channel"), value=Series(id="cost", label="Cost", kind=Kind.MONEY)),
        heat("heat", "Heat", grid, x=Series(id="hour", label="Hour"), y=Series(id="weekday", label="Weekday"), value=VISITS),
    ]


@pytest.mark.parametrize("chart", charts(), ids=lambda chart: chart.id)
@pytest.mark.parametrize("size", ["wide", "half", "narrow"])
def test_every_kind_of_chart_draws_in_every_size(chart: Chart, size: str) -> None:
    svg = chart.svg(size)
    assert svg.startswith("<svg ")
    assert "viewBox" in svg
    assert drawing(svg) == svg


@pytest.mark.parametrize("chart", charts(), ids=lambda chart: chart.id)
def test_the_numbers_stand_behind_every_chart(chart: Chart) -> None:
    assert len(chart.table.rows) == len(chart.rows)
    assert next(column.id for column in chart.table.columns) == chart.x.id


def test_bars_and_lines_start_at_zero() -> None:
    for chart in (one for one in charts()[:6] if one.id != "ranks"):
        assert re.search(r"[\"']zero[\"']: True", str(chart.spec())) is not None


def test_every_colour_has_a_dark_twin_in_the_stylesheet() -> None:
    css = (Path(growth.__file__).parent / "web" / "static" / "growth.css").read_text("utf-8")
    for colour in (*palette.SERIES, palette.TEXT, palette.INK, palette.GRID, palette.AXIS):
        assert f'[stroke="{colour}"] {{ stroke: var(' in css
    for chart in charts():
        for colour in set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', chart.svg())):
            assert f'"{colour}"' in css, f"{chart.id} draws in {colour}"


def test_words_in_a_drawing_are_text() -> None:
    attack = '</text><script>alert(1)</script>" onload="x'
    rows = [{"channel": attack, "n": 3}]
    svg = bars("bars", attack, rows, x=Series(id="channel", label=attack), value=Series(id="n", label=attack)).svg()
    assert "<script" not in svg
    assert 'onload="x' not in svg


def test_only_a_drawing_of_ours_goes_into_a_page_as_it_is() -> None:
    for text in ("<img src=x>", "<svg ><script>1</script></svg>", "<svg ><foreignObject/></svg>", "plain"):
        with pytest.raises(ValueError):
            drawing(text)


def test_the_same_chart_is_drawn_once() -> None:
    spec = charts()[0].spec()
    assert draw.draw(spec) is draw.draw(dict(spec))


def test_a_png_for_chats_is_a_picture() -> None:
    assert draw.draw_png(charts()[0].spec(), scale=1).startswith(b"\x89PNG")


def test_a_sparkline_starts_at_zero_and_needs_two_points() -> None:
    assert sparkline([5]) == ""
    low, high = re.findall(r"polyline points=\"([^\"]+)\"", sparkline([100, 101]))[0].split()
    assert abs(float(low.split(",")[1]) - float(high.split(",")[1])) < 1
