"""Logging in, and what makes a session end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from growth import accounts
from growth.accounts import TooManyAttempts, WrongLogin
from growth.accounts import passwords as passwords_module
from growth.db import Database

PASSWORD = "four words make one"


@pytest.fixture
def ming(database: Database, now: datetime) -> accounts.User:
    hashed = accounts.hash_password(PASSWORD)
    with database.write() as session:
        accounts.add_user(session, name="boss", roles=["admin"], password_hash=hashed, actor="test", now=now)
        return accounts.add_user(session, name="ming", roles=["seo"], password_hash=hashed, actor="test", now=now)


def _log_in(database: Database, now: datetime, *, name: str = "ming", password: str = PASSWORD, address: str = "8.8.8.8") -> str:
    return accounts.log_in(database, name=name, password=password, address=address, browser="Firefox", now=now).token


def _alive(database: Database, token: str, now: datetime) -> bool:
    return accounts.who_is(database, token=token, now=now) is not None


def test_name_and_password_open_a_session(database: Database, ming: accounts.User, now: datetime) -> None:
    token = _log_in(database, now, name=" MING ")
    presence = accounts.who_is(database, token=token, now=now)
    assert presence is not None
    assert (presence.user.name, presence.session.browser) == ("ming", "Firefox")
    with database.read() as session:
        stored = session.execute(text("SELECT * FROM user_session")).all()
        assert token not in str(stored)
        assert "8.8.8.8" not in str(stored)
        assert PASSWORD not in str(session.execute(text("SELECT * FROM user_account")).all())


def test_whatever_is_wrong_the_answer_is_the_same(database: Database, ming: accounts.User, now: datetime) -> None:
    for name, password in (("ming", "wrong"), ("nobody", PASSWORD), ("ming", ""), ("", ""), ("ming", PASSWORD + " ")):
        with pytest.raises(WrongLogin) as refused:
            _log_in(database, now, name=name, password=password)
        assert (refused.value.message, refused.value.fix) == (WrongLogin().message, WrongLogin().fix)


def test_an_unknown_user_costs_as_much_work_as_a_known_one(
    database: Database, ming: accounts.User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            checked.append(password)
            return hasher.verify(stored, password)

        check_needs_rehash = staticmethod(lambda _stored: False)

    hasher = passwords_module._hasher
    monkeypatch.setattr(passwords_module, "_hasher", Counting())
    for name in ("ming", "nobody"):
        with pytest.raises(WrongLogin):
            _log_in(database, now, name=name, password="wrong")
    assert checked == ["wrong", "wrong"]


def test_a_disabled_and_an_invited_user_cannot_log_in(database: Database, ming: accounts.User, now: datetime) -> None:
    with database.write() as session:
        accounts.disable_user(session, name="ming", actor="test", now=now)
        accounts.add_user(session, name="new", roles=["seo"], actor="test", now=now)
    for name in ("ming", "new"):
        with pytest.raises(WrongLogin):
            _log_in(database, now, name=name)


def test_the_eleventh_attempt_of_an_address_within_a_minute_waits(database: Database, ming: accounts.User, now: datetime) -> None:
    for turn in range(10):
        with pytest.raises(WrongLogin):
            _log_in(database, now + timedelta(seconds=turn), name=f"guess{turn}", password="wrong")
    with pytest.raises(TooManyAttempts) as waits:
        _log_in(database, now + timedelta(seconds=20))
    assert waits.value.retry_after == timedelta(seconds=40)
    assert _log_in(database, now + timedelta(seconds=20), address="9.9.9.9")
    assert _log_in(database, now + timedelta(seconds=61))


def test_an_account_is_throttled_over_all_strange_addresses(database: Database, ming: accounts.User, now: datetime) -> None:
    for turn in range(10):
        with pytest.raises(WrongLogin):
            _log_in(database, now, password="wrong", address=f"10.0.0.{turn}")
    with pytest.raises(TooManyAttempts):
        _log_in(database, now, address="10.0.0.99")


def test_strangers_cannot_lock_out_somebody_who_was_here_before(database: Database, ming: accounts.User, now: datetime) -> None:
    _log_in(database, now, address="8.8.8.8")
    later = now + timedelta(days=3)
    for turn in range(10):
        with pytest.raises(WrongLogin):
            _log_in(database, later, password="wrong", address=f"10.0.0.{turn}")
    assert _log_in(database, later, address="8.8.8.8")


def test_attempts_past_the_limit_write_nothing(database: Database, ming: accounts.User, now: datetime) -> None:
    for _turn in range(30):
        with pytest.raises((WrongLogin, TooManyAttempts)):
            _log_in(database, now, password="wrong")
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM login_attempt")).scalar() == 20
        refused = accounts.audit_entries(session, action="login.refused")
    assert len(refused) == 10


def test_a_password_typed_into_the_name_is_not_written_down(database: Database, ming: accounts.User, now: datetime) -> None:
    with pytest.raises(WrongLogin):
        _log_in(database, now, name="my secret pass", password="x")
    with database.read() as session:
        assert "my secret pass" not in str(session.execute(text("SELECT actor, action, subject, detail FROM audit_log")).all())


def test_a_session_ends_after_twelve_silent_hours_or_thirty_days(database: Database, ming: accounts.User, now: datetime) -> None:
    token = _log_in(database, now)
    assert _alive(database, token, now + timedelta(hours=12))
    assert not _alive(database, token, now + timedelta(hours=24, seconds=1))
    token = _log_in(database, now)
    at = now
    for _turn in range(60):
        at += timedelta(hours=11, minutes=59)
        assert _alive(database, token, at)
    assert not _alive(database, token, now + timedelta(days=30, seconds=1))


Act = Callable[[Database, datetime], object]


def _change_password(database: Database, now: datetime) -> None:
    with database.write() as session:
        accounts.set_password(session, name="ming", password_hash=accounts.hash_password("another good one"), actor="test", now=now)


def _change_roles(database: Database, now: datetime) -> None:
    with database.write() as session:
        accounts.set_roles(session, name="ming", roles=["viewer"], actor="test", now=now)


def _disable(database: Database, now: datetime) -> None:
    with database.write() as session:
        accounts.disable_user(session, name="ming", actor="test", now=now)


@pytest.mark.parametrize("act", [_change_password, _change_roles, _disable])
def test_sessions_die_with_a_change_of_password_roles_or_state(database: Database, ming: accounts.User, now: datetime, act: Act) -> None:
    mine, bosses = _log_in(database, now), _log_in(database, now, name="boss")
    act(database, now)
    assert not _alive(database, mine, now)
    assert _alive(database, bosses, now)


def test_logging_out_ends_this_session_and_no_other(database: Database, ming: accounts.User, now: datetime) -> None:
    here, there = _log_in(database, now), _log_in(database, now)
    with database.write() as session:
        accounts.end_session(session, token=here)
    assert (_alive(database, here, now), _alive(database, there, now)) == (False, True)


def test_changing_ones_own_password_needs_the_old_one_and_gives_a_new_session(
    database: Database, ming: accounts.User, now: datetime
) -> None:
    token = _log_in(database, now)
    with pytest.raises(accounts.WrongPassword):
        accounts.change_password(database, user=ming, old="wrong", new="another good one", address="8.8.8.8", now=now)
    assert _alive(database, token, now)
    fresh = accounts.change_password(database, user=ming, old=PASSWORD, new="another good one", address="8.8.8.8", now=now)
    assert (_alive(database, token, now), _alive(database, fresh, now)) == (False, True)
    assert _log_in(database, now, password="another good one")


def test_a_made_up_token_opens_nothing(database: Database, ming: accounts.User, now: datetime) -> None:
    for token in ("", "x", "0" * 43, "é" * 5):
        assert not _alive(database, token, now)
