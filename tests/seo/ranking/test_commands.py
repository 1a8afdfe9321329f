"""growth seo keywords: what a person types, and what scripts get."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from growth.db import Database
from tests.command import Growth, growth_in
from tests.seo.ranking.conftest import BASE
from tests.seo.ranking.exports import CHINAZ, WEIGHTS, csv_file

__all__ = ["growth_in"]


@pytest.fixture
def database_url() -> None:
    """Commands are the same on each engine."""
    return


@pytest.fixture
def growth(growth_in: Callable[[Path], Growth], crawled: Database) -> Growth:
    """The command in the workspace of the crawled site."""
    return growth_in(crawled.workspace.root)


def test_an_import_answers_row_by_row_and_the_list_shows_it(growth: Growth, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "站长之家-2026-11-20.csv", [*CHINAZ, [4, "坏", 1, 1, 1, "三楼", "", 1, "", ""]], encoding="gb18030")
    dry = growth("seo", "keywords", "import", str(path), "--dry-run", "--json")
    assert (dry.code, dry.json["created"], dry.json["dry_run"]) == (0, 3, True)
    done = growth("seo", "keywords", "import", str(path), "--json")
    assert {key: done.json[key] for key in ("rows", "created", "updated", "unchanged", "source", "day")} == {
        "rows": 4, "created": 3, "updated": 0, "unchanged": 0, "source": "chinaz", "day": "2026-11-20",
    }  # fmt: skip
    assert done.json["rejected"] == [{"row": 5, "column": "position", "reason": "“三楼” is not a position"}]
    assert f"{path}:5: position" in done.err
    lines = growth("seo", "keywords", "--jsonl").lines
    assert [line["word"] for line in lines] == ["网络借贷", "小额借款", "诚信贷"]
    first = lines[0]
    assert first["positions"] == [
        {
            "engine": "baidu", "device": None, "source": "chinaz", "day": "2026-11-20", "position": 3.0, "before": None, "change": None,
            "target": 10, "within": True, "fell_on": None, "volume": 1520,
        }
    ]  # fmt: skip
    assert first["page"] == f"{BASE}invest"
    assert first["competing"] == [f"{BASE}invest", f"{BASE}blog/1", BASE]
    assert first["pages"][0]["named"] is True


def test_the_table_reads_at_a_glance_and_names_what_competes(growth: Growth, crawled: Database, tmp_path: Path) -> None:
    growth("seo", "keywords", "import", str(csv_file(tmp_path / "chinaz-2026-11-20.csv", CHINAZ)))
    shown = growth("seo", "keywords").out
    assert "in target" in shown
    assert "not yet" in shown
    assert "网络借贷: 3 pages say that they are about it" in shown
    assert "征信报告怎么看" not in shown
    assert "newer than" not in shown
    words = crawled.workspace.root / "keywords.yaml"
    words.write_text(words.read_text("utf-8").rstrip() + "\n  提前结清: {}\n", "utf-8")
    newer = growth("seo", "keywords").out
    assert "1 word is newer than the audit: 提前结清" in newer
    assert "Audit again to find them in texts: growth seo audit" in newer
    assert "征信报告怎么看" in growth("seo", "keywords", "--all").out
    assert {line["word"] for line in growth("seo", "keywords", "--word", "小额借款", "--jsonl").lines} == {"小额借款"}


def test_a_fall_is_said_at_the_import_that_shows_it(growth: Growth, tmp_path: Path) -> None:
    for day, position in (("2026-11-19", 3), ("2026-11-20", 40)):
        path = csv_file(tmp_path / f"{day}.csv", [["关键词", "百度排名"], ["网络借贷", position]])
        done = growth("seo", "keywords", "import", str(path), "--json")
    assert done.json["fallen"] == ["网络借贷"]
    assert "out of their target: 网络借贷" in done.err


def test_wrong_use_exits_2_and_changes_nothing(growth: Growth, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", CHINAZ)
    for words in (["--engine", "altavista"], ["--day", "2030-01-01"], ["--map", "x"], ["--map", "a=b"], ["--source", "a b"]):
        done = growth("seo", "keywords", "import", str(path), *words)
        assert (done.code, "fix: " in done.err) == (2, True), words
    broken = tmp_path / "broken.csv"
    broken.write_bytes("关键词,百度排名\r\n网络借贷,3\r\n".encode() + b"\xff\xfe\x80,4\r\n")
    assert growth("seo", "keywords", "import", str(broken)).code == 2
    assert not any(line["positions"] for line in growth("seo", "keywords", "--jsonl").lines)


def test_weights_are_imported_by_the_same_command(growth: Growth, tmp_path: Path) -> None:
    done = growth("seo", "keywords", "import", str(csv_file(tmp_path / "爱站权重-2026-11-20.csv", WEIGHTS)), "--json")
    assert (done.code, done.json["source"], done.json["created"]) == (0, "aizhan", 2)
    assert done.json["figures"] == 13
