"""What leaves, and what is forgotten."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from growth.accounts import audit_entries, verify
from growth.cli.words import run
from growth.contacts import (
    COLUMNS,
    Medium,
    PersonFacts,
    Purpose,
    ReasonMissing,
    Statement,
    UnknownContact,
    address_index,
    erase_contact,
    export_contacts,
    export_person,
    find_contact,
    import_contacts,
    remember,
    suppression_of,
)
from growth.db import Database

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TABLE = (
    "email,phone,name,tags,email_consent,sms_consent,consent_source,consent_at,备注\n"
    "a@x.cn,13800138000,张三,vip;老客户,yes,no,form,2026-10-01,\n"
    'b@x.cn,+1 415 555 2671,"=HYPERLINK(""http://evil"")",,,,,,@SUM(A1)\n'
    "c@x.cn,,－1+1,,no,,,,\tTAB\n"
)


@pytest.fixture
def people(database: Database, tmp_path: Path) -> Database:
    path = tmp_path / "people.csv"
    path.write_text(TABLE, "utf-8")
    import_contacts(database, path, now=NOW)
    return database


def test_an_export_is_masked_and_told_in_the_audit_log(people: Database, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert export_contacts(people, path, segment=None, now=NOW, actor="user:ming") == 3
    text = path.read_text("utf-8")
    assert text.startswith("\ufeff")
    assert "a***@x.cn" in text
    assert "138****8000" in text
    for secret in ("a@x.cn", "13800138000", "138-0013-8000", "张三"):
        assert secret not in text
    with people.read() as session:
        entry = audit_entries(session, action="contacts.export")[0]
        assert entry.actor == "user:ming"
        assert entry.detail == {"contacts": 3, "unmasked": False, "format": "csv"}
        assert verify(session) is None


def test_unmasked_data_needs_a_reason(people: Database, tmp_path: Path) -> None:
    with pytest.raises(ReasonMissing):
        export_contacts(people, tmp_path / "out.csv", segment=None, now=NOW, actor="user:ming", unmask=True, reason=" ")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_unmasked_export_can_be_imported_again_and_changes_nothing(people: Database, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"out.{form}"
    export_contacts(people, path, segment=None, now=NOW, actor="command", unmask=True, reason="move")
    result = import_contacts(people, path, now=NOW.replace(day=24))
    assert (result.rows, result.unchanged, result.rejected) == (3, 3, [])


def test_no_cell_of_an_export_runs_in_a_spreadsheet(people: Database, tmp_path: Path) -> None:
    export_contacts(people, tmp_path / "out.csv", segment=None, now=NOW, actor="command", unmask=True, reason="r")
    for row in csv.reader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig"))):
        assert not any(cell.startswith(("=", "@", "-", "－", "\t", "\r")) for cell in row)
    export_contacts(people, tmp_path / "out.xlsx", segment=None, now=NOW, actor="command", unmask=True, reason="r")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert "138-0013-8000" in [cell.value for cell in sheet["B"]]


def test_an_erased_person_is_gone_everywhere_and_the_refusal_stays(people: Database) -> None:
    with people.write() as session:
        id_ = find_contact(session, "c@x.cn")
        certificate = erase_contact(session, id_, now=NOW, actor="user:admin", reason="asked")
        index = address_index(session, Medium.EMAIL, "c@x.cn")
    assert sum(certificate.erased.values()) >= 3
    with people.read() as session:
        with pytest.raises(UnknownContact):
            find_contact(session, "c@x.cn")
        found = suppression_of(session, medium=Medium.EMAIL, address_index=index)
        assert found is not None
        assert found.reason == "erased"
        entry = audit_entries(session, action="contact.erase")[0]
        assert entry.reason == "asked"
        assert "c@x.cn" not in json.dumps([entry.subject, dict(entry.detail)])


def test_a_person_is_erased_with_all_that_was_merged_into_them(database: Database) -> None:
    with database.write() as session:
        remember(session, PersonFacts(email="a@x.cn", tags=("t",), evidence="test"), now=NOW)
        remember(session, PersonFacts(phone="+8613800138000", tags=("u",), evidence="test"), now=NOW)
        said = Statement(medium=Medium.SMS, purpose=Purpose.MARKETING, granted=True, source="form", at=NOW)
        id_ = remember(session, PersonFacts(email="a@x.cn", phone="+8613800138000", consents=(said,), evidence="test"), now=NOW)
        told = json.dumps(export_person(session, id_), default=str)
        assert "+8613800138000" in told
        assert "a@x.cn" in told
        erase_contact(session, id_, now=NOW, actor="command", reason="asked")
    with database.read() as session:
        for address in ("a@x.cn", "13800138000"):
            with pytest.raises(UnknownContact):
                find_contact(session, address)
        # who never refused may come again
        assert suppression_of(session, medium=Medium.EMAIL, address_index=address_index(session, Medium.EMAIL, "a@x.cn")) is None


def test_the_columns_of_an_export_are_those_of_an_import(people: Database) -> None:
    from growth.contacts import export_columns

    with people.read() as session:
        ids = [column.id for column in export_columns(session)]
    assert ids[: len(COLUMNS)] == list(COLUMNS)
    assert ids[len(COLUMNS) :] == ["attribute:备注"]


@pytest.fixture
def growth(people: Database, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The command line over the people's workspace: (exit code, stdout, stderr)."""

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["-C", str(people.workspace.root), "--lang", "en", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


def test_the_command_line_masks_and_logs(growth: Callable[..., tuple[int, str, str]], people: Database, tmp_path: Path) -> None:
    code, out, _err = growth("contacts", "list", "--json")
    assert code == 0
    listed: list[dict[str, Any]] = json.loads(out)
    assert [row["email"] for row in listed] == ["a***@x.cn", "b***@x.cn", "c***@x.cn"]

    code, out, _err = growth("contacts", "show", "13800138000", "--json")
    assert json.loads(out)["name"] == "张*"
    assert "13800138000" not in out

    code, _out, err = growth("contacts", "show", "13800138000", "--unmask")
    assert code == 2
    assert "fix: " in err
    code, out, _err = growth("contacts", "show", "13800138000", "--unmask", "--reason", "call back", "--json")
    assert json.loads(out)["phone"] == "+8613800138000"
    with people.read() as session:
        assert audit_entries(session, action="contact.unmask")[0].reason == "call back"

    assert growth("contacts", "show", "13800138000", "--everything")[0] == 2
    for form in ((), ("--json",)):
        code, out, _err = growth("contacts", "show", "13800138000", "--everything", "--unmask", "--reason", "a copy was asked for", *form)
        assert json.loads(out)["Contacts"]["contact"]["phone"] == "+8613800138000"
    with people.read() as session:
        assert [entry.reason for entry in audit_entries(session, action="contact.export")] == ["a copy was asked for"] * 2

    assert growth("contacts", "erase", "a@x.cn", "--yes")[0] == 2
    assert growth("contacts", "erase", "a@x.cn", "--reason", "asked", "--yes", "--dry-run")[0] == 0
    assert growth("contacts", "show", "a@x.cn")[0] == 0
    code, out, _err = growth("contacts", "erase", "a@x.cn", "--reason", "asked", "--yes", "--json")
    assert code == 0
    assert json.loads(out)["erased"]
    assert growth("contacts", "show", "a@x.cn")[0] == 2

    assert growth("contacts", "suppress", "new@x.cn", "--reason", "by phone", "--json")[0] == 0
    code, out, _err = growth("contacts", "suppress", "new@x.cn", "--json")
    assert json.loads(out)["new"] is False


def test_people_wrongly_found_to_be_one_are_taken_apart(
    growth: Callable[..., tuple[int, str, str]], people: Database, tmp_path: Path
) -> None:
    path = tmp_path / "shared.csv"
    path.write_text("email,phone\nb@x.cn,13800138000\n", "utf-8")
    assert json.loads(growth("contacts", "import", str(path), "--json")[1])["rejected"] == []
    (merge,) = json.loads(growth("contacts", "merges", "b@x.cn", "--json")[1])
    assert merge["undone"] is False
    assert merge["evidence"]
    number = str(merge["id"])

    assert growth("contacts", "unmerge", number)[0] == 2
    assert growth("contacts", "unmerge", number, "--reason", "a shared phone", "--dry-run")[0] == 0
    assert json.loads(growth("contacts", "show", "b@x.cn", "--json")[1]) == json.loads(
        growth("contacts", "show", "13800138000", "--json")[1]
    )
    assert growth("contacts", "unmerge", number, "--reason", "a shared phone")[0] == 0
    mine, theirs = (json.loads(growth("contacts", "show", each, "--json")[1]) for each in ("b@x.cn", "13800138000"))
    assert mine["id"] != theirs["id"]
    assert [each["undone"] for each in json.loads(growth("contacts", "merges", "--json")[1])] == [True]
    with people.read() as session:
        assert [entry.reason for entry in audit_entries(session, action="contact.unmerge")] == ["a shared phone"]
    code, _out, err = growth("contacts", "unmerge", number, "--reason", "again")
    assert code == 2
    assert "growth contacts merges" in err


def test_the_command_line_imports_and_reports_each_row(growth: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_text("email,phone\nd@x.cn,1.38E+10\ne@x.cn,\n", "utf-8")
    code, out, _err = growth("contacts", "import", str(path), "--json")
    assert code == 0
    verdict = json.loads(out)
    assert {key: verdict[key] for key in ("rows", "created", "updated", "unchanged")} == {
        "rows": 2,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
    }
    assert verdict["rejected"][0]["row"] == 2
    assert verdict["rejected"][0]["column"] == "phone"
    code, _out, err = growth("contacts", "import", str(tmp_path / "missing.csv"))
    assert code == 2
    assert err.startswith("error: ")
    code, _out, err = growth("contacts", "export", "--segment", "nobody")
    assert code == 2
