"""What `growth doctor` says about a workspace."""

from growth.app import Level
from growth.workspace import Workspace
from growth.workspace.doctor import diagnose
from tests.conftest import MakeWorkspace


def levels(workspace: Workspace) -> dict[str, Level]:
    return {line.id: line.level for line in diagnose(workspace, None)}


def test_defaults_work_and_are_pointed_out(workspace: Workspace) -> None:
    assert levels(workspace) == {"variables": Level.OK, "public-url": Level.WARN, "email": Level.WARN}


def test_a_site_in_use_is_fine(make_workspace: MakeWorkspace) -> None:
    text = "site: {url: https://www.example.com/}\npublic_url: https://go.example.com/\n"
    text += 'email: {smtp: {host: mail, password: "${SMTP_PASSWORD}"}}\n'
    workspace = make_workspace(text, files={".git/HEAD": "x", ".gitignore": "a\n.env\n"}, env={"SMTP_PASSWORD": "x"})
    assert levels(workspace) == {"git": Level.OK, "variables": Level.OK, "public-url": Level.OK}


def test_secrets_that_git_would_take_are_a_failure(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(files={".git/HEAD": "x", ".gitignore": "node_modules\n"})
    assert levels(workspace)["git"] is Level.FAIL


def test_a_variable_that_is_not_set_is_named(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace('site: {url: https://www.example.com/}\nnotify: {ops: {robot: wecom, url: "${ROBOT_URL}"}}\n')
    (line,) = [line for line in diagnose(workspace, None) if line.id == "variables"]
    assert line.level is Level.WARN
    assert "ROBOT_URL" in line.message
    assert "growth.yaml" in line.message
