"""growth user, key, audit-log: as scripts and people call them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from growth.cli.words import run
from growth.db import Database


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Growth = Callable[..., Result]


@pytest.fixture
def database_url() -> None:
    """Commands are the same on each engine."""
    return


@pytest.fixture
def growth(database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Growth:
    """``growth("user", "list", stdin="…")`` in the workspace of `database`."""

    def call(*words: str, stdin: str = "") -> Result:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = run(["-C", str(database.workspace.root), "--lang", "en", *words])
        told = capsys.readouterr()
        return Result(code, told.out, told.err)

    return call


def test_a_user_is_added_with_a_password_from_standard_input(growth: Growth) -> None:
    done = growth("user", "add", "ming", "--role", "marketer,approver", "--password-stdin", "--json", stdin="four words make one\n")
    assert (done.code, done.json["name"], done.json["roles"], done.json["state"]) == (0, "ming", ["marketer", "approver"], "active")
    assert "four words" not in done.out + done.err
    assert [user["name"] for user in growth("user", "list", "--json").json] == ["ming"]


def test_without_one_a_link_is_printed(growth: Growth) -> None:
    done = growth("user", "add", "ming", "--role", "seo")
    assert done.code == 0
    assert "/welcome/" in done.out
    again = growth("user", "password", "ming", "--json")
    assert again.json["link"].startswith("http://127.0.0.1:8000/welcome/")
    assert again.json["link"] not in done.out


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (("user", "add", "ming", "--role", "boss"), "", "boss"),
        (("user", "add", "a b", "--role", "seo"), "", "a b"),
        (("user", "add", "ming", "--role", "seo", "--password-stdin"), "short\n", "characters"),
        (("user", "add", "ming", "--role", "seo", "--password-stdin"), "", "characters"),
        (("user", "add", "ming"), "", "--role"),
        (("user", "role", "nobody", "--role", "seo"), "", "nobody"),
        (("user", "disable", "nobody"), "", "nobody"),
        (("user", "password", "nobody"), "", "nobody"),
        (("key", "create", "web", "--scope", "all"), "", "all"),
        (("key", "revoke", "nobody", "--yes"), "", "nobody"),
        (("key", "revoke", "nobody"), "", "cannot be brought back"),
    ],
)
def test_wrong_use_is_2_with_a_way_out_and_changes_nothing(growth: Growth, words: tuple[str, ...], stdin: str, said: str) -> None:
    done = growth(*words, stdin=stdin)
    assert done.code == 2
    assert said in done.err
    assert "error: " in done.err
    assert "fix: " in done.err
    assert done.out == ""
    assert growth("user", "list", "--json").json == []
    assert growth("key", "list", "--json").json == []


def test_a_dry_run_says_what_would_be_and_changes_nothing(growth: Growth) -> None:
    done = growth("user", "add", "ming", "--role", "seo", "--dry-run", "--json")
    assert (done.code, done.json["name"], done.json["dry_run"]) == (0, "ming", True)
    assert "link" not in done.json
    assert growth("key", "create", "web", "--scope", "events", "--dry-run", "--json").json["key"] is None
    assert growth("user", "list", "--json").json == []
    assert growth("key", "list", "--json").json == []
    assert growth("audit-log", "--json").json == []


def test_roles_are_replaced_and_users_kept_out_and_let_in(growth: Growth) -> None:
    growth("user", "add", "boss", "--role", "admin")
    growth("user", "add", "ming", "--role", "seo", "--role", "viewer")
    assert growth("user", "role", "ming", "--role", "director", "--json").json["roles"] == ["director"]
    assert growth("user", "disable", "ming", "--json").json["state"] == "disabled"
    assert growth("user", "disable", "ming", "--undo", "--json").json["state"] == "invited"
    refused = growth("user", "role", "boss", "--role", "viewer")
    assert (refused.code, "only administrator" in refused.err) == (2, True)


def test_a_key_is_shown_once(growth: Growth) -> None:
    done = growth("key", "create", "website", "--scope", "signups,events", "--json")
    assert set(done.json) == {"name", "key"}
    listed = growth("key", "list", "--json")
    assert listed.json[0]["scopes"] == ["signups", "events"]
    assert done.json["key"] not in listed.out
    assert growth("key", "revoke", "website", "--yes", "--json").json["state"] == "revoked"


def test_the_audit_log_is_verified(growth: Growth, database: Database) -> None:
    growth("user", "add", "boss", "--role", "admin")
    growth("user", "add", "ming", "--role", "seo")
    assert growth("audit-log", "verify", "--json").json == {"whole": True}
    entries = growth("audit-log", "--action", "user.add", "--json").json
    assert [entry["subject"] for entry in entries] == ["user:ming", "user:boss"]
    assert entries[0]["at"].endswith("+08:00")
    with database.write() as session:
        session.execute(text("DELETE FROM audit_log WHERE id = 2"))
    broken = growth("audit-log", "verify")
    assert broken.code == 1
    assert "audit_log row 2 was removed" in broken.out
    assert growth("audit-log", "verify", "--json").json == {"whole": False, "table": "audit_log", "row": 2, "what": "removed"}
