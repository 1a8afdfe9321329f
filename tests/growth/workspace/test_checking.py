"""What `growth check` finds beyond form: names that are not there, files nobody reads, secrets written out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from growth.app import App, discover
from growth.errors import ExitCode, GrowthError
from growth.rooms import GROWTH
from growth.workspace import Problem, Severity, Workspace
from growth.workspace.check import check_workspace, excerpt, only, outcome
from growth.workspace.rules import RULES, UnknownRule, explain
from tests.conftest import MakeWorkspace

SITE = "site:\n  url: https://www.example.com/\n  icp: 京ICP备00000000号\n"


def found(root: Path) -> list[tuple[str, int, str, str]]:
    return [(problem.file, problem.line, problem.rule, str(problem.severity)) for problem in check_workspace(root)]


def test_a_workspace_that_is_right_has_no_problems(make_workspace: MakeWorkspace) -> None:
    root = make_workspace(SITE).root
    assert found(root) == []
    assert outcome(()) is ExitCode.DONE


def test_names_of_notify_that_are_not_there_are_told(make_workspace: MakeWorkspace) -> None:
    text = f"""{SITE}notify:
  ops: {{robot: mail, to: [ops@example.com, nobody]}}
alerts:
  new_errors: [opps, boss@example.com]
report:
  - {{every: day, to: [ops, team]}}
"""
    problems = check_workspace(make_workspace(text).root)
    assert [(problem.line, problem.column, problem.rule) for problem in problems] == [
        (5, 44, "wrong-value"),
        (7, 16, "unknown-reference"),
        (9, 28, "unknown-reference"),
    ]
    assert "did you mean “ops”?" in str(problems[1].hint)
    assert outcome(problems) is ExitCode.REFUSED


def test_an_alert_that_nothing_raises_is_a_warning(make_workspace: MakeWorkspace) -> None:
    (problem,) = check_workspace(make_workspace(f"{SITE}alerts: {{new_error: [a@b.cn]}}\n").root)
    assert (problem.rule, problem.severity, problem.column) == ("unknown-alert", Severity.WARNING, 10)
    assert "new_errors" in str(problem.hint)
    assert outcome([problem]) is ExitCode.DONE


def test_mail_through_servers_abroad_needs_a_consent_where_the_law_asks_for_it(make_workspace: MakeWorkspace) -> None:
    text = f'{SITE}email: {{provider: sendgrid, sendgrid: {{api_key: "${{SENDGRID_API_KEY:-x}}"}}}}\n'
    (problem,) = check_workspace(make_workspace(text).root)
    assert problem.rule == "P4"
    assert outcome([problem]) is ExitCode.FOUND
    agreed = make_workspace(text.replace("}}\n", ", cross_border_consent: true}}\n"))
    assert found(agreed.root) == []
    abroad = make_workspace(text.replace("  icp: 京ICP备00000000号\n", ""))
    assert found(abroad.root) == []


def test_a_secret_written_out_and_a_variable_that_is_not_set_are_warnings(make_workspace: MakeWorkspace) -> None:
    text = f'{SITE}email:\n  smtp: {{host: mail, username: "${{SMTP_USER}}", password: canary}}\n'
    problems = check_workspace(make_workspace(text).root)
    assert [(problem.line, problem.rule, problem.severity) for problem in problems] == [
        (5, "missing-variable", Severity.WARNING),
        (5, "secret-in-yaml", Severity.WARNING),
    ]
    assert "canary" not in str(problems)


def test_files_that_nothing_reads_are_told(make_workspace: MakeWorkspace) -> None:
    files = {
        "chanels.yaml": "channels: {}\n",
        "channels.yml": "channels: {}\n",
        "notes.txt": "x",
        ".hidden.yaml": "x",
        "compose.yaml": "services: {}\n",
    }
    problems = check_workspace(make_workspace(SITE, files=files).root)
    assert [(problem.file, problem.rule) for problem in problems] == [("chanels.yaml", "file-unread"), ("channels.yml", "file-unread")]
    assert "channels.yaml" in str(problems[0].hint)


def test_a_file_that_another_names_is_read(make_workspace: MakeWorkspace) -> None:
    files = {
        "wechat.yaml": "replies:\n  - {name: faq, when: {is: [帮助]}, faq: faq.yaml}\n",
        "faq.yaml": "- {question: 多久到账？, answer: 一天内。}\n",
    }
    assert "faq.yaml" not in [problem.file for problem in check_workspace(make_workspace(SITE, files=files).root)]


def test_only_the_files_that_were_asked_for(make_workspace: MakeWorkspace) -> None:
    root = make_workspace(SITE, files={"chanels.yaml": "x: 1\n", "other.yaml": "x: 1\n"}).root
    problems = check_workspace(root)
    assert [problem.file for problem in only(problems, [Path("other.yaml")], root)] == ["other.yaml"]
    assert [problem.file for problem in only(problems, [root / "chanels.yaml"], root)] == ["chanels.yaml"]
    with pytest.raises(GrowthError, match="not a file of this workspace"):
        only(problems, [Path("/etc/passwd")], root)


def test_a_broken_growth_yaml_is_told_whatever_file_was_asked_for(make_workspace: MakeWorkspace) -> None:
    root = make_workspace(SITE, files={"channels.yaml": "channels: {}\n"}).root
    (root / "growth.yaml").write_text("site: 5\n")
    assert [problem.file for problem in only(check_workspace(root), [Path("channels.yaml")], root)] == ["growth.yaml"]


def test_a_file_in_a_deeper_folder_is_told(make_workspace: MakeWorkspace) -> None:
    kinds = {kind.pattern.partition("/")[0] for app in discover() for kind in app.files if kind.many}
    for folder in sorted(kinds):
        root = make_workspace(SITE, files={f"{folder}/2026/x.yaml": "a: 1\n"}).root
        assert found(root) == [(f"{folder}/2026/x.yaml", 1, "file-unread", "warning")]


def raising(_workspace: Workspace) -> Iterator[Problem]:
    yield Problem("growth.yaml", 2, 1, "A1", Severity.ERROR, "最佳")
    yield Problem("growth.yaml", 3, 1, "unknown-reference", Severity.ERROR, "maybe in a broken file")
    raise GrowthError("the check itself met something", fix="mend it")


def test_owners_judge_what_is_right_in_form_while_other_files_are_broken(
    make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace(SITE).root
    (root / "channels.yaml").write_text("channels: {a: {medium: emial}}\n")
    app = App(name="probe", title=GROWTH.title, checks=(f"{__name__}:raising",))
    monkeypatch.setattr("growth.workspace.loading.discover", lambda *_names: (GROWTH, app))
    problems = check_workspace(root)
    assert [(problem.file, problem.rule) for problem in problems] == [
        ("channels.yaml", "not-allowed"),
        ("growth.yaml", "wrong-value"),
        ("growth.yaml", "A1"),
    ]
    assert outcome([problem for problem in problems if problem.rule == "A1"]) is ExitCode.FOUND


def test_a_problem_is_shown_with_its_line_and_a_mark_below_wide_characters(make_workspace: MakeWorkspace) -> None:
    root = make_workspace(f"{SITE}  name: 诚信贷  \n").root
    shown = excerpt(root, Problem("growth.yaml", 4, 12, "x", Severity.ERROR, "m"))
    assert shown is not None
    line, mark = shown.split("\n")
    assert line.endswith("│   name: 诚信贷  ")
    assert mark.endswith("│ " + " " * (8 + 3 * 2) + "^")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_of_form_can_be_explained_in_both_languages(rule: Any) -> None:
    text = explain(rule.id)
    for part in (text.title, text.why, text.mend):
        assert part.en
        assert any("一" <= character <= "鿿" for character in part.zh)


def test_every_rule_that_form_may_raise_is_explained() -> None:
    from growth.workspace.problems import FORM_RULES

    assert {rule.id for rule in RULES} >= FORM_RULES


def test_an_unknown_rule_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownRule) as caught:
        explain("yaml-tabs")
    assert "yaml-tab" in str(caught.value.fix)
