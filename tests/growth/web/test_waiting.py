"""The number beside “To do”."""

from __future__ import annotations

from datetime import datetime

import pytest

from growth.app import TodoEntry
from growth.db import Database
from growth.web import waiting as waiting_module
from growth.web.waiting import Waiting


def test_it_counts_what_the_viewers_roles_settle_and_looks_again_after_a_while(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []

    def entries(*_arguments: object) -> list[TodoEntry]:
        looked.append(1)
        return [
            TodoEntry(id=str(place), title="x", link="/", roles=roles, since=now)
            for place, roles in enumerate([("seo",), ("seo", "admin"), ()])
        ]

    monkeypatch.setattr(waiting_module, "todo_entries", entries)
    at = [100.0]
    waiting = Waiting(now=lambda: at[0])

    def count(*mine: str) -> int:
        return waiting.count(database, database.workspace, lambda *roles: not roles or bool(set(roles) & set(mine)))

    assert (count("seo"), count("viewer"), count("admin")) == (3, 1, 2)
    assert len(looked) == 1
    at[0] += 21
    count("seo")
    assert len(looked) == 2
    waiting.forget()
    count("seo")
    assert len(looked) == 3


def test_a_fault_in_it_takes_no_page_away(database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_arguments: object) -> list[TodoEntry]:
        raise RuntimeError("canary")

    monkeypatch.setattr(waiting_module, "todo_entries", broken)
    assert Waiting().count(database, database.workspace, lambda *_roles: True) == 0
    assert "canary" in caplog.text
