"""Tables that people hand us: encodings, headers, limits."""

import codecs
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from growth.tables import TableUnreadable, read_table

COLUMNS = {"email": ("邮箱", "e-mail"), "phone": ("手机", "mobile")}
TEXT = "手机,邮箱,城市\n13800138000,zhang@example.com,北京\n,,\n13900139000,li@example.com,上海\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_told_apart(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(TEXT.encode(encoding))
    rows = list(read_table(path, columns=COLUMNS))
    assert [row.values for row in rows] == [
        {"phone": "13800138000", "email": "zhang@example.com"},
        {"phone": "13900139000", "email": "li@example.com"},
    ]
    assert [row.number for row in rows] == [2, 4]
    assert rows[0].extra == {"城市": "北京"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_that_of_the_header(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(TEXT.replace(",", delimiter), "utf-8")
    assert len(list(read_table(path, columns=COLUMNS))) == 2


def test_a_workbook_gives_phones_as_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["E-Mail", "手 机"])
    sheet.append(["zhang@example.com", 13800138000.0])
    book.save(tmp_path / "t.xlsx")
    assert next(iter(read_table(tmp_path / "t.xlsx", columns=COLUMNS))).values == {"email": "zhang@example.com", "phone": "13800138000"}


def test_headers_of_the_users_own_are_mapped(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("客户邮件\na@b.c\n", "utf-8")
    assert next(iter(read_table(path, columns=COLUMNS, own={"客户邮件": "email"}))).values == {"email": "a@b.c"}


def _bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"email,\xe9\x82\xae\xe7\xae\xb1\na,b\n", "twice"),
        (b"phone\n1\n", "no column"),
        (b"email\n\xff\xff\xff\xff\n", "neither UTF-8 nor GB18030"),
        (b"email\0\n", "not a text file"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (_bomb(), "not an Excel workbook"),
        (b"email," + b"c," * 600 + b"\n", "columns"),
        (codecs.BOM_UTF8 + b"\n", "empty"),
    ],
)
def test_what_is_no_table_is_refused_with_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(TableUnreadable, match=words) as caught:
        list(read_table(path, columns=COLUMNS, required=("email",)))
    assert caught.value.where is not None
    assert caught.value.fix


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TableUnreadable, match="cannot be read"):
        list(read_table(tmp_path / "none.csv", columns=COLUMNS))


@pytest.mark.parametrize(("old", "new"), [(b"<v>2</v>", b"<v>two</v>"), (b"</row></sheetData>", b"</sheetData>")])
def test_a_sheet_that_is_broken_inside_is_said_with_its_line(tmp_path: Path, old: bytes, new: bytes) -> None:
    book = openpyxl.Workbook()
    for row in (["email", "phone"], ["zhang@example.com", 1], ["li@example.com", 2]):
        book.active.append(row)
    book.save(tmp_path / "whole.xlsx")
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as whole, zipfile.ZipFile(tmp_path / "t.xlsx", "w") as broken:
        for name in whole.namelist():
            content = whole.read(name)
            broken.writestr(name, content.replace(old, new) if "sheet1" in name else content)
    with pytest.raises(TableUnreadable) as fault:
        list(read_table(tmp_path / "t.xlsx", columns=COLUMNS))
    assert fault.value.where is not None
    assert fault.value.where.file == str(tmp_path / "t.xlsx")


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(TableUnreadable):
        list(read_table(tmp_path, columns=COLUMNS))
