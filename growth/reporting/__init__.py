"""What any report or page is made of: figures with their evidence, tables, charts, sections."""

from growth.reporting.chart import Chart, Series, bars, funnel, heat, line, stacked
from growth.reporting.figure import Better, Change, Figure, Value, change_since
from growth.reporting.period import PeriodChoice
from growth.reporting.query import Query, sql_of
from growth.reporting.section import Note, Section
from growth.reporting.table import Column, Empty, Kind, Row, Table, TableState, arrange

__all__ = [
    "Better",
    "Change",
    "Chart",
    "Column",
    "Empty",
    "Figure",
    "Kind",
    "Note",
    "PeriodChoice",
    "Query",
    "Row",
    "Section",
    "Series",
    "Table",
    "TableState",
    "Value",
    "arrange",
    "bars",
    "change_since",
    "funnel",
    "heat",
    "line",
    "sql_of",
    "stacked",
]
