"""`.env` and `${NAME}`."""

import pytest

from growth.workspace import MissingSecret
from growth.workspace.environment import Environment, parse_environment


def test_a_dotenv_file_is_read_as_shells_write_it() -> None:
    found = parse_environment(
        "\n".join(
            [
                "# note",
                "",
                "A=1",
                "export B = two words   # note",
                "C='as $it \\n stands # here'",
                'D="line\\nnext \\"quoted\\" \\$x"  # note',
                "E=",
                "F=a#b",
                "G＝full",
                "H=postgresql://u:p@h/d?x=1",
            ]
        )
    )
    assert not found.problems
    assert found.file == {
        "A": "1",
        "B": "two words",
        "C": "as $it \\n stands # here",
        "D": 'line\nnext "quoted" $x',
        "E": "",
        "F": "a#b",
        "G": "full",
        "H": "postgresql://u:p@h/d?x=1",
    }


@pytest.mark.parametrize("line", ["no equals sign", "1A=x", 'A="open', "A='open", 'A="x" y'])
def test_a_broken_line_is_told_and_the_rest_is_read(line: str) -> None:
    found = parse_environment(f"X=1\n{line}\nY=2\n")
    assert [(problem.file, problem.line) for problem in found.problems] == [(".env", 2)]
    assert found.file == {"X": "1", "Y": "2"}


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Environment({"NAME": "file", "OTHER": "file"})
    monkeypatch.setenv("NAME", "process")
    assert environment.secret("NAME") == "process"
    monkeypatch.setenv("NAME", "")
    assert environment.secret("NAME") == "file"


def test_references_are_filled_in_with_their_defaults() -> None:
    environment = Environment({"HOST": "db", "EMPTY": ""})
    assert environment.resolve("x://${HOST}/${NAME:-growth}?${EMPTY:-none}") == "x://db/growth?none"
    assert environment.resolve("${HOST:-}") == "db"
    assert environment.resolve("price $5 {x} $HOST") == "price $5 {x} $HOST"


def test_a_missing_one_is_named_when_it_is_needed() -> None:
    with pytest.raises(MissingSecret, match="SMTP_PASSWORD") as caught:
        Environment().resolve("${SMTP_PASSWORD}")
    assert ".env" in str(caught.value.fix)
