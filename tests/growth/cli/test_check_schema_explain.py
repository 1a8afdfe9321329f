"""``growth check``, ``schema`` and ``explain`` as people and scripts see them."""

import json

import pytest

from growth.cli.words import run
from tests.conftest import MakeWorkspace

SITE = "site:\n  url: https://www.example.com/\n"


def test_all_is_right(make_workspace: MakeWorkspace, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_workspace(SITE).root
    assert run(["-C", str(root), "check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"problems": []}


def test_an_error_of_form_is_2_and_has_its_place_in_json(make_workspace: MakeWorkspace, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_workspace(SITE).root
    (root / "growth.yaml").write_text(f"{SITE}  nmae: 诚信贷\nweb: 5\n", "utf-8")
    assert run(["-C", str(root), "check", "--json"]) == 2
    first, second = json.loads(capsys.readouterr().out)["problems"]
    assert set(first) == {"file", "line", "column", "rule", "severity", "message", "hint"}
    assert (first["file"], first["line"], first["column"], first["rule"], first["severity"]) == (
        "growth.yaml",
        3,
        3,
        "unknown-key",
        "error",
    )
    assert (second["line"], second["column"]) == (4, 6)


def test_people_see_the_line_a_mark_and_where_to_read_on(make_workspace: MakeWorkspace, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_workspace(SITE).root
    (root / "growth.yaml").write_text(f"{SITE}  nmae: x\n", "utf-8")
    assert run(["-C", str(root), "--lang", "en", "check"]) == 2
    out = capsys.readouterr().out
    assert out.startswith("growth.yaml:3:3: error: “nmae” is not known here; did you mean “name”?")
    assert "    3 │   nmae: x\n      │   ^" in out
    assert "1 error, 0 warnings. More about one: growth explain unknown-key" in out


def test_other_commands_refuse_a_broken_workspace_with_all_problems(
    make_workspace: MakeWorkspace, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_workspace(SITE).root
    (root / "growth.yaml").write_text(f"{SITE}  nmae: x\n", "utf-8")
    (root / "channels.yaml").write_text("channels: 5\n", "utf-8")
    assert run(["-C", str(root), "new", "channel", "x"]) == 2
    err = capsys.readouterr().err.split("\n")
    assert err[0].startswith("error: channels.yaml:1:11: ")
    assert err[1].startswith("error: growth.yaml:3:3: ")
    assert err[2].startswith("fix: ")


def test_a_workspace_that_is_not_there_is_2(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(tmp_path), "check"]) == 2
    assert "growth init" in capsys.readouterr().err


def test_escape_codes_of_a_file_do_not_reach_the_terminal(make_workspace: MakeWorkspace, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_workspace(SITE).root
    (root / "growth.yaml").write_text(f'{SITE}  "na\\x1b[31mme\\u202e": x\n', "utf-8")
    assert run(["-C", str(root), "check"]) == 2
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_schema_is_printed_and_all_are_written(make_workspace: MakeWorkspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "channels", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "channels.yaml"
    assert run(["schema", "chanels"]) == 2
    assert "channels" in capsys.readouterr().err
    root = make_workspace(SITE).root
    assert run(["-C", str(root), "schema", "--write", "--dry-run", "--json"]) == 0
    assert not (root / ".growth" / "schemas").exists()
    assert run(["-C", str(root), "schema", "--write", "--json"]) == 0
    assert (root / ".growth" / "schemas" / "growth.json").is_file()
    capsys.readouterr()
    assert run(["schema", "--json"]) == 0
    assert {"name": "growth", "file": "growth.yaml"} in json.loads(capsys.readouterr().out)


def test_a_rule_is_explained_in_the_language_that_is_spoken(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "zh-CN", "explain", "YAML-TAB", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["id"] == "yaml-tab"
    assert "空格" in document["mend"]
    assert run(["--lang", "en", "explain", "yaml-tab"]) == 0
    assert "Type spaces" in capsys.readouterr().out
    assert run(["explain", "nothing"]) == 2


def test_all_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--json"]) == 0
    listed = [row["id"] for row in json.loads(capsys.readouterr().out)]
    assert {"yaml-tab", "unknown-key"} <= set(listed)
    assert len(listed) == len(set(listed))
