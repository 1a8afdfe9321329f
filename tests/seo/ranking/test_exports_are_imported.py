"""Exports of 站长之家, 爱站, 5118 and Search Console, and tables of one's own, become positions: row by row, each once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from growth.db import Database
from growth.errors import GrowthError
from growth.tables import TableUnreadable
from seo.ranking.importing import DayFrom, Given, PositionImport, import_positions
from seo.ranking.rows import Measured, position_of
from seo.ranking.store import measured_rows, newest_figures
from tests.conftest import NOW
from tests.seo.ranking.exports import (
    AIZHAN_FALLS,
    CHINAZ,
    TOOL_5118,
    WEIGHTS,
    Rows,
    bomb,
    csv_file,
    search_console_zip,
    xlsx_file,
)

Import = Callable[..., PositionImport]


@pytest.fixture
def bring(database: Database) -> Import:
    """``bring(path, engine="baidu", …)`` imports a file."""

    def bring_(path: Path, *, dry_run: bool = False, **given: object) -> PositionImport:
        return import_positions(database, path, now=NOW, given=Given(**given), dry_run=dry_run)

    return bring_


def kept(database: Database) -> list[Measured]:
    """All rows, newest day first."""
    with database.read() as session:
        return list(measured_rows(session, words=None, since=date(2000, 1, 1)))


def short(database: Database) -> set[tuple[str, str, str, float | None]]:
    """(word, engine, device, position) of all rows."""
    return {(one.word, one.engine, one.device, one.position) for one in kept(database)}


def counts(done: PositionImport) -> tuple[int, int, int, int]:
    """created, updated, unchanged, rejected; they sum to the rows."""
    found = (done.created, done.updated, done.unchanged, len(done.rejected))
    assert sum(found) == done.rows
    return found


def test_chinaz_is_told_by_its_headers_and_read_in_gb18030(database: Database, bring: Import, tmp_path: Path) -> None:
    done = bring(csv_file(tmp_path / "www.example.com_2026-11-20.csv", CHINAZ, encoding="gb18030"))
    assert (done.source, done.day, done.day_from) == ("chinaz", date(2026, 11, 20), DayFrom.NAME)
    assert counts(done) == (3, 0, 0, 0)
    assert short(database) == {("网络借贷", "baidu", "", 3.0), ("小额借款", "baidu", "", 11.0), ("征信报告怎么看", "baidu", "", None)}
    first = next(one for one in kept(database) if one.word == "网络借贷")
    assert (first.url, first.volume) == ("https://www.example.com/invest", 1520)


def test_aizhan_names_places_in_words(database: Database, bring: Import, tmp_path: Path) -> None:
    done = bring(csv_file(tmp_path / "爱站-百度移动-2026年11月20日.csv", AIZHAN_FALLS))
    assert (done.source, done.day) == ("aizhan", date(2026, 11, 20))
    assert short(database) == {("网络借贷", "baidu", "mobile", 11.0), ("小额借款", "baidu", "mobile", None)}


def test_aizhan_has_two_devices_in_one_row(database: Database, bring: Import, tmp_path: Path) -> None:
    table = [["关键词", "PC排名", "移动排名", "预估流量"], ["网络借贷", 3, 8, "1~5"], ["小额借款", "", "50名外", "0"]]
    done = bring(xlsx_file(tmp_path / "words.xlsx", 关键词=table))
    assert (done.source, counts(done)) == ("aizhan", (2, 0, 0, 0))
    assert short(database) == {
        ("网络借贷", "baidu", "desktop", 3.0), ("网络借贷", "baidu", "mobile", 8.0), ("小额借款", "baidu", "mobile", None),
    }  # fmt: skip


def test_5118_is_read_from_a_workbook_with_a_title_over_its_header(database: Database, bring: Import, tmp_path: Path) -> None:
    done = bring(xlsx_file(tmp_path / "example.com-PC.xlsx", Sheet1=[["example.com 百度PC关键词"], [], *TOOL_5118]))
    assert (done.source, done.day_from) == ("5118", DayFrom.TODAY)
    assert short(database) == {("网络借贷", "baidu", "desktop", 5.0), ("p2p理财", "baidu", "desktop", 8.0)}


def test_a_batch_look_up_of_several_engines_is_one_row_with_many_positions(database: Database, bring: Import, tmp_path: Path) -> None:
    table = [
        ["关键词", "百度PC排名", "百度移动排名", "360排名", "搜狗排名", "神马排名", "查询时间"],
        ["网络借贷", 1, 2, 3, "100+", "第4名", "2026-11-19 08:30"],
    ]
    bring(csv_file(tmp_path / "批量.csv", table), source="chinaz")
    assert short(database) == {
        ("网络借贷", "baidu", "desktop", 1.0), ("网络借贷", "baidu", "mobile", 2.0), ("网络借贷", "360", "", 3.0),
        ("网络借贷", "sogou", "", None), ("网络借贷", "shenma", "mobile", 4.0),
    }  # fmt: skip
    assert {one.day for one in kept(database)} == {date(2026, 11, 19)}


QUERIES: Rows = (["网络借贷", 120, "4,100", "2.93%", 6.4], ["p2p lending", 3, 90, "3.33%", 21.5])


@pytest.mark.parametrize("chinese", [True, False])
def test_the_zip_of_search_console_is_read_in_both_languages(database: Database, bring: Import, tmp_path: Path, chinese: bool) -> None:
    path = tmp_path / "https___www.example.com_-Performance-on-Search-2026-11-21.zip"
    done = bring(search_console_zip(path, QUERIES, chinese=chinese, device="移动设备" if chinese else "Mobile"))
    assert (done.source, done.engines, done.day) == ("search-console", ("google",), date(2026, 11, 21))
    assert set(done.left_out) == ({"网页.csv", "过滤器.csv"} if chinese else {"Pages.csv", "Filters.csv"})
    assert short(database) == {("网络借贷", "google", "mobile", 6.4), ("p2p lending", "google", "mobile", 21.5)}
    first = next(one for one in kept(database) if one.word == "网络借贷")
    assert (first.clicks, first.impressions) == (120, 4100)


def test_a_report_filtered_by_one_page_names_that_page(database: Database, bring: Import, tmp_path: Path) -> None:
    bring(search_console_zip(tmp_path / "a-Performance-on-Search-2026-11-21.zip", QUERIES, page="https://www.example.com/invest"))
    assert {one.url for one in kept(database)} == {"https://www.example.com/invest"}


def test_the_workbook_of_search_console_has_its_words_on_another_sheet(database: Database, bring: Import, tmp_path: Path) -> None:
    head = ["Top queries", "Clicks", "Impressions", "CTR", "Position"]
    sheets = {"Chart": [["Date", "Clicks"], ["2026-11-20", 4]], "Queries": [head, ["网络借贷", 12, 410, 0.029, 6.4]]}
    done = bring(xlsx_file(tmp_path / "example.com-Performance-on-Search-2026-11-21.xlsx", **sheets))
    assert done.left_out == ("Chart",)
    assert short(database) == {("网络借贷", "google", "", 6.4)}


def test_pages_with_queries_by_day_keep_every_page(database: Database, bring: Import, tmp_path: Path) -> None:
    table = [
        ["Date", "Page", "Query", "Clicks", "Impressions", "CTR", "Position"],
        ["2026-11-20", "https://www.example.com/invest", "网络借贷", 9, 200, "4.5%", 5.2],
        ["2026-11-20", "https://www.example.com/blog/1", "网络借贷", 1, 90, "1.1%", 14],
        ["2026-11-21", "https://www.example.com/invest", "网络借贷", 8, 190, "4.2%", 5.6],
    ]
    assert counts(bring(csv_file(tmp_path / "api.csv", table))) == (3, 0, 0, 0)
    assert [(str(one.day), one.url[-7:], one.position) for one in kept(database)] == [
        ("2026-11-21", "/invest", 5.6), ("2026-11-20", "/invest", 5.2), ("2026-11-20", "/blog/1", 14.0),
    ]  # fmt: skip


def test_the_same_file_twice_counts_once(database: Database, bring: Import, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "chinaz-2026-11-20.csv", CHINAZ)
    bring(path)
    before = kept(database)
    assert counts(bring(path)) == (0, 0, 3, 0)
    assert kept(database) == before


def test_a_later_file_of_the_day_replaces_what_it_says_of_a_word_and_leaves_the_others(
    database: Database, bring: Import, tmp_path: Path
) -> None:
    head = ["关键词", "排名", "URL"]
    bring(
        csv_file(tmp_path / "a.csv", [head, ["网络借贷", 3, "/invest"], ["网络借贷", 14, "/blog/1"], ["小额借款", 9, "/loans"]]),
        engine="baidu",
    )
    done = bring(csv_file(tmp_path / "b.csv", [head, ["网络借贷", 4, "/invest"]]), engine="baidu")
    assert counts(done) == (0, 1, 0, 0)
    assert {(one.word, one.position, one.url[-7:]) for one in kept(database)} == {
        ("网络借贷", 4.0, "/invest"), ("小额借款", 9.0, "m/loans"),
    }  # fmt: skip


def test_what_is_wrong_in_one_row_stops_no_other(database: Database, bring: Import, tmp_path: Path) -> None:
    tomorrow = (NOW + timedelta(days=2)).date().isoformat()
    table = [
        ["Keyword", "Engine", "Date", "Rank", "URL", "Clicks"],
        ["好词", "baidu", "2026-11-20", "3", "/a", "1"],
        ["", "baidu", "2026-11-20", "3", "/a", "1"],
        ["坏引擎", "altavista", "2026-11-20", "3", "/a", "1"],
        ["坏日子", "baidu", "2026-02-30", "3", "/a", "1"],
        ["还没到", "baidu", tomorrow, "3", "/a", "1"],
        ["坏名次", "baidu", "2026-11-20", "三楼", "/a", "1"],
        ["别家的", "baidu", "2026-11-20", "3", "https://rival.example/a", "1"],
        ["坏点击", "baidu", "2026-11-20", "3", "/a", "很多"],
        ["没名次", "baidu", "2026-11-20", "", "/a", "1"],
        ["好词", "百度", "2026/11/20", "3", "www.example.com/a", "1"],
    ]
    done = bring(csv_file(tmp_path / "own.csv", table))
    assert counts(done) == (1, 0, 1, 8)
    assert [(one.row, one.column) for one in done.rejected] == [
        (3, "word"), (4, "engine"), (5, "day"), (6, "day"), (7, "position"), (8, "url"), (9, "clicks"), (10, "position"),
    ]  # fmt: skip
    assert "rival.example" in done.rejected[5].reason


def test_a_dry_run_has_the_same_verdicts_and_keeps_nothing(database: Database, bring: Import, tmp_path: Path) -> None:
    table = [*CHINAZ, [4, "坏", 1, 1, 1, "三楼", "", 1, "", ""]]
    path = csv_file(tmp_path / "chinaz-2026-11-20.csv", table)
    dry = bring(path, dry_run=True)
    assert kept(database) == []
    assert bring(path).as_json() == dry.as_json()


def test_headers_of_ones_own_are_mapped_once_and_remembered(database: Database, bring: Import, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "own.csv", [["核心词", "昨日位次"], ["网络借贷", 7]])
    with pytest.raises(TableUnreadable, match="word and a position"):
        bring(path, engine="baidu")
    bring(path, engine="baidu", headers={"核心词": "word", "昨日位次": "position"})
    assert counts(bring(path, engine="baidu")) == (0, 0, 1, 0)
    with pytest.raises(GrowthError, match="no such column"):
        bring(path, headers={"核心词": "keywort"})


def test_an_engine_that_nothing_tells_is_asked_for(bring: Import, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "own.csv", [["关键词", "名次"], ["网络借贷", 7]])
    assert "--engine baidu" in bring(path).rejected[0].reason
    with pytest.raises(GrowthError, match="altavista"):
        bring(path, engine="altavista")


def test_weights_of_a_site_keep_their_source_and_day(database: Database, bring: Import, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "爱站-权重-2026-11-20.csv", WEIGHTS, encoding="gb18030")
    assert counts(bring(path)) == (2, 0, 0, 0)
    assert counts(bring(path)) == (0, 0, 2, 0)
    bring(csv_file(tmp_path / "w-2026-11-22.csv", [["站长权重", "百度收录量"], [4, 13000]]))
    with database.read() as session:
        ours = {(one.source, one.name): (str(one.day), one.value) for one in newest_figures(session) if one.host == "www.example.com"}
    assert ours["aizhan", "baidu_weight"] == ("2026-11-20", "3")
    assert ours["aizhan", "baidu_indexed"] == ("2026-11-20", "12,400")
    assert ours["chinaz", "baidu_weight"] == ("2026-11-22", "4")
    assert ("aizhan", "shenma_weight") not in ours


def test_a_page_is_the_sites_own_however_the_export_writes_it(open_workspace: Callable[..., Database], tmp_path: Path) -> None:
    database = open_workspace("site: {name: 诚信贷, url: 'http://www.example.com/'}\n")
    written = ["www.example.com/a", "https://example.com/a", "http://www.example.com/a", "/a", "//www.example.com/a"]
    for day, url in enumerate(written, start=1):
        table = [["关键词", "日期", "百度排名", "URL"], ["网络借贷", f"2026-11-{day:02}", 3, url]]
        import_positions(database, csv_file(tmp_path / "a.csv", table), now=NOW)
    assert [one.url for one in kept(database)] == ["http://www.example.com/a"] * len(written)


@pytest.mark.parametrize(
    ("text", "position"),
    [("3", 3), ("第3名", 3), ("9.6", 9.6), ("第2页第3位", 13), ("第 1 页, 第 2 名", 2), ("５", 5), ("8 (↑2)", 8), ("1000", 1000)]
    + [(text, None) for text in ("100+", "50名外", "100名以外", ">100", "-", "--", "0", "未上榜", "无排名", "N/A")],
)  # fmt: skip
def test_positions_are_read_as_tables_write_them(text: str, position: float | None) -> None:
    assert position_of(text) == position


@pytest.mark.parametrize("text", ["三楼", "-3", "1e5", "99999", "第一", "3;DROP"])
def test_what_is_no_position_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match="position"):
        position_of(text)


def test_files_that_hold_no_such_table_are_refused_and_say_what_they_hold(bring: Import, tmp_path: Path) -> None:
    with pytest.raises(TableUnreadable) as refused:
        bring(csv_file(tmp_path / "costs.csv", [["day", "channel", "amount"], ["2026-11-01", "x", 1]]))
    assert "channel" in str(refused.value.fix)
    with pytest.raises(TableUnreadable, match="64 MB"):
        bring(bomb(tmp_path / "bomb.zip"))
    with pytest.raises(TableUnreadable):
        bring(tmp_path / "missing.csv")
