"""A new key, and everything sealed anew under it while others read and write."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select, update

from growth.contacts import PersonFacts, contact, remember
from growth.contacts.models import Contact
from growth.db import Database, Sealed, metadata, open_database, vault
from growth.db.sealed import reseal, sealed_columns, sealed_under
from growth.security import with_fresh_key
from growth.wechat.models import Token
from growth.workspace import load_workspace, set_variable
from tests.command import Growth

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def peopled(database: Database, now: datetime) -> Database:
    with database.write() as session:
        for number in range(7):
            remember(
                session, PersonFacts(email=f"p{number}@example.com", phone=f"+8613800000{number:03}", name="王", evidence="t"), now=now
            )
        remember(session, PersonFacts(email="p0@example.com", keys=(("openid", "oABCDEF"),), evidence="t"), now=now)
    return database


def with_new_key(database: Database) -> Database:
    """Another process's view of the database, begun after a new key was put in front."""
    root = database.workspace.root
    set_variable(root, "GROWTH_KEYS", with_fresh_key(database.workspace.secret("GROWTH_KEYS")))
    return open_database(load_workspace(root))


def people(database: Database) -> list[tuple[str | None, str | None, str | None]]:
    with database.read() as session:
        found = [contact(session, id_) for id_ in session.scalars(select(Contact.id).order_by(Contact.id))]
    return [(one.email, one.phone, one.name) for one in found]


def test_everything_is_sealed_anew_and_reads_as_before(peopled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("growth.db.sealed.BATCH", 3)
    before, count = people(peopled), sealed_under(peopled)["k1"]
    assert count == 7 * 3 + 1
    newer = with_new_key(peopled)
    assert reseal(newer).done == count
    assert sealed_under(newer) == {"k2": count, "k1": 0}
    assert people(newer) == before
    assert reseal(newer).done == 0
    newer.close()


def test_a_process_that_began_before_reads_the_new_key_when_it_meets_it(peopled: Database) -> None:
    before = people(peopled)
    newer = with_new_key(peopled)
    assert peopled.vault.key_id == "k1"
    reseal(newer)
    assert people(peopled) == before
    assert peopled.vault.key_id == "k2"
    newer.close()


def test_what_somebody_writes_meanwhile_stays(peopled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = with_new_key(peopled)
    with peopled.read() as session:
        first = session.scalars(select(Contact.id).order_by(Contact.id)).first()
    assert first is not None
    real = newer.vault.seal

    def rename(place: str, row: str, value: str) -> bytes:
        """The other process writes between the reading and the writing of this one."""
        if place == "contact.name":
            monkeypatch.setattr(newer.vault, "seal", real)
            with peopled.write() as session:
                session.execute(update(Contact).where(Contact.id == first).values(name=vault(session).seal("contact.name", first, "李")))
        return real(place, row, value)

    monkeypatch.setattr(newer.vault, "seal", rename)
    reseal(newer)
    assert people(newer)[0][2] == "李"
    assert reseal(newer).done == 1
    assert sealed_under(newer)["k1"] == 0
    newer.close()


def test_a_damaged_value_is_told_and_holds_nothing_up(peopled: Database, growth_in: Callable[[Path], Growth]) -> None:
    with peopled.write() as session:
        one = session.scalars(select(Contact).order_by(Contact.id)).first()
        assert one is not None
        one.name = one.email
    growth = growth_in(peopled.workspace.root)
    result = growth("keys", "rotate", "--json")
    assert result.code == 1
    assert (result.json["resealed"], result.json["unreadable"]) == (21, 1)
    assert "contact.name" in result.err


def test_the_command_makes_a_key_once_and_goes_on_where_it_was_cut_off(peopled: Database, growth_in: Callable[[Path], Growth]) -> None:
    root = peopled.workspace.root
    (root / ".env").write_text((root / ".env").read_text() + "# mine\nSMTP_PASSWORD=geheim\n")
    (peopled.workspace.state / "keys-copied").write_text("2026-11-01")
    growth = growth_in(root)
    before = (root / ".env").read_text()
    assert growth("keys", "rotate", "--dry-run", "--json").json["sealed"] == {"k1": 22}
    assert (root / ".env").read_text() == before
    half = with_new_key(peopled)
    half.close()
    done = growth("keys", "rotate", "--json").json
    assert done == {"key": "k2", "new": False, "resealed": 22, "unreadable": 0, "sealed": {"k2": 22, "k1": 0}}
    again = growth("keys", "rotate", "--json").json
    assert (again["key"], again["new"], again["resealed"]) == ("k3", True, 22)
    text = (root / ".env").read_text()
    assert re.search(r"^GROWTH_KEYS=k3:[^,]+,k2:[^,]+,k1:[^,]+$", text, re.M)
    assert text.endswith("# mine\nSMTP_PASSWORD=geheim\n")
    assert not (peopled.workspace.state / "keys-copied").exists()
    assert [line["action"] for line in growth("audit-log", "--json").json].count("keys.rotate") == 2
    assert growth("db", "verify").code == 0


def test_keys_of_the_environment_are_left_to_whoever_sets_them(
    peopled: Database, growth_in: Callable[[Path], Growth], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROWTH_KEYS", peopled.workspace.secret("GROWTH_KEYS"))
    result = growth_in(peopled.workspace.root)("keys", "rotate")
    assert result.code == 2
    assert "fix: " in result.err
    assert sealed_under(peopled) == {"k1": 22}


def test_every_place_that_is_sealed_is_a_column_that_says_so(database: Database) -> None:
    """A room that seals into a plain column would be forgotten by rotation; the places stand in the code as ``"table.column"``."""
    named = set()
    for folder in ("growth", "seo", "campaigns"):
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                named |= set(re.findall(r"\"([a-z_]+\.[a-z_]+)\"", path.read_text("utf-8")))
    bytes_columns = {
        f"{table.name}.{column.name}": column.type
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary | Sealed)
    }
    assert [place for place in sorted(named & set(bytes_columns)) if not isinstance(bytes_columns[place], Sealed)] == []
    assert {"contact.email", "delivery.address", "wx_inbox.text"} <= {column.place for column in sealed_columns(database)}


def test_a_value_whose_row_is_named_otherwise_is_found(database: Database, now: datetime) -> None:
    with database.write() as session:
        sealed = vault(session).seal("wx_token.value", "wx0123", "ticket")
        session.add(Token(id=7, app_id="wx0123", kind="access", value=sealed, expires_at=now))
    newer = with_new_key(database)
    assert reseal(newer).done == 1
    with newer.read() as session:
        assert vault(session).open("wx_token.value", "wx0123", session.scalars(select(Token.value)).one()) == "ticket"
    newer.close()


def test_a_missing_key_is_looked_for_once_a_second_at_most(peopled: Database, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """Where the ring really lacks a key, a list of a thousand people does not read .env a thousand times."""
    from growth.db import database as module

    looked: list[datetime] = []
    real = module.vault_of(peopled.workspace)
    assert real._again is not None
    again = real._again

    def counted() -> object:
        looked.append(now + timedelta(seconds=len(looked)))
        return again()

    monkeypatch.setattr(real, "_again", counted)
    clock = iter([10.0, 10.0, 10.5, 11.2, 11.2])
    monkeypatch.setattr("growth.security.vault.time.monotonic", lambda: next(clock))
    strange = real.mark("k9") + bytes(40)
    for _turn in range(3):
        with pytest.raises(Exception, match="GROWTH_KEYS"):
            real.open("contact.name", 1, strange)
    assert len(looked) == 2
