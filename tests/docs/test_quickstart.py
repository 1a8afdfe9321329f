"""The quickstart is walked: its commands, in their order, on a site of one's own (here one on this machine)."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from growth import clock
from growth.cli.words import run
from tests.conftest import NOW
from tests.docs.command_lines import commands_in, growth_words
from tests.docs.pages import blocks
from tests.elsewhere import Elsewhere, elsewhere

__all__ = ["elsewhere"]

PAGE = "docs/quickstart.md"
#: what runs until it is stopped, or belongs to the demo, which has a test of its own
NOT_HERE = (["-C", "demo"], ["-C", "mysite", "up"])
#: the site that the page talks of
SITE = "https://www.example.com/"


def steps() -> list[list[str]]:
    found = [
        words
        for block in blocks("console")
        if block.page == PAGE
        for command in commands_in(block.text)
        if (words := growth_words(command))
    ]
    return [words for words in found if not any(words[: len(start)] == start for start in NOT_HERE)]


def test_the_walk_begins_with_a_workspace_and_ends_with_a_status() -> None:
    assert steps()[0][0] == "init"
    assert steps()[-1][2:4] == ["campaign", "status"]


def test_every_step_of_it_works(
    tmp_path: Path, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere.put("/", '<title>诚信贷 - 费用写明的小额借款</title><meta charset="utf-8"><h1>诚信贷</h1><a href="/loans">借款</a>')
    elsewhere.put("/loans", '<title>借款 - 诚信贷</title><meta charset="utf-8"><h1>借款</h1>')
    monkeypatch.chdir(tmp_path)
    # the example sends within hours: the clock goes on from ten in the morning, whatever the time is here
    ahead = NOW - clock.now()
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + ahead)
    (people,) = [block.text for block in blocks("csv") if block.page == PAGE]
    Path("people.csv").write_text(people, "utf-8")
    for words in steps():
        asked = [word.replace(SITE, f"{elsewhere.url}/") for word in words]
        code = run(["--lang", "en", *asked])
        told = capsys.readouterr()
        assert code == 0, f"growth {shlex.join(words)}\n{told.out}{told.err}"
    assert Path("report.html").stat().st_size > 10_000
    assert len([path for path in Path("mysite/.growth/outbox").rglob("*") if path.is_file()]) == 1, "小明 agreed, 小红 did not"
