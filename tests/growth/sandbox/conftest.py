"""A sandbox on free ports, started once and begun anew for each test; a clock that a test may move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from growth.sandbox import Sandbox


@dataclass(slots=True)
class Clock:
    """The outside world's clock."""

    now: datetime = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox() as found:
        yield found


@pytest.fixture
def sandbox(running: Sandbox, clock: Clock) -> Sandbox:
    """A sandbox in which nothing has happened yet, going by the test's clock."""
    running.reset(now=clock)
    return running


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A browser at the sandbox."""
    with httpx.Client(base_url=sandbox.url, timeout=10, verify=False) as client:
        yield client
