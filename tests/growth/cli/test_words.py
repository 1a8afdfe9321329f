"""The command line as a whole: options anywhere, errors in words, help that answers at once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from growth.app import Command, discover, load
from growth.cli.globals import UnknownUse, split_globals
from growth.cli.words import run

HEAVY = (
    "scrapy",
    "wechatpy",
    "litestar",
    "sqlalchemy",
    "vl_convert",
    "pydantic",
    "httpx",
    "ruamel.yaml",
    "rich",
    "jinja2",
    "alembic",
    "openpyxl",
)


def test_options_that_work_everywhere_may_stand_anywhere() -> None:
    chosen, rest = split_globals(["seo", "--json", "audit", "-C", "site", "--max-pages", "5", "--lang=en"])
    assert (chosen.workspace, chosen.json, chosen.lang) == (Path("site"), True, "en")
    assert rest == ["seo", "audit", "--max-pages", "5"]


def test_what_follows_two_dashes_is_left_alone() -> None:
    chosen, rest = split_globals(["wechat", "try", "--", "--json"])
    assert not chosen.json
    assert rest == ["wechat", "try", "--", "--json"]


@pytest.mark.parametrize("arguments", [["-C"], ["--lang", "fr"], ["--lang"]])
def test_an_option_used_wrongly_is_said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnknownUse):
        split_globals(arguments)
    assert run(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert "fix: " in err


@pytest.mark.parametrize("arguments", [["nonsense"], ["db", "nonsense"], ["db", "backup"], ["db", "verify", "--nonsense"]])
def test_wrong_use_is_an_error_with_a_fix_and_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "en", *arguments]) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert "fix: " in err
    assert "Traceback" not in err


def test_without_a_workspace_the_way_out_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GROWTH_WORKSPACE", raising=False)
    assert run(["--lang", "en", "db", "verify"]) == 2
    assert "growth init" in capsys.readouterr().err


def test_help_imports_nothing_heavy() -> None:
    """What makes `growth --help` answer at once: no import that costs more than the command line itself."""
    code = (
        f"from growth.cli.words import run\nrun(['--help'])\nimport sys\nprint([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "growth init" in done.stdout


@pytest.mark.parametrize("command", [command for app in discover() for command in app.commands], ids=lambda command: command.name)
def test_every_word_answers_help(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "en", command.name, "--help"]) == 0
    assert "Usage: growth " + command.name in capsys.readouterr().out


def test_everything_an_app_hands_over_is_there() -> None:
    for app in discover():
        for what in (
            "jobs",
            "pages",
            "report_sections",
            "doctor",
            "overview_cards",
            "calendar",
            "todo",
            "search",
            "timeline",
            "url_facts",
            "personal_data",
            "metrics",
            "rules",
        ):
            for target in getattr(app, what):
                assert load(target) is not None, f"{app.name}.{what}: {target}"
        for kind in app.files:
            assert load(kind.model) is not None
        for model in app.sections.values():
            assert load(model) is not None


def test_json_is_the_only_thing_on_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "growth.yaml").write_text("site:\n  url: https://x.example/\n  locale: en\n")
    (tmp_path / ".env").write_text("")
    assert run(["-C", str(tmp_path), "db", "upgrade", "--json"]) == 0
    assert {row["to"] for row in json.loads(capsys.readouterr().out)} >= {"growth_main_0001"}
    assert run(["-C", str(tmp_path), "db", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
