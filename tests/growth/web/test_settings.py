"""The settings pages: one's own account for everybody, users, keys and the audit log for administrators."""

from __future__ import annotations

import io
import re

import openpyxl

from growth import accounts
from tests.growth.web.conftest import PASSWORD
from tests.web import Web


def test_an_administrator_adds_a_user_who_sets_a_password_by_the_link(web: Web) -> None:
    admin = web.browser("admin", name="boss")
    answer = admin.post("/settings/users/add", {"name": "hong", "role": ["seo", "viewer"]})
    found = re.search(r"http://127\.0\.0\.1:8000(/welcome/[\w-]+)", answer.text)
    assert found
    assert found[1] not in admin.get("/settings/users").text
    hong = web.stranger()
    hong.get(found[1])
    assert hong.post(found[1], {"password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert "hong" in hong.get("/settings").text
    assert hong.get("/settings/users").status_code == 403
    assert "hong" in admin.get("/settings/users").text


def test_what_is_wrong_with_a_new_user_is_said_at_the_form(web: Web) -> None:
    admin = web.browser("admin", name="boss")
    for data, said in (({"name": "boss", "role": ["seo"]}, "boss"), ({"name": "x y", "role": ["seo"]}, "x y"), ({"name": "hong"}, "role")):
        answer = admin.post("/settings/users/add", data)
        assert answer.status_code == 400
        assert said in answer.text
    with web.database.read() as session:
        assert [user.name for user in accounts.list_users(session)] == ["boss"]


def test_the_last_administrator_cannot_lose_the_role(web: Web) -> None:
    admin = web.browser("admin", name="boss")
    assert admin.post("/settings/users/boss/roles", {"role": ["viewer"]}).status_code == 400
    assert admin.post("/settings/users/boss/state", {"state": "disabled"}).status_code == 400
    assert admin.get("/settings/users").status_code == 200


def test_an_unknown_user_is_404(web: Web) -> None:
    admin = web.browser("admin")
    assert admin.get("/settings/users/nobody").status_code == 404
    assert admin.post("/settings/users/nobody/roles", {"role": ["seo"]}).status_code in (400, 404)


def test_a_key_is_shown_once_and_revoked_by_its_name(web: Web) -> None:
    admin = web.browser("admin")
    key = re.search(r"gk_[\w-]{40,}", admin.post("/settings/keys/create", {"name": "website", "scope": ["signups"]}).text)
    assert key
    assert key[0] not in admin.get("/settings/keys").text
    assert admin.post("/settings/keys/revoke", {"name": "website", "confirm": "other"}).status_code == 400
    with web.database.read() as session:
        assert accounts.find_key(session, key=key[0]) is not None
    assert admin.post("/settings/keys/revoke", {"name": "website", "confirm": "website"}).status_code == 303
    with web.database.read() as session:
        assert accounts.find_key(session, key=key[0]) is None


def test_the_audit_log_is_shown_filtered_downloaded_and_verified(web: Web) -> None:
    admin = web.browser("admin", name="boss")
    with web.database.write() as session:
        accounts.record(
            session, actor="user:=cmd|x", action="contact.unmask", subject="contact:1", reason="<script>alert(1)</script>", now=web.clock()
        )
    page = admin.get("/settings/audit-log?verify=true")
    assert "&lt;script&gt;" in page.text
    assert "notice good" in page.text
    assert "contact.unmask" not in admin.get("/settings/audit-log?q=user.add").text
    csv = admin.get("/settings/audit-log?format=csv")
    assert csv.headers["content-disposition"].startswith("attachment")
    assert csv.content.startswith(b"\xef\xbb\xbf")
    sheet = openpyxl.load_workbook(io.BytesIO(admin.get("/settings/audit-log?format=xlsx").content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == "user:=cmd|x" for cell in cells)
    assert not any(cell.data_type == "f" for cell in cells)


def test_a_damaged_audit_log_is_named_on_its_page(web: Web) -> None:
    from sqlalchemy import text

    admin = web.browser("admin", name="boss")
    with web.database.write() as session:
        session.execute(text("UPDATE audit_log SET actor = 'x' WHERE id = 1"))
    assert re.search(r"audit_log\D+1\D", admin.get("/settings/audit-log?verify=true").text)


def test_one_logs_out_everywhere_else(web: Web) -> None:
    here = web.browser("viewer", name="ming")
    assert here.user
    there = web.stranger()
    with web.database.write() as session:
        there.cookies["growth"] = accounts.start_session(
            session, user_id=here.user.id, address="8.8.8.8", browser="Safari, iPhone", now=web.clock()
        )
    assert "Safari, iPhone" in here.get("/settings").text
    assert here.post("/settings/sessions").status_code == 303
    assert there.get("/settings").status_code == 303
    page = here.get("/settings")
    assert page.status_code == 200
    assert "notice good" in page.text


def test_what_was_said_after_a_change_is_said_once_and_cannot_be_forged(web: Web) -> None:
    browser = web.browser("admin", name="boss")
    web.browser("viewer", name="ming")
    browser.post("/settings/users/ming/roles", {"role": ["seo"]})
    assert "notice good" in browser.get("/settings/users/ming").text
    assert "notice good" not in browser.get("/settings/users/ming").text
    browser.cookies["growth-flash"] = "W1siWW91IGFyZSBoYWNrZWQiLCAiYmFkIl1d.forged"
    assert "hacked" not in browser.get("/settings").text
