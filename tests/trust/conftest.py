"""Fixtures of the tests of trust: the campaigns' desk, and real processes over its workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.campaigns.conftest import make_desk, world
from tests.campaigns.desk import Desk
from tests.forked import Starter, forking
from tests.trust.office import Office

__all__ = ["make_desk", "make_office", "starter", "world"]


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """One source of processes for all tests."""
    with forking(tmp_path_factory.mktemp("processes")) as found:
        yield found


@pytest.fixture
def make_office(make_desk: Callable[..., Desk], starter: Starter, tmp_path: Path) -> Callable[..., Office]:
    """``make_office(growth_yaml, files={…}, people=…)`` → the desk of a marketer, worked at by real processes."""

    def make(*arguments: object, **more: object) -> Office:
        return Office(make_desk(*arguments, **more), starter, tmp_path / "clock")

    return make
