"""CSV, XLSX, HTML and PDF: whole, inert, readable by what people use."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from growth.language import Text, speaking
from growth.money import Money
from growth.rendering import SiteShown
from growth.reporting import (
    CannotWrite,
    Column,
    Document,
    Figure,
    Kind,
    Note,
    PdfUnavailable,
    Query,
    Section,
    Series,
    Table,
    html_document,
    line,
    print_pdf,
    table_csv,
    write_whole,
    xlsx_bytes,
    xlsx_document,
)

ZONE = ZoneInfo("Asia/Shanghai")
ATTACKS = [
    '=HYPERLINK("http://evil","x")',
    "@SUM(1)",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "\t=1+1",
    "\r=1+1",
    "\0=1+1",
    "＝1+1",
    "＋1",
    "＠SUM(1)",
    " =1+1",
    "　=1+1",
    "|calc",
]
COLUMNS = [
    Column(id="name", label=Text("Name", "名称"), key=True),
    Column(id="n", label=Text("Visits", "访问"), kind=Kind.NUMBER),
    Column(id="cost", label=Text("Cost", "费用"), kind=Kind.MONEY),
    Column(id="phone", label=Text("Phone", "手机"), kind=Kind.CODE),
    Column(id="at", label=Text("At", "时间"), kind=Kind.INSTANT),
    Column(id="share", label=Text("Share", "占比"), kind=Kind.PERCENT),
]


def table(*names: str) -> Table:
    at = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)
    row = {"n": 12, "cost": Money(Decimal("1234.5")), "phone": "+8613800138000", "at": at, "share": Decimal("0.125")}
    return Table(id="t", title="渠道 [11/2026]", columns=COLUMNS, rows=[{"name": name, **row} for name in names])


def read_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_a_csv_starts_a_formula(attack: str) -> None:
    cell = read_csv(table_csv(table(attack), ZONE))[1][0]
    assert cell.lstrip(" \u3000")[0] not in "=+-@\t\r\n＝＋－＠|"
    assert "\0" not in cell


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_text_of_an_xlsx_is_a_string(attack: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([table(attack)], ZONE)))
    cell = book.worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_numbers_money_times_and_phones_keep_their_kind_in_a_csv() -> None:
    with speaking("zh-CN"):
        head, first = read_csv(table_csv(table("好123"), ZONE))
    assert head == ["名称", "访问", "费用", "手机", "时间", "占比"]
    assert first == ["好123", "12", "1234.50", "+8613800138000", "2026-11-01 00:30:00", "0.125"]


def test_numbers_money_times_and_phones_keep_their_kind_in_an_xlsx() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([table("好123")], ZONE)))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["好123", 12, 1234.5, "+8613800138000", datetime(2026, 11, 1, 0, 30), 0.125]
    assert sheet["D2"].data_type == "s"
    assert sheet["F2"].number_format == "0.0%"
    assert "¥" in sheet["C2"].number_format
    assert sheet.freeze_panes == "B2"


def test_sheets_have_names_that_excel_takes_and_not_twice() -> None:
    long = Table(id="a", title="渠道" * 30, columns=COLUMNS)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([table("a"), table("b"), long, long], ZONE)))
    assert book.sheetnames[:2] == ["渠道  11 2026", "渠道  11 2026 2"]
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert len(set(book.sheetnames)) == 4


def test_columns_are_wide_enough_for_chinese() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([table("一个相当长的中文渠道名称")], ZONE)))
    assert book.worksheets[0].column_dimensions["A"].width >= 24


def test_a_text_longer_than_a_cell_is_cut_and_not_lost() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([table("x" * 40_000)], ZONE)))
    assert len(book.worksheets[0]["A2"].value) == 32_767


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.html"
    write_whole(path, b"first")
    path.chmod(0o640)
    write_whole(path, b"second")
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in path.parent.iterdir()] == ["report.html"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_whole(tmp_path / "report.html", b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWrite, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_a_folder_in_the_way_is_an_error_with_words(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(CannotWrite, match="cannot be written"):
        write_whole(tmp_path / "report.html", b"x")


def document(name: str = "好123") -> Document:
    rows = [{"day": f"2026-11-0{day}", "visits": day * 3} for day in range(1, 8)]
    chart = line(
        "course", f"Course {name}", rows, x=Series(id="day", label="Day", kind=Kind.DATE), series=[Series(id="visits", label=name)]
    )
    query = Query(means="Visits, bots left out", sql="select count(*) from visit", command="growth report operations --period 2026-11")
    figure = Figure(id="visits", label="Visits", value=84, query=query)
    section = Section(
        id="overview", title=name, sentence=name, figures=[figure], chart=chart, tables=[table(name)], notes=[Note(text=name)]
    )
    return Document(
        title="Operations report",
        period="2026-11",
        sentence=name,
        site=SiteShown(name=name),
        made_at=datetime(2026, 11, 24, tzinfo=UTC),
        sections=[section],
        proposals=[Note(text=name, mend=name)],
        proposals_title="Proposals",
        language="en",
    )


def test_a_report_is_one_file_that_fetches_nothing_and_runs_nothing() -> None:
    html = html_document(document(), zone=ZONE)
    assert "<script" not in html
    assert not re.search(r"(?:src|href)=[\"'](?!#)", html)
    assert not re.search(r"url\((?!none)", html)
    assert "@import" not in html


def test_every_figure_of_a_report_leads_to_its_evidence() -> None:
    html = html_document(document(), zone=ZONE)
    assert 'href="#evidence-overview-visits"' in html
    assert 'id="evidence-overview-visits"' in html
    assert "select count(*) from visit" in html


def test_data_in_a_report_is_text_in_drawings_too() -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    html = html_document(document(attack), zone=ZONE)
    assert "<script" not in html
    assert "<img" not in html


def test_a_report_as_a_workbook_has_its_figures_first() -> None:
    with speaking("en"):
        book = openpyxl.load_workbook(io.BytesIO(xlsx_document(document(), ZONE)))
    assert book.sheetnames[0] == "Figures"
    assert [cell.value for cell in book["Figures"][2]][1:3] == ["Visits", 84]


@pytest.mark.browser
def test_a_report_prints_to_pdf() -> None:
    pdf = print_pdf(html_document(document(), zone=ZONE))
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2


def test_without_a_browser_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(PdfUnavailable) as fault:
        print_pdf("<p>x</p>")
    assert fault.value.fix is not None
    assert "chromium" in fault.value.fix
