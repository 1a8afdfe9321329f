"""The reference is whole and fresh: each command, setting, check, rule, door, address and alert stands in it."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from growth.app import App, Level, discover, load
from growth.workspace import Settings
from growth.workspace.problems import FORM_RULES
from growth.workspace.settings import KNOWN_ALERTS
from tests.docs.command_lines import commands_of, words_of_the_program
from tests.docs.pages import ROOT, pages, words


def test_generated_pages_are_fresh() -> None:
    done = subprocess.run([sys.executable, "tools/reference.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("word", words_of_the_program())
def test_every_command_and_option_is_in_the_reference(word: str) -> None:
    text = pages()["docs/reference/commands.md"]
    for path, command in commands_of(word):
        found = re.search(rf"^#+ growth {re.escape(path)}$(.*?)(?=^#|\Z)", text, re.M | re.S)
        assert found, f"growth {path}"
        for parameter in command.params:
            if parameter.param_type_name == "option" and parameter.name != "help" and not parameter.hidden:
                assert any(re.search(rf"[` ]{re.escape(name)}[`, ]", found[1]) for name in parameter.opts), (
                    f"growth {path}: {parameter.opts}"
                )


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, entry in model.model_fields.items():
        path = f"{prefix}{entry.alias or name}"
        yield path
        if isinstance(entry.annotation, type) and issubclass(entry.annotation, BaseModel):
            yield from _keys(entry.annotation, f"{path}.")


def test_every_setting_is_in_the_reference() -> None:
    text = pages()["docs/reference/settings.md"]
    keys = [
        *_keys(Settings),
        *(key for app in discover() for name, target in app.sections.items() for key in _keys(load(target), f"{name}.")),
    ]
    assert len(keys) > 100
    assert [key for key in keys if f"| `{key}` |" not in text] == []
    for app in discover():
        for kind in app.files:
            assert f"## {kind.pattern} " in text
            below = text.partition(f"## {kind.pattern} ")[2].partition("\n## ")[0]
            assert [key for key in load(kind.model).model_fields.values() if key.alias and f"`{key.alias}`" not in below] == []


def test_every_check_and_rule_is_in_the_reference() -> None:
    from seo.check import catalogue

    checks = pages()["docs/reference/checks.md"]
    assert [id for id in catalogue() if f"| `{id}` |" not in checks] == []
    rules = pages()["docs/reference/rules.md"]
    found: list[Any] = [rule for app in discover() for target in app.rules for rule in load(target)()]
    assert [rule.id for rule in found if f"| `{rule.id}` |" not in rules + checks] == []


def test_every_rule_of_form_is_explained() -> None:
    text = pages()["docs/reference/workspace.md"]
    assert sorted(rule for rule in FORM_RULES if f"### {rule}\n" not in text) == []


def test_every_door_of_an_app_is_described() -> None:
    text = words("docs/how-to/write-an-app.md")
    assert [field.name for field in dataclasses.fields(App) if f"`{field.name}`" not in text] == []


def test_every_alert_is_described_and_those_that_nothing_raises_are_called_so() -> None:
    rows = [line for line in pages()["docs/how-to/tell-the-team.md"].splitlines() if line.startswith("| `")]
    lines = {name: row for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert [name for name in KNOWN_ALERTS if name not in lines] == []
    elsewhere = ("workspace/settings.py", "jobs/handing.py", "alerts/raising.py")
    sources = [path for package in ("growth", "seo", "campaigns") for path in (ROOT / package).rglob("*.py")]
    texts = [path.read_text("utf-8") for path in sources if not path.as_posix().endswith(elsewhere)]
    raised = {name for name in KNOWN_ALERTS if any(f'"{name}"' in text for text in texts)}
    assert {name for name in KNOWN_ALERTS if "nothing raises it yet" in lines[name]} == set(KNOWN_ALERTS) - raised


def test_every_public_address_is_described() -> None:
    from growth.web.routes import Rules

    text = pages()["docs/reference/http.md"]
    missing = []
    for app in discover():
        for target in app.pages:
            for handler in load(target)():
                rules = getattr(handler, "opt", {}).get("rules")
                if isinstance(rules, Rules) and rules.kind in ("public", "api"):
                    missing += [path for path in handler.paths if _shown(path) not in text]
    assert missing == []
    for bare in ("/collect", "/t.js", "/healthz", "/readyz", "/metrics"):
        assert f"`{bare}`" in text or f" {bare}`" in text


def _shown(path: str) -> str:
    """``/l/{code:str}`` as pages write it: ``/l/``."""
    return path.partition("{")[0]


def test_every_word_of_a_diagnosis_is_known() -> None:
    text = words("docs/how-to/administer.md")
    assert all(f"`{level}`" in text for level in Level)
