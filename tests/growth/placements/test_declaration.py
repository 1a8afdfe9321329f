"""placements.yaml and the rows: declared, retired, renamed, come back; on each engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from growth.db import Database
from growth.money import Money
from growth.placements import PlacementState, history, move, placement, placements
from growth.placements.keep import sync
from growth.workspace import WorkspaceInvalid
from growth.workspace.check import check_workspace
from tests.conftest import MakeWorkspace
from tests.growth.placements.conftest import declare

TWO = """placements:
  - {id: hao123-home, channel: hao123, kind: directory, target: hao123, rel: follow}
  - {id: sina-1, channel: media-sina, kind: article, title: 三个问题, at: https://sina.example/1, cost: 3000 CNY}
"""


def test_the_rows_say_what_the_file_says(placed: Callable[[str], Database], now: datetime) -> None:
    database = placed(TWO)
    sync(database, now=now)
    with database.read() as session:
        first, second = placements(session)
        assert [view.id for view in placements(session, kind="article")] == ["sina-1"]
        assert [view.id for view in placements(session, target="hao123")] == ["hao123-home"]
    assert (first.id, first.target, first.rel, first.state, first.since) == ("hao123-home", "hao123", "follow", PlacementState.PLANNED, now)
    assert (second.title, second.at, second.cost) == ("三个问题", "https://sina.example/1", Money.parse("3000 CNY"))
    declare(database, TWO.replace("3000 CNY", "3500.50 CNY").replace("三个问题", "五个问题"))
    sync(database, now=now + timedelta(days=1))
    with database.read() as session:
        changed = placement(session, id="sina-1")
    assert changed is not None
    assert (changed.title, changed.cost, changed.since) == ("五个问题", Money.parse("3500.50 CNY"), now)


def test_an_entry_that_leaves_is_retired_and_comes_back_with_its_life(placed: Callable[[str], Database], now: datetime) -> None:
    database = placed(TWO)
    sync(database, now=now)
    with database.write() as session:
        move(session, id="sina-1", to=PlacementState.LIVE, at=now, evidence="seen", actor="test")
    declare(database, TWO.splitlines()[0] + "\n" + TWO.splitlines()[1] + "\n")
    sync(database, now=now)
    with database.read() as session:
        assert [view.id for view in placements(session)] == ["hao123-home"]
        assert [(view.id, view.retired) for view in placements(session, with_retired=True)] == [("hao123-home", False), ("sina-1", True)]
        assert [step.state for step in history(session, id="sina-1")] == ["live"]
    declare(database, TWO)
    sync(database, now=now + timedelta(days=2))
    with database.read() as session:
        back = placement(session, id="sina-1")
    assert back is not None
    assert (back.retired, back.state, back.since) == (False, PlacementState.LIVE, now)


def test_a_renamed_entry_keeps_its_life(placed: Callable[[str], Database], now: datetime) -> None:
    database = placed(TWO)
    sync(database, now=now)
    with database.write() as session:
        move(session, id="sina-1", to=PlacementState.LIVE, at=now, evidence="seen", actor="test")
    renamed = TWO.replace("id: sina-1,", "id: sina-2026-11, formerly: sina-1,").replace("三个问题", "改过的题目")
    declare(database, renamed)
    sync(database, now=now)
    sync(database, now=now)
    with database.read() as session:
        assert [view.id for view in placements(session, with_retired=True)] == ["hao123-home", "sina-2026-11"]
        view = placement(session, id="sina-2026-11")
        assert [step.evidence for step in history(session, id="sina-2026-11")] == ["seen"]
        assert history(session, id="sina-1") == []
    assert view is not None
    assert (view.state, view.title) == (PlacementState.LIVE, "改过的题目")


def test_a_name_taken_over_from_one_that_lives_on_is_not_taken_from_it(placed: Callable[[str], Database], now: datetime) -> None:
    database = placed(TWO)
    sync(database, now=now)
    declare(database, TWO + "  - {id: sina-2, channel: media-sina, kind: article, formerly: gone-long-ago}\n")
    sync(database, now=now)
    with database.read() as session:
        assert [view.id for view in placements(session)] == ["hao123-home", "sina-1", "sina-2"]


def test_a_page_that_a_look_found_stays_until_the_file_names_another(placed: Callable[[str], Database], now: datetime) -> None:
    from growth.placements.store import set_page

    database = placed(TWO)
    sync(database, now=now)
    with database.write() as session:
        set_page(session, id="hao123-home", at_url="https://www.hao123.com/finance")
    sync(database, now=now)
    assert page_of(database, "hao123-home") == "https://www.hao123.com/finance"
    declare(database, TWO.replace("target: hao123", "target: hao123, at: https://www.hao123.com/new"))
    sync(database, now=now)
    assert page_of(database, "hao123-home") == "https://www.hao123.com/new"


def page_of(database: Database, id: str) -> str | None:
    with database.read() as session:
        view = placement(session, id=id)
    assert view is not None
    return view.at


@pytest.mark.parametrize(
    ("entry", "line", "said"),
    [
        ("{id: one, channel: partner, kind: catalogue}", 2, "catalogue"),
        ("{id: One!, channel: partner, kind: article}", 2, "One!"),
        ("{id: one, channel: partner}", 2, "kind"),
        ("{id: one, kind: article}", 2, "channel"),
        ("{id: one, channel: partner, kind: article, cost: 3000}", 2, "3000"),
        ("{id: one, channel: partner, kind: article, until: 2026-02-30}", 2, "2026-02-30"),
        ("{id: one, channel: partner, kind: article, at: not-a-page}", 2, "not-a-page"),
        ("{id: one, channel: partner, kind: article, rel: dofollow}", 2, "dofollow"),
        ("{id: one, channel: partner, kind: article, lnik_to: x}", 2, "link_to"),
    ],
)
def test_a_wrong_entry_is_refused_at_its_place(make_workspace: MakeWorkspace, entry: str, line: int, said: str) -> None:
    with pytest.raises(WorkspaceInvalid) as refused:
        make_workspace(files={"placements.yaml": f"placements:\n  - {entry}\n"})
    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == ("placements.yaml", line)
    assert said in str(problem)


def test_the_same_id_twice_is_refused(make_workspace: MakeWorkspace) -> None:
    entry = "  - {id: one, channel: partner, kind: article}\n"
    with pytest.raises(WorkspaceInvalid, match="one"):
        make_workspace(files={"placements.yaml": f"placements:\n{entry}{entry}"})


def test_check_names_channels_that_are_not_there_and_times_that_run_backwards(make_workspace: MakeWorkspace) -> None:
    placements_yaml = (
        "placements:\n"
        "  - {id: one, channel: hao132, kind: directory}\n"
        "  - {id: two, channel: hao123, kind: ad, from: 2026-11-30, until: 2026-11-01}\n"
    )
    root = make_workspace(files={"placements.yaml": placements_yaml, "channels.yaml": "channels:\n  hao123: {medium: directory}\n"}).root
    found = [problem for problem in check_workspace(root) if problem.file == "placements.yaml"]
    assert [(problem.line, problem.rule) for problem in found] == [(2, "unknown-reference"), (3, "wrong-value")]
    assert "hao123" in str(found[0])


def test_check_names_a_directory_that_nobody_knows(make_workspace: MakeWorkspace) -> None:
    entry = "  - {{id: {id}, channel: hao123, kind: directory, target: {id}}}\n"
    placements_yaml = "placements:\n" + "".join(entry.format(id=target) for target in ("hao123", "hao132"))
    root = make_workspace(files={"placements.yaml": placements_yaml, "channels.yaml": "channels:\n  hao123: {medium: directory}\n"}).root
    (found,) = [problem for problem in check_workspace(root) if problem.file == "placements.yaml"]
    assert (found.line, found.rule, "hao123" in (found.hint or "")) == (3, "unknown-reference", True)
