"""Help pages and faults of the command line in both languages, as wide as a terminal shows them."""

import pytest

from growth.cli.usage import wrapped
from growth.cli.words import run
from growth.text import cells


@pytest.mark.parametrize(
    ("arguments", "en", "zh"),
    [
        (["nonsense"], "no such command: nonsense", "没有命令 nonsense"),
        (["db", "backup"], "“FILE” is missing", "缺少“FILE”"),
        (["db", "verify", "--jsn"], "no such option: --jsn", "没有选项 --jsn"),
        (["jobs", "history", "--limit", "many"], "--limit: a whole number is expected, not “many”", "--limit：应为整数，而不是“many”"),
        (["jobs", "history", "--limit", "0"], "--limit: at least 1", "--limit：至少为 1"),
        (["db", "verify", "one", "two"], "too many words: two", "多余的参数：two"),
        (["db", "backup", "--dry-run=yes"], "--dry-run takes no value", "--dry-run 不带值"),
        (["jobs", "history", "--limit"], "--limit needs a value", "--limit 需要一个值"),
    ],
)
def test_wrong_use_is_told_in_the_language_asked_for(arguments: list[str], en: str, zh: str, capsys: pytest.CaptureFixture[str]) -> None:
    for language, words in (("en", en), ("zh-CN", zh)):
        assert run(["--lang", language, *arguments]) == 2
        first, second = capsys.readouterr().err.splitlines()
        assert first.casefold().startswith(f"error: {words}".casefold())
        assert second.startswith("fix: growth")


def test_an_option_that_was_probably_meant_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "en", "check", "--hepl"]) == 2
    assert "did you mean --help?" in capsys.readouterr().err


@pytest.mark.parametrize("columns", [20, 31, 40])
def test_chinese_text_is_broken_by_the_columns_it_takes(columns: int) -> None:
    text = "把表格中的推广位逐行写入 placements.yaml，或运行（见“说明”）：growth。"
    lines = wrapped(text, columns)
    assert all(cells(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line.startswith(("，", "。", "）", "”", "：")) for line in lines)
    assert not any(line.endswith(("（", "“")) for line in lines)


def test_a_listed_command_shows_its_first_sentence_whole(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--lang", "en", "db", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Bring the schema to this program's version; of SQLite files a copy is made before restore" not in said
    assert "Bring the schema to this program's version; of SQLite files a copy is made before backup" in said
    assert "..." not in said.partition("Commands:")[2]
