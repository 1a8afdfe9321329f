"""``growth new``: files and entries to start from, which are right as they are."""

import json

import pytest

from growth.cli.words import run
from growth.workspace import load_workspace
from growth.workspace.check import check_workspace
from growth.workspace.examples import KINDS, examples
from seo.ranking.settings import KeywordsFile
from tests.conftest import MakeWorkspace

SITE = """site:
  url: https://www.example.com/
  name: 诚信贷
signup:
  funnel:
    investor: [visit, register, real_name, first_bid]
sms: {signature: 诚信贷}
"""
SHIPPED = {"欢迎", "已注册未实名", "已实名未首投", "30天未登录", "新标月报", "节日问候"}


def test_the_examples_of_the_contract_are_shipped() -> None:
    assert set(examples("campaign")) >= SHIPPED
    assert "满意度" in examples("survey")


@pytest.mark.parametrize(("kind", "example"), [(kind, example) for kind in KINDS for example in (None, *examples(kind))])
def test_every_example_is_right_in_form_and_copy(make_workspace: MakeWorkspace, kind: str, example: str | None) -> None:
    root = make_workspace(SITE, files={"channels.yaml": "channels:\n  newsletter: {medium: email}\n"}).root
    arguments = ["-C", str(root), "new", kind, "one"]
    assert run([*arguments, "--from", example] if example else arguments) == 0
    problems = [problem for problem in check_workspace(root) if problem.severity == "error"]
    assert [str(problem) for problem in problems] == []
    load_workspace(root)


def test_an_example_of_the_same_name_is_taken_by_itself(make_workspace: MakeWorkspace, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_workspace(SITE).root
    assert run(["-C", str(root), "new", "campaign", "欢迎", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["file"] == "campaigns/欢迎.yaml"
    assert "欢迎加入" in (root / "campaigns" / "欢迎.yaml").read_text("utf-8")
    assert (root / "campaigns" / "欢迎.yaml").read_text("utf-8").startswith("# yaml-language-server: $schema=../.growth/schemas/")


def test_entries_join_those_that_are_there(make_workspace: MakeWorkspace) -> None:
    root = make_workspace(SITE, files={"channels.yaml": "channels:\n  a: {medium: email}   # mine\n"}).root
    assert run(["-C", str(root), "new", "channel", "b"]) == 0
    text = (root / "channels.yaml").read_text("utf-8")
    assert text.startswith("channels:\n  a: {medium: email}   # mine\n  b: ")


@pytest.mark.parametrize("word", ["网络借贷", "P2P 理财", '贷款: "怎么" #选'])
def test_a_keyword_may_be_whatever_people_type(make_workspace: MakeWorkspace, word: str) -> None:
    root = make_workspace(SITE, files={"keywords.yaml": "keywords:\n  小额借款: {target: 5}   # ours\n"}).root
    assert run(["-C", str(root), "new", "keyword", word]) == 0
    assert (root / "keywords.yaml").read_text("utf-8").startswith("keywords:\n  小额借款: {target: 5}   # ours\n  ")
    assert list(load_workspace(root).one("keywords", KeywordsFile).keywords) == ["小额借款", word]
    assert run(["-C", str(root), "new", "keyword", word]) == 2, "it is there already"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["campain", "x"], "did you mean “campaign”?"),
        (["campaign", "x", "--from", "新标周报"], "新标月报"),
        (["campaign", "../x"], "cannot be a name"),
        (["campaign", "a b"], "cannot be a name"),
        (["channel", "a"], "is there already"),
        (["placement", "p"], "is there already"),
        (["placement", "推广位"], "letters a–z"),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_changes(
    make_workspace: MakeWorkspace, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "channels.yaml": "channels:\n  a: {medium: email}\n",
        "placements.yaml": "placements:\n  - {id: p, channel: a, kind: article}\n",
    }
    root = make_workspace(SITE, files=files).root
    assert run(["-C", str(root), "new", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert {name: (root / name).read_text("utf-8") for name in files} == files
    assert not (root / "campaigns").exists()


def test_a_file_that_is_there_is_not_overwritten(make_workspace: MakeWorkspace, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_workspace(SITE).root
    assert run(["-C", str(root), "new", "survey", "x"]) == 0
    before = (root / "surveys" / "x.yaml").read_text("utf-8")
    assert run(["-C", str(root), "new", "survey", "x", "--from", "满意度"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (root / "surveys" / "x.yaml").read_text("utf-8") == before


def test_a_dry_run_prints_and_writes_nothing(make_workspace: MakeWorkspace, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_workspace(SITE).root
    assert run(["-C", str(root), "new", "channel", "b", "--dry-run"]) == 0
    assert "b: {medium:" in capsys.readouterr().out
    assert not (root / "channels.yaml").exists()
