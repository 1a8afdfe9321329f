"""Every command that a page shows is one that the program takes, and every command has an example that works."""

from __future__ import annotations

import re

import pytest

from growth.cli.globals import split_globals
from tests.docs.command_lines import commands_in, commands_of, fault, growth_words, words_of_the_program
from tests.docs.pages import Block, blocks

#: programs beside growth that a block of commands may call
OTHERS = {
    *("apt-get", "cat", "cd", "chmod", "cp", "createdb", "createuser", "crontab", "curl", "docker", "echo", "export", "git", "gzip"),
    *("install", "journalctl", "ls", "make", "mkdir", "mv", "nginx", "openssl", "pg_dump", "pip", "printf", "psql", "python", "python3"),
    *("rm", "rsync", "scp", "ssh", "sudo", "systemctl", "tools/services.sh", "useradd"),
}


def console() -> list[Block]:
    return list(blocks("console"))


@pytest.mark.parametrize("block", console(), ids=lambda block: block.where)
def test_the_commands_of_a_block_are_known(block: Block) -> None:
    wrong = []
    for command in commands_in(block.text):
        words = growth_words(command)
        if words is not None:
            if told := fault(words):
                wrong.append(f"{command}\n    {told}")
        elif not _other(command):
            wrong.append(
                f"{command}\n    not a command that docs may show: add the program to OTHERS, or use another language than console"
            )
    assert not wrong, f"{block.where}\n" + "\n".join(wrong)


def _other(command: str) -> bool:
    words = [word for word in command.split() if not re.fullmatch(r"[A-Z_]+=.*", word)]
    return not words or words[0] in OTHERS or re.fullmatch(r"\S*/bin/(pip|python|pytest)", words[0]) is not None


def test_shell_blocks_are_marked_console() -> None:
    assert [block.where for block in blocks("bash", "sh", "shell", "shell-session")] == []


def test_inline_commands_are_known_too() -> None:
    """`growth …` in running text: words and options, where it is no mere beginning."""
    from tests.docs.pages import pages

    wrong = []
    for page, text in pages().items():
        if page.startswith(("docs/reference/commands", "docs/reference/rules", "CHANGELOG")):
            continue
        prose = re.sub(r"```.*?```", "", text, flags=re.S)
        for found in re.findall(r"`growth ([^`]+)`", prose):
            words = found.split()
            if not all(re.fullmatch(r"[a-z-]+", word) for word in words[:1]) or "…" in found or "|" in found:
                continue
            known = [word for word in words if not word.isupper()]
            told = fault(words)
            if told and ("no such" in told.lower() or "No such option" in told):
                wrong.append(f"{page}: `growth {found}`: {told}")
            assert known
    assert wrong == []


@pytest.mark.parametrize("word", words_of_the_program())
def test_every_command_has_an_example_that_is_right(word: str) -> None:
    wrong = []
    for path, command in commands_of(word):
        found = re.search(r"Example: (.+)$", " ".join(str(command.help or "").split()))
        if not found:
            wrong.append(f"growth {path}: its help has no “Example: growth …”")
            continue
        for example in (part.strip().rstrip(".") for part in re.split(r";\s+(?=growth )", found[1])):
            shown = [words for part in commands_in(example) if (words := growth_words(part)) is not None]
            words = shown[-1] if shown else []
            if not " ".join(split_globals(words)[1]).startswith(path):
                wrong.append(f"growth {path}: its example is “{example}”")
            elif told := fault(words):
                wrong.append(f"{example}: {told}")
    assert not wrong, "\n".join(wrong)


def test_the_judge_knows_wrong_from_right() -> None:
    assert fault(["placement", "list", "--kind", "directory"]) is None
    assert fault(["-C", "demo", "placement", "list", "--json"]) is None
    assert fault(["placement", "list", "--knid", "directory"]) is not None
    assert fault(["placement", "lst"]) is not None
    assert fault(["placment", "list"]) is not None
    assert fault(["placement", "add"]) is not None
    assert fault(["placement", "list", "too", "many"]) is not None
    assert fault(["--help"]) is None
    assert fault(["placement", "--help"]) is None
    assert fault(["placment", "--help"]) is not None
