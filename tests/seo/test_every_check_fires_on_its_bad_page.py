"""Every id of the catalogue: it fires on its bad page and stays silent on the good twin (data in tests/sites)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from growth.db import Database
from seo.audit import run_audit
from seo.check import catalogue
from seo.issues import Issue
from seo.listing import list_issues
from tests.conftest import NOW
from tests.seo.conftest import audited
from tests.sites.served import LocalFetcher
from tests.sites.worlds import MANY, each_data, many_data, many_world, place_of, small_world

#: ids whose rule needs rows of other rooms: test_checks_that_need_rows_of_other_rooms.py
ELSEWHERE = {"submission-drift", "listing-lost"}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Issue]]:
    """The issues of the big site after its second audit: some faults count only when they were there before."""
    database, found = audited(many_world(), tmp_path_factory.mktemp("many") / "w", times=2)
    yield found
    database.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Issue]]:
    """The issues of the small site as it is."""
    database, found = audited(small_world({}), tmp_path_factory.mktemp("sound") / "w")
    yield found
    database.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    return lambda name: tmp_path_factory.mktemp("each") / name


def is_about(issue: Issue, url: str) -> bool:
    """Whether an issue names this address: as its page, its target, a source or one of several."""
    detail = issue.detail
    targets = [str(detail.get("target", "")).partition("#")[0], *detail.get("urls", ()), *detail.get("sources", ())]
    return issue.url == url or url in targets


@pytest.mark.parametrize("check", sorted(many_data()))
def test_the_bad_page_is_found_and_its_twin_is_not(check: str, many: list[Issue]) -> None:
    sides: dict[str, Any] = many_data()[check]
    mine = [issue for issue in many if issue.check == check]
    bad, good = (urljoin(MANY, place_of(check, side, sides[side] or {})) for side in ("bad", "good"))
    assert any(is_about(issue, bad) for issue in mine), f"{check} says nothing of {bad}; it says: {[issue.url for issue in mine][:5]}"
    assert not [issue for issue in mine if is_about(issue, good)], f"{check} speaks of {good}"


@pytest.mark.parametrize("check", sorted(each_data()))
def test_the_faulty_site_is_found_and_the_sound_one_is_not(check: str, folder: Callable[[str], Path], sound: list[Issue]) -> None:
    sides: dict[str, Any] = each_data()[check]
    world = small_world(sides["bad"])
    database, found = audited(world, folder("bad"))
    mine = [issue for issue in found if issue.check == check]
    assert any(is_about(issue, urljoin(world.site.base, world.at)) for issue in mine), (
        f"{check}: {[(issue.url, issue.detail) for issue in mine]}"
    )
    assert world.severity is None or mine[0].severity == world.severity
    database.close()
    twin = sound
    if sides["good"]:
        database, twin = audited(small_world(sides["good"]), folder("good"))
        database.close()
    assert not [issue for issue in twin if issue.check == check]


def test_every_id_of_the_catalogue_has_its_pages() -> None:
    assert set(catalogue()) == set(many_data()) | set(each_data()) | ELSEWHERE


@pytest.mark.slow
@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_both_engines_of_the_database_find_the_same(many: list[Issue], open_workspace: Callable[..., Database]) -> None:
    world = many_world()
    database = open_workspace(world.growth_yaml, files=world.files)
    for _time in range(2):
        result = run_audit(database, now=NOW, fetching=partial(LocalFetcher, world.site))
    assert result.crawl.totals["check_faults"] == {}
    named = [(issue.check, issue.url, issue.detail) for issue in list_issues(database)]
    assert sorted(named, key=str) == sorted(((issue.check, issue.url, issue.detail) for issue in many), key=str)


def test_a_site_without_a_fault_has_no_issue(sound: list[Issue]) -> None:
    assert [(issue.check, issue.url) for issue in sound] == []
