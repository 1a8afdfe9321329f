"""A process sees changed files before its next run; a broken file keeps its last good version and says so."""

import os
from pathlib import Path

from growth.workspace import Watched
from tests.conftest import MakeWorkspace

SITE = "site:\n  url: https://www.example.com/\n  name: {name}\n"


def rewrite(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    stamp = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(stamp, stamp))


def test_a_changed_file_is_seen_and_an_unchanged_one_costs_no_reading(make_workspace: MakeWorkspace) -> None:
    root = make_workspace(SITE.format(name="甲")).root
    watched = Watched(root)
    first = watched.get()
    assert watched.get() is first
    rewrite(root / "growth.yaml", SITE.format(name="乙"))
    assert watched.get().settings.site.name == "乙"
    assert watched.get().hash != first.hash


def test_a_new_file_and_a_changed_secret_are_seen(make_workspace: MakeWorkspace) -> None:
    root = make_workspace(SITE.format(name="甲")).root
    watched = Watched(root)
    watched.get()
    rewrite(root / "channels.yaml", "channels: {a: {medium: email}}\n")
    assert "channels" in watched.get().values["channels"]
    with (root / ".env").open("a") as stream:
        stream.write("NEW=1\n")
    assert watched.get().secret("NEW") == "1"


def test_a_broken_file_keeps_its_last_good_version_while_others_go_on(make_workspace: MakeWorkspace) -> None:
    root = make_workspace(SITE.format(name="甲"), files={"channels.yaml": "channels: {a: {medium: email}}\n"}).root
    watched = Watched(root)
    good = watched.get()
    rewrite(root / "channels.yaml", "channels: {a: {medium: emial}}\n")
    rewrite(root / "growth.yaml", SITE.format(name="乙"))
    now = watched.get()
    assert now.settings.site.name == "乙"
    assert now.values["channels"]["channels"] is good.values["channels"]["channels"]
    assert [(problem.file, problem.rule) for problem in watched.problems] == [("channels.yaml", "not-allowed")]
    rewrite(root / "channels.yaml", "channels: {b: {medium: email}}\n")
    assert watched.get().problems == ()
    assert watched.problems == ()


def test_a_broken_growth_yaml_keeps_the_settings(make_workspace: MakeWorkspace) -> None:
    root = make_workspace(SITE.format(name="甲")).root
    watched = Watched(root)
    watched.get()
    rewrite(root / "growth.yaml", "site: {url: [}\n")
    assert watched.get().settings.site.name == "甲"
    assert watched.problems[0].file == "growth.yaml"
    (root / "growth.yaml").unlink()
    assert watched.get().settings.site.name == "甲"
    rewrite(root / "growth.yaml", SITE.format(name="丙"))
    assert watched.get().settings.site.name == "丙"


def test_a_file_that_was_broken_from_the_start_is_left_out_later_too(make_workspace: MakeWorkspace) -> None:
    root = make_workspace(SITE.format(name="甲")).root
    watched = Watched(root)
    watched.get()
    rewrite(root / "holidays.yaml", "off: yes\n")
    assert watched.get().values["holidays"] == {}
    assert watched.problems[0].file == "holidays.yaml"
