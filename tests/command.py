"""The command line as scripts call it: ``growth("user", "list", "--json").json`` in the workspace of a test's database."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from growth.cli.words import run


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """JSON lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


Growth = Callable[..., Result]


@pytest.fixture
def growth_in(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Growth]:
    """``growth_in(root)`` → ``growth("submit", "list", stdin="…")``, in English, in that workspace."""

    def of(root: Path) -> Growth:
        def call(*words: str, stdin: str = "") -> Result:
            monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
            capsys.readouterr()
            code = run(["-C", str(root), "--lang", "en", *words])
            told = capsys.readouterr()
            return Result(code, told.out, told.err)

        return call

    return of
