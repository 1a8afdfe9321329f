"""Costs: declared rates sum exactly, imports count once, exports are read by their headers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growth.channels import channel_costs, costs_by_day, declared_channels, ensure_channels, import_costs
from growth.channels.cost import month_share, span_share
from growth.channels.costs_import import CostImport
from growth.cli.words import run
from growth.db import Database
from growth.errors import GrowthError
from growth.money import Money
from growth.tables import TableUnreadable

CHANNELS = """\
channels:
  hao123: {medium: directory, cost: {per_month: 310 CNY, from: 2026-11-16}}
  poster: {medium: offline, cost: {once: 20000 CNY, from: 2026-11-01, until: 2026-11-30}}
  leaflet: {medium: offline, cost: {once: 99.99 CNY}}
  baidu-paid: {medium: paid-search}
  google-ads: {medium: paid-search, match: {source: google}}
  moments: {medium: paid-social, match: [{source: tencent}]}
"""
NOVEMBER = {"from_day": date(2026, 11, 1), "until_day": date(2026, 11, 30)}


@pytest.fixture
def database(open_workspace: Callable[..., Database], now: datetime) -> Database:
    found = open_workspace(files={"channels.yaml": CHANNELS})
    with found.write() as session:
        ensure_channels(session, workspace=found.workspace, now=now)
    return found


def take_in(database: Database, path: Path, channel: str | None = None) -> CostImport:
    with database.write() as session:
        return import_costs(session, path, declared=declared_channels(database.workspace), channel=channel)


def table(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding)
    return path


@settings(deadline=None)
@given(amount=st.integers(0, 10**9), year=st.integers(2024, 2030), month=st.integers(1, 12))
def test_the_days_of_a_month_sum_to_its_fee(amount: int, year: int, month: int) -> None:
    first = date(year, month, 1)
    days = [first + timedelta(days=offset) for offset in range(31) if (first + timedelta(days=offset)).month == month]
    assert sum(month_share(amount, day) for day in days) == amount


@settings(deadline=None)
@given(amount=st.integers(0, 10**9), length=st.integers(1, 400))
def test_the_days_of_a_span_sum_to_its_price(amount: int, length: int) -> None:
    first = date(2026, 11, 1)
    last = first + timedelta(days=length - 1)
    assert sum(span_share(amount, first + timedelta(days=offset), first=first, last=last) for offset in range(length)) == amount


def test_declared_costs_fall_on_their_days(database: Database) -> None:
    with database.read() as session:
        november = channel_costs(session, **NOVEMBER)
        tenth = channel_costs(session, from_day=date(2026, 11, 1), until_day=date(2026, 11, 3))
        december = channel_costs(session, from_day=date(2026, 12, 1), until_day=date(2026, 12, 31))
        by_day = costs_by_day(session, **NOVEMBER)
    assert november == {"hao123": [Money.parse("155 CNY")], "poster": [Money.parse("20000 CNY")], "leaflet": [Money.parse("99.99 CNY")]}
    assert tenth == {"poster": [Money.parse("2000 CNY")]}
    assert december == {"hao123": [Money.parse("310 CNY")]}
    assert by_day["leaflet", date(2026, 11, 23), "CNY"] == 9999


def test_headers_of_ones_own_are_told_once(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = table(tmp_path, "mine.csv", "哪天,哪里,花了,备注\n2026-11-20,hao123,12.50,x\n")
    root = str(database.workspace.root)
    assert run(["-C", root, "costs", "import", str(path)]) == 2
    assert "--map" in capsys.readouterr().err
    said = ["--map", "哪天=day", "--map", "哪里=channel", "--map", "花了=amount"]
    assert run(["-C", root, "costs", "import", str(path), *said, "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == 1
    assert run(["-C", root, "costs", "import", str(path), *said]) == 0
    capsys.readouterr()
    assert run(["-C", root, "costs", "import", str(path), "--json"]) == 0, "they are remembered"
    assert json.loads(capsys.readouterr().out) | {"rejected": []} == {
        "rows": 1, "written": 0, "unchanged": 1, "rejected": [], "engine": None, "channel": None
    }  # fmt: skip
    assert run(["-C", root, "costs", "import", str(path), "--map", "备注=note"]) == 2
    assert "--map 备注=note" in capsys.readouterr().err


def test_a_table_counts_once_and_a_corrected_figure_replaces_the_old_one(database: Database, tmp_path: Path) -> None:
    text = "day,channel,amount,keyword\n2026-11-02,baidu-paid,100.50,网络借贷\n2026-11-02,baidu-paid,20,借钱\n2026/11/3,moments,5 元,\n"
    first = take_in(database, table(tmp_path, "costs.csv", text))
    again = take_in(database, table(tmp_path, "costs-copy.csv", text))
    corrected = take_in(database, table(tmp_path, "costs.csv", text.replace("100.50", "90.50")))
    assert (first.rows, first.written, again.written, again.unchanged, corrected.written) == (3, 3, 0, 3, 1)
    with database.read() as session:
        assert channel_costs(session, **NOVEMBER)["baidu-paid"] == [Money.parse("110.50 CNY")]


def test_equal_rows_of_one_file_are_two_rows(database: Database, tmp_path: Path) -> None:
    text = "day,channel,amount\n2026-11-02,baidu-paid,10\n2026-11-02,baidu-paid,10\n"
    assert take_in(database, table(tmp_path, "a.csv", text)).written == 2
    assert take_in(database, table(tmp_path, "a.csv", text)).written == 0


EXPORTS = {
    "baidu": (
        '日期,账户,推广计划,推广单元,关键词,展现,点击,消费,点击率\n2026-11-02,a,计划一,单元,网络借贷,"1,200",30,"1,234.50",2.5%\n',
        "baidu-paid",
    ),
    "google": (
        'Campaign report\n"November 1, 2026 - November 30, 2026"\nDay,Campaign,Search keyword,Currency code,Impr.,Clicks,Cost\n'
        "2026-11-02,brand,loan,CNY,1200,30,1234.50\nTotal: Account,, --,CNY,1200,30,1234.50\n",
        "google-ads",
    ),
    "tencent": ("日期,推广计划名称,曝光次数,点击次数,花费(元)\n20261102,计划一,1200,30,1234.50\n合计,,1200,30,1234.50\n", "moments"),
    "360": ("时间,推广账户,推广计划,推广组,关键词,展示次数,点击次数,总费用\n2026-11-02,a,计划一,组,网络借贷,1200,30,1234.50\n", None),
    "sogou": (
        "日期,账户,推广计划,推广组,关键词,展示量,点击数,点击均价,总消耗\n2026-11-02,a,计划一,组,网络借贷,1200,30,41.15,1234.50\n",
        None,
    ),
    "shenma": ("数据时间,推广计划,推广单元,关键词,展现量,点击量,消费\n2026-11-02,计划一,单元,网络借贷,1200,30,1234.50\n", None),
    "oceanengine": ("时间-天,项目名称,展示数,点击数,消耗(元)\n2026-11-02,计划一,1200,30,1234.50\n", None),
}


@pytest.mark.parametrize("engine", EXPORTS)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_an_export_of_a_platform_is_read_by_its_headers(
    open_workspace: Callable[..., Database], now: datetime, tmp_path: Path, engine: str, encoding: str
) -> None:
    text, channel = EXPORTS[engine]
    database = open_workspace(files={"channels.yaml": CHANNELS})
    with database.write() as session:
        ensure_channels(session, workspace=database.workspace, now=now)
    path = table(tmp_path, "report.csv", text, encoding)
    if channel is None:
        with pytest.raises(GrowthError, match="channel"):
            take_in(database, path)
    done = take_in(database, path, channel=None if channel else "baidu-paid")
    assert (done.engine, done.rows, done.written, done.rejected) == (engine, 1, 1, ())
    with database.read() as session:
        assert channel_costs(session, **NOVEMBER)[channel or "baidu-paid"] == [Money.parse("1234.50 CNY")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("2026-02-30,baidu-paid,10,CNY", "day"),
        ("soon,baidu-paid,10,CNY", "day"),
        ("2026-11-02,nobody,10,CNY", "channel"),
        ("2026-11-02,baidu-paid,ten,CNY", "amount"),
        ("2026-11-02,baidu-paid,-5,CNY", "amount"),
        ("2026-11-02,baidu-paid,NaN,CNY", "amount"),
        ("2026-11-02,baidu-paid,,CNY", "amount"),
        ("2026-11-02,baidu-paid,10,Y", "currency"),
    ],
)
def test_a_broken_row_is_left_out_with_its_reason_and_stops_no_other(database: Database, tmp_path: Path, row: str, column: str) -> None:
    done = take_in(database, table(tmp_path, "x.csv", f"day,channel,amount,currency\n{row}\n2026-11-02,baidu-paid,1,CNY\n"))
    assert (done.rows, done.written) == (2, 1)
    assert [(entry.row, entry.column) for entry in done.rejected] == [(2, column)]


@pytest.mark.parametrize("text", ["", "name,phone\nx,1\n", "day,channel\n2026-11-02,hao123\n"])
def test_a_table_without_costs_is_refused_whole(database: Database, tmp_path: Path, text: str) -> None:
    with pytest.raises(TableUnreadable):
        take_in(database, table(tmp_path, "x.csv", text))
