"""``growth check`` reads the workspace's own templates; what is wrong has its file and line."""

from pathlib import Path

import pytest

from growth.workspace.check import check_workspace
from tests.conftest import MakeWorkspace

SITE = "site:\n  url: https://www.example.com/\n"


@pytest.mark.parametrize(
    ("name", "text", "line", "word"),
    [
        ("email/hello.html", "<p>\n{{ contact.name }\n</p>\n", 2, "'}'"),
        ("email/hello.html", "{% if x %}\n\n", 1, "endif"),
        ("email/hello.mjml", "<mjml>\n{{ ''.__class__ }}\n", 2, "__class__"),
        ("sms/hello.txt", "a\nb\n{{ name|attr('x') }}\n", 3, "attr"),
        ("sms/hello.txt", "{{ 'a'.format(1) }}", 1, "format"),
        ("web/growth/mine.html", "<p>\n{% endfor %}\n", 2, "endfor"),
        ("web/growth/mine.html", "<p>\n\n{{ x | nofilter }}\n", 3, "nofilter"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(make_workspace: MakeWorkspace, name: str, text: str, line: int, word: str) -> None:
    root = make_workspace(SITE, files={f"templates/{name}": text}).root
    problems = check_workspace(root)
    assert [(problem.file, problem.line, problem.rule) for problem in problems] == [(f"templates/{name}", line, "template-error")]
    assert word in problems[0].message


def test_templates_that_are_right_are_left_alone(make_workspace: MakeWorkspace) -> None:
    files = {
        "templates/email/a.html": "{{ contact.name or '您好' }}",
        "templates/.DS_Store": "\x00",
        "templates/public/logo.txt": "{{ site.name }}",
    }
    assert check_workspace(make_workspace(SITE, files=files).root) == ()


def test_nothing_outside_is_read_and_other_encodings_are_told(make_workspace: MakeWorkspace, tmp_path: Path) -> None:
    root = make_workspace(SITE, files={"templates/email/a.html": "x"}).root
    (tmp_path / "secret.html").write_text("{{ canary }")
    (root / "templates" / "email" / "b.html").symlink_to(tmp_path / "secret.html")
    (root / "templates" / "email" / "c.html").write_bytes("中文\n二".encode("gb18030"))
    found = [(problem.file, problem.line, problem.rule) for problem in check_workspace(root)]
    assert found == [("templates/email/b.html", 1, "file-outside"), ("templates/email/c.html", 1, "file-encoding")]
