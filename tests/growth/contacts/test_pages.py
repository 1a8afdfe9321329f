"""Contacts in the dashboard: masked for everybody, in the clear once and with a reason, imported, suppressed, erased."""

import io
from collections.abc import Callable
from datetime import timedelta

import openpyxl
import pytest

from growth.accounts import AuditEntry, audit_entries
from growth.contacts import (
    Medium,
    PersonFacts,
    Purpose,
    Statement,
    find_contact,
    import_contacts,
    record_consent,
    remember,
    suppression_counts,
)
from growth.db import Database
from growth.reporting.table import DEFAULT_SIZE
from tests.conftest import NOW
from tests.web import Browser, Web

TABLE = (
    "email,phone,name,tags,email_consent,consent_source,consent_at,城市\n"
    "zhang@example.com,13800138000,张三,vip,yes,官网表单,2026-10-01,上海\n"
    "li@example.com,,李四,,,,,\n"
    ",13912345678,王五,vip,,,,\n"
)
SEGMENTS = "segments:\n  vips: {all: [{tag: vip}]}\n"
SECRETS = ("zhang@example.com", "13800138000", "张三", "li@example.com", "李四")


@pytest.fixture
def database_url() -> None:
    """What differs between the engines is tested with the contacts themselves."""
    return


@pytest.fixture
def database(open_workspace: Callable[..., Database], tmp_path_factory: pytest.TempPathFactory) -> Database:
    opened = open_workspace(files={"segments.yaml": SEGMENTS})
    path = tmp_path_factory.mktemp("people") / "people.csv"
    path.write_text(TABLE, "utf-8")
    import_contacts(opened, path, now=NOW)
    return opened


@pytest.fixture
def web(database: Database, make_web: Callable[..., Web]) -> Web:
    return make_web(database)


def path_of(web: Web, address: str) -> str:
    with web.database.read() as session:
        return f"/contacts/{find_contact(session, address)}"


def told(web: Web) -> list[AuditEntry]:
    with web.database.read() as session:
        return audit_entries(session)


def upload(browser: Browser, content: bytes, name: str = "neu.csv", **fields: str) -> str:
    return browser.post("/contacts/import", fields, files={"file": (name, content)}).text


def test_lists_and_downloads_are_masked(web: Web) -> None:
    browser = web.browser("marketer")
    for path in ("/contacts", "/contacts?format=csv", "/contacts?format=json", "/contacts?segment=vips", path_of(web, "zhang@example.com")):
        text = browser.get(path).text
        assert "z***@example.com" in text, path
        assert not [secret for secret in SECRETS if secret in text], path
    assert [entry.action for entry in told(web)].count("contacts.export") == 2


def test_a_segment_filters_and_an_unknown_one_is_missing(web: Web) -> None:
    browser = web.browser("marketer")
    text = browser.get("/contacts?segment=vips").text
    assert "139****5678" in text
    assert "l***@example.com" not in text
    assert browser.get("/contacts?segment=nobody").status_code == 404
    assert "vips" in browser.get("/contacts/segments").text
    assert "vips,2,1" in browser.get("/contacts/segments?format=csv").text


def test_the_newest_stand_first_page_by_page(web: Web) -> None:
    browser = web.browser("marketer")
    with web.database.write() as session:
        for number in range(DEFAULT_SIZE - 1):
            remember(session, PersonFacts(email=f"n{number}@example.com", evidence="test"), now=NOW + timedelta(minutes=1 + number))
    first, second = (browser.get(f"/contacts?page={page}").text for page in (1, 2))
    assert first.index("n***@example.com") < first.index("139****5678")
    assert "z***@example.com" not in first
    assert "z***@example.com" in second


def test_a_whole_address_leads_to_its_person(web: Web) -> None:
    browser = web.browser("marketer")
    answer = browser.get("/contacts?q=Zhang@Example.com")
    assert answer.status_code == 303
    assert answer.headers["location"] == path_of(web, "zhang@example.com")
    assert browser.get("/contacts?q=zhang").status_code == 200
    found = web.browser("service").get("/search?q=13800138000").text
    assert path_of(web, "zhang@example.com") in found
    assert path_of(web, "zhang@example.com") not in web.browser("seo").get("/search?q=13800138000").text


def test_one_person_shows_what_counts_and_what_happened(web: Web) -> None:
    path = path_of(web, "zhang@example.com")
    text = web.browser("service").get(path).text
    assert "官网表单" in text
    assert "上海" in text
    with web.database.write() as session:
        said = Statement(medium=Medium.EMAIL, purpose=Purpose.MARKETING, granted=False, source="电话", at=NOW)
        record_consent(session, find_contact(session, "zhang@example.com"), said)
    assert "电话" in web.browser("service").get(path).text


def test_data_in_the_clear_needs_an_administrator_and_a_reason(web: Web) -> None:
    path = path_of(web, "zhang@example.com")
    assert web.browser("marketer").post(f"{path}/unmask", {"reason": "please"}).status_code == 403
    admin = web.browser("admin")
    assert admin.post(f"{path}/unmask", {"reason": ""}).status_code == 303
    assert "contact.unmask" not in [entry.action for entry in told(web)]
    answer = admin.post(f"{path}/unmask", {"reason": "a call from the customer"})
    assert "zhang@example.com" in answer.text
    assert "no-store" in answer.headers["cache-control"]
    assert [entry.reason for entry in told(web) if entry.action == "contact.unmask"] == ["a call from the customer"]


def test_suppressing_a_person_bars_both_addresses(web: Web) -> None:
    path, browser = path_of(web, "zhang@example.com"), web.browser("service")
    assert browser.post(f"{path}/suppress", {"reason": "asked by phone"}).status_code == 303
    with web.database.read() as session:
        assert suppression_counts(session) == {("email", "manual"): 1, ("sms", "manual"): 1}
    assert f"{path}/suppress" not in browser.get(path).text
    assert "manual" in web.browser("marketer").get("/contacts/suppression?format=csv").text


def test_erasing_needs_the_name_typed_and_a_reason(web: Web) -> None:
    path, admin = path_of(web, "zhang@example.com"), web.browser("admin")
    assert web.browser("marketer").post(f"{path}/erase", {"confirm": "张*", "reason": "asked"}).status_code == 403
    for fields in ({"confirm": "wrong", "reason": "asked"}, {"confirm": "张*", "reason": ""}):
        admin.post(f"{path}/erase", fields)
        assert admin.get(path).status_code == 200
    assert admin.post(f"{path}/erase", {"confirm": "张*", "reason": "asked"}).headers["location"] == "/contacts"
    assert admin.get(path).status_code == 404


def test_a_table_is_imported_with_a_verdict_for_every_bad_row(web: Web) -> None:
    browser = web.browser("marketer")
    text = upload(browser, "邮箱,手机\nneu@example.com,\n,123\nli@example.com,\n".encode("gb18030"))
    assert "phone" in text
    with web.database.read() as session:
        find_contact(session, "neu@example.com")
    entry = next(entry for entry in told(web) if entry.action == "contacts.import")
    assert entry.detail["created"] == 1
    assert entry.detail["rejected"] == 1


def test_an_import_can_be_tried_first(web: Web) -> None:
    browser = web.browser("marketer")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["email"], ["neu@example.com"]):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    before = len(told(web))
    assert "1" in upload(browser, content.getvalue(), "neu.xlsx", dry="on")
    assert "n***@example.com" not in browser.get("/contacts").text
    assert len(told(web)) == before


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04broken", "身份证号\n11010519491231002X\n".encode()])
def test_what_is_no_table_of_contacts_is_refused_with_the_way_out(web: Web, content: bytes) -> None:
    browser = web.browser("marketer")
    answer = browser.post("/contacts/import", files={"file": ("x.csv", content)})
    assert answer.status_code == 400
    assert 'class="mend"' in answer.text
    assert browser.post("/contacts/import", {"dry": "on"}).status_code == 400
