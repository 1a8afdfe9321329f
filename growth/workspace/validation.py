"""From a document to its model: pydantic's complaints become problems with a place, in words, all at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from growth.language import _
from growth.workspace.document import Document, resolved
from growth.workspace.environment import Environment
from growth.workspace.fields import REFERENCE, EnvText
from growth.workspace.problems import Problem, Severity, hint_for

M = TypeVar("M", bound=BaseModel)
Path = tuple[str | int, ...]

#: names of variables that hold a secret; their value has no place in text that people are sent
_SECRET_NAME = re.compile(r"(KEY|SECRET|TOKEN|PASSW|GROWTH_|CREDENTIAL)", re.IGNORECASE)
#: variables that are filled in by themselves; lower-case ones may be a provider's own placeholders (``${code}`` of an SMS template)
_OWN_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class Fault:
    """One of pydantic's errors, at its real path in the document; `branches` are the members of unions it went through."""

    path: Path
    branches: tuple[tuple[Path, str], ...]
    kind: str
    context: Mapping[str, Any]
    message: str
    on_key: bool


def validated(
    document: Document, model: type[M], environment: Environment, *, value: Any, at: Path = (), texts: bool = False
) -> tuple[M | None, list[Problem]]:
    """`value` (that of `document` at path `at`) as `model`, or None and what is wrong.

    A number or a word like ``true`` where text is meant counts as written (``qq: 10000``, ``engines: [baidu, 360]``).
    ``${NAME}`` outside FromEnv fields is filled in here; `texts` marks files whose text people are sent, where secrets are refused.
    """
    data = {} if value is None else value
    problems: list[Problem] = []
    checked: M | None = None
    faults: list[Fault] = []
    for _round in range(3):
        kept: set[int] = set()
        faults = []
        try:
            checked = model.model_validate(data, context={"kept": kept})
        except ValidationError as error:
            checked = None
            faults = _faults(error, data)
        filled = _filled(data, kept, environment, faults, document, at, texts, problems)
        as_written = _as_written(filled, faults, document, at)
        if as_written is data:
            break
        data = as_written
    told = {(problem.line, problem.column) for problem in problems}
    problems.extend(problem for problem in _problems(faults, document, at, model) if (problem.line, problem.column) not in told)
    return (None if problems else checked), problems


# --- ${NAME} outside FromEnv fields -------------------------------------------------------------------------------------------


def _filled(
    data: Any,
    kept: set[int],
    environment: Environment,
    faults: list[Fault],
    document: Document,
    at: Path,
    texts: bool,
    problems: list[Problem],
) -> Any:
    """`data` with the variables of fields that are not FromEnv filled in; the same object where there is nothing to fill."""
    wrong = {fault.path for fault in faults}

    def walk(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            new = {key: walk(item, (*path, key)) for key, item in value.items()}
            return new if any(new[key] is not value[key] for key in value) else value
        if isinstance(value, list):
            items = [walk(item, (*path, index)) for index, item in enumerate(value)]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        if not isinstance(value, EnvText) or id(value) in kept:
            return value
        names = [match[1] for match in REFERENCE.finditer(value)]
        if not all(_OWN_NAME.fullmatch(name) for name in names):
            return value
        where = document.where(*at, *path)

        def report(rule: str, message: str, hint: str) -> Any:
            problems.append(Problem(where.file, where.line, where.column, rule, Severity.ERROR, message, hint))
            return str(value)

        if texts and (secret := next((name for name in names if _SECRET_NAME.search(name)), None)):
            return report(
                "secret-in-text",
                _("{name} is a secret and has no place in this text", name=secret),
                _("delete it, or give the variable another name"),
            )
        if missing := environment.missing(value):
            if not texts and path not in wrong:
                return value  # text that is not needed yet; `Workspace.resolve` names it when it is
            hint = _("put a line {name}=… into .env, or give a default: ${{{name}:-text}}", name=missing[0])
            return report("missing-variable", _("{name} is not set", name=missing[0]), hint)
        return resolved(environment.resolve(value))

    return walk(data, ())


# --- numbers and words where text is meant ------------------------------------------------------------------------------------


_TEXT_WANTED: Final = {"string_type", "literal_error", "enum", "is_instance_of"}


def _as_written(data: Any, faults: list[Fault], document: Document, at: Path) -> Any:
    for fault in faults:
        if fault.kind not in _TEXT_WANTED:
            continue
        found = _at(data, fault.path)
        node = document.node((*at, *fault.path))
        if isinstance(found, bool | int | float) and node is not None and node.text:
            data = _replaced(data, fault.path, node.text)
    return data


def _at(data: Any, path: Path) -> Any:
    """What is at `path`, or None where nothing is."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _replaced(data: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = _replaced(copy[path[0]], path[1:], value)
    return copy


# --- pydantic's errors --------------------------------------------------------------------------------------------------------


def _faults(error: ValidationError, data: Any) -> list[Fault]:
    found = []
    for entry in error.errors(include_url=False):
        if entry["type"] == "default_factory_not_called":
            continue  # a default that is made of a value that is wrong itself
        path: list[str | int] = []
        branches: list[tuple[Path, str]] = []
        on_key, here = False, data
        for step in entry["loc"]:
            if step == "[key]":
                on_key = True
            elif isinstance(here, dict) and str(step) in here:
                path.append(str(step))
                here = here[str(step)]
            elif isinstance(here, list) and isinstance(step, int) and 0 <= step < len(here):
                path.append(step)
                here = here[step]
            elif step == entry["loc"][-1] and entry["type"] == "missing":
                path.append(step)
            else:
                branches.append((tuple(path), str(step)))
        found.append(Fault(tuple(path), tuple(branches), entry["type"], entry.get("ctx", {}), entry["msg"], on_key))
    return _likeliest(found)


#: the value is of another kind altogether: this member of a union was not meant
_OTHER_KIND: Final = re.compile(
    r"_type$|^(is_instance_of|model_attributes_type|literal_error|enum|bool_parsing|int_parsing|float_parsing)$"
)


def _likeliest(faults: list[Fault]) -> list[Fault]:
    """Of every union, the faults of the member that was probably meant: not of another kind, then the fewest unknown and missing keys."""
    points = {point for fault in faults for point, _branch in fault.branches}
    for point in sorted(points, key=len, reverse=True):
        members: dict[str, list[Fault]] = {}
        for fault in faults:
            for place, branch in fault.branches:
                if place == point:
                    members.setdefault(branch, []).append(fault)
                    break
        if len(members) < 2:
            continue

        def weight(branch: str, members: dict[str, list[Fault]] = members, point: Path = point) -> tuple[bool, int, int]:
            other = any(fault.path == point and _OTHER_KIND.search(fault.kind) for fault in members[branch])
            strange = sum(fault.kind in ("extra_forbidden", "missing") for fault in members[branch])
            return other, strange, len(members[branch])

        ranked = sorted(members, key=weight)
        if weight(ranked[0])[0]:
            continue  # none fits: told together below
        dropped = {id(fault) for branch in ranked[1:] for fault in members[branch]}
        faults = [fault for fault in faults if id(fault) not in dropped]
    return faults


def _problems(faults: list[Fault], document: Document, at: Path, model: type[BaseModel]) -> list[Problem]:
    by_place: dict[tuple[Path, bool], list[Fault]] = {}
    for fault in faults:
        by_place.setdefault((fault.path, fault.on_key), []).append(fault)
    found = []
    for (path, on_key), together in by_place.items():
        fault = together[0]
        rule, message, hint = _explained(together, path, model, document, at)
        where = document.where(*at, *path, key=on_key or fault.kind == "extra_forbidden")
        found.append(Problem(where.file, where.line, where.column, rule, Severity.ERROR, message, hint))
    return found


def _kinds() -> dict[str, str]:
    """What is wanted, by pydantic's type of error."""
    return {
        "string_type": _("text"),
        "int_type": _("a whole number"),
        "int_parsing": _("a whole number"),
        "int_from_float": _("a whole number"),
        "float_type": _("a number"),
        "float_parsing": _("a number"),
        "decimal_type": _("a number"),
        "decimal_parsing": _("a number"),
        "bool_type": _("true or false"),
        "bool_parsing": _("true or false"),
        "list_type": _("a list: [one, two]"),
        "tuple_type": _("a list: [one, two]"),
        "set_type": _("a list: [one, two]"),
        "frozen_set_type": _("a list: [one, two]"),
        "dict_type": _("keys with values, indented below"),
        "model_type": _("keys with values, indented below"),
        "model_attributes_type": _("keys with values, indented below"),
        "dataclass_type": _("keys with values, indented below"),
        "mapping_type": _("keys with values, indented below"),
        "time_delta_type": _("a duration such as 30 days"),
        "time_type": _('a time of day such as "10:00"'),
        "date_type": _("a date such as 2026-11-01"),
        "datetime_type": _("a date and a time"),
    }


def _explained(together: list[Fault], path: Path, model: type[BaseModel], document: Document, at: Path) -> tuple[str, str, str | None]:
    """Rule, message and hint for the faults at one place."""
    fault = together[0]
    name = _name(path, at)
    node = document.node((*at, *path))
    written = node.text if node is not None and node.text is not None else None
    match fault.kind:
        case "missing":
            return (
                "missing-key",
                _("“{key}” is missing", key=_last(path)),
                _("write it below “{parent}”", parent=_name(path[:-1], at)) if path[:-1] or at else None,
            )
        case "extra_forbidden":
            return (
                "unknown-key",
                _("“{key}” is not known here", key=_last(path)),
                hint_for(str(path[-1]), allowed_keys(model, path[:-1])),
            )
        case "literal_error" | "enum" | "union_tag_invalid":
            allowed = _expected([other for other in together if other.kind == fault.kind])
            shown = written if written is not None else _("this")
            return (
                "not-allowed",
                _("{key}: “{value}” is not one of the allowed words", key=name, value=shown[:60]),
                hint_for(shown, allowed),
            )
        case "union_tag_not_found":
            return "missing-key", _("“{key}” is missing", key=str(fault.context.get("discriminator", "")).strip("'")), None
        case "value_error" | "assertion_error":
            return _value_rule(fault), f"{name}: {_reason(fault)}", None
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            return "wrong-value", _("{key}: {value} is outside what is allowed", key=name, value=written or "?"), _bounds(fault)
        case "string_too_short" | "too_short":
            return "wrong-value", _("{key}: nothing is written here", key=name), None
        case "string_too_long" | "too_long":
            limit = fault.context.get("max_length")
            return "wrong-value", _("{key} is too long", key=name), _("at most {n}", n=limit)
        case "string_pattern_mismatch":
            message = _("{key}: “{value}” has not the form that is expected", key=name, value=(written or _last(path))[:60])
            return "wrong-value", message, _form_hint(str(fault.context.get("pattern")), written or _last(path))
    kinds = _kinds()
    wanted = list(dict.fromkeys(kinds[other.kind] for other in together if other.kind in kinds))
    wanted += [f"“{word}”" for other in together if other.kind in ("literal_error", "enum") for word in _expected([other])]
    if wanted:
        if node is not None and node.content is None:
            return "wrong-type", _("{key}: nothing is written here", key=name), _("write {kind}, or delete the key", kind=_or(wanted))
        return "wrong-type", _("{key}: {kind} is expected here", key=name, kind=_or(wanted)), _kind_hint(written, wanted, kinds)
    return "wrong-value", f"{name}: {fault.message}", None


def _value_rule(fault: Fault) -> str:
    from growth.workspace.fields import NoSuchDate

    return "no-such-date" if isinstance(fault.context.get("error"), NoSuchDate) else "wrong-value"


def _reason(fault: Fault) -> str:
    error = fault.context.get("error")
    return str(error) if error is not None else fault.message


def _bounds(fault: Fault) -> str | None:
    words = {"ge": _("at least {n}"), "gt": _("more than {n}"), "le": _("at most {n}"), "lt": _("less than {n}")}
    for key, text in words.items():
        if key in fault.context:
            return text.format(n=fault.context[key])
    return None


def _form_hint(pattern: str, written: str) -> str:
    """A pattern in words where it is one of names, else as it is."""
    if re.fullmatch(r"\^?\(?\[[A-Za-z0-9_.\-\\]+\].*", pattern) and not written.isascii():
        return _("use the letters a–z, digits, - and _")
    return _("form: {form}", form=pattern)


def _kind_hint(written: str | None, wanted: list[str], kinds: dict[str, str]) -> str | None:
    if written is None:
        return None
    full_width = next((character for character in written if character in "［］｛｝"), None)
    if full_width is not None:
        return _("“{wrong}” is full-width; type {right}", wrong=full_width, right=chr(ord(full_width) - 0xFEE0))
    if (half := unicodedata.normalize("NFKC", written)) != written and half.isascii():
        return _("type {right}", right=half)
    if wanted == [kinds["bool_type"]]:
        return _("“{value}” is text in YAML; write true or false", value=written[:40])
    if kinds["list_type"] in wanted and kinds["dict_type"] not in wanted:
        return _("write [{value}]", value=written[:40])
    return None


def _expected(faults: Iterable[Fault]) -> list[str]:
    """The allowed words of enum and literal errors, in their order."""
    words: dict[str, None] = {}
    for fault in faults:
        text = str(fault.context.get("expected") or fault.context.get("expected_tags") or "")
        words.update(dict.fromkeys(re.findall(r"'([^']*)'", text)))
    return list(words)


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else _("{words} or {last}", words=", ".join(words[:-1]), last=words[-1])


def _last(path: Path) -> str:
    return str(path[-1]) if path else ""


def _name(path: Path, at: Path = ()) -> str:
    """A path as people write it: ``email.smtp.port``, ``report[0].at``."""
    text = ""
    for step in (*at, *path):
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or _("the file")


#: members of a JSON Schema that may stand at one place
Members = list[Mapping[str, Any]]


def schema_members(model: type[BaseModel]) -> tuple[Members, Callable[[Members, str | int], Members]]:
    """What a model allows at its root, as members of its JSON Schema, and a function that goes one step (key or index) down."""
    schema = model.model_json_schema(by_alias=True)
    definitions = schema.get("$defs", {})

    def members(one: Mapping[str, Any]) -> Members:
        if "$ref" in one:
            return members(definitions[one["$ref"].rpartition("/")[2]])
        return [one, *(member for key in ("anyOf", "oneOf", "allOf") for choice in one.get(key, ()) for member in members(choice))]

    def step(here: Members, to: str | int) -> Members:
        below: Members = []
        for one in here:
            if isinstance(to, int):
                candidates = [one.get("items"), *one.get("prefixItems", [])]
            elif to in one.get("properties", {}):
                candidates = [one["properties"][to]]
            else:
                candidates = [one.get("additionalProperties"), *one.get("patternProperties", {}).values()]
            below += [member for candidate in candidates if isinstance(candidate, dict) for member in members(candidate)]
        return below

    return members(schema), step


def allowed_keys(model: type[BaseModel], path: Path) -> list[str]:
    """Keys that are known at `path` of a model; those of every member where there is a choice."""
    here, step = schema_members(model)
    for to in path:
        here = step(here, to)
    return list(dict.fromkeys(key for one in here for key in one.get("properties", {})))


def texts_of(document: Document) -> Iterator[tuple[Path, str]]:
    """Every text of a document that names a variable, with its path."""

    def walk(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
        if isinstance(value, dict):
            for key, item in value.items():
                yield from walk(item, (*path, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from walk(item, (*path, index))
        elif isinstance(value, EnvText) and all(_OWN_NAME.fullmatch(match[1]) for match in REFERENCE.finditer(value)):
            yield path, value

    yield from walk(document.value(), ())
