"""``growth jobs``, ``status`` and ``alerts`` as scripts use them; what ``check``, ``doctor`` and ``/metrics`` say of jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from growth import clock
from growth.alerts import raise_alert
from growth.app import Level
from growth.db import Database
from growth.jobs import HolidaysFile, alive, ask, read_catalogue
from growth.jobs.checks import check_schedules, unknown_years
from growth.jobs.doctor import diagnose
from growth.jobs.handing import metrics
from growth.jobs.reconcile import reconcile
from growth.workspace import Workspace, WorkspaceInvalid, load_workspace
from tests.command import Growth, growth_in
from tests.growth.jobs.plugin import SITE as SITE_PACKAGES
from tests.growth.jobs.plugin import Probe, plug

__all__ = ["growth_in"]

SITE = 'site: {url: "https://www.example.com/"}\n'


@pytest.fixture
def growth(growth_in: Callable[[Path], Growth]) -> Callable[[Workspace], Growth]:
    """``growth(workspace)("jobs", "due", "--json")``."""
    return lambda workspace: growth_in(workspace.root)


def test_due_lists_runs_with_their_period_and_when_they_really_run(
    make_workspace: Callable[..., Workspace], growth: Callable[[Workspace], Growth]
) -> None:
    workspace = make_workspace(SITE + 'backup: {every: month, day: 1, at: "10:00", holiday: before}\n')
    command = growth(workspace)
    found = command("jobs", "due", "--from", "2026-09-30", "--to", "2026-10-30", "--job", "backup", "--json")
    assert found.json == [
        {"job": "backup", "period": "2026-10", "at": "2026-09-30T10:00:00+08:00"},
        {"job": "backup", "period": "2026-11", "at": "2026-10-30T10:00:00+08:00"},
    ]
    exact = command("jobs", "due", "--from", "2026-10-30T10:00:00+08:00", "--to", "2026-10-30T02:00:00Z", "--job", "backup", "--json")
    assert [run["period"] for run in exact.json] == ["2026-11"], "both ends are included"
    assert len(command("jobs", "due", "--from", "2026-09-30", "--to", "2026-10-30", "--job", "backup", "--jsonl").lines) == 2


def test_holidays_yaml_moves_runs_of_years_to_come(make_workspace: Callable[..., Workspace], growth: Callable[[Workspace], Growth]) -> None:
    backup = SITE + 'backup: {every: month, day: 5, at: "10:00", holiday: after}\n'
    holidays = "off:\n  - {from: 2027-02-05, until: 2027-02-12, name: 春节}\nwork: [2027-02-14]\n"
    workspace = make_workspace(backup, files={"holidays.yaml": holidays})
    found = growth(workspace)("jobs", "due", "--from", "2027-02-01", "--to", "2027-02-28", "--job", "backup", "--json")
    assert found.json == [{"job": "backup", "period": "2027-02", "at": "2027-02-14T10:00:00+08:00"}]


def test_a_broken_holidays_yaml_is_told_with_its_place(make_workspace: Callable[..., Workspace]) -> None:
    root = make_workspace().root
    (root / "holidays.yaml").write_text("off:\n  - 2027-02-30\n  - {from: 2027-02-12, until: 2027-02-05}\n", "utf-8")
    with pytest.raises(WorkspaceInvalid) as fault:
        load_workspace(root)
    assert [(problem.file, problem.line) for problem in fault.value.problems] == [("holidays.yaml", 2), ("holidays.yaml", 3)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["due", "--from", "yesterday"], "yesterday"),
        (["due", "--from", "2026-12-01", "--to", "2026-11-01"], "--to lies before --from"),
        (["due", "--from", "2000-01-01", "--to", "2026-11-01"], "ten years"),
        (["due", "--job", "bakup"], "did you mean “backup”?"),
        (["run", "bakup"], "did you mean “backup”?"),
        (["run", "backup", "--period", "2026-11"], "write it as 2026-11-23"),
        (["run", "backup", "--period", "2026-02-30"], "is no period"),
        (["stop", "backup"], "is not running"),
        (["history", "--limit", "0"], "limit"),
    ],
)
def test_wrong_use_is_refused_with_the_way_out(
    workspace: Workspace, growth: Callable[[Workspace], Growth], words: list[str], said: str
) -> None:
    found = growth(workspace)("jobs", *words)
    assert found.code == 2
    assert found.err.startswith("error: ")
    assert said in found.err
    assert "fix: " in found.err


def test_a_dry_run_changes_nothing(embedded: Database, growth: Callable[[Workspace], Growth]) -> None:
    command = growth(embedded.workspace)
    assert command("jobs", "run", "backup", "--period", "2026-11-20", "--dry-run", "--json").json == {
        "job": "backup",
        "period": "2026-11-20",
        "dry_run": True,
    }
    assert command("jobs", "history", "--json").json == []


def test_a_run_leaves_a_backup_and_a_line_in_history(embedded: Database, growth: Callable[[Workspace], Growth]) -> None:
    command = growth(embedded.workspace)
    done = command("jobs", "run", "backup", "--json").json
    assert done["state"] == "done"
    files = list((embedded.workspace.state / "backups").glob("growth-*.backup"))
    assert [file.name for file in files] == [done["line"].split(":")[0]]
    (line,) = command("jobs", "history", "--json").json
    assert {"job", "period", "state", "started_at", "finished_at"} <= set(line)
    assert (line["job"], line["period"], line["state"]) == ("backup", done["period"], "done")
    listed = {job["job"]: job for job in command("jobs", "--json").json}
    assert listed["backup"]["last_state"] == "done"
    assert listed["backup"]["schedule"] == "every day 02:00"


def test_the_end_of_a_job_is_the_exit_code(
    embedded: Database, growth: Callable[[Workspace], Growth], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = embedded.workspace.root
    monkeypatch.syspath_prepend(str(SITE_PACKAGES))
    plug(root, [Probe("daily", "child_fails", every="day", at="00:00")])
    command = growth(embedded.workspace)
    failed = command("jobs", "run", "daily", "--json")
    assert (failed.code, failed.json["state"], failed.json["error"]) == (3, "failed", "not yet")
    (root / "mended").touch()
    done = command("jobs", "run", "daily", "--json")
    assert (done.code, done.json["line"]) == (0, "mended")
    again = command("jobs", "run", "daily")
    assert again.code == 2
    assert "once a period" in again.err
    assert [run["state"] for run in command("jobs", "history", "--json").json] == ["done"]


def test_only_the_newest_backups_are_kept(make_workspace: Callable[..., Workspace], growth: Callable[[Workspace], Growth]) -> None:
    workspace = make_workspace(SITE + "backup: {keep: 2}\n")
    for day in range(20, 24):
        (workspace.state / "backups").mkdir(exist_ok=True)
        (workspace.state / "backups" / f"growth-202611{day}T020000.backup").write_text("old")
    growth(workspace)("jobs", "run", "backup")
    names = sorted(file.name for file in (workspace.state / "backups").iterdir())
    assert len(names) == 2
    assert names[0] == "growth-20261123T020000.backup"


def test_status_shows_processes_runs_and_lag(embedded: Database, growth: Callable[[Workspace], Growth]) -> None:
    command = growth(embedded.workspace)
    assert "No process runs" in command("status").out
    with alive(embedded, "worker") as heart:
        heart.doing = lambda: "seo.audit 2026-W48"
        heart.beat()
        with embedded.write() as session:
            ask(session, read_catalogue(embedded.workspace), job="backup", asked_by="ming", now=clock.now() - timedelta(minutes=3))
        found = command("status", "--json").json
        assert [(process["kind"], process["doing"]) for process in found["processes"]] == [("worker", "seo.audit 2026-W48")]
        assert found["queue"]["waiting"] == 1
        assert found["queue"]["lag_seconds"] >= 180
        assert "the oldest for" in command("status").out
    assert command("status", "--json").json["processes"] == []


def test_alerts_are_listed_tested_and_sent_again(make_workspace: Callable[..., Workspace], growth: Callable[[Workspace], Growth]) -> None:
    from growth.alerts import deliver_notices
    from growth.db import open_database
    from growth.db.claim import claim

    workspace = make_workspace(SITE + "notify: {ops: {robot: mail, to: [ops@example.com]}}\nalerts: {job_missed: [ops]}\n")
    database, command = open_database(workspace), growth(workspace)
    claim(database, now=clock.now())
    assert command("alerts").out == "Nothing is wrong.\n"
    now = clock.now()
    with database.write() as session:
        raise_alert(session, kind="job_missed", title="Backup was missed", dedupe="x", now=now)
    assert [alert["title"] for alert in command("alerts", "--json").json] == ["Backup was missed"]
    assert command("alerts", "test", "ops", "--json").json == {"target": "ops", "state": "sent"}
    deliver_notices(database, clock=lambda: now)
    (message,) = command("alerts", "messages", "--json").json
    assert (message["target"], message["state"]) == ("ops", "sent")
    assert command("alerts", "replay", message["id"], "--dry-run").code == 0
    assert command("alerts", "messages", "--json").json[0]["state"] == "sent"
    assert command("alerts", "replay", message["id"]).code == 0
    assert command("alerts", "messages", "--state", "waiting", "--json").json[0]["id"] == message["id"]
    assert command("alerts", "replay", "999").code == 2
    number = command("alerts", "--json").json[0]["id"]
    assert command("alerts", "close", number, "--dry-run").code == 0
    assert command("alerts", "close", number).code == 0
    assert command("alerts").out == "Nothing is wrong.\n"
    assert command("alerts", "close", number).code == 2
    assert command("alerts", "messages", "--state", "lost").code == 2
    database.close()


# --- check, doctor, metrics


@pytest.mark.parametrize(
    ("backup", "rules"),
    [
        ("{every: day, at: '02:00'}", []),
        ("{every: once, day: 2027-10-01, at: '10:00', holiday: after}", ["holidays-unknown"]),
        ("{every: year, day: 10-01, at: '10:00', holiday: skip}", ["holidays-unknown"]),
        ("{every: once, day: 2027-10-01, at: '10:00'}", []),
        ("{every: day, at: '02:00', holiday: after}", ["schedule-piles-up"]),
        ("{every: once, day: 2020-01-01, at: '10:00'}", ["schedule-over"]),
    ],
)
def test_check_warns_of_schedules_that_are_not_what_was_meant(
    make_workspace: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch, now: datetime, backup: str, rules: list[str]
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now - timedelta(days=60))
    problems = list(check_schedules(make_workspace(f"{SITE}backup: {backup}\n")))
    assert [problem.rule for problem in problems] == rules
    assert {str(problem.severity) for problem in problems} <= {"warning"}


def test_a_year_is_unknown_only_once_a_job_needs_it(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace(SITE + "backup: {every: month, day: 1, at: '10:00', holiday: after}\n")
    found = read_catalogue(workspace)
    assert unknown_years(found, datetime(2026, 9, 1, tzinfo=UTC)) == {}
    assert unknown_years(found, datetime(2026, 11, 24, tzinfo=UTC)) == {2027: ["backup"]}
    days = [{"from": f"2027-{month:02}-01", "until": f"2027-{month:02}-02"} for month in range(1, 8)]
    assert HolidaysFile.model_validate({"off": days}).calendar().knows(2027)


def test_doctor_says_what_is_late_and_who_is_missing(database: Database) -> None:
    def lines() -> dict[str, Level]:
        return {line.id: line.level for line in diagnose(database.workspace, database)}

    assert lines() == {
        "holidays": Level.OK,
        "worker": Level.WARN,
        "jobs": Level.OK,
        "clock": Level.OK,
        "alerts": Level.OK,
        "robots": Level.OK,
    }
    now = clock.now()
    found = read_catalogue(database.workspace)
    reconcile(database, found, now=now + timedelta(hours=1))
    with database.write() as session:
        ask(session, found, job="backup", asked_by="ming", now=now - timedelta(minutes=6))
        raise_alert(session, kind="robot_failed", title="broken", dedupe="x", now=now)
    with alive(database, "worker"):
        told = lines()
    assert {name for name, level in told.items() if level == Level.WARN} == {"jobs", "clock", "alerts"}


def test_metrics_count_what_waits(database: Database) -> None:
    with database.write() as session:
        ask(session, read_catalogue(database.workspace), job="backup", asked_by="ming", now=clock.now() - timedelta(minutes=1))
    with alive(database, "worker"), database.read() as session:
        found = {(sample.name, *sample.labels.values()): sample.value for sample in metrics(session)}
    assert found["growth_processes", "worker"] == 1
    assert found["growth_jobs_waiting",] == 1
    assert found["growth_jobs_lag_seconds",] >= 60
