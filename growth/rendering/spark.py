"""Sparklines: a word-sized line, drawn here because a chart engine would cost a page more than its rows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

WIDTH = 120
HEIGHT = 28
_PAD = 2


def sparkline(values: Sequence[int | float | Decimal]) -> Markup:
    """An inline SVG of `values`, zero-based so that a small wobble does not look like a storm; empty for fewer than two."""
    if len(values) < 2:
        return Markup("")
    numbers = [float(value) for value in values]
    low, high = min(0.0, min(numbers)), max(0.0, max(numbers))
    reach = (high - low) or 1.0
    step = (WIDTH - 2 * _PAD) / (len(numbers) - 1)
    points = [(_PAD + step * place, HEIGHT - _PAD - (value - low) / reach * (HEIGHT - 2 * _PAD)) for place, value in enumerate(numbers)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    floor = HEIGHT - _PAD - (0.0 - low) / reach * (HEIGHT - 2 * _PAD)
    area = f"{points[0][0]:.1f},{floor:.1f} {line} {points[-1][0]:.1f},{floor:.1f}"
    svg = f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    svg += f'<polygon class="area" points="{area}"/><polyline points="{line}" vector-effect="non-scaling-stroke"/></svg>'
    return Markup(svg)  # noqa: S704  (numbers only)
