"""What any report or page is made of: figures with their evidence, tables, charts, sections."""

from growth.reporting.chart import Chart, Series, bars, funnel, heat, line, ranks, stacked
from growth.reporting.csv_file import csv_bytes, csv_parts, inert, table_csv
from growth.reporting.document import Document, PdfUnavailable, html_document, installed_browser, pdf_document, print_pdf, xlsx_document
from growth.reporting.download import Download, UnknownFormat, download
from growth.reporting.draw import draw_png, warm_up
from growth.reporting.figure import Better, Change, Figure, Value, change_since
from growth.reporting.files import CannotWrite, write_whole
from growth.reporting.period import PeriodChoice
from growth.reporting.query import Query, sql_of
from growth.reporting.section import Note, Section, merged
from growth.reporting.sheet import xlsx_bytes
from growth.reporting.table import Column, Empty, Kind, Row, Table, TableState, arrange

__all__ = [
    "Better",
    "CannotWrite",
    "Change",
    "Chart",
    "Column",
    "Document",
    "Download",
    "Empty",
    "Figure",
    "Kind",
    "Note",
    "PdfUnavailable",
    "PeriodChoice",
    "Query",
    "Row",
    "Section",
    "Series",
    "Table",
    "TableState",
    "UnknownFormat",
    "Value",
    "arrange",
    "bars",
    "change_since",
    "csv_bytes",
    "csv_parts",
    "download",
    "draw_png",
    "funnel",
    "heat",
    "html_document",
    "inert",
    "installed_browser",
    "line",
    "merged",
    "pdf_document",
    "print_pdf",
    "ranks",
    "sql_of",
    "stacked",
    "table_csv",
    "warm_up",
    "write_whole",
    "xlsx_bytes",
    "xlsx_document",
]
