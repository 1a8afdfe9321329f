"""Fixtures of the campaigns' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from growth.db import Database
from growth.sandbox import Part, Sandbox
from growth.sandbox.keys import ALIYUN_SECRET
from tests.campaigns.desk import CHANNELS, MONTHLY, NOTICE, PEOPLE, SEGMENTS, SITE, Desk, MakeDesk, settings


@pytest.fixture(scope="session")
def world() -> Iterator[Sandbox]:
    """One sandbox for all tests."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def make_desk(open_workspace: Callable[..., Database], world: Sandbox, capsys: pytest.CaptureFixture[str]) -> Iterator[MakeDesk]:
    """``make_desk(growth_yaml, files={…}, people=…)`` → a desk; what is not given is the usual."""

    def make(more: str = "", *, files: dict[str, str] | None = None, people: str = PEOPLE) -> Desk:
        usual = {
            "campaigns/monthly.yaml": MONTHLY,
            "campaigns/notice.yaml": NOTICE,
            "channels.yaml": CHANNELS,
            "segments.yaml": SEGMENTS,
        }
        database = open_workspace(SITE + settings(world) + more, files=usual | (files or {}), env={"SECRET": ALIYUN_SECRET})
        desk = Desk(database, world, capsys)
        if people:
            desk.bring(people)
        return desk

    yield make
    world.mailbox.clear()
    world.mailbox.behaviours.clear()
    world.sms.behave_well()
    world.log.clear(Part.SMS)


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """The usual desk, on each engine."""
    return make_desk()
