"""Users: added, given roles, disabled; each act stands in the audit log."""

from __future__ import annotations

from datetime import datetime

import pytest

from growth import accounts
from growth.accounts import LastAdministrator, Role, UnknownRole, UnknownUser, UserExists, WeakPassword
from growth.db import Database
from growth.errors import GrowthError
from growth.language import speaking


def _add(database: Database, name: str, *roles: str, now: datetime, password: str | None = None) -> accounts.User:
    hashed = accounts.hash_password(password) if password else None
    with database.write() as session:
        return accounts.add_user(session, name=name, roles=roles, password_hash=hashed, actor="test", now=now)


def test_a_user_has_roles_in_order_and_waits_for_a_password(database: Database, now: datetime) -> None:
    user = _add(database, " ming ", "seo", "viewer", now=now)
    assert (user.name, user.state, user.roles) == ("ming", "invited", {Role.VIEWER, Role.SEO})
    assert _add(database, "张明", "admin", now=now, password="four words make one").state == "active"
    with database.read() as session:
        assert [found.name for found in accounts.list_users(session)] == ["ming", "张明"]
        assert accounts.find_user(session, name="MING").name == "ming"


def test_a_name_that_is_no_name_is_refused(database: Database, now: datetime) -> None:
    for name in ("", " ", "a b", "<b>", "a\nb", "-x", "x" * 61, "a/b", "=cmd", "a\x00b"):
        with pytest.raises(GrowthError) as refused:
            _add(database, name, "seo", now=now)
        assert refused.value.fix, name


def test_a_name_is_given_once_whatever_its_case(database: Database, now: datetime) -> None:
    _add(database, "ming", "seo", now=now)
    with pytest.raises(UserExists):
        _add(database, "MING", "viewer", now=now)


def test_an_unknown_role_and_no_role_are_refused_and_name_the_roles(database: Database, now: datetime) -> None:
    with pytest.raises(UnknownRole, match="boss") as refused:
        _add(database, "ming", "boss", now=now)
    assert "marketer" in (refused.value.fix or "")
    with pytest.raises(GrowthError):
        _add(database, "ming", now=now)
    with database.read() as session:
        assert accounts.list_users(session) == []
        assert accounts.audit_entries(session) == []


def test_the_only_administrator_stays_one(database: Database, now: datetime) -> None:
    _add(database, "ming", "admin", now=now)
    with database.write() as session:
        with pytest.raises(LastAdministrator):
            accounts.set_roles(session, name="ming", roles=["seo"], actor="test", now=now)
        with pytest.raises(LastAdministrator):
            accounts.disable_user(session, name="ming", actor="test", now=now)
    _add(database, "hong", "admin", now=now)
    with database.write() as session:
        assert accounts.set_roles(session, name="ming", roles=["seo"], actor="test", now=now).roles == {Role.SEO}


def test_a_disabled_administrator_does_not_count(database: Database, now: datetime) -> None:
    _add(database, "ming", "admin", now=now)
    _add(database, "hong", "admin", now=now)
    with database.write() as session:
        accounts.disable_user(session, name="hong", actor="test", now=now)
        with pytest.raises(LastAdministrator):
            accounts.disable_user(session, name="ming", actor="test", now=now)
        accounts.enable_user(session, name="hong", actor="test", now=now)
        accounts.disable_user(session, name="ming", actor="test", now=now)


def test_every_act_is_written_down(database: Database, now: datetime) -> None:
    _add(database, "ming", "admin", now=now)
    _add(database, "hong", "seo", now=now)
    with database.write() as session:
        accounts.set_roles(session, name="hong", roles=["viewer"], actor="user:ming", now=now)
        accounts.set_roles(session, name="hong", roles=["viewer"], actor="user:ming", now=now)
        accounts.disable_user(session, name="hong", actor="user:ming", now=now)
        told = [(entry.actor, entry.action, entry.subject) for entry in reversed(accounts.audit_entries(session))]
    assert told == [
        ("test", "user.add", "user:ming"),
        ("test", "user.add", "user:hong"),
        ("user:ming", "user.role", "user:hong"),
        ("user:ming", "user.disable", "user:hong"),
    ]


def test_an_unknown_user_is_named(database: Database, now: datetime) -> None:
    with database.write() as session, pytest.raises(UnknownUser, match="nobody"):
        accounts.disable_user(session, name="nobody", actor="test", now=now)


@pytest.mark.parametrize(
    "password",
    ["", "short12", "12345678", "87654321", "abcdefgh", "password", "PASSWORD", "admin123", "aaaaaaaa", "abababab", "ming1234", "x" * 257],
)
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        accounts.check_password(password, name="ming")


@pytest.mark.parametrize("password", ["four words make one", "四个普通词语组成密码", "x9!kPq2z", "ming hat viele Bücher"])
def test_a_good_password_is_taken_whatever_its_letters(password: str) -> None:
    accounts.check_password(password, name="ming")


def test_roles_are_shown_in_the_readers_language() -> None:
    with speaking("zh-CN"):
        assert accounts.role_words([Role.APPROVER, Role.MARKETER]) == "运营、审批人"
    with speaking("en"):
        assert accounts.role_words([Role.APPROVER, Role.MARKETER]) == "Marketer, Approver"


def test_an_administrator_may_all_others_only_theirs() -> None:
    assert accounts.may(frozenset({Role.ADMIN}), ["seo"])
    assert accounts.may(frozenset({Role.VIEWER}), [])
    assert not accounts.may(frozenset({Role.VIEWER}), ["seo", "marketer"])
