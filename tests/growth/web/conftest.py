"""Cheaper password hashes, and a workspace without the apps for what is the shell's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher

from growth import accounts
from growth.accounts import passwords
from growth.db import Database
from tests.web import Web

PASSWORD = "four words make one"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2id with the smallest settings."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    nobody = hasher.hash("nobody has this password")
    monkeypatch.setattr(passwords, "_nobody", lambda: nobody)


@pytest.fixture
def database_url() -> None:
    """The shell is the same on each engine: what differs is tested in the rooms below."""
    return


@pytest.fixture
def ming(web: Web) -> accounts.User:
    """A viewer with a password."""
    with web.database.write() as session:
        return accounts.add_user(
            session, name="ming", roles=["viewer"], password_hash=accounts.hash_password(PASSWORD), actor="test", now=web.clock()
        )


@pytest.fixture
def web_of(open_workspace: Callable[..., Database], make_web: Callable[..., Web]) -> Callable[..., Web]:
    """``web_of(growth_yaml, files=…)`` → the application of that workspace."""

    def make(*arguments: object, **more: object) -> Web:
        return make_web(open_workspace(*arguments, **more))

    return make
