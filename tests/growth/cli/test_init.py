"""``growth init``: a workspace whole or not at all."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from growth.cli.words import run
from growth.db import open_database
from growth.db.claim import is_claimed
from growth.security import parse_keys
from growth.workspace import load_workspace
from growth.workspace.check import check_workspace

URL = "https://www.example.com"


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_workspace_with_keys_database_and_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "site"
    assert run(["init", str(root), "--site", URL, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/\S+", document["admin_link"])
    assert left_in(tmp_path) == ["site"]
    workspace = load_workspace(root)
    assert workspace.settings.site.url == "https://www.example.com/"
    assert len(parse_keys(workspace.secret("GROWTH_KEYS")).current[1]) == 32
    assert (root / ".env").stat().st_mode & 0o777 == 0o600
    assert {".env", ".growth/"} <= set((root / ".gitignore").read_text().split("\n"))
    assert [problem for problem in check_workspace(root) if problem.severity == "error"] == []
    database = open_database(workspace)
    assert is_claimed(database)
    database.close()


def test_two_workspaces_have_keys_of_their_own(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert run(["init", str(tmp_path / name), "--site", URL, "--quiet"]) == 0
    keys = [load_workspace(tmp_path / name).secret("GROWTH_KEYS") for name in ("a", "b")]
    assert keys[0] != keys[1]


def test_comments_are_chinese_and_english_where_asked_for(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "zh"), "--site", URL, "--quiet"]) == 0
    assert run(["init", str(tmp_path / "en"), "--site", URL, "--quiet", "--lang", "en"]) == 0
    assert "只有 site.url 必填" in (tmp_path / "zh" / "growth.yaml").read_text("utf-8")
    assert "Only site.url is needed" in (tmp_path / "en" / "growth.yaml").read_text("utf-8")


def test_a_workspace_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "site"
    assert run(["init", str(root), "--site", URL, "--quiet"]) == 0
    before = {path.name: path.read_bytes() for path in root.iterdir() if path.is_file()}
    assert run(["init", str(root), "--site", "https://other.example/"]) == 2
    assert "is a workspace already" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in root.iterdir() if path.is_file()} == before
    assert left_in(tmp_path) == ["site"]


@pytest.mark.parametrize("url", ["www.example.com", "ftp://example.com/", "https://", "https://exa mple.com/", ""])
def test_a_wrong_address_makes_nothing(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "site"), "--site", url]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: --site")
    assert "fix: growth init DIR --site https://www.example.com/" in told
    assert left_in(tmp_path) == []


def test_without_an_address_the_way_out_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "site")]) == 2
    assert "--site" in capsys.readouterr().err
    assert left_in(tmp_path) == []


def test_a_folder_with_a_git_repository_is_taken_and_keeps_its_files(tmp_path: Path) -> None:
    root = tmp_path / "site"
    (root / ".git").mkdir(parents=True)
    (root / "README.md").write_text("ours\n")
    (root / ".gitignore").write_text("node_modules/\n")
    assert run(["init", str(root), "--site", URL, "--quiet"]) == 0
    assert (root / "README.md").read_text() == "ours\n"
    assert {"node_modules/", ".env", ".growth/"} <= set((root / ".gitignore").read_text().split("\n"))
    assert load_workspace(root).settings.site.host == "www.example.com"


def test_files_of_the_same_names_are_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "site"
    root.mkdir()
    (root / "channels.yaml").write_text("mine\n")
    assert run(["init", str(root), "--site", URL]) == 2
    assert "channels.yaml" in capsys.readouterr().err
    assert left_in(root) == ["channels.yaml"]
    assert left_in(tmp_path) == ["site"]


def test_a_dry_run_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "site"), "--site", URL, "--dry-run", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert "growth.yaml" in document["files"]
    assert document["admin_link"] is None
    assert left_in(tmp_path) == []


def test_where_the_database_cannot_be_made_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GROWTH_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert run(["init", str(tmp_path / "site"), "--site", URL]) == 3
    assert "error:" in capsys.readouterr().err
    assert left_in(tmp_path) == []


def test_the_demo_has_people_channels_and_a_past_up_to_this_month(tmp_path: Path) -> None:
    from growth import clock
    from growth.channels import channel_costs, channels
    from growth.contacts import count_segment
    from growth.contacts.settings import Segment
    from growth.traffic import visits

    root = tmp_path / "demo"
    assert run(["init", str(root), "--demo", "--quiet"]) == 0
    workspace = load_workspace(root)
    assert workspace.settings.site.name == "诚信贷"
    assert "@" not in workspace.settings.site.url + workspace.settings.public_url
    assert not [problem for problem in check_workspace(root) if problem.of_form and problem.rule != "unknown-reference"]
    database = open_database(workspace)
    today = clock.site_day(clock.now(), workspace.zone)
    with database.read() as session:
        assert count_segment(session, Segment(), now=clock.now()) == 200
        assert {"hao123", "poster-subway"} <= {view.name for view in channels(session)}
        assert channel_costs(session, from_day=today - timedelta(days=60), until_day=today)
        assert any(visits(session, from_day=today - timedelta(days=7)))
    database.close()
