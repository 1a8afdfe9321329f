"""growth placement add and import: the file keeps its comments, rows are judged one by one, nothing is written half."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from growth.db import Database
from growth.placements.settings import PlacementsFile
from growth.workspace import load_workspace
from tests.command import Growth

FILE = """# yaml-language-server: $schema=.growth/schemas/placements.json
# 推广位：我们在哪里出现
placements:
  # 目录
  - {id: hao123-home, channel: hao123, kind: directory, target: hao123}   # 小明在跟进

  - id: sina-1
    channel: media-sina     # 财经频道
    kind: article
    title: "三个问题：怎么看合同"
    at: https://sina.example/1
    cost: 3000 CNY
# 完
"""


@pytest.fixture
def database_url() -> None:
    """The file is the same on each engine."""
    return


@pytest.fixture
def there(placed: Callable[..., Database]) -> Database:
    return placed(FILE)


def file_of(database: Database) -> Path:
    return database.workspace.root / "placements.yaml"


def test_an_entry_is_put_at_the_end_and_nothing_else_moves(there: Database, growth: Callable[[Database], Growth]) -> None:
    words = ("--channel", "partner", "--kind", "partner-link", "--at", "https://books.example/tools?a=1#x", "--title", "记账: 工具")
    done = growth(there)("placement", "add", "books-1", *words, "--cost", "80 CNY", "--until", "2026-12-31", "--json")
    assert (done.code, done.json["id"], done.json["written"]) == (0, "books-1", True)
    before, after = FILE.splitlines(), file_of(there).read_text("utf-8").splitlines()
    assert [line for line in after if line not in before] == [
        '  - {id: books-1, channel: partner, kind: partner-link, at: "https://books.example/tools?a=1#x", title: "记账: 工具", '
        "cost: 80 CNY, until: 2026-12-31}"
    ]
    assert [line for line in after if line in before] == before
    entry = load_workspace(there.workspace.root).one("placements", PlacementsFile).placements[-1]
    assert (entry.id, entry.title, str(entry.cost)) == ("books-1", "记账: 工具", "80.00 CNY")


def test_a_dry_run_shows_the_difference_and_writes_nothing(there: Database, growth: Callable[[Database], Growth]) -> None:
    done = growth(there)("placement", "add", "books-1", "--channel", "partner", "--kind", "ad", "--dry-run")
    assert done.code == 0
    assert "+  - {id: books-1, channel: partner, kind: ad}" in done.out
    assert file_of(there).read_text("utf-8") == FILE


def test_the_first_placement_makes_the_file(placed: Callable[..., Database], growth: Callable[[Database], Growth]) -> None:
    database = placed("")
    file_of(database).unlink()
    assert growth(database)("placement", "add", "one", "--channel", "hao123", "--kind", "directory", "--target", "hao123").code == 0
    assert file_of(database).read_text("utf-8") == "placements:\n  - {id: one, channel: hao123, kind: directory, target: hao123}\n"


def test_a_file_from_a_chinese_notepad_is_read_and_kept(placed: Callable[..., Database], growth: Callable[[Database], Growth]) -> None:
    database = placed("")
    file_of(database).write_bytes("placements：\r\n  - {id: one, channel: partner, kind: poster, title: 海报}\r\n".encode("gb18030"))
    assert growth(database)("placement", "add", "two", "--channel", "partner", "--kind", "poster").code == 0
    found = load_workspace(database.workspace.root).one("placements", PlacementsFile).placements
    assert [(entry.id, entry.title) for entry in found] == [("one", "海报"), ("two", None)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("hao123-home", "--channel", "hao123", "--kind", "directory"), "hao123-home"),
        (("a", "--channel", "hao132", "--kind", "directory"), "did you mean “hao123”"),
        (("a", "--channel", "hao123", "--kind", "directry"), "did you mean “directory”"),
        (("A B", "--channel", "hao123", "--kind", "directory"), "A B"),
        (("a", "--channel", "hao123", "--kind", "directory", "--at", "javascript:alert(1)"), "javascript"),
        (("a", "--channel", "hao123", "--kind", "directory", "--cost", "80"), "80"),
        (("a", "--channel", "hao123", "--kind", "directory", "--rel", "dofollow"), "dofollow"),
        (("a", "--channel", "hao123", "--kind", "directory", "--until", "2026-02-30"), "2026-02-30"),
        (("a", "--channel", "hao123", "--kind", "ad", "--from", "2026-12-01", "--until", "2026-11-01"), "before it begins"),
        (("a", "--channel", "hao123"), "--kind"),
    ],
)
def test_a_wrong_entry_is_refused_with_a_way_out(
    there: Database, growth: Callable[[Database], Growth], words: tuple[str, ...], said: str
) -> None:
    done = growth(there)("placement", "add", *words)
    assert done.code == 2
    assert said in done.err
    assert "error: " in done.err
    assert "fix: " in done.err
    assert file_of(there).read_text("utf-8") == FILE


def test_a_file_in_one_line_is_left_to_its_writer(placed: Callable[..., Database], growth: Callable[[Database], Growth]) -> None:
    text = "placements: [{id: one, channel: partner, kind: poster}]\n"
    database = placed(text)
    done = growth(database)("placement", "add", "two", "--channel", "partner", "--kind", "poster")
    assert (done.code, "one entry a line" in done.err) == (2, True)
    assert file_of(database).read_text("utf-8") == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_taken_row_by_row(there: Database, growth: Callable[[Database], Growth], tmp_path: Path, encoding: str) -> None:
    table = tmp_path / "placements.csv"
    rows = [
        "编号,渠道,类型,标题,页面,费用,关键词",
        "zhihu-1,partner,软文,签合同要看什么,https://zhuanlan.example/1,500 CNY,借款合同;年化利率",
        "sina-1,media-sina,文章,三个问题：怎么看合同,https://sina.example/1,3000 CNY,",
        "zhihu-1,partner,软文,签合同要看什么,https://zhuanlan.example/1,500 CNY,借款合同;年化利率",
        "bad-kind,partner,横幅,,,,",
        "bad-channel,weibo,社群,,,,",
        ",partner,文章,,,,",
        "sina-1,media-sina,文章,四个问题,,,",
        "zhihu-1,partner,软文,别的题目,,,",
        "poster-1,partner,海报,地铁,,一百块,",
    ]
    table.write_bytes("\r\n".join(rows).encode(encoding))
    done = growth(there)("placement", "import", str(table), "--json")
    verdict = done.json
    assert (done.code, verdict["rows"], verdict["created"], verdict["updated"], verdict["unchanged"]) == (0, 9, 1, 0, 2)
    assert [(wrong["row"], wrong["column"]) for wrong in verdict["rejected"]] == [
        (5, "kind"),
        (6, "channel"),
        (7, "id"),
        (8, "title"),
        (9, "id"),
        (10, "cost"),
    ]
    assert verdict["rows"] == verdict["created"] + verdict["updated"] + verdict["unchanged"] + len(verdict["rejected"])
    text = file_of(there).read_text("utf-8")
    assert text.splitlines()[: len(FILE.splitlines()) - 1] == FILE.splitlines()[:-1]
    entry = load_workspace(there.workspace.root).one("placements", PlacementsFile).placements[-1]
    assert (entry.id, entry.kind, entry.keywords) == ("zhihu-1", "article", ("借款合同", "年化利率"))
    again = growth(there)("placement", "import", str(table), "--json").json
    assert (again["created"], again["unchanged"]) == (0, 3)
    assert file_of(there).read_text("utf-8") == text


def test_a_workbook_is_read_too_and_a_dry_run_writes_nothing(there: Database, growth: Callable[[Database], Growth], tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["kind", "id", "channel", "at"])
    book.active.append(["video", "bilibili-1", "partner", "https://video.example/1"])
    book.save(tmp_path / "placements.xlsx")
    done = growth(there)("placement", "import", str(tmp_path / "placements.xlsx"), "--dry-run", "--json")
    assert (done.code, done.json["created"]) == (0, 1)
    assert file_of(there).read_text("utf-8") == FILE
    assert growth(there)("placement", "import", str(tmp_path / "placements.xlsx")).code == 0
    assert "{kind: video, id: bilibili-1" in file_of(there).read_text("utf-8")


def test_many_rows_are_put_in_at_once(there: Database, growth: Callable[[Database], Growth], tmp_path: Path) -> None:
    rows = [f"group-{number},partner,group,群 {number}" for number in range(400)]
    (tmp_path / "many.csv").write_text("id,channel,kind,title\n" + "\n".join(rows), "utf-8")
    done = growth(there)("placement", "import", str(tmp_path / "many.csv"), "--json")
    assert done.json["created"] == 400
    assert len(load_workspace(there.workspace.root).one("placements", PlacementsFile).placements) == 402


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"id,channel\na,partner\n", "kind"),
        (b"id,channel,kind,id\na,partner,ad,b\n", "twice"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_whole(
    there: Database, growth: Callable[[Database], Growth], tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "table.csv").write_bytes(content)
    done = growth(there)("placement", "import", str(tmp_path / "table.csv"))
    assert done.code == 2
    assert "table.csv" in done.err
    assert said in done.err
    assert growth(there)("placement", "import", str(tmp_path / "nowhere.csv")).code == 2
    assert file_of(there).read_text("utf-8") == FILE
