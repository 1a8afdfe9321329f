"""A workspace is found, read whole, and refused with all its problems at once."""

from pathlib import Path

import pytest

from growth.workspace import Problem, Settings, Workspace, WorkspaceInvalid, WorkspaceMissing, find_workspace, load_workspace
from tests.conftest import MakeWorkspace

SITE = "site:\n  url: https://www.example.com/\n"


def problems_of(make: MakeWorkspace, text: str, files: dict[str, str] | None = None, env: dict[str, str] | None = None) -> list[Problem]:
    with pytest.raises(WorkspaceInvalid) as caught:
        make(text, files=files, env=env)
    return list(caught.value.problems)


def shown(problems: list[Problem]) -> list[tuple[str, int, int, str]]:
    return [(problem.file, problem.line, problem.column, problem.rule) for problem in problems]


def test_only_the_address_of_the_site_is_needed(make_workspace: MakeWorkspace) -> None:
    settings = make_workspace(SITE).settings
    assert settings.site.name == "www.example.com"
    assert settings.site.timezone == "Asia/Shanghai"
    assert settings.database.endswith("sqlite:///.growth/growth.db}")
    assert settings.public_url == "http://127.0.0.1:8000/"
    assert settings.email.provider == "outbox"
    assert settings.sender == "www.example.com <no-reply@example.com>"
    assert not settings.site.mainland


def test_the_example_of_the_contract_is_right(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(Path(__file__).with_name("contract.yaml").read_text("utf-8"))
    settings = workspace.settings
    assert settings.site.mainland
    assert settings.site.qq == "10000"
    assert settings.site.names == {9: "诚信贷", 15: "诚信贷网"}
    assert settings.signup.roles == ("investor", "borrower")
    assert settings.email.from_ == "诚信贷 <news@example.com>"
    assert settings.email.smtp is not None
    assert settings.email.smtp.password == "${SMTP_PASSWORD}"
    assert [entry.every for entry in settings.report] == ["day", "week", "month"]
    assert str(settings.limits.quiet_hours.sms) == "21:00-08:00"
    assert {app.name for app in workspace.apps} == {"growth", "campaigns", "seo", "wechat"}


def test_all_problems_of_all_files_are_told_at_once(make_workspace: MakeWorkspace) -> None:
    found = problems_of(
        make_workspace,
        "site:\n  url: example.com\n  nmae: x\nweb: {rate_limit: fast}\ntargets: [1]\n",
        {"channels.yaml": "channels:\n  a: {medium: directroy}\n", "holidays.yaml": "off: [2026-02-30]\n"},
    )
    assert shown(found) == [
        ("channels.yaml", 2, 15, "not-allowed"),
        ("growth.yaml", 2, 8, "wrong-value"),
        ("growth.yaml", 3, 3, "unknown-key"),
        ("growth.yaml", 4, 19, "wrong-value"),
        ("growth.yaml", 5, 10, "wrong-type"),
        ("holidays.yaml", 1, 7, found[-1].rule),
    ]
    assert "did you mean “directory”?" in str(found[0].hint)
    assert "did you mean “name”?" in str(found[2].hint)


@pytest.mark.parametrize(
    ("text", "line", "column", "rule", "words"),
    [
        ("", 1, 1, "missing-key", "site"),
        ("just text\n", 1, 1, "wrong-type", "site:"),
        ("site: {}\n", 1, 7, "missing-key", "url"),
        ("site:\n  url:\n", 2, 3, "wrong-type", "nothing is written"),
        (f"{SITE}  timezone: Asia/Shangai\n", 3, 13, "wrong-value", "Asia/Shanghai"),
        (f"{SITE}  locale: zh\n", 3, 11, "not-allowed", "zh-CN"),
        (f"{SITE}  founded: 2014-02-30\n", 3, 12, "no-such-date", "does not exist"),
        (f"{SITE}  names: {{2: 诚信贷}}\n", 3, 10, "wrong-value", "2"),
        (f"{SITE}  own_hosts: m.example.com\n", 3, 14, "wrong-type", "[m.example.com]"),
        (f"{SITE}  mainland: perhaps\n", 3, 13, "wrong-type", "true or false"),
        (f"{SITE}web: {{listen: 8000}}\n", 3, 15, "wrong-value", "127.0.0.1:8000"),
        (f"{SITE}web: {{trusted_proxies: [10.0.0.0/99]}}\n", 3, 25, "wrong-value", "10.0.0.0/8"),
        (f"{SITE}email: {{provider: smpt}}\n", 3, 19, "not-allowed", "smtp"),
        (f"{SITE}email: {{provider: smtp}}\n", 3, 8, "wrong-value", "smtp.example.com"),
        (f"{SITE}email:\n  from: nobody\n", 4, 9, "wrong-value", "news@example.com"),
        (f"{SITE}email:\n  smtp: {{host: x, port: 99999}}\n", 4, 25, "wrong-value", "65535"),
        (f"{SITE}notify: {{ops: {{robot: wecom}}}}\n", 3, 15, "wrong-value", "url"),
        (f"{SITE}report: [{{every: month, to: []}}]\n", 3, 29, "wrong-value", "nothing"),
        (f"{SITE}report:\n  - {{every: week, day: 1, to: [ops]}}\n", 4, 24, "wrong-value", "mon"),
        (f"{SITE}retention: {{deliveries: 1 year}}\n", 3, 25, "wrong-value", "3 years"),
        (f"{SITE}apps: [campains]\n", 3, 8, "unknown-reference", "campaigns"),
        (f"{SITE}seoo: {{}}\n", 3, 1, "unknown-key", "seo"),
        (f"{SITE}signup: {{funnel: {{user: [visit]}}}}\n", 3, 18, "wrong-value", "two steps"),
        (f"{SITE}database: ${{1X}}\n", 3, 11, "wrong-value", "${NAME}"),
        (f"{SITE}targets: {{signups: many}}\n", 3, 20, "wrong-type", "whole number"),
        (f"{SITE}targets: {{signups: １０}}\n", 3, 20, "wrong-type", "10"),
    ],
)
def test_bad_settings_are_refused_at_their_place_with_what_is_allowed(
    make_workspace: MakeWorkspace, text: str, line: int, column: int, rule: str, words: str
) -> None:
    (problem,) = problems_of(make_workspace, text or "# empty\n")
    assert (problem.file, problem.line, problem.column, problem.rule) == ("growth.yaml", line, column, rule)
    assert words in f"{problem.message} {problem.hint}"
    assert str(problem).startswith(f"growth.yaml:{line}:{column}: ")


def test_numbers_where_text_is_meant_count_as_written(make_workspace: MakeWorkspace) -> None:
    site = make_workspace(f"{SITE}  qq: 10000\n  phone: 1.10\n  company: true\n").settings.site
    assert (site.qq, site.phone, site.company) == ("10000", "1.10", "true")


def test_a_variable_outside_fromenv_is_filled_in_and_a_missing_one_is_named(make_workspace: MakeWorkspace) -> None:
    text = "site:\n  url: ${SITE_URL}\n  company: ${COMPANY:-无名}\nweb: {listen: '127.0.0.1:${PORT:-8123}'}\n"
    found = make_workspace(text, env={"SITE_URL": "https://shop.example/"}).settings
    assert (found.site.url, found.site.company, found.web.port) == ("https://shop.example/", "无名", 8123)
    (problem,) = problems_of(make_workspace, text)
    assert (problem.line, problem.column, problem.rule) == (2, 8, "missing-variable")
    assert "SITE_URL" in problem.message


def test_a_secret_is_looked_up_when_it_is_needed_only(make_workspace: MakeWorkspace) -> None:
    text = f'{SITE}email: {{smtp: {{host: mail, password: "${{SMTP_PASSWORD}}"}}}}\n'
    smtp = make_workspace(text).settings.email.smtp
    assert smtp is not None
    workspace = make_workspace(text, env={"SMTP_PASSWORD": "canary"})
    assert workspace.resolve(str(smtp.password)) == "canary"
    assert "canary" not in repr(workspace.settings)


def test_a_workspace_is_found_from_below_by_name_and_by_the_environment(
    make_workspace: MakeWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace(SITE).root
    below = root / "campaigns" / "x"
    below.mkdir(parents=True)
    monkeypatch.delenv("GROWTH_WORKSPACE", raising=False)
    assert find_workspace(below) == root
    assert find_workspace(tmp_path, explicit=root) == root
    assert find_workspace(tmp_path, explicit=root / "growth.yaml") == root
    monkeypatch.setenv("GROWTH_WORKSPACE", str(root))
    assert find_workspace(tmp_path) == root


def test_where_there_is_none_the_way_to_make_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROWTH_WORKSPACE", raising=False)
    with pytest.raises(WorkspaceMissing) as caught:
        find_workspace(tmp_path)
    assert "growth init" in str(caught.value.fix)
    with pytest.raises(WorkspaceMissing, match="-C"):
        find_workspace(tmp_path, explicit=tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_what_notepad_saves_is_read(make_workspace: MakeWorkspace, encoding: str) -> None:
    root = make_workspace(SITE).root
    (root / "growth.yaml").write_bytes("site:\r\n  name: 诚信贷\r\n  url: https://www.example.com/\r\n".encode(encoding))
    assert load_workspace(root).settings.site.name == "诚信贷"


@pytest.mark.parametrize(
    ("content", "rule"),
    [(b"site: \xff\xff\xff\n", "file-encoding"), (b"\x00\x01\x02", "file-encoding"), (b"#" * (1024 * 1024 + 1), "file-size")],
)
def test_files_that_are_not_settings_are_refused(make_workspace: MakeWorkspace, content: bytes, rule: str) -> None:
    root = make_workspace(SITE).root
    (root / "channels.yaml").write_bytes(content)
    with pytest.raises(WorkspaceInvalid) as caught:
        load_workspace(root)
    assert [(problem.file, problem.rule) for problem in caught.value.problems] == [("channels.yaml", rule)]


def test_nothing_outside_the_workspace_is_read(make_workspace: MakeWorkspace, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("channels: {secret-canary: {medium: email}}\n")
    root = make_workspace(SITE).root
    (root / "channels.yaml").symlink_to(outside)
    (root / ".env").unlink()
    (root / ".env").symlink_to(tmp_path / "outside.env")
    (tmp_path / "outside.env").write_text("A=1\n")
    with pytest.raises(WorkspaceInvalid) as caught:
        load_workspace(root)
    assert [(problem.file, problem.rule) for problem in caught.value.problems] == [
        (".env", "file-outside"),
        ("channels.yaml", "file-outside"),
    ]
    assert "canary" not in str(caught.value)


def test_a_link_that_stays_inside_is_fine(make_workspace: MakeWorkspace) -> None:
    root = make_workspace(SITE, files={"shared.txt": "channels: {a: {medium: email}}\n"}).root
    (root / "channels.yaml").symlink_to(root / "shared.txt")
    assert load_workspace(root).values["channels"]


def test_the_hash_is_that_of_the_files(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(SITE)
    again = load_workspace(workspace.root)
    assert workspace.hash == again.hash
    (workspace.root / "channels.yaml").write_text("channels: {a: {medium: email}}\n")
    assert load_workspace(workspace.root).hash != workspace.hash


def test_values_have_places(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(SITE, files={"channels.yaml": "channels:\n  a:\n    medium: email\n"})
    assert str(workspace.where("channels", None, "channels", "a", "medium")) == "channels.yaml:3:13"
    assert str(workspace.where("growth", None, "site", "url")) == "growth.yaml:2:8"
    assert str(workspace.where("placements", None, "placements", 3)) == "placements.yaml:1:1"
    assert workspace.source("channels") == "channels.yaml"


def test_the_state_is_closed_to_others(workspace: Workspace) -> None:
    assert workspace.state.stat().st_mode & 0o077 == 0


def test_settings_cannot_be_changed(workspace: Workspace) -> None:
    with pytest.raises(Exception, match="frozen"):
        workspace.settings.site.name = "x"
    assert isinstance(workspace.settings, Settings)


def test_what_belongs_to_an_app_that_is_left_out_is_not_looked_at(make_workspace: MakeWorkspace) -> None:
    text = f"{SITE}apps: []\nseo: {{no such: thing}}\n"
    workspace = make_workspace(text, files={"wechat.yaml": "welcome: 5\n", "campaigns/x.yaml": "medium: 7\n"})
    assert [app.name for app in workspace.apps] == ["growth"]
    assert workspace.sections == {}
    assert "wechat" not in workspace.kinds


def test_files_of_a_kind_have_names_and_odd_ones_are_told(make_workspace: MakeWorkspace) -> None:
    good = "name: 双十一\nfrom: 2026-11-01\nuntil: 2026-11-11\n"
    files = {"activities/双十一.yaml": good, "activities/.draft.yaml": "x", "activities/notes.txt": "x", "activities/old.yaml~": "x"}
    workspace = make_workspace(SITE, files=files)
    assert list(workspace.values["activity"]) == ["双十一"]
    assert str(workspace.where("activity", "双十一", "from")) == "activities/双十一.yaml:2:7"
    found = problems_of(make_workspace, SITE, {"activities/a b.yaml": good, "activities/c.yml": good})
    assert shown(found) == [("activities/a b.yaml", 1, 1, "file-name"), ("activities/c.yml", 1, 1, "file-name")]
