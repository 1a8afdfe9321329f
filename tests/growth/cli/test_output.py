"""What reaches the terminal: harmless, in words, and with --json nothing but JSON on stdout."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from growth.cli import toolkit
from growth.cli.globals import Globals, use_globals
from growth.errors import GrowthError
from growth.language import speaking
from tests.command import Growth, growth_in

__all__ = ["growth_in"]
SITE = "site:\n  name: 诚信贷\n  url: https://x.example/\n"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Always."""
        return True


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``asked(json=True)``: the options of this command line."""

    def ask(**options: bool) -> None:
        use_globals(Globals(**options))

    monkeypatch.setattr("sys.stdin", Terminal("other name\n"))
    yield ask
    use_globals(Globals())


def test_json_holds_no_raw_control_character_and_still_says_the_same(
    asked: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    title = "a\x9b31mb\x7f\x85\u202ec\u2028\ud800 借款 😀"
    asked(json=True)
    toolkit.emit({"title": title})
    toolkit.emit_rows([{"title": title}], columns={"title": "Title"})
    asked(jsonl=True)
    toolkit.emit_rows([{"title": title}], columns={"title": "Title"})
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [{"title": title}, [{"title": title}], {"title": title}]
    assert all(character.isprintable() for line in lines for character in line)
    assert "借款 😀" in lines[0]


def test_a_note_that_looks_like_markup_is_shown_as_it_is(asked: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "xterm")
    asked()
    with toolkit.progress("Crawling [/b]", total=2) as tick:
        tick(done=1, note="[/red] 借款 [bold]")
    assert "[/red] 借款 [bold]" in terminal.getvalue()
    assert "Crawling [/b]" in terminal.getvalue()


@pytest.mark.parametrize("as_json", [True, False])
def test_the_question_of_a_destructive_command_keeps_stdout_for_json(
    as_json: bool, asked: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    asked(json=as_json)
    with speaking("en"), pytest.raises(GrowthError, match="not confirmed"):
        toolkit.confirm("monthly", yes=False, consequence="It is gone then.")
    told = capsys.readouterr()
    question = "It is gone then.\nType monthly to go on: "
    assert (told.out, told.err) == (("", question) if as_json else (question, ""))


def test_a_table_shows_states_in_words_and_json_their_ids(asked: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": "p1", "state": "live", "kind": "ad"}]
    columns = {"id": "ID", "state": "State", "kind": "Kind"}
    asked()
    with speaking("zh-CN"):
        toolkit.emit_rows(rows, columns=columns, words={"kind": lambda kind: {"ad": "广告"}[kind]})
    assert capsys.readouterr().out.splitlines()[1].split() == ["p1", "已上线", "广告"]
    asked(json=True)
    toolkit.emit_rows(rows, columns=columns, words={"kind": str.upper})
    assert json.loads(capsys.readouterr().out) == rows


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to")
@pytest.mark.parametrize("place", ["/proc/growth.backup", "/proc/no/growth.backup", "/dev/null/growth.backup"])
def test_a_backup_that_cannot_be_written_there_is_wrong_use(growth_in: Callable[[Path], Growth], tmp_path: Path, place: str) -> None:
    (tmp_path / "growth.yaml").write_text(SITE)
    (tmp_path / ".env").write_text("")
    growth = growth_in(tmp_path)
    assert growth("db", "upgrade").code == 0
    told = growth("db", "backup", place)
    assert told.code == 2
    assert told.err.startswith(f"error: {place} cannot be written: ")
    assert "fix: choose another place" in told.err
    assert "fault of the program" not in told.err


def test_a_file_that_cannot_be_opened_is_wrong_use_whatever_the_command(
    growth_in: Callable[[Path], Growth], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        Path(tmp_path / "is" / "not" / "there").read_bytes()

    monkeypatch.setattr("growth.cli.toolkit.workspace", broken)
    told = growth_in(tmp_path)("channel", "list")
    assert (told.code, "fault of the program" in told.err) == (2, False)
    assert f"error: {tmp_path}/is/not/there: No such file" in told.err
