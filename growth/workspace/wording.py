"""Faults in words that a marketer can act on, with what is allowed and what was probably meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pydantic import BaseModel

from growth.language import _
from growth.workspace.allowed import allowed_keys
from growth.workspace.document import Document, Path
from growth.workspace.faults import Fault
from growth.workspace.fields import NoSuchDate
from growth.workspace.problems import Problem, Severity, hint_for


def problems_of(faults: list[Fault], document: Document, at: Path, model: type[BaseModel]) -> list[Problem]:
    """One problem a place, faults at the same place told together; `at` is where the model begins in the document."""
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
