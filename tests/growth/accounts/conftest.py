"""Cheaper password hashes: the tests are about who gets in, not about how long a guess takes."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from growth.accounts import passwords


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2id with the smallest settings."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    nobody = hasher.hash("nobody has this password")
    monkeypatch.setattr(passwords, "_nobody", lambda: nobody)
