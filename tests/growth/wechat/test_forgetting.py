"""Who is erased is gone from the account, too, however we came to know that the follower is this person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import LargeBinary, select

from growth.alerts import alerts
from growth.contacts import PersonFacts, erase_contact, export_person, merge_contacts, remember
from growth.db import Sealed, metadata
from growth.db.tables import STORES, rows_of, tables_of
from growth.wechat.bind import make_code
from growth.wechat.followers import find_follower, follower_count
from growth.wechat.models import Follower

from .conftest import Phone

OPENID, WORDS = "oCANARYOPENID0123456789abcdef", "canarywords 怎么还款"


def known(database: Any, email: str, now: Any, *keys: tuple[str, str]) -> UUID:
    with database.write() as session:
        return remember(session, PersonFacts(email=email, keys=keys, evidence="test"), now=now)


def talk(follower: Phone) -> None:
    follower.event("subscribe", "qrscene_poster-subway")
    follower.say(WORDS)
    follower.say("人工")
    follower.say(f"{WORDS} 还在吗")


def erase(follower: Any, contact_id: UUID) -> None:
    with follower.database.write() as session:
        erase_contact(session, contact_id, now=follower.now, actor="test", reason="asked")


def left_of_them(database: Any) -> list[str]:
    """Columns in which the person's words or openid can still be opened, or stand open."""
    found = []
    keys = database.vault
    for store in STORES:
        with database.store(store).engine.connect() as connection:
            for table in tables_of(database, store):
                for rows in rows_of(connection, table):
                    for row in rows:
                        for name, value in row.items():
                            if isinstance(table.c[name].type, LargeBinary) and value is not None:
                                try:
                                    value = keys.open(f"{table.name}.{name}", row.get("id", ""), value)
                                except Exception:  # noqa: BLE001 - an index, or nothing of ours
                                    value = "found by index" if value == keys.index("openid", OPENID) else ""
                            if any(word in str(value) for word in ("canarywords", OPENID, "found by index")):
                                found.append(f"{table.name}.{name}")
    return found


@pytest.mark.parametrize("how", ["code", "code, then merged", "openid told with the sign-up"])
def test_an_erased_person_leaves_nothing_at_the_account(phone: Callable[..., Any], how: str) -> None:
    follower: Phone = phone(openid=OPENID)
    database = follower.database
    contact_id = known(database, "a@example.com", follower.now, ("signup", "u-1"))
    talk(follower)
    if how == "openid told with the sign-up":
        known(database, "a@example.com", follower.now, ("openid", OPENID))
    else:
        with database.write() as session:
            code = make_code(session, key="signup:u-1", now=follower.now)
        follower.event("SCAN", f"bind_{code}")
    if how == "code, then merged":
        other = known(database, "b@example.com", follower.now)
        with database.write() as session:
            merge_contacts(session, kept=other, gone=contact_id, at=follower.now, evidence="test")
        contact_id = other
    with database.read() as session:
        assert "canarywords" in str(export_person(session, contact_id))
    assert left_of_them(database)
    erase(follower, contact_id)
    assert left_of_them(database) == []
    with database.read() as session:
        assert find_follower(session, openid=OPENID) is None
        assert follower_count(session) == 0
        assert not [alert for alert in alerts(session) if alert.kind == "follower_waiting" and alert.closed_at is None]


def test_who_comes_back_after_erasure_is_a_new_follower(phone: Callable[..., Any]) -> None:
    follower: Phone = phone(openid=OPENID)
    database = follower.database
    contact_id = known(database, "a@example.com", follower.now, ("openid", OPENID))
    talk(follower)
    erase(follower, contact_id)
    follower.now += timedelta(minutes=1)
    assert follower.say("利率") == "年化利率 7.2%–24%"
    with database.read() as session:
        assert follower_count(session) == 1


def test_a_contact_that_is_gone_does_not_stop_the_bot(phone: Callable[..., Any]) -> None:
    """As when the person was erased while growth.yaml left this app out."""
    follower: Phone = phone()
    database = follower.database
    follower.event("subscribe")
    with database.write() as session:
        session.execute(select(Follower)).scalar_one().contact_id = UUID(int=7)
    assert follower.say("复述一下") == "您说：复述一下"


def test_the_name_of_a_contact_whose_openid_the_site_told_is_known(phone: Callable[..., Any]) -> None:
    follower: Phone = phone(openid=OPENID)
    database = follower.database
    with database.write() as session:
        remember(session, PersonFacts(email="a@example.com", name="王小明", keys=(("openid", OPENID),), evidence="test"), now=follower.now)
    replies = tuple(
        reply.model_copy(update={"say": "您好 {{ contact.name }}"}) if reply.name == "echo" else reply for reply in follower.file.replies
    )
    follower.file = follower.file.model_copy(update={"replies": replies})
    assert follower.say("复述") == "您好 王小明"


def test_no_file_of_the_workspace_holds_an_openid_in_the_open(phone: Callable[..., Any]) -> None:
    follower: Phone = phone(openid=OPENID)
    talk(follower)
    database = follower.database
    if database.is_sqlite:
        files = [path for path in Path(database.workspace.root).rglob("*") if path.is_file()]
        assert files
        assert not [path.name for path in files if OPENID.encode() in path.read_bytes() or b"canarywords" in path.read_bytes()]
    named = [column for table in metadata.sorted_tables for column in table.c if "openid" in column.name]
    assert all(isinstance(column.type, LargeBinary | Sealed) for column in named)
