"""The colours of charts: told apart by colour-blind people and in grey, AA against the page. growth.css has their dark twins."""

from __future__ import annotations

#: series in order; the first is the accent
SERIES = ("#0f766e", "#b45309", "#1d4ed8", "#9d2c5c", "#6b7a12", "#5f6b68")
TEXT = "#46534f"
INK = "#17211f"
GRID = "#e2e8e7"
AXIS = "#8a9997"
#: dashes for series in print and grey, beside the colour
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [1, 3], [4, 4])
FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, Segoe UI, sans-serif"
