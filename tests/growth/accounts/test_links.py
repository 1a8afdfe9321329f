"""One-time links: the first administrator, and passwords."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from growth import accounts
from growth.accounts import Role
from growth.db import Database
from growth.errors import GrowthError
from growth.security import BadToken

HASH = accounts.hash_password("four words make one")


def _first(database: Database, now: datetime) -> str:
    with database.write() as session:
        link = accounts.first_admin_link(session, workspace=database.workspace, now=now)
    assert link.startswith("http://127.0.0.1:8000/welcome/")
    return link.rpartition("/")[2]


def _use(database: Database, token: str, now: datetime, name: str = "") -> accounts.User:
    with database.write() as session:
        return accounts.use_link(session, token=token, name=name, password_hash=HASH, now=now)


def test_the_first_link_makes_the_first_administrator_once(database: Database, now: datetime) -> None:
    token = _first(database, now)
    with database.read() as session:
        assert accounts.link_user(session, token=token, now=now) is None
        assert token not in str(session.execute(text("SELECT * FROM user_link")).all())
    assert _use(database, token, now + timedelta(days=6), "boss").roles == {Role.ADMIN}
    with pytest.raises(BadToken):
        _use(database, token, now, "other")
    with database.read() as session:
        assert [user.name for user in accounts.list_users(session)] == ["boss"]


def test_a_second_first_link_replaces_the_first_and_none_is_made_when_there_is_an_administrator(database: Database, now: datetime) -> None:
    old, new = _first(database, now), _first(database, now)
    with pytest.raises(BadToken):
        _use(database, old, now, "boss")
    _use(database, new, now, "boss")
    with pytest.raises(GrowthError, match="administrator"):
        _first(database, now)


def test_a_first_link_is_dead_once_there_is_an_administrator(database: Database, now: datetime) -> None:
    token = _first(database, now)
    with database.write() as session:
        accounts.add_user(session, name="boss", roles=["admin"], password_hash=HASH, actor="test", now=now)
    with pytest.raises(BadToken):
        _use(database, token, now, "intruder")


def test_a_link_is_valid_for_seven_days(database: Database, now: datetime) -> None:
    token = _first(database, now)
    with pytest.raises(BadToken):
        _use(database, token, now + timedelta(days=7), "boss")


def test_a_failed_use_leaves_the_link_whole(database: Database, now: datetime) -> None:
    token = _first(database, now)
    with pytest.raises(GrowthError):
        _use(database, token, now, "not a name")
    assert _use(database, token, now, "boss").name == "boss"


def test_a_password_link_sets_the_password_and_ends_sessions(database: Database, now: datetime) -> None:
    with database.write() as session:
        user = accounts.add_user(session, name="ming", roles=["seo"], actor="test", now=now)
        live = accounts.start_session(session, user_id=user.id, address="1.1.1.1", now=now)
        old = accounts.password_link(session, workspace=database.workspace, name="ming", actor="test", now=now).rpartition("/")[2]
        new = accounts.password_link(session, workspace=database.workspace, name="ming", actor="test", now=now).rpartition("/")[2]
    with pytest.raises(BadToken):
        _use(database, old, now)
    assert _use(database, new, now, "somebody else").name == "ming"
    assert accounts.who_is(database, token=live, now=now) is None
    assert accounts.log_in(database, name="ming", password="four words make one", address="1.1.1.1", now=now).user.name == "ming"


def test_a_disabled_users_link_is_dead(database: Database, now: datetime) -> None:
    with database.write() as session:
        accounts.add_user(session, name="ming", roles=["seo"], actor="test", now=now)
        token = accounts.password_link(session, workspace=database.workspace, name="ming", actor="test", now=now).rpartition("/")[2]
        accounts.disable_user(session, name="ming", actor="test", now=now)
    with pytest.raises(BadToken):
        _use(database, token, now)


def test_a_made_up_link_is_dead(database: Database, now: datetime) -> None:
    _first(database, now)
    for token in ("", "x", "../../etc", "0" * 32):
        with pytest.raises(BadToken):
            _use(database, token, now, "boss")
