"""Fixtures of the audit's tests: crawls of sites that are data."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from growth.db import Database, open_database, upgrade
from growth.db.claim import claim
from growth.security import fresh_key
from growth.workspace import load_workspace
from seo.audit import AuditResult, run_audit
from seo.issues import Issue
from seo.listing import list_issues
from tests.conftest import NOW
from tests.sites.hostile import Hostile
from tests.sites.served import LocalFetcher, Loopback, Served
from tests.sites.worlds import World

GROWTH = """site:
  name: 诚信贷
  url: {base}
seo:
  crawl: {{requests_per_second: 100000, retry_after: 0s}}
"""


@pytest.fixture
def audit_of(open_workspace: Callable[..., Database]) -> Callable[..., tuple[Database, AuditResult]]:
    """``audit_of(site)`` → the database and the result of an audit of a `Served` site, without sockets."""

    def audit(site: Served, growth_yaml: str | None = None, **more: Any) -> tuple[Database, AuditResult]:
        database = open_workspace((growth_yaml or GROWTH).format(base=site.base))
        result = run_audit(database, now=NOW, fetching=partial(LocalFetcher, site), **more)
        assert result.crawl.totals["check_faults"] == {}
        return database, result

    return audit


@pytest.fixture
def hostile() -> Iterator[Callable[..., Hostile]]:
    """``hostile({path: answer})`` → a site on a real socket that does what it should not."""
    running: list[Hostile] = []

    def start(pages: dict[str, Any] | None = None) -> Hostile:
        running.append(Hostile(pages))
        return running[-1]

    yield start
    for each in running:
        each.close()


@dataclass
class Inside:
    """A server that nobody outside should reach; `asked` holds what was sent to it."""

    port: int
    asked: list[bytes] = field(default_factory=list)


@pytest.fixture
def inside() -> Iterator[Inside]:
    """A listener on loopback that answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Inside(listener.getsockname()[1])

        def listen() -> None:
            while True:
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                found.asked.append(connection.recv(100))
                connection.close()

        Thread(target=listen, daemon=True).start()
        yield found
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def serve() -> Iterator[Callable[..., Loopback]]:
    """``serve({path: data})`` → a site on loopback, stopped after the test."""
    running: list[Loopback] = []

    def start(resources: dict[str, Any]) -> Loopback:
        running.append(Loopback(resources))
        return running[-1]

    yield start
    for each in running:
        each.close()


def audited(world: World, folder: Path, times: int = 1) -> tuple[Database, list[Issue]]:
    """An audit (or several) of a world in the workspace `folder`, which is made where it is not there; its issues."""
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"growth.yaml": world.growth_yaml, **world.files}.items():
        (folder / name).write_text(text, "utf-8")
    if new:
        secrets = {"GROWTH_KEYS": f"k1:{fresh_key()}", "GROWTH_INDEX_KEY": fresh_key(), "GROWTH_SIGNING_KEY": fresh_key()}
        (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in secrets.items()))
        _migrate(folder)
    database = open_database(load_workspace(folder), check_schema=False)
    for _time in range(times):
        result = run_audit(database, now=NOW, fetching=partial(LocalFetcher, world.site))
    assert result.crawl.totals["check_faults"] == {}
    return database, list(list_issues(database))


def _migrate(folder: Path) -> None:
    """A migrated database; the migrations run once for all temporary folders, then their files are copied."""
    template = folder.parent.parent / "migrated"
    if not template.is_dir():
        database = open_database(load_workspace(folder), check_schema=False)
        upgrade(database)
        claim(database, now=NOW)
        database.close()
        shutil.copytree(folder / ".growth", template)
    else:
        shutil.copytree(template, folder / ".growth")
