"""A workspace with a site on this machine, placements on somebody else's, and the command line in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from growth.db import Database
from growth.language import speaking
from tests.command import Growth, growth_in
from tests.elsewhere import Elsewhere, elsewhere, our_site

__all__ = ["elsewhere", "growth_in", "our_site"]

CHANNELS = "channels:\n  hao123: {medium: directory}\n  media-sina: {medium: article}\n  partner: {medium: partner-link}\n"


@pytest.fixture(autouse=True)
def english() -> object:
    with speaking("en"):
        yield


@pytest.fixture
def placed(open_workspace: Callable[..., Database], our_site: Elsewhere) -> Callable[[str], Database]:
    """``placed(placements_yaml)`` → a database whose workspace has these placements; its site is `our_site`."""

    def make(placements: str, *, more: str = "", channels: str = CHANNELS) -> Database:
        growth = f"site: {{name: 诚信贷, url: '{our_site.url}/'}}\nalerts: {{listing_lost: [ops@example.com]}}\n{more}"
        return open_workspace(growth, files={"placements.yaml": placements, "channels.yaml": channels})

    return make


@pytest.fixture
def growth(growth_in: Callable[[Path], Growth]) -> Callable[[Database], Growth]:
    """``growth(database)("placement", "list", "--json")``."""
    return lambda database: growth_in(database.workspace.root)


def declare(database: Database, placements: str) -> Database:
    """placements.yaml says something else from now on."""
    from growth.workspace import load_workspace

    (database.workspace.root / "placements.yaml").write_text(placements, "utf-8")
    database.workspace = load_workspace(database.workspace.root)
    return database
