"""What pages show as settings, programs and documents can be used as it stands."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import re
from pathlib import Path

import pytest

from growth.app import discover
from growth.security import fresh_key
from growth.workspace.check import check_workspace
from growth.workspace.problems import Problem
from tests.docs.pages import Block, blocks, pages

SITE = "site: {name: 诚信贷, url: https://www.example.com/}\n"
#: names that a block may use without declaring them
OTHER_NAMES = re.compile(r"unknown-reference|missing-variable|file-missing")
FILE_NAME = re.compile(r"^# ([\w./*-]+\.yaml)\b")


def yaml_blocks() -> list[Block]:
    return list(blocks("yaml", "yml"))


@pytest.mark.parametrize("block", yaml_blocks(), ids=lambda block: block.where)
def test_yaml_is_read_by_the_workspaces_loader(block: Block, tmp_path: Path) -> None:
    named = FILE_NAME.match(block.text)
    assert named, f"{block.where}: begin with the file's name: # growth.yaml"
    patterns = {kind.pattern for app in discover() for kind in app.files} | {"growth.yaml"}
    assert any(Path(named[1]).match(pattern) for pattern in patterns), f"{block.where}: {named[1]} is no file of a workspace"
    wrong = [problem for problem in problems_of(block.text, named[1], tmp_path) if not OTHER_NAMES.fullmatch(problem.rule)]
    assert [str(problem) for problem in wrong] == [], block.where


def wrong_blocks() -> list[Block]:
    """The examples of faults on the page that explains them; each stands below the rule that it breaks."""
    return [block for block in blocks("text") if block.page == "docs/reference/workspace.md" and FILE_NAME.match(block.text)]


@pytest.mark.parametrize("block", wrong_blocks(), ids=lambda block: block.where)
def test_a_fault_that_is_explained_is_found_as_that_fault(block: Block, tmp_path: Path) -> None:
    above = "\n".join(pages()[block.page].splitlines()[: block.line])
    rule = re.findall(r"^### ([a-z-]+)$", above, re.M)[-1]
    named = FILE_NAME.match(block.text)
    assert named
    found = {problem.rule for problem in problems_of(block.text, named[1], tmp_path)}
    assert found == {rule}, block.where


def problems_of(text: str, file: str, root: Path) -> list[Problem]:
    """What `growth check` says against one file of an otherwise empty workspace, warnings aside."""
    files = {"growth.yaml": SITE, file: text}
    if file == "growth.yaml" and not re.search(r"^site:", text, re.M):
        files["growth.yaml"] = SITE + text
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, "utf-8")
    (root / ".env").write_text("".join(f"{name}={fresh_key()}\n" for name in ("GROWTH_INDEX_KEY", "GROWTH_SIGNING_KEY")), "utf-8")
    return [problem for problem in check_workspace(root) if problem.severity == "error"]


#: a page of sketches: what it imports must be there, the rest is shape
SKETCHES = "docs/house.md"


@pytest.mark.parametrize("block", [block for block in blocks("python") if block.page != SKETCHES], ids=lambda block: block.where)
def test_python_can_be_parsed(block: Block) -> None:
    ast.parse(block.text.replace("…", "..."))


def test_what_the_house_names_is_there() -> None:
    missing = []
    for block in blocks("python"):
        for module, names in re.findall(r"^from (growth[\w.]*) import ([^#\n]+)", block.text, re.M):
            found = importlib.import_module(module)
            for name in re.findall(r"\w+", names.partition("…")[0]):
                if not hasattr(found, name) and importlib.util.find_spec(f"{module}.{name}") is None:
                    missing.append(f"{block.where}: {module} has no {name}")
    assert missing == []


@pytest.mark.parametrize("block", list(blocks("json", "jsonl")), ids=lambda block: block.where)
def test_json_can_be_parsed(block: Block) -> None:
    for document in block.text.splitlines() if block.language == "jsonl" else [block.text]:
        json.loads(document)


def test_every_block_says_what_it_is() -> None:
    known = {
        "console",
        "yaml",
        "python",
        "json",
        "jsonl",
        "text",
        "html",
        "nginx",
        "ini",
        "php",
        "java",
        "javascript",
        "csv",
        "sql",
        "jinja",
        "diff",
    }
    unknown = [block for block in blocks() if block.language not in known and block.page != SKETCHES]
    assert [f"{block.where}: {block.language or 'nothing'}" for block in unknown] == []
