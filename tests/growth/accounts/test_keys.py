"""API keys: shown once, kept as a hash, opening their scopes only."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from growth import accounts
from growth.accounts import Scope
from growth.accounts.keys import UnknownKey
from growth.db import Database
from growth.errors import GrowthError


def _create(database: Database, now: datetime, name: str = "website", *scopes: str) -> str:
    with database.write() as session:
        return accounts.create_key(session, name=name, scopes=scopes or ["signups"], actor="test", now=now)


def test_a_key_opens_its_scopes_and_is_not_kept(database: Database, now: datetime) -> None:
    key = _create(database, now, "website", "events", "signups")
    assert key.startswith("gk_")
    with database.read() as session:
        found = accounts.find_key(session, key=key)
        assert found is not None
        assert (found.name, found.scopes, found.state) == ("website", {Scope.SIGNUPS, Scope.EVENTS}, "active")
        assert key.startswith(found.hint)
        assert key not in str(session.execute(text("SELECT * FROM api_key")).all())
        for other in ("", key[:-1], key + "x", key.upper()):
            assert accounts.find_key(session, key=other) is None


def test_a_revoked_key_opens_nothing_and_keeps_its_name(database: Database, now: datetime) -> None:
    key = _create(database, now)
    with database.write() as session:
        accounts.revoke_key(session, name="website", actor="test", now=now)
        assert accounts.find_key(session, key=key) is None
        assert [one.state for one in accounts.list_keys(session)] == ["revoked"]
        with pytest.raises(UnknownKey):
            accounts.revoke_key(session, name="nobody", actor="test", now=now)
    with pytest.raises(GrowthError, match="website"):
        _create(database, now)


def test_a_bad_name_or_scope_is_refused(database: Database, now: datetime) -> None:
    for name, scopes in (("", ["signups"]), ("a\nb", ["signups"]), ("x", ["all"]), ("x", []), ("<x>", ["events"])):
        with database.write() as session, pytest.raises(GrowthError) as refused:
            accounts.create_key(session, name=name, scopes=scopes, actor="test", now=now)
        assert refused.value.fix, name


def test_the_last_use_is_noted_once_a_minute(database: Database, now: datetime) -> None:
    key = _create(database, now)
    with database.write() as session:
        found = accounts.find_key(session, key=key)
        assert found is not None
        assert accounts.wants_note(found, now=now)
        accounts.note_use(session, key_id=found.id, now=now)
        again = accounts.find_key(session, key=key)
        assert again is not None
        assert again.used_at == now
        assert not accounts.wants_note(again, now=now + timedelta(seconds=30))
        assert accounts.wants_note(again, now=now + timedelta(seconds=61))
