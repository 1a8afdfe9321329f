"""The lists are those of the real configuration; the audit finds what is wrong and says what mends it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from growth import accounts
from growth.accounts.models import UserRow
from growth.app import Level
from growth.contacts import Medium, PersonFacts, Purpose, remember
from growth.db import Database, table_of
from growth.messaging.forgetting import forget_people
from growth.messaging.models import Delivery
from growth.operations.privacy import access, audit, notice
from growth.workspace import Workspace
from tests.command import Growth
from tests.web import Web

SITE = "site: {name: 诚信贷, url: 'https://www.example.com/', locale: en, mainland: true}\n"


def test_the_lists_name_what_is_set_up_and_nothing_else(make_workspace: Callable[..., Workspace]) -> None:
    bare = notice(make_workspace())
    assert [one.name for one in bare.recipients] == []
    full = notice(
        make_workspace(
            SITE
            + "email: {provider: smtp, smtp: {host: smtp.example.com}, from: n@example.com}\nsms: {provider: tencent}\n"
            + "conversions: {baidu: {token: t, types: {register: 25}, privacy_notice: true}}\n"
            + "traffic: {identity: cookie}\nretention: {events: 30 days}\n"
            + "attributes: {city: {}, employer: {personal: true, title: 雇主}}\n",
            files={"wechat.yaml": "account: {app_id: wx0123456789abcdef}\n"},
        )
    )
    assert [one.name for one in full.recipients] == ["Baidu Ads (oCPC)", "smtp.example.com", "Tencent Cloud SMS", "Tencent (WeChat)"]
    said = {one.what: one for one in full.collected}
    assert "雇主" in said
    assert "city" not in said
    assert any("cookie" in what and "30 days" in one.kept for what, one in said.items())


def test_sendgrid_is_abroad_and_needs_its_basis(open_workspace: Callable[..., Database], now: datetime) -> None:
    declared = (
        "email: {provider: sendgrid, from: n@example.com, sendgrid: {cross_border_consent: true, cross_border_basis: standard-contract}}\n"
    )
    database = open_workspace(SITE + declared)
    assert [(one.name, one.abroad) for one in notice(database.workspace).recipients] == [("Twilio SendGrid", True)]
    assert [line.level for line in audit(database, now=now) if line.id == "abroad"] == [Level.OK]


def test_the_audit_finds_the_idle_the_old_and_the_missing(database: Database, now: datetime) -> None:
    with database.write() as session:
        for name, role in (("ming", "marketer"), ("lan", "viewer"), ("root", "admin")):
            accounts.add_user(session, name=name, roles=[role], actor="test", now=now - timedelta(days=120))
        session.execute(update(UserRow).where(UserRow.name == "root").values(last_login_at=now))
        accounts.create_key(session, name="website", scopes=["signups"], actor="test", now=now - timedelta(days=100))
        accounts.record(session, actor="root", action="contact.unmask", subject="contact:1", reason="asked", now=now - timedelta(days=3))
        accounts.record(session, actor="root", action="contacts.export", detail={"unmasked": True}, now=now - timedelta(days=2))
        accounts.record(session, actor="root", action="contacts.export", detail={"unmasked": False}, now=now - timedelta(days=2))
    found = audit(database, now=now)
    assert [(line.id, line.fix) for line in found if line.id.startswith("idle")] == [
        ("idle-user", "growth user disable ming"),
        ("idle-key", "growth key revoke website"),
    ]
    assert [line.message for line in found if line.id == "in-clear"] == ["personal data was read in clear 2 times in 30 days: root (2)"]
    assert [line.level for line in found if line.id == "notice"] == [Level.WARN]
    assert [(one.user, one.sees) for one in access(database)] == [
        ("root", "everybody masked; in clear with a reason, which is logged"),
        ("ming", "everybody, masked"),
        ("lan", "figures only"),
    ]


def delivered(database: Database, at: datetime, state: str) -> None:
    with database.write() as session:
        person = remember(session, PersonFacts(email=f"{state}-{at.year}@example.com", evidence="t"), now=at)
        session.add(
            Delivery(
                stream="campaign:monthly",
                occurrence=f"{at:%Y-%m}",
                medium=Medium.EMAIL.value,
                address_index=f"{state}{at}".encode()[:32],
                purpose=Purpose.MARKETING.value,
                contact_id=person,
                state=state,
                at=at,
            )
        )


def test_records_of_messages_lose_their_person_after_their_time(database: Database, now: datetime) -> None:
    old = now - timedelta(days=3 * 365 + 10)
    delivered(database, old, "delivered")
    delivered(database, old, "pending")
    delivered(database, now, "delivered")
    assert [line.level for line in audit(database, now=now) if line.id == "kept-too-long"] == [Level.FAIL]
    assert forget_people(database, before=now - timedelta(days=3 * 365)) == 1
    with database.read() as session:
        rows = session.execute(select(table_of(Delivery).c.at, table_of(Delivery).c.state, table_of(Delivery).c.contact_id)).all()
    assert sorted((at == old, state, person is None) for at, state, person in rows) == [
        (False, "delivered", False),
        (True, "delivered", True),
        (True, "pending", False),
    ]
    assert [line.id for line in audit(database, now=now) if line.level is Level.FAIL] == []
    assert forget_people(database, before=now - timedelta(days=3 * 365)) == 0


def test_the_commands(database: Database, growth_in: Callable[[Path], Growth], tmp_path: Path) -> None:
    growth = growth_in(database.workspace.root)
    assert {"collected", "recipients"} == set(growth("privacy", "notice", "--json").json)
    page = tmp_path / "privacy.html"
    assert growth("privacy", "notice", "-o", str(page), "--dry-run").code == 0
    assert not page.exists()
    assert growth("privacy", "notice", "-o", str(page)).code == 0
    text = page.read_text("utf-8")
    assert "What is kept of people" in text
    assert "<script" not in text
    looked = growth("privacy", "audit", "--json")
    assert looked.code == 0
    assert {line["id"] for line in looked.json["findings"]} >= {"kept", "in-clear", "audit-log", "notice"}


def test_a_changed_audit_log_fails_the_audit(database: Database, growth_in: Callable[[Path], Growth], now: datetime) -> None:
    with database.write() as session:
        accounts.record(session, actor="root", action="user.add", subject="user:ming", now=now)
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE audit_log SET actor = 'nobody'")
    assert growth_in(database.workspace.root)("privacy", "audit").code == 1


def test_the_page_is_for_administrators(web: Web) -> None:
    assert "Who may see what" in web.browser("admin").get("/settings/privacy").text
    assert web.browser("marketer").get("/settings/privacy").status_code == 403
