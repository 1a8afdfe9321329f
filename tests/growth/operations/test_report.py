"""The report: every figure equals a recount from raw rows, on both engines; formats, commands' JSON, pages and jobs."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text

from growth.alerts import notices
from growth.channels import CostRow, ensure_channels, record_costs, tracked_link
from growth.db import Database, open_database, upgrade
from growth.db.claim import claim
from growth.jobs import JobRun, Period
from growth.language import speaking
from growth.money import Money
from growth.operations import Format, OperationsReport, kept_reports, make_report, period_asked, review, written
from growth.operations.jobs import report as report_job
from growth.security import fresh_key
from growth.traffic import import_events, import_signups
from growth.workspace import load_workspace
from tests.web import Web

YAML = """
site: {url: https://www.example.com/, name: 诚信贷, locale: en}
targets: {signups: 40, cac: 80 CNY}
report: [{every: month, day: 1, at: "09:00", to: [director@example.com]}]
"""
CHANNELS = """
channels:
  hao123: {medium: directory, name: 好123, cost: {per_month: 600 CNY}}
  poster: {medium: offline, name: 地铁海报, cost: {once: 3000 CNY, from: 2026-11-01, until: 2026-11-30}}
  baidu: {medium: paid-search, name: 百度推广}
"""
ACTIVITY = "name: 秋季\nfrom: 2026-11-01\nuntil: 2026-11-20\nchannels: [hao123]\ngoal: {signups: 8}\n"
FILES = {"channels.yaml": CHANNELS, "activities/autumn.yaml": ACTIVITY}
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def fill(found: Database, folder: Path) -> Database:
    """A month with visits through two channels and none, sign-ups with a value, costs; the month before with fewer."""
    workspace = found.workspace
    with found.write() as session:
        ensure_channels(session, workspace=workspace, now=NOW - timedelta(days=60))
        links = {name: tracked_link(session, channel=name, target=None, workspace=workspace, now=NOW) for name in ("hao123", "baidu")}
        record_costs(session, [CostRow(day=NOW.date(), channel="baidu", amount=Money(Decimal("2100.00")), source="test")])
    events: list[dict[str, Any]] = []
    signups: list[dict[str, Any]] = []
    for channel, month, count in (("hao123", 11, 10), ("baidu", 11, 5), ("", 11, 7), ("hao123", 10, 4)):
        for place in range(count):
            number = len(signups) + 1
            at = datetime(2026, month, 2 + place, 3, 0, tzinfo=UTC)
            visitor, url = f"v{number:04}aaaaaaaaaaaa", links[channel].target if channel else "https://www.example.com/"
            for step in range(2):
                came = (at + timedelta(days=step)).isoformat()
                events.append({"type": "page", "url": url, "visitor": visitor, "at": came, "id": f"e{number}-{step}"})
            signups.append({"id": f"u{number}", "visitor": visitor, "at": (at + timedelta(days=1, minutes=1)).isoformat()})
            if channel == "hao123" and month == 11:
                signups[-1]["value"] = {"amount": "90.00", "currency": "CNY"}
    for name, rows in (("events", events), ("signups", signups)):
        (folder / f"{name}.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    import_events(found, folder / "events.jsonl", now=NOW)
    import_signups(found, folder / "signups.jsonl", now=NOW)
    return found


@pytest.fixture
def on_each_engine(open_workspace: Callable[..., Database], tmp_path: Path) -> Database:
    return fill(open_workspace(YAML, files=FILES), tmp_path)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The same on SQLite, for tests that only read."""
    root = tmp_path_factory.mktemp("site")
    keys = {"GROWTH_KEYS": f"k1:{fresh_key()}", "GROWTH_INDEX_KEY": fresh_key(), "GROWTH_SIGNING_KEY": fresh_key()}
    for name, content in {"growth.yaml": YAML, **FILES, ".env": "".join(f"{name}={value}\n" for name, value in keys.items())}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(content, "utf-8")
    found = open_database(load_workspace(root), check_schema=False)
    upgrade(found)
    claim(found, now=NOW)
    yield fill(found, tmp_path_factory.mktemp("files"))
    found.close()


def made(database: Database, key: str = "2026-11") -> OperationsReport:
    with speaking("en"):
        return make_report(database, Period.parse(key), now=NOW)


def test_every_figure_equals_a_recount_from_raw_rows(on_each_engine: Database) -> None:
    report = made(on_each_engine)
    values = {figure.id: figure.value for figure in report.figures}
    assert (values["visits"], values["signups"]) == (44, 22)
    with on_each_engine.read() as session:
        for figure in report.figures:
            if figure.asked.sql:
                assert session.execute(text(figure.asked.sql)).scalar() == figure.value
    # 23 of 30 days of 600 a month and of 3000 once, and 2100 imported
    assert values["cost"] == Money(Decimal("4860.00"))
    assert values["cac"] == Money(Decimal("4860") / 22)
    assert values["roi"] == (Decimal(900) - Decimal(4860)) / Decimal(4860)
    for table in (report.sections[1].tables[0], report.sections[2].tables[0]):
        assert sum(Decimal(str(row["signups"])) for row in table.rows) == 22
    costs = [row["cost"] for row in report.sections[1].tables[0].rows if isinstance(row["cost"], Money)]
    assert sum((cost.amount for cost in costs), Decimal(0)) == Decimal("4860.00")
    by_name = {row["channel"]: row for row in report.sections[1].tables[0].rows}
    assert (by_name["hao123"]["signups"], by_name["hao123"]["visits"]) == (10, 20)
    assert by_name["hao123"]["change"] == Decimal("1.5")


def test_the_json_is_that_of_the_contract(database: Database) -> None:
    document = json.loads(written(made(database), database.workspace, Format.JSON))
    assert document["period"] == "2026-11"
    figures = {figure["id"]: figure for section in document["sections"] for figure in section["figures"]}
    assert set(figures) >= {"visits", "signups", "cost", "cac"}
    assert all(set(figure) >= {"id", "value", "unit", "query"} and figure["query"] for figure in figures.values())
    rows = {section["id"]: section["rows"] for section in document["sections"]}
    assert {row["channel"] for row in rows["channels"]} >= {"hao123", "baidu", "poster"}
    assert all("campaign" in row for row in rows["campaigns"])
    assert {proposal["id"] for proposal in document["proposals"]} >= {"cac-above-target", "move-budget", "cost-without-signup:poster"}


@pytest.mark.parametrize(
    ("key", "visits", "signups"), [("2026-11", 44, 22), ("2026-10", 8, 4), ("2026-W45", 36, 17), ("2026-11-02", 3, 0), ("2026", 52, 26)]
)
def test_a_report_may_be_about_a_day_a_week_a_month_or_a_year(database: Database, key: str, visits: int, signups: int) -> None:
    values = {figure.id: figure.value for figure in made(database, key).figures}
    with database.read() as session:
        for table, wanted in (("visit", values["visits"]), ("signup", values["signups"])):
            period = Period.parse(key)
            counted = session.execute(text(f"select count(*) from {table} where day between '{period.first}' and '{period.last}'")).scalar()
            assert counted == wanted
    assert (values["visits"], values["signups"]) == (visits, signups)


def test_the_chart_of_a_day_shows_the_two_weeks_up_to_it_and_its_evidence_the_day(database: Database, make_web: Callable[..., Web]) -> None:
    report = made(database, "2026-11-10")
    assert len(report.facts.course) == 14
    assert max(report.facts.course).isoformat() == "2026-11-10"
    rows = make_web(database).browser("director").get("/evidence/visits?period=2026-11-10&format=csv").text.split()
    assert rows[1].startswith("2026-11-10,")
    assert len(rows) == 2


def test_control_characters_in_names_do_not_reach_the_terminal(open_workspace: Callable[..., Database]) -> None:
    channels = 'channels:\n  evil: {medium: directory, name: "a\\u202eb\\u001b[31m", cost: {per_month: 9000 CNY}}\n'
    database = open_workspace(YAML, files={"channels.yaml": channels})
    plain = written(made(database), database.workspace, Format.TEXT).decode()
    assert "a�b" in plain
    assert "\x1b" not in plain


def test_targets_shrink_with_the_period_and_the_cost_of_a_signup_does_not(database: Database) -> None:
    month = {figure.id: figure.target for figure in made(database).figures}
    week = {figure.id: figure.target for figure in made(database, "2026-W45").figures}
    year = {figure.id: figure.target for figure in made(database, "2026").figures}
    assert (month["signups"], week["signups"], year["signups"]) == (40, 9, 480)
    assert month["cac"] == week["cac"] == Money(Decimal(80))


def test_every_format_is_written_from_the_same_numbers(database: Database) -> None:
    with speaking("en"):
        report = made(database)
        html = written(report, database.workspace, Format.HTML).decode()
        plain = written(report, database.workspace, Format.TEXT).decode()
        book = openpyxl.load_workbook(io.BytesIO(written(report, database.workspace, Format.XLSX)))
    assert "<script" not in html
    assert "¥4,860" in html
    assert "¥4,860" in plain
    assert [row[2].value for row in book["Figures"].iter_rows(min_row=2)][:3] == [44, 22, 4860]
    assert "好123" in [row[0].value for row in book["By channel"].iter_rows(min_row=2)]


def test_names_from_outside_are_text_in_every_format(open_workspace: Callable[..., Database]) -> None:
    attack = "<img src=x onerror=alert(1)>"
    line = "  {name}: {{medium: directory, name: '{title}', cost: {{per_month: 900 CNY}}}}\n"
    channels = "channels:\n" + line.format(name="evil", title=attack) + line.format(name="sum", title="=SUM(1)")
    database = open_workspace(YAML, files={"channels.yaml": channels})
    report = made(database)
    assert "<img" not in written(report, database.workspace, Format.HTML).decode()
    with speaking("en"):
        book = openpyxl.load_workbook(io.BytesIO(written(report, database.workspace, Format.XLSX)))
    cells = [cell for row in book["By channel"].iter_rows(min_row=2) for cell in row if cell.value == "=SUM(1)"]
    assert [cell.data_type for cell in cells] == ["s"]


def test_an_empty_site_gets_a_report_that_says_so(open_workspace: Callable[..., Database]) -> None:
    report = made(open_workspace("site: {url: https://www.example.com/}\n"))
    values = {figure.id: (figure.value, figure.why_none) for figure in report.figures}
    assert values["visits"] == (0, "")
    assert values["cac"][0] is None
    assert values["cac"][1]
    assert report.proposals == []
    assert "No visit" in report.sentence


@pytest.mark.parametrize("wrong", ["2026-13", "november", "2026-11-23T10", "once", "", "2026-11-31"])
def test_a_period_that_is_none_says_what_is_allowed(database: Database, wrong: str) -> None:
    with pytest.raises(Exception, match="is no period") as fault:
        period_asked(wrong, workspace=database.workspace, now=NOW)
    assert "2026-11" in str(getattr(fault.value, "fix", ""))


def test_the_job_makes_last_months_report_keeps_it_and_tells_once(database: Database) -> None:
    run = JobRun(
        job="report.month",
        key="2026-12",
        period=Period.parse("2026-12"),
        workspace=database.workspace,
        database=database,
        now=NOW + timedelta(days=8),
    )
    report_job(run)
    report_job(run)
    assert [(kept.period.key, kept.format) for kept in kept_reports(database.workspace)] == [
        ("2026-11", Format.XLSX),
        ("2026-11", Format.HTML),
    ]
    with database.read() as session:
        (told,) = notices(session)
    assert told.target == "director@example.com"
    assert "22" in told.body
    assert "http" in (told.link or "")


def test_an_activity_is_reviewed_beside_the_days_before_it(database: Database) -> None:
    with database.read() as session:
        found = review(session, database.workspace, "autumn", today=NOW.date())
    assert (found.signups, found.visits, found.days_before) == (10, 20, 14)
    assert found.reached == Decimal("1.25")
    assert found.cost == Money(Decimal("400.00"))


def test_the_overview_its_evidence_and_downloads(database: Database, make_web: Callable[..., Web]) -> None:
    director = make_web(database).browser("director")
    page = director.get("/?period=2026-11")
    assert page.status_code == 200
    assert "¥4,860" in page.text
    assert 'href="/evidence/signups?period=2026-11" data-drawer' in page.text
    evidence = director.get("/evidence/signups?period=2026-11")
    assert "SELECT count(*)" in evidence.text
    assert director.get("/evidence/signups?period=2026-11&format=csv").content.startswith(b"\xef\xbb\xbf")
    assert director.get("/?period=2026-11&format=xlsx").content.startswith(b"PK")
    assert director.get("/evidence/nothing").status_code == 404
    assert director.get("/?period=2026-77").status_code == 404
    assert director.get("/?sort=-cost&q=" + "%E5%A5%BD123").text.count("data-row") == 1


def test_the_channels_of_a_running_month_cost_what_the_overview_says(database: Database, make_web: Callable[..., Web]) -> None:
    """The month is not over: what its last week will cost is not spent."""
    rows = make_web(database).browser("director").get("/channels?period=2026-11&format=json").json()
    spent = [Decimal(row["cost"]["amount"]) for row in rows if row["cost"]]
    assert sum(spent) == Decimal("4860.00")


def test_reports_in_every_format_from_the_page(database: Database, make_web: Callable[..., Web]) -> None:
    web = make_web(database)
    director = web.browser("director")
    assert "Ready to paste" in director.get("/reports?period=2026-11").text or "data-copy" in director.get("/reports").text
    for format, start in (("html", b"<!doctype html>"), ("xlsx", b"PK"), ("json", b"{"), ("text", "诚信贷".encode())):
        answer = director.get(f"/reports/2026-11/{format}")
        assert answer.status_code == 200
        assert answer.content.startswith(start)
        assert "attachment" in answer.headers["content-disposition"]
    assert director.get("/reports/2026-11/exe").status_code == 404
    assert director.get("/reports/kept/2026-10/html").status_code == 404
    assert director.get("/reports/kept/..%2f..%2fgrowth/html").status_code == 404
    assert web.browser("service").get("/reports").status_code == 403


def test_calendar_activity_and_todo_pages(database: Database, make_web: Callable[..., Web]) -> None:
    marketer = make_web(database).browser("marketer")
    assert "秋季" in marketer.get("/calendar?period=2026-11").text
    assert "125%" in marketer.get("/activities/autumn").text
    assert marketer.get("/activities/nothing").status_code == 404
    assert marketer.get("/todo").status_code == 200
