"""The to-do list, the calendar, activities, renewals and the schedules of reports, all from a workspace's files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from growth import clock
from growth.alerts import alerts
from growth.db import Database
from growth.jobs import JobRun, Period, Schedule, read_catalogue
from growth.language import speaking
from growth.operations import activities, activity, calendar_entries, todo_entries
from growth.operations.activities import ActivityState, UnknownActivity
from growth.operations.jobs import period_about
from growth.operations.renewals import due_renewals, remind
from growth.workspace import Every, ScheduleYaml, Workspace, WorkspaceInvalid

ZONE = ZoneInfo("Asia/Shanghai")
YAML = """
site: {url: https://www.example.com/, name: 诚信贷}
report:
  - {every: day, at: "09:00", to: [ops@example.com]}
  - {every: month, day: 1, at: "09:00", to: [director@example.com]}
renewals:
  - {what: 公众号认证, on: 2027-01-10}
  - {what: 域名, on: 2026-11-28}
  - {what: 证书, on: 2030-01-01}
"""
AUTUMN = """
name: 秋季开户礼
from: 2026-11-10
until: 2026-11-30
owner: 小明
budget: 20000 CNY
goal: {signups: 300}
channels: [hao123]
tasks:
  - {what: 海报上墙, who: 小红, due: 2026-11-20}
  - {what: 复盘, due: 2026-12-20}
  - {what: 印刷, due: 2026-11-08, done: true}
"""
CHANNELS = "channels:\n  hao123: {medium: directory, name: 好123}\n"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with speaking("en"):
        yield


@pytest.fixture
def database_url() -> None:
    """The embedded default only: what is asked here stands in files."""


@pytest.fixture
def planned(make_workspace: Callable[..., Workspace]) -> Workspace:
    return make_workspace(YAML, files={"activities/autumn.yaml": AUTUMN, "channels.yaml": CHANNELS})


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch, now: datetime) -> datetime:
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


def test_an_activity_stands_where_its_days_say(planned: Workspace) -> None:
    states = {
        day: activity(planned, "autumn", today=day).state
        for day in (date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 30), date(2026, 12, 1))
    }
    assert list(states.values()) == [ActivityState.PLANNED, ActivityState.RUNNING, ActivityState.RUNNING, ActivityState.DONE]
    assert [(one.id, one.tasks_open) for one in activities(planned, today=date(2026, 11, 23))] == [("autumn", 2)]


def test_an_activity_that_is_not_there_names_the_nearest(planned: Workspace) -> None:
    with pytest.raises(UnknownActivity) as fault:
        activity(planned, "autum", today=date(2026, 11, 23))
    assert "autumn" in str(fault.value.fix)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (AUTUMN.replace("until: 2026-11-30", "until: 2026-11-01"), "before it begins"),
        (AUTUMN.replace("budget: 20000 CNY", "budget: viel"), "budget"),
        (AUTUMN.replace("from: 2026-11-10", "from: 2026-02-30"), "2026-02-30"),
        (AUTUMN + "mood: good\n", "mood"),
    ],
)
def test_a_wrong_activity_is_named_with_its_line(make_workspace: Callable[..., Workspace], wrong: str, message: str) -> None:
    with pytest.raises(WorkspaceInvalid) as fault:
        make_workspace(YAML, files={"activities/autumn.yaml": wrong, "channels.yaml": CHANNELS})
    assert message in str(fault.value)
    assert "activities/autumn.yaml:" in str(fault.value)


def test_a_channel_or_campaign_that_is_not_there_is_found_by_check(make_workspace: Callable[..., Workspace]) -> None:
    from growth.operations.schema import ActivityFile, check_activity

    text = AUTUMN.replace("channels: [hao123]", "channels: [hao124]\ncampaigns: [monthly]")
    workspace = make_workspace(YAML, files={"activities/autumn.yaml": text, "channels.yaml": CHANNELS})
    found = list(check_activity(workspace, "autumn", workspace.many("activity", ActivityFile)["autumn"]))
    assert [(problem.rule, problem.line) for problem in found] == [("unknown-reference", 8), ("unknown-reference", 9)]
    assert "hao123" in (found[0].hint or "")


def test_the_calendar_shows_activities_tasks_renewals_and_reports_in_order(database: Database, planned: Workspace) -> None:
    since, until = clock.day_start(date(2026, 11, 8), ZONE), clock.day_start(date(2026, 12, 2), ZONE)
    with database.read() as session:
        found = calendar_entries(session, planned, since, until)
    assert found == sorted(found, key=lambda entry: entry.at)
    shown = [(entry.kind, clock.site_day(entry.at, ZONE).isoformat(), entry.title) for entry in found if entry.kind != "report"]
    assert ("activity", "2026-11-10", "秋季开户礼 begins") in shown
    assert ("task", "2026-11-20", "海报上墙 (小红)") in shown
    assert ("renewal", "2026-11-28", "域名 runs out") in shown
    assert [(entry.kind, entry.title) for entry in found if entry.kind == "report"] == [("report", "Monthly report")]
    assert not [entry for entry in found if "证书" in entry.title]


def test_what_is_due_waits_for_the_people_of_its_roles(database: Database, planned: Workspace, frozen: datetime) -> None:
    with database.read() as session:
        everything = todo_entries(session, planned)
        seo = todo_entries(session, planned, may=lambda *roles: "seo" in roles)
    ids = {entry.id: entry for entry in everything}
    assert ids["activity:autumn:0"].severity == "warning"
    assert "was due on 2026-11-20" in ids["activity:autumn:0"].title
    assert "activity:autumn:1" not in ids
    assert "activity:autumn:2" not in ids
    assert ids["renewal:域名"].severity == "warning"
    assert ids["renewal:公众号认证"].severity == "notice"
    assert "renewal:证书" not in ids
    assert not [entry for entry in seo if entry.id.startswith(("activity:", "renewal:"))]


def test_renewals_are_told_once_at_60_30_and_7_days_and_when_they_are_over(
    database: Database, make_workspace: Callable[..., Workspace]
) -> None:
    workspace = make_workspace("site: {url: https://www.example.com/}\nrenewals: [{what: 域名, on: 2026-12-31}]\n")
    told_at = []
    for left in (61, 60, 59, 30, 29, 8, 7, 6, 0, -1, -2):
        at = clock.day_start(date(2026, 12, 31) - timedelta(days=left), ZONE) + timedelta(hours=9)
        run = JobRun(job="operations.renewals", key="x", period=Period.parse("2026-11-23"), workspace=workspace, database=database, now=at)
        if re.search(r"[1-9]", remind(run)):
            told_at.append(left)
    assert told_at == [60, 30, 7, -1]
    with database.read() as session:
        open_ones = [alert for alert in alerts(session) if alert.closed_at is None]
    assert len(open_ones) == 1


def test_what_is_over_says_so(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("site: {url: https://www.example.com/}\nrenewals: [{what: 域名, on: 2026-11-20}]\n")
    (due,) = due_renewals(workspace, today=date(2026, 11, 23))
    assert (due.left, due.severity, due.words) == (-3, "error", "域名 ran out on 2026-11-20")


def test_each_entry_of_report_is_a_job_of_its_own(make_workspace: Callable[..., Workspace]) -> None:
    entries = [f'  - {{every: day, at: "{at}", to: [a@example.com]}}\n' for at in ("09:00", "18:00")]
    catalogue = read_catalogue(make_workspace("site: {url: https://www.example.com/}\nreport:\n" + "".join(entries)))
    assert [name for name in catalogue.jobs if name.startswith("report.")] == ["report.day", "report.day-2"]


@pytest.mark.parametrize(
    ("every", "day", "at", "key", "about"),
    [
        (Every.DAY, None, time(9), "2026-11-23", "2026-11-22"),
        (Every.DAY, None, time(18), "2026-11-23", "2026-11-23"),
        (Every.WEEK, "mon", time(9), "2026-W48", "2026-W47"),
        (Every.WEEK, "fri", time(18), "2026-W48", "2026-W48"),
        (Every.MONTH, 1, time(9), "2026-11", "2026-10"),
        (Every.MONTH, "last", time(18), "2026-11", "2026-11"),
        (Every.YEAR, "01-02", time(9), "2026", "2025"),
    ],
)
def test_a_report_early_in_its_period_is_about_the_one_before(
    make_workspace: Callable[..., Workspace], every: Every, day: str | int | None, at: time, key: str, about: str
) -> None:
    workspace = make_workspace()
    schedule = Schedule.from_yaml(ScheduleYaml(every=every, day=day, at=at))
    assert period_about(Period.parse(key), schedule, workspace).key == about


def test_instants_of_the_calendar_are_the_sites(database: Database, planned: Workspace) -> None:
    with database.read() as session:
        first = calendar_entries(session, planned, datetime(2026, 11, 9, 15, 59, tzinfo=UTC), datetime(2026, 11, 9, 16, 0, tzinfo=UTC))
    assert [entry.title for entry in first] == ["秋季开户礼 begins"]
