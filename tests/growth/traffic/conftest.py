"""A site with channels. Most tests run on SQLite, copied from one that is made once: the code is one text for both engines, and the file
``test_engines.py`` tells a whole story on each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from growth.db import Database, open_database
from growth.security import fresh_key
from growth.workspace import load_workspace
from tests.journeys import Site

YAML = """\
site: {name: 诚信贷, url: 'https://www.example.com/', ignore_referrers: [pay.custody-bank.example]}
traffic: {staff_addresses: [10.0.0.0/8]}
signup:
  funnel: {investor: [visit, register, real_name, first_bid], borrower: [visit, register, apply]}
  repeat: [bid]
"""
CHANNELS = """\
channels:
  poster: {medium: offline, to: /register, codes: [MING88], cost: {once: 300 CNY, from: 2026-11-01, until: 2026-11-30}}
  hao123: {medium: directory, match: {referrer: hao123.com}}
  baidu-paid: {medium: paid-search, match: {source: baidu, medium: paid-search}}
"""


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose database is up to date, to be copied."""
    root = tmp_path_factory.mktemp("prepared") / "workspace"
    root.mkdir()
    (root / "growth.yaml").write_text(YAML, "utf-8")
    (root / "channels.yaml").write_text(CHANNELS, "utf-8")
    keys = ("GROWTH_INDEX_KEY", "GROWTH_SIGNING_KEY")
    (root / ".env").write_text(f"GROWTH_KEYS=k1:{fresh_key()}\n" + "".join(f"{name}={fresh_key()}\n" for name in keys), "utf-8")
    open_database(load_workspace(root)).close()
    return root


@pytest.fixture
def copied(prepared: Path, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """``copied()`` → an open database of a fresh copy."""
    opened: list[Database] = []

    def make() -> Database:
        root = tmp_path / f"copy-{len(opened)}"
        shutil.copytree(prepared, root)
        database = open_database(load_workspace(root), check_schema=False)
        opened.append(database)
        return database

    yield make
    for database in opened:
        database.close()


@pytest.fixture
def site(copied: Callable[[], Database]) -> Site:
    """A site with its script in place."""
    return Site(copied())
