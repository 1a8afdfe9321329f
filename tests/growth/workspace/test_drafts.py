"""What is edited in the dashboard is judged before it is saved, and nobody's change is lost."""

import pytest

from growth.workspace import Workspace, WorkspaceInvalid
from growth.workspace.drafts import ChangedMeanwhile, Draft, NotEditable, judge, save, version_of
from tests.conftest import MakeWorkspace

CHANNELS = "channels:\n  a: {medium: email}\n"


@pytest.fixture
def edited(make_workspace: MakeWorkspace) -> Workspace:
    return make_workspace(files={"channels.yaml": CHANNELS})


def draft(workspace: Workspace, text: str, file: str = "channels.yaml") -> Draft:
    return Draft(file=file, text=text, before=version_of(workspace, file))


def test_a_good_change_is_shown_and_saved_whole(edited: Workspace) -> None:
    change = draft(edited, f"{CHANNELS}  b: {{medium: video}}\n")
    verdict = judge(edited, change)
    assert verdict.problems == ()
    assert "+  b: {medium: video}" in verdict.diff
    assert (edited.root / "channels.yaml").read_text("utf-8") == CHANNELS
    save(edited, change)
    assert (edited.root / "channels.yaml").read_text("utf-8") == change.text


def test_a_broken_change_is_refused_with_its_places_and_nothing_is_written(edited: Workspace) -> None:
    change = draft(edited, "channels:\n  a: {medium: emial}\n")
    (problem,) = judge(edited, change).problems
    assert (problem.line, problem.column) == (2, 15)
    with pytest.raises(WorkspaceInvalid):
        save(edited, change)
    assert (edited.root / "channels.yaml").read_text("utf-8") == CHANNELS


def test_a_new_file_is_judged_as_if_it_were_there(edited: Workspace) -> None:
    bad = draft(edited, "off: [2027-02-30]\n", "holidays.yaml")
    assert not judge(edited, bad).may_be_saved
    good = draft(edited, "off: [2027-02-06]\n", "holidays.yaml")
    save(edited, good)
    assert (edited.root / "holidays.yaml").is_file()


def test_somebody_elses_change_is_not_overwritten(edited: Workspace) -> None:
    change = draft(edited, "channels: {}\n")
    (edited.root / "channels.yaml").write_text("channels: {c: {medium: sms}}\n", "utf-8")
    with pytest.raises(ChangedMeanwhile, match="somebody else"):
        save(edited, change)
    assert "c: {medium" in (edited.root / "channels.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    "file",
    [
        "../x.yaml",
        "/etc/x.yaml",
        ".env",
        ".growth/x.yaml",
        "other.yaml",
        "channels.yaml/..",
        "./channels.yaml",
        "x/channels.yaml",
        "public/x.html",
        "templates/x.html",
    ],
)
def test_only_declared_files_are_edited(edited: Workspace, file: str) -> None:
    with pytest.raises(NotEditable):
        save(edited, Draft(file=file, text="A=1\n", before=None))
