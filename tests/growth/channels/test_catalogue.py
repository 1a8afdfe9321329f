"""The catalogue follows channels.yaml."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from growth.channels import UnknownChannel, channel_costs, channel_named, channels, ensure_channels, find_channel, tracked_link
from growth.db import Database
from growth.money import Money
from growth.workspace import WorkspaceInvalid, load_workspace

CHANNELS = """\
channels:
  hao123: {medium: directory, name: 好123, cost: {per_month: 300 CNY}}
  poster-subway: {medium: offline, cost: {once: 20000 CNY, from: 2026-11-01, until: 2026-11-30}, reach: 50000, to: /register}
  baidu-paid: {medium: paid-search}
"""

OpenWorkspace = Callable[..., Database]


def write_channels(database: Database, text: str) -> None:
    (database.workspace.root / "channels.yaml").write_text(text, "utf-8")
    database.workspace = load_workspace(database.workspace.root)


def sync(database: Database, now: datetime) -> object:
    with database.write() as session:
        return ensure_channels(session, workspace=database.workspace, now=now)


def test_channels_of_the_file_become_rows_once(open_workspace: OpenWorkspace, now: datetime) -> None:
    database = open_workspace(files={"channels.yaml": CHANNELS})
    first, second = sync(database, now), sync(database, now + timedelta(days=1))
    assert set(first.added) == {"hao123", "poster-subway", "baidu-paid"}
    assert (second.added, second.changed, second.retired) == ((), (), ())
    with database.read() as session:
        poster = find_channel(session, "poster-subway")
    assert (poster.medium, poster.reach, poster.target, poster.retired) == ("offline", 50000, "/register", False)


def test_a_channel_that_leaves_the_file_is_retired_and_comes_back_with_its_history(open_workspace: OpenWorkspace, now: datetime) -> None:
    database = open_workspace(files={"channels.yaml": CHANNELS})
    sync(database, now)
    write_channels(database, "channels:\n  baidu-paid: {medium: paid-search}\n")
    assert set(sync(database, now).retired) == {"hao123", "poster-subway"}
    with database.read() as session:
        assert {view.name for view in channels(session, with_retired=False)} == {"baidu-paid"}
        assert find_channel(session, "hao123").retired
        assert channel_costs(session, from_day=date(2026, 11, 1), until_day=date(2026, 11, 30))["poster-subway"] == [
            Money.parse("20000 CNY")
        ]
    write_channels(database, CHANNELS)
    sync(database, now)
    with database.read() as session:
        assert not find_channel(session, "hao123").retired


def test_a_monthly_cost_ends_with_the_day_on_which_the_channel_is_retired(open_workspace: OpenWorkspace, now: datetime) -> None:
    database = open_workspace(files={"channels.yaml": CHANNELS})
    sync(database, now)
    write_channels(database, "channels: {}\n")
    sync(database, now)
    with database.read() as session:
        november = channel_costs(session, from_day=date(2026, 11, 1), until_day=date(2026, 11, 30))
        december = channel_costs(session, from_day=date(2026, 12, 1), until_day=date(2026, 12, 31))
    assert november["hao123"] == [Money.parse("230 CNY")]
    assert december == {}


def test_formerly_renames_and_the_links_stay(open_workspace: OpenWorkspace, now: datetime) -> None:
    database = open_workspace(files={"channels.yaml": CHANNELS})
    sync(database, now)
    with database.write() as session:
        before = tracked_link(session, channel="hao123", target="/", workspace=database.workspace, now=now)
    write_channels(database, "channels:\n  navi-hao123: {medium: directory, formerly: hao123}\n  baidu-paid: {medium: paid-search}\n")
    assert sync(database, now).renamed == (("hao123", "navi-hao123"),)
    with database.write() as session:
        after = tracked_link(session, channel="navi-hao123", target="/", workspace=database.workspace, now=now)
        assert find_channel(session, "hao123") is None
    assert after.code == before.code


def test_a_name_that_is_no_channel_is_refused_with_the_nearest_one(open_workspace: OpenWorkspace, now: datetime) -> None:
    database = open_workspace(files={"channels.yaml": CHANNELS})
    sync(database, now)
    with database.write() as session, pytest.raises(UnknownChannel) as refused:
        channel_named(session, "poster-subwy", day=now.date())
    assert "poster-subway" in str(refused.value.fix)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x: {medium: organic-search}", "found by rule"),
        ("x: {medium: billboard}", "offline"),
        ("'a b': {medium: offline}", "a b"),
        ("direct: {medium: offline}", "direct"),
        ("x: {medium: offline, cost: {once: 20000}}", "CNY"),
        ("x: {medium: offline, cost: {once: 10 CNY, from: 2026-11-30, until: 2026-11-01}}", "until"),
        ("x: {medium: offline, to: 'javascript:alert(1)'}", "path of the site"),
        ("x: {medium: offline, match: {}}", "at least one"),
        ("x: {medium: offline, colour: red}", "colour"),
    ],
)
def test_a_wrong_entry_is_an_error_with_its_place(open_workspace: OpenWorkspace, line: str, said: str) -> None:
    with pytest.raises(WorkspaceInvalid) as refused:
        open_workspace(files={"channels.yaml": f"channels:\n  {line}\n"})
    problem = refused.value.problems[0]
    assert problem.file == "channels.yaml"
    assert problem.line == 2
    assert said in str(problem)
