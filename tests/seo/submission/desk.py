"""What the tests of submission do, in one word each."""

from __future__ import annotations

from datetime import datetime

import pytest

from growth.db import Database
from growth.placements import Look, PlacementState, placement
from growth.sandbox import Sandbox
from growth.sandbox.directory import Listing
from seo.submission.find import verify_directories
from seo.submission.form import send_form
from seo.submission.prepare import Preparation, prepare


@pytest.fixture
def database_url() -> None:
    """The rows are tested on each engine elsewhere."""
    return


def prepared(database: Database, now: datetime, directory: str = "wanxiang", **more: bool) -> Preparation:
    return prepare(database, directory, now=now, actor="test", **more)


def sent(database: Database, now: datetime) -> str | None:
    return send_form(database, "wanxiang", now=now, actor="test", dry_run=False).receipt


def looked(database: Database, now: datetime) -> Look:
    (found,) = verify_directories(database, only="wanxiang", now=now, dry_run=False)
    return found


def state(database: Database, id: str = "wanxiang-finance") -> PlacementState:
    with database.read() as session:
        view = placement(session, id=id)
    assert view is not None
    return view.state


def entry(sandbox: Sandbox) -> Listing:
    return sandbox.directory.listings()[-1]
