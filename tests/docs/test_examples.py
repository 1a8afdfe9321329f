"""The examples are right as they stand: the workspace is checked, every table is imported."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from growth.db import Database, open_database, upgrade
from growth.db.claim import claim
from growth.security import fresh_key
from growth.workspace import load_workspace
from growth.workspace.check import check_workspace
from tests.command import Growth, growth_in
from tests.conftest import NOW
from tests.docs.pages import ROOT

__all__ = ["growth_in"]

EXAMPLES = ROOT / "examples"
#: what an example may be warned of: secrets are not in it, years to come are not known
WARNINGS = {"missing-variable", "holidays-unknown"}


@pytest.fixture
def lender(tmp_path: Path) -> Path:
    """A copy with keys of its own."""
    root = tmp_path / "lender"
    shutil.copytree(EXAMPLES / "lender", root, ignore=shutil.ignore_patterns(".growth", ".env"))
    names = ("GROWTH_INDEX_KEY", "GROWTH_SIGNING_KEY")
    lines = [f"GROWTH_KEYS=k1:{fresh_key()}", *(f"{name}={fresh_key()}" for name in names)]
    (root / ".env").write_text("\n".join(lines) + "\n", "utf-8")
    return root


@pytest.fixture
def growth(lender: Path, growth_in: Callable[[Path], Growth]) -> Growth:
    """The command line in it, its database made and claimed."""
    database: Database = open_database(load_workspace(lender), check_schema=False)
    upgrade(database)
    claim(database, now=NOW)
    database.close()
    return growth_in(lender)


def test_the_workspace_has_no_error_and_no_secret(lender: Path) -> None:
    problems = check_workspace(lender)
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    assert {problem.rule for problem in problems} <= WARNINGS


def test_every_file_of_it_is_named_in_its_readme() -> None:
    text = (EXAMPLES / "lender" / "README.md").read_text("utf-8")
    names = {path.relative_to(EXAMPLES / "lender").parts[0] for path in (EXAMPLES / "lender").rglob("*.yaml")}
    assert sorted(name for name in names if name not in text) == []


def test_a_month_of_its_jobs_can_be_foretold(growth: Growth) -> None:
    done = growth("jobs", "due", "--from", "2026-11-23", "--to", "2026-12-22", "--json")
    assert {row["job"] for row in done.json} >= {"campaign:monthly", "campaign:bill", "seo.audit", "backup"}


def test_every_table_is_imported_without_a_rejected_row(growth: Growth) -> None:
    tables = EXAMPLES / "tables"
    people = growth("contacts", "import", str(tables / "people.csv"), "--json").json
    assert (people["rows"], people["created"], people["rejected"]) == (3, 3, [])
    costs = growth("costs", "import", str(tables / "costs.csv"), "--json")
    assert (costs.code, costs.json["rejected"]) == (0, [])
    placements = growth("placement", "import", str(tables / "placements.csv"), "--json").json
    assert (placements["created"], placements["rejected"]) == (2, [])
    visits = growth("events", "import", str(tables / "visits.jsonl"), "--json")
    assert visits.code == 0
    signups = growth("signups", "import", str(tables / "signups.jsonl"), "--json").json
    assert (signups["signups"], signups["steps"], signups["rejected"]) == (2, 2, 0)
    report = growth("attribution", "report", "--from", "2026-11-01", "--to", "2026-11-30", "--json").json
    credit = {row["channel"]: row["credit"] for row in report["rows"]}
    assert (report["conversions"], sum(credit.values())) == (2, 2)
    assert credit["baidu-organic"] == 1, "the first came from Baidu"
    assert credit["member-code"] == 1, "the second brought a code"


def test_paths_and_urls_are_read(growth: Growth) -> None:
    models = growth("attribution", "models", "--paths", str(EXAMPLES / "tables" / "paths.csv"), "--model", "markov", "--json")
    assert sum(row["credit"] for row in models.json["rows"]) == pytest.approx(22)
    from seo.submission.push import read_urls

    assert len(read_urls((EXAMPLES / "tables" / "urls.txt").read_text("utf-8").splitlines(), source="urls.txt")) == 2


def test_the_example_campaign_is_planned_and_sent_to_files(growth: Growth, lender: Path) -> None:
    text = (lender / "growth.yaml").read_text("utf-8")
    smtp = next(line for line in text.splitlines() if line.startswith("  smtp:"))
    (lender / "growth.yaml").write_text(text.replace("  provider: smtp\n", "  provider: outbox\n").replace(f"{smtp}\n", ""), "utf-8")
    (lender / "campaigns" / "monthly.yaml").write_text(
        (lender / "campaigns" / "monthly.yaml")
        .read_text("utf-8")
        .replace("approval: required\n", "")
        .replace('window: "09:00-20:00", ', "")
    )
    growth("contacts", "import", str(EXAMPLES / "tables" / "people.csv"))
    sent = growth("campaign", "send", "monthly", "--json")
    assert (sent.code, sent.json["counts"]["accepted"], sent.json["counts"]["skipped"]) == (0, 2, 1), sent.err
    outbox = [path for path in (lender / ".growth" / "outbox").rglob("*") if path.is_file()]
    assert len(outbox) == 2
    assert json.loads(growth("campaign", "status", "monthly", "--json").out)["state"] == "finished"
