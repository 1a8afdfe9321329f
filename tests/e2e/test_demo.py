"""The main job: the walk of the demo, from nothing, twice in a row without harm, every number from the database."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from growth.text import printable


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo's workspace is made."""
    return tmp_path_factory.mktemp("walk")


def growth(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "GROWTH_WORKSPACE"}
    command = [sys.executable, "-m", "growth.cli", "--lang", "en", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=900)


def ask(folder: Path, *arguments: str) -> Any:
    done = growth(folder, "-C", "demo", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def first(folder: Path) -> str:
    """What the first walk prints."""
    done = growth(folder, "demo", "run", "demo")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def test_the_walk_goes_through_all_six_steps(first: str, folder: Path) -> None:
    assert re.findall(r"━━ (\d)/6", first) == ["1", "2", "3", "4", "5", "6"]
    reports = folder / "demo" / ".growth" / "reports"
    for name in ("seo.html", "seo.xlsx", "operations.html"):
        assert (reports / name).stat().st_size > 5000, name
    assert "Traceback" not in first
    assert first == "\n".join(printable(line) for line in first.split("\n"))


def test_the_audit_found_what_was_planted(first: str, folder: Path) -> None:
    found = {issue["check"] for issue in ask(folder, "seo", "issues")}
    assert {"link-broken-internal", "title-duplicate", "description-missing", "redirect-loop", "sitemap-url-not-200"} <= found


def test_engines_and_the_directory_know_the_site(first: str, folder: Path) -> None:
    rows = {row["id"]: row for row in ask(folder, "submit", "list")}
    assert rows["baidu"]["pushed"] > 30
    assert rows["indexnow"]["pushed"] == rows["baidu"]["pushed"]
    placed = {row["id"]: row for row in ask(folder, "placement", "list")}
    assert placed["wanxiang-finance"]["state"] == "live"


@pytest.mark.parametrize("name", ["monthly", "service-notice"])
def test_messages_went_to_those_who_may_get_them(first: str, folder: Path, name: str) -> None:
    status = ask(folder, "campaign", "status", name)
    assert status["state"] == "finished"
    assert status["counts"]["accepted"] > 50
    assert status["counts"]["pending"] == status["counts"]["uncertain"] == 0
    assert sum(status["counts"].values()) == status["recipients"]
    assert sum(status["left_out"].values()) == status["counts"]["skipped"] > 0


def test_the_follower_came_by_the_poster_and_left(first: str, folder: Path) -> None:
    rows = {row["channel"]: row for row in ask(folder, "wechat", "stats", "--by", "channel")}
    assert rows["poster-subway"]["new"] == 1
    assert rows["poster-subway"]["unfollowed"] == 1


def test_credits_sum_to_the_sign_ups_under_every_model(first: str, folder: Path) -> None:
    totals = set()
    for model in ("first", "last", "last_non_direct", "linear", "time_decay", "position", "markov", "shapley"):
        report = ask(folder, "attribution", "report", "--model", model)
        assert sum(row["credit"] for row in report["rows"]) == pytest.approx(report["conversions"])
        totals.add(report["conversions"])
    assert len(totals) == 1
    # the history ends today, so how many fall into the period depends on the day
    assert totals.pop() > 50


def test_the_report_says_what_the_tables_say(first: str, folder: Path) -> None:
    report = ask(folder, "report", "operations")
    figures = {figure["id"]: figure for section in report["sections"] for figure in section["figures"]}
    assert {"visits", "signups", "cost", "cac"} <= set(figures)
    assert figures["signups"]["value"] > 0
    assert {"campaigns", "placements", "wechat"} <= {section["id"] for section in report["sections"]}


def test_a_second_walk_harms_nothing(first: str, folder: Path) -> None:
    def state() -> dict[str, Any]:
        return {
            "monthly": ask(folder, "campaign", "status", "monthly")["counts"],
            "sms": ask(folder, "campaign", "status", "service-notice")["counts"],
            "signups": ask(folder, "attribution", "report")["conversions"],
            "contacts": len(ask(folder, "contacts", "list")),
        }

    before = state()
    done = growth(folder, "demo", "run", "demo")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert state() == before


def test_clear_removes_the_demo_and_nothing_else(first: str, folder: Path) -> None:
    other = folder / "mine"
    other.mkdir()
    (other / "growth.yaml").write_text("site: {url: https://www.example.com/}\n")
    assert growth(folder, "demo", "clear", "mine", "--yes").returncode == 2
    assert (other / "growth.yaml").exists()
    assert growth(folder, "demo", "clear", "demo", "--yes").returncode == 0
    assert not (folder / "demo").exists()
