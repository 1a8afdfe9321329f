"""``growth check``: all YAML, templates and copy; every problem with its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from growth.cli import toolkit
from growth.cli.globals import current
from growth.language import _, ngettext

if TYPE_CHECKING:
    from growth.workspace import Problem

app = toolkit.single()


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help=_("Only these files or folders; default: the whole workspace."))] = None,
) -> None:
    """Check all YAML, templates and copy; nothing is changed.

    Exit code 2 with an error of form, 1 with a rule error, else 0. Example: growth check campaigns/monthly.yaml
    """
    from growth.workspace import find_workspace
    from growth.workspace.check import check_workspace, only, outcome

    root = find_workspace(Path.cwd(), current().workspace)
    problems = check_workspace(root)
    if files:
        problems = only(problems, files, root)
    toolkit.emit({"problems": [problem.as_json() for problem in problems]}, text=_told(root, problems))
    raise typer.Exit(outcome(problems))


def _told(root: Path, problems: tuple[Problem, ...]) -> str:
    """Every problem with its line and a mark, then how many there are and where to read on."""
    from growth.workspace import Severity
    from growth.workspace.check import excerpt

    if not problems:
        return _("All is right.")
    words = {Severity.ERROR: _("error"), Severity.WARNING: _("warning"), Severity.NOTICE: _("notice")}
    parts = []
    for problem in problems:
        hint = f"; {problem.hint}" if problem.hint else ""
        parts.append(f"{problem.where}: {words[problem.severity]}: {problem.message}{hint} [{problem.rule}]")
        if shown := excerpt(root, problem):
            parts.append(shown)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    counts = [ngettext("{n} error", "{n} errors", errors), ngettext("{n} warning", "{n} warnings", warnings)]
    first = next((problem for problem in problems if problem.severity is Severity.ERROR), problems[0])
    return "\n".join([*parts, "", f"{', '.join(counts)}. {_('More about one')}: growth explain {first.rule}"])
