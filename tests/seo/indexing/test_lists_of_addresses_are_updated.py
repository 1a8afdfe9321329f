"""``growth seo ranges``: lists as engines publish them take the place of the shipped ones, and decide who is genuine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from growth.db import Database
from seo.indexing.engines import ranges_of
from seo.indexing.store import kept_ranges
from tests.command import Growth, growth_in
from tests.seo.indexing.lines import GOOGLES
from tests.sites.hostile import Hostile

__all__ = ["growth_in"]
GOOGLEBOT = {
    "creationTime": "2026-11-20T14:46:10.000000",
    "prefixes": [{"ipv6Prefix": "2001:4860:4801:10::/64"}, {"ipv4Prefix": "8.34.208.0/27"}, {"ipv4Prefix": "8.34.208.32/27"}],
}


@pytest.fixture
def database_url() -> None:
    """Lists are the same to each database."""
    return


@pytest.fixture
def growth(open_workspace: Callable[..., Database], growth_in: Callable[[Path], Growth]) -> Growth:
    """The command in a workspace of its own."""
    database = open_workspace("site: {url: https://www.example.com/, name: 诚信贷}\n")
    return growth_in(database.workspace.root)


def test_a_list_takes_the_place_of_the_shipped_one_with_its_source_and_day(
    open_workspace: Callable[..., Database], growth_in: Callable[[Path], Growth], tmp_path: Path
) -> None:
    database = open_workspace("site: {url: https://www.example.com/, name: 诚信贷}\n")
    growth = growth_in(database.workspace.root)
    file = tmp_path / "googlebot.json"
    file.write_text(json.dumps(GOOGLEBOT))
    told = growth("seo", "ranges", "update", str(file), "--dry-run", "--json").json
    assert told[0] | {"added": 0, "removed": 0} == {
        "engine": "google", "networks": 2, "added": 0, "removed": 0, "source": "googlebot.json", "seen": "2026-11-20"
    }  # fmt: skip
    with database.read() as session:
        assert kept_ranges(session) == {}
    assert growth("seo", "ranges", "update", str(file)).code == 0
    with database.read() as session:
        kept = kept_ranges(session)
    ranges = ranges_of(kept=kept)
    assert [str(network) for network in kept["google"]] == ["8.34.208.0/26", "2001:4860:4801:10::/64"]
    assert _ip(GOOGLES) in ranges_of()["google"]
    assert _ip(GOOGLES) not in ranges["google"], "the shipped list does not count any more"
    rows = {row["engine"]: row for row in growth("seo", "ranges", "--json").json}
    assert rows["google"] | {"networks": 2} == {
        "engine": "google", "networks": 2, "source": "googlebot.json", "seen": "2026-11-20", "kept": "updated"
    }  # fmt: skip
    assert rows["bing"]["kept"] == "shipped"
    assert growth("seo", "ranges", "reset", "google").code == 0
    assert {row["engine"]: row for row in growth("seo", "ranges", "--json").json}["google"]["kept"] == "shipped"


def test_texts_as_people_keep_them_are_read(growth: Growth, tmp_path: Path) -> None:
    file = tmp_path / "百度蜘蛛.txt"
    file.write_text("# 百度\n220.181.108.*  123.125.71.0/24\n116.179.32.1 - 116.179.32.254，111.206.198.7；111.206.221.3-9\n", "gb18030")
    answer = growth("seo", "ranges", "update", str(file), "--engine", "baidu", "--json")
    assert (answer.code, answer.json[0]["engine"], answer.json[0]["source"]) == (0, "baidu", "百度蜘蛛.txt")
    assert answer.json[0]["networks"] > 5


def test_a_list_is_fetched_from_its_address(growth: Growth, hostile: Callable[..., Hostile]) -> None:
    body = json.dumps(GOOGLEBOT).encode()
    site = hostile({"/lists/bingbot.json": (200, {"content-type": "application/json"}, body)})
    answer = growth("seo", "ranges", "update", f"{site.url}lists/bingbot.json", "--json")
    assert (answer.code, answer.json[0]["engine"], answer.json[0]["source"]) == (0, "bing", f"{site.url}lists/bingbot.json")
    assert growth("seo", "ranges", "update", f"{site.url}lists/googlebot.json").code == 2, "404"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("baidu.txt", "220.181.108.0/24\nnot an address\n", "baidu.txt:2"),
        ("baidu.txt", "0.0.0.0/0\n", "far too wide"),
        ("baidu.txt", "10.1.0.0/16\n", "private"),
        ("baidu.txt", "1.2.3.9-1.2.3.4\n", "no range"),
        ("baidu.txt", "# nothing\n", "no address"),
        ("google.json", '{"prefixes": [{"ipv4Prefix": "8.34.208.0/99"}]}', "prefixes[0]"),
        ("google.json", '{"items": []}', "prefixes"),
        ("google.json", '{"prefixes": ', "no JSON"),
        ("google.html", "<!doctype html><p>66.249.64.0/19", "web page"),
        ("list.txt", "66.249.64.0/19\n", "--engine"),
    ],
)
def test_what_is_no_list_is_refused_and_nothing_changes(growth: Growth, tmp_path: Path, name: str, text: str, told: str) -> None:
    good = tmp_path / "bingbot.json"
    good.write_text(json.dumps(GOOGLEBOT))
    (tmp_path / name).write_text(text)
    answer = growth("seo", "ranges", "update", str(good), str(tmp_path / name))
    assert answer.code == 2
    assert told in answer.err
    assert "updated" not in {row["kept"] for row in growth("seo", "ranges", "--json").json}


def _ip(text: str) -> Any:
    from ipaddress import ip_address

    return ip_address(text)
