"""What is wrong with the workspace's own templates, each with its file and line (``growth check``)."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from jinja2 import TemplateSyntaxError, nodes

from growth.errors import GrowthError
from growth.language import _
from growth.rendering.environment import html_environment, template_of, text_environment
from growth.rendering.loader import MAX_SIZE_BYTES
from growth.rendering.source import Source, check_source, user_environment
from growth.workspace import Problem, Severity, Workspace

#: folders of templates that people write; the others replace pages and reports of this program
_PEOPLES = ("email", "sms", "wechat")


def check_templates(workspace: Workspace) -> Iterator[Problem]:
    """Templates that cannot be read or that reach for what templates must not; links that lead out."""
    root = workspace.root
    folder = root / "templates"
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if path.is_dir() or path.name.startswith(".") or path.suffix in (".py", ".pyc"):
            continue
        name = path.relative_to(root).as_posix()
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
            hint = _("put the file itself here")
            yield Problem(name, 1, 1, "file-outside", Severity.ERROR, _("the file is a link that leads out of the workspace"), hint)
        elif not path.is_file() or path.stat().st_size > MAX_SIZE_BYTES:
            message = _("the template is larger than {n} KB, or no file", n=MAX_SIZE_BYTES // 1024)
            yield Problem(name, 1, 1, "file-size", Severity.ERROR, message, None)
        else:
            yield from _judged(workspace, path, name)


def _judged(workspace: Workspace, path: Path, name: str) -> Iterator[Problem]:
    relative = path.relative_to(workspace.root / "templates").as_posix()
    html = path.suffix != ".txt"
    try:
        if relative.partition("/")[0] in _PEOPLES:
            source = Source(text=path.read_bytes().decode("utf-8-sig"), name=name, html=html)
            faults: list[GrowthError] = list(check_source(source, _any_variable(source, workspace), root=workspace.root))
        else:
            environment = html_environment(workspace.root, workspace.zone) if html else text_environment(workspace.root, workspace.zone)
            template_of(environment, relative)
            faults = []
    except UnicodeDecodeError as fault:
        line = path.read_bytes()[: fault.start].count(b"\n") + 1
        yield Problem(name, line, 1, "file-encoding", Severity.ERROR, _("the file is not UTF-8"), _("save it as UTF-8"))
        return
    except GrowthError as fault:
        faults = [fault]
    for broken in faults:
        line = broken.where.line if broken.where else 1
        file = broken.where.file if broken.where else name
        yield Problem(file, line, 1, "template-error", Severity.ERROR, broken.message, broken.fix)


def _any_variable(source: Source, workspace: Workspace) -> Mapping[str, Collection[str] | None]:
    """Every name that the template uses, all of them allowed: which variables there are is known only to what uses the template."""
    try:
        tree = user_environment(source.html, workspace.root).parse(source.text)
    except TemplateSyntaxError:
        return {}
    return dict.fromkeys(node.name for node in tree.find_all(nodes.Name))
