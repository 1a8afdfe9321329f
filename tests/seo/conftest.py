"""Fixtures of the audit's tests: crawls of sites that are data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from growth.db import Database
from seo.audit import AuditResult, run_audit
from tests.conftest import NOW
from tests.sites.served import LocalFetcher, Loopback, Served

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
        return database, run_audit(database, now=NOW, fetching=partial(LocalFetcher, site), **more)

    return audit


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
