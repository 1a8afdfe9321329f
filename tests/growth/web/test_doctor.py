"""What the doctor says of accounts and of the way to the dashboard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import pytest
from sqlalchemy import text

from growth import accounts
from growth.accounts import doctor as accounts_doctor
from growth.app import Diagnosis, Level
from growth.db import Database
from growth.web import doctor as web_doctor
from growth.workspace import Workspace


def _levels(found: Iterable[Diagnosis]) -> dict[str, Level]:
    return {one.id: one.level for one in found}


def test_an_administrator_is_missed_until_one_can_log_in(database: Database, now: datetime) -> None:
    assert _levels(accounts_doctor.diagnose(database.workspace, database))["administrator"] is Level.WARN
    with database.write() as session:
        accounts.add_user(
            session, name="boss", roles=["admin"], password_hash=accounts.hash_password("four words make one"), actor="x", now=now
        )
    assert _levels(accounts_doctor.diagnose(database.workspace, database)) == {"administrator": Level.OK, "audit-log": Level.OK}


def test_a_damaged_audit_log_fails_and_names_the_row(database: Database, now: datetime) -> None:
    with database.write() as session:
        accounts.record(session, actor="x", action="y", now=now)
        session.execute(text("UPDATE audit_log SET actor = 'z'"))
    [found] = [one for one in accounts_doctor.diagnose(database.workspace, database) if one.id == "audit-log"]
    assert found.level is Level.FAIL
    assert "row 1" in found.message


def test_on_this_machine_alone_nothing_is_asked_for(workspace: Workspace) -> None:
    assert _levels(web_doctor.diagnose(workspace, None)) == {"scripts": Level.OK}


def test_a_public_address_wants_https_a_named_proxy_and_an_answer(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("site: {url: https://www.example.com/}\npublic_url: http://growth.invalid/\n")
    assert _levels(web_doctor.diagnose(workspace, None)) == {
        "scripts": Level.OK,
        "https": Level.WARN,
        "proxies": Level.WARN,
        "public-url": Level.WARN,
    }


def test_another_program_at_the_public_address_is_told_apart(
    make_workspace: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from growth.outbound import Fetched

    workspace = make_workspace(
        "site: {url: https://www.example.com/}\npublic_url: https://go.example.com/\nweb: {trusted_proxies: [127.0.0.1]}\n"
    )
    for content, level in ((b'{"status": "ok"}', Level.OK), (b"<h1>Welcome to nginx</h1>", Level.WARN)):
        answer = Fetched(url="", status=200, headers={}, content=content, hops=(), elapsed=timedelta())
        monkeypatch.setattr(web_doctor, "fetch", lambda *_a, answer=answer, **_k: answer)
        assert _levels(web_doctor.diagnose(workspace, None)) == {"scripts": Level.OK, "public-url": level}
