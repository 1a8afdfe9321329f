"""A template that a person wrote inside YAML or a file, and what is wrong with it before anything is rendered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from jinja2 import TemplateSyntaxError, nodes

from growth.errors import Where
from growth.language import _
from growth.rendering.broken import TemplateBroken, broken
from growth.rendering.environment import HEAVY_FILTERS, HEAVY_TEXT, SafeEnvironment, make_environment
from growth.rendering.loader import search_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`text` of a template; `name` is the file people see in errors, `first_line` the line of that file where `text` begins.

    `html` escapes what is printed. A text may extend or include the shipped and the workspace's templates.
    """

    text: str
    name: str
    first_line: int = 1
    html: bool = True


def check_source(source: Source, allowed: Mapping[str, Collection[str] | None], *, root: Path | None = None) -> list[TemplateBroken]:
    """Everything wrong with `source` that can be said without data, each with FILE:LINE.

    `allowed` maps the variables it may use to their fields (None: any field). Empty where nothing is wrong.
    """
    environment = user_environment(source.html, root)
    try:
        tree = environment.parse(source.text, source.name)
        found = list(_unsafe(tree, source))
        if not any(isinstance(node, nodes.Filter) and node.name in HEAVY_FILTERS for node in tree.find_all(nodes.Filter)):
            environment.compile(source.text, source.name)
            found += _unknown(tree, source, allowed)
    except TemplateSyntaxError as fault:
        failure = broken(fault, name=source.name, shown={source.name: source.name}, first_line=source.first_line)
        assert isinstance(failure, TemplateBroken)
        return [failure]
    return sorted(found, key=lambda one: one.where.line if one.where else 0)


def user_environment(html: bool, root: Path | None) -> SafeEnvironment:
    """The environment of people's own templates, without data or limits: for parsing and checking only."""
    from zoneinfo import ZoneInfo

    return make_environment(search_path(root), ZoneInfo("UTC"), html=html, user=True)


def _unsafe(tree: nodes.Template, source: Source) -> Iterator[TemplateBroken]:
    """Names that reach into Python, known without running anything."""
    for node in tree.find_all((nodes.Getattr, nodes.Getitem, nodes.Filter)):
        name: object = None
        if isinstance(node, nodes.Getattr):
            name = node.attr
        elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            name = node.arg.value
        elif isinstance(node, nodes.Filter) and node.name in HEAVY_FILTERS:
            yield _at(source, node, _("the filter “{name}” is not allowed in a template", name=node.name))
        if isinstance(name, str) and (name.startswith("_") or name in HEAVY_TEXT):
            yield _at(source, node, _("“{name}” is not allowed in a template", name=name))


def _unknown(tree: nodes.Template, source: Source, allowed: Mapping[str, Collection[str] | None]) -> Iterator[TemplateBroken]:
    """Variables and fields that will not be there."""
    from jinja2 import meta

    undeclared = meta.find_undeclared_variables(tree)
    seen: set[tuple[str, int]] = set()
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name in undeclared and node.name not in allowed and (node.name, node.lineno) not in seen:
            seen.add((node.name, node.lineno))
            yield _at(source, node, _("there is no variable “{name}”", name=node.name), _near(node.name, allowed))
    for field in tree.find_all(nodes.Getattr):
        if isinstance(field.node, nodes.Name) and field.node.name in undeclared:
            fields = allowed.get(field.node.name)
            if fields is not None and field.attr not in fields and not field.attr.startswith("_"):
                yield _at(
                    source, field, _("{name} has no field “{field}”", name=field.node.name, field=field.attr), _near(field.attr, fields)
                )


def _near(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return _("did you mean “{word}”?", word=near[0]) if near else _("choose from: {words}", words=", ".join(sorted(known)))


def _at(source: Source, node: nodes.Node, message: str, fix: str | None = None) -> TemplateBroken:
    return TemplateBroken(message, fix=fix, where=Where(source.name, node.lineno + source.first_line - 1))
