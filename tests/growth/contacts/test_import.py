"""Import of contacts from CSV and XLSX."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from growth.contacts import (
    ColumnRefused,
    Medium,
    Purpose,
    SuppressionReason,
    address_index,
    consent_of,
    contact,
    find_contact,
    import_contacts,
    keys_of,
    suppress,
    suppression_of,
)
from growth.db import Database
from growth.errors import GrowthError
from growth.tables import TableUnreadable

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """``table(text, encoding)`` → a CSV file."""

    def write(text: str, encoding: str = "utf-8", name: str = "people.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def counts(result: Any) -> tuple[int, int, int, int]:
    return result.created, result.updated, result.unchanged, len(result.rejected)


def look(database: Database, address: str) -> Any:
    with database.read() as session:
        return contact(session, find_contact(session, address))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headers_in_any_order_and_any_encoding_are_read(database: Database, table: Callable[..., Path], encoding: str) -> None:
    path = table(
        "姓名,手机,标签,邮件许可,短信许可,许可来源,许可时间,邮箱,城市\n张三,138-0013-8000,vip;老客户,是,否,官网表单,2026-10-01,zhang@QQ.com,北京\n",
        encoding,
    )
    result = import_contacts(database, path, now=NOW)
    assert counts(result) == (1, 0, 0, 0)
    person = look(database, "13800138000")
    assert (person.email, person.phone, person.name) == ("zhang@qq.com", "+8613800138000", "张三")
    assert person.tags == ("vip", "老客户")
    assert person.attributes == {"城市": "北京"}
    with database.read() as session:
        said = consent_of(session, person.id, medium=Medium.EMAIL, purpose=Purpose.MARKETING)
        refused = consent_of(session, person.id, medium=Medium.SMS, purpose=Purpose.MARKETING)
    assert said is not None
    assert (said.granted, said.source) == (True, "官网表单")
    assert said.at == datetime(2026, 9, 30, 16, 0, tzinfo=UTC)
    assert refused is not None
    assert not refused.granted


def test_a_workbook_is_read_with_its_numbers_and_dates(database: Database, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["phone", "name", "email_consent", "consent_at", "level"])
    sheet.append([13800138000.0, "张三", "yes", datetime(2026, 10, 1, 9, 30), 3])
    path = tmp_path / "people.xlsx"
    book.save(path)
    assert counts(import_contacts(database, path, now=NOW)) == (1, 0, 0, 0)
    person = look(database, "13800138000")
    assert person.phone == "+8613800138000"
    assert person.attributes == {"level": "3"}


def test_every_row_gets_its_verdict_and_a_broken_one_stops_no_other(database: Database, table: Callable[..., Path]) -> None:
    path = table(
        "email,phone,name,email_consent,consent_at,timezone\n"
        "a@x.cn,13800138000,A,yes,,\n"
        "not an address,13800138001,B,yes,,\n"
        ",1.38E+10,C,,,\n"
        ",,D,yes,,\n"
        "e@x.cn,,E,perhaps,,\n"
        "f@x.cn,,F,yes,2026-02-30,\n"
        "g@x.cn,,G,yes,2031-01-01,\n"
        "h@x.cn,,H,,,Mars/Base\n"
        ",138001,I,,,\n"
        "A@X.cn,,Other,,,\n"
        "a@X.CN,,A,,,\n"
        f"j@x.cn,,{'名' * 101},,,\n"
    )
    result = import_contacts(database, path, now=NOW)
    assert [(each.row, each.column, str(each.reason)) for each in result.rejected] == [
        (3, "email", "not-an-email"),
        (4, "phone", "scientific-notation"),
        (5, "email", "no-address"),
        (6, "email_consent", "not-yes-or-no"),
        (7, "consent_at", "not-a-time"),
        (8, "consent_at", "in-the-future"),
        (9, "timezone", "not-a-timezone"),
        (10, "phone", "not-a-phone"),
        (13, "name", "too-long"),
    ]
    # A@x.cn is the mailbox of a@x.cn
    assert (result.created, result.updated, result.unchanged) == (1, 0, 2)
    assert result.rows == 12
    assert result.as_json()["rejected"][0].keys() >= {"row", "column", "reason"}


def test_a_second_import_changes_nothing(database: Database, table: Callable[..., Path]) -> None:
    path = table(
        "email,phone,name,tags,email_consent,sms_consent,city\n"
        "a@x.cn,13800138000,A,t1,yes,no,北京\n"
        "a@x.cn,,B,t2,yes,,上海\n"
        ",13800138000,C,,no,,\n"
        "b@x.cn,13800138001,D,,yes,yes,\n"
        "b@x.cn,13800138002,E,,,,\n"
        ",13800138002,F,,,,\n"
        ",13800138003,G,,,,\n"
        "c@x.cn,,H,,,,\n"
        "c@x.cn,13800138003,I,,,,\n"
    )
    first = import_contacts(database, path, now=NOW)
    assert first.rows == first.created + first.updated + first.unchanged
    before = look(database, "a@x.cn")
    again = import_contacts(database, path, now=LATER)
    assert counts(again) == (0, 0, 9, 0)
    assert look(database, "a@x.cn") == before
    assert (before.name, before.attributes["city"]) == ("A", "北京")


def test_a_row_that_repeats_an_earlier_one_is_unchanged(database: Database, table: Callable[..., Path]) -> None:
    path = table("email,name\na@x.cn,A\na@X.CN,A\na@x.cn,Another\n")
    assert counts(import_contacts(database, path, now=NOW)) == (1, 0, 2, 0)


def test_a_later_file_updates_and_leaves_alone_what_it_does_not_say(database: Database, table: Callable[..., Path]) -> None:
    import_contacts(database, table("email,name,role,city\na@x.cn,A,investor,北京\n"), now=NOW)
    result = import_contacts(database, table("email,name,role\na@x.cn,B,\n"), now=LATER)
    assert counts(result) == (0, 1, 0, 0)
    person = look(database, "a@x.cn")
    assert (person.name, person.role, person.attributes) == ("B", "investor", {"city": "北京"})


def test_two_contacts_that_a_row_proves_to_be_one_are_merged_with_evidence(database: Database, table: Callable[..., Path]) -> None:
    import_contacts(database, table("email,name\na@x.cn,A\n"), now=NOW)
    import_contacts(database, table("phone,role\n13800138000,investor\n"), now=LATER)
    result = import_contacts(database, table("email,phone\na@x.cn,13800138000\n", name="both.csv"), now=LATER + timedelta(days=1))
    assert counts(result) == (0, 1, 0, 0)
    person = look(database, "13800138000")
    assert person == look(database, "a@x.cn")
    assert (person.name, person.role) == ("A", "investor")


def test_an_address_that_is_written_to_no_more_still_names_its_person(database: Database, table: Callable[..., Path]) -> None:
    import_contacts(database, table("email,phone\nold@x.cn,13800138000\n"), now=NOW)
    import_contacts(database, table("email,phone\nnew@x.cn,13800138000\n"), now=LATER)
    person = look(database, "old@x.cn")
    assert person.email == "new@x.cn"
    with database.read() as session:
        assert set(keys_of(session, person.id)) == {("email", "old@x.cn"), ("email", "new@x.cn"), ("phone", "+8613800138000")}


def test_no_import_lifts_a_refusal_or_a_suppression(database: Database, table: Callable[..., Path]) -> None:
    import_contacts(database, table("email,email_consent\na@x.cn,no\n"), now=NOW)
    with database.write() as session:
        index = address_index(session, Medium.EMAIL, "a@x.cn")
        suppress(session, medium=Medium.EMAIL, address_index=index, reason=SuppressionReason.COMPLAINT, at=NOW)
    result = import_contacts(database, table("email,email_consent,consent_at\na@x.cn,yes,2026-11-24\n"), now=LATER)
    assert counts(result) == (0, 0, 1, 0)
    with database.read() as session:
        said = consent_of(session, find_contact(session, "a@x.cn"), medium=Medium.EMAIL, purpose=Purpose.MARKETING)
        assert said is not None
        assert not said.granted
        assert suppression_of(session, medium=Medium.EMAIL, address_index=index) is not None


def test_a_refusal_in_a_file_works_whatever_stood_before(database: Database, table: Callable[..., Path]) -> None:
    import_contacts(database, table("email,email_consent\na@x.cn,yes\n"), now=NOW)
    assert counts(import_contacts(database, table("email,email_consent\na@x.cn,否\n"), now=LATER)) == (0, 1, 0, 0)
    with database.read() as session:
        said = consent_of(session, find_contact(session, "a@x.cn"), medium=Medium.EMAIL, purpose=Purpose.MARKETING)
    assert said is not None
    assert not said.granted


@pytest.mark.parametrize(
    ("value", "named"),
    [("zhang@qq.com", "e-mail"), ("13800138000", "phone"), ("11010519491231002X", "ID card"), ("6222600810010710887", "bank card")],
)
def test_an_undeclared_column_with_personal_data_is_refused_and_nothing_is_kept(
    database: Database, table: Callable[..., Path], value: str, named: str
) -> None:
    with pytest.raises(ColumnRefused, match=named) as caught:
        import_contacts(database, table(f"email,备注号\na@x.cn,\nb@x.cn,{value}\n"), now=NOW)
    assert "attributes" in (caught.value.fix or "")
    assert caught.value.where is not None
    with pytest.raises(GrowthError):
        look(database, "a@x.cn")


def test_a_declared_personal_column_is_encrypted(open_workspace: Callable[..., Database], table: Callable[..., Path]) -> None:
    database = open_workspace("site: {url: https://www.example.com/}\nattributes: {身份证: {personal: true}, 单号: {personal: false}}\n")
    import_contacts(database, table("email,身份证,单号\na@x.cn,11010519491231002X,13800138000\n"), now=NOW)
    person = look(database, "a@x.cn")
    assert person.personal == {"身份证": "11010519491231002X"}
    assert person.attributes == {"单号": "13800138000"}
    assert person.masked().personal == {"身份证": "***"}


@pytest.mark.parametrize("database_url", [None], ids=["sqlite"])
def test_nothing_personal_stands_readable_in_the_file(database: Database, table: Callable[..., Path]) -> None:
    import_contacts(database, table("email,phone,name\ncanary.mail@x.cn,13912345678,金丝雀\n"), now=NOW)
    database.close()
    for path in database.workspace.state.glob("growth.db*"):
        content = path.read_bytes()
        assert b"canary.mail" not in content
        assert b"13912345678" not in content
        assert "金丝雀".encode() not in content


def test_a_header_of_ones_own_is_mapped_once_and_remembered(database: Database, table: Callable[..., Path]) -> None:
    path = table("会员账号邮箱,name\na@x.cn,A\n")
    with pytest.raises(TableUnreadable, match="no column"):
        import_contacts(database, path, now=NOW)
    assert counts(import_contacts(database, path, now=NOW, headers={"会员账号邮箱": "email"})) == (1, 0, 0, 0)
    assert counts(import_contacts(database, path, now=LATER)) == (0, 0, 1, 0)
    with pytest.raises(GrowthError, match="no such column"):
        import_contacts(database, path, now=NOW, headers={"name": "surname"})


def test_a_dry_run_says_the_same_and_keeps_nothing(database: Database, table: Callable[..., Path]) -> None:
    import_contacts(database, table("email,phone\nold@x.cn,13800138009\n"), now=NOW)
    path = table("email,phone,name\na@x.cn,13800138000,A\na@x.cn,,B\n,1.38E+10,\nold@x.cn,,Old\nb@x.cn,13800138000,\n")
    dry = import_contacts(database, path, now=LATER, dry_run=True)
    with pytest.raises(GrowthError):
        look(database, "a@x.cn")
    assert look(database, "old@x.cn").name is None
    real = import_contacts(database, path, now=LATER)
    assert dry.as_json() == real.as_json()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0old", "old Excel"),
        (b"name,city\nA,B\n", "no column"),
        (b"email,email\na@x.cn,b@x.cn\n", "twice"),
        (b"PK\x03\x04not a workbook", "workbook"),
    ],
)
def test_what_is_no_table_of_contacts_is_refused_whole(database: Database, tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(TableUnreadable, match=problem):
        import_contacts(database, path, now=NOW)
