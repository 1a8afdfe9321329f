"""``growth seo coverage``: the contract's document, and what people read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from growth.cli import words
from tests.seo.indexing.lines import BAIDU, BAIDUS, SOMEBODYS, combined

Growth = Callable[..., tuple[int, str, str]]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with a genuine crawler, a forged one, one that nothing tells of, and a line that is cut off."""
    path = tmp_path / "access.log"
    forged, unknown = combined(SOMEBODYS, "/news/b.html"), combined(BAIDUS, "/loan/", BAIDU, status=404)
    path.write_text(combined(path="/news/a.html") + forged + unknown + combined()[:50] + "\n")
    return path


@pytest.fixture
def growth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Growth:
    """``growth("seo", …)`` in a workspace → exit code, stdout, stderr. No name server is asked."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "growth.yaml").write_text("site: {name: 诚信贷, url: 'https://www.example.com/', locale: en}\nseo: {logs: {dns: false}}\n")
    words.run(["-C", str(folder), "db", "upgrade"])
    capsys.readouterr()

    def run(*arguments: str) -> tuple[int, str, str]:
        code = words.run(["-C", str(folder), "--quiet", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_the_document_is_that_of_the_contract(growth: Growth, log: Path) -> None:
    code, out, _err = growth("seo", "coverage", "--log", str(log), "--json")
    found = json.loads(out)
    assert code == 0
    assert found["engines"] == [
        {"engine": "google", "visits": 1, "verified": 1, "unverified": 0, "forged": 1, "statuses": {"200": 1}},
        {"engine": "baidu", "visits": 1, "verified": 0, "unverified": 1, "forged": 0, "statuses": {"404": 1}},
    ]
    assert found["sections"] == [
        {"section": "/loan/", "engine": "baidu", "visits": 1},
        {"section": "/news/", "engine": "google", "visits": 1},
    ]
    assert (found["lines"], found["unreadable"]) == (4, 1)
    assert json.loads(growth("seo", "coverage", "--json")[1]) == found
    assert json.loads(growth("seo", "coverage", "--log", str(log), "--log", str(log), "--json")[1]) == found


def test_several_files_after_one_option(growth: Growth, log: Path) -> None:
    other = log.with_name("access.log.1")
    other.write_text(combined(path="/older/"))
    _code, out, _err = growth("seo", "coverage", "--log", str(log), str(other), "--json")
    assert json.loads(out)["lines"] == 5


def test_people_read_who_came_who_did_not_and_who_lied(growth: Growth, log: Path) -> None:
    _code, out, _err = growth("seo", "coverage", "--log", str(log), "--indexed", "baidu=1200")
    for part in (
        "Google: 1 visits, 1 verified",
        "1 forged",
        "never here: Bing",
        "/news/",
        "1200 indexed on",
        "4 lines of 1 logs read, 1 unreadable",
    ):
        assert part in out, part


def test_a_dry_run_keeps_nothing(growth: Growth, log: Path) -> None:
    _code, out, _err = growth("seo", "coverage", "--log", str(log), "--indexed", "baidu=7", "--dry-run", "--json")
    assert json.loads(out)["lines"] == 4
    found = json.loads(growth("seo", "coverage", "--json")[1])
    assert (found["lines"], found["engines"], found["pages"]) == (0, [], [])


def test_dead_pages_are_listed(growth: Growth, log: Path) -> None:
    growth("seo", "coverage", "--log", str(log))
    _code, out, _err = growth("seo", "coverage", "--dead", "--json")
    (row,) = json.loads(out)
    assert (row["engine"], row["url"], row["status"], row["visits"]) == ("baidu", "https://www.example.com/loan/", 404, 1)
    assert json.loads(growth("seo", "coverage", "--never", "google", "--json")[1]) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--log", "/nowhere/access.log"), "/nowhere/access.log"),
        (("--indexed", "baidu=many"), "--indexed baidu=1234"),
        (("--indexed", "askjeeves=1"), "baidu"),
        (("--never", "askjeeves"), "google, baidu"),
    ],
)
def test_wrong_use_is_two_and_names_the_way_out(growth: Growth, arguments: tuple[str, ...], says: str) -> None:
    code, _out, err = growth("seo", "coverage", *arguments)
    assert code == 2
    assert says in err
    assert "fix:" in err


def test_wrong_settings_are_named_with_their_place(growth: Growth, tmp_path: Path) -> None:
    (tmp_path / "workspace/growth.yaml").write_text(
        "site: {url: 'https://www.example.com/'}\nseo:\n  logs:\n    ranges: {baidu: [220.181.108]}\n"
    )
    code, _out, err = growth("seo", "coverage")
    assert code == 2
    assert "growth.yaml:4:" in err
