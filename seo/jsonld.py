"""JSON-LD as it stands on the page: strict, for what engines cannot read must be told and not repaired."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

#: required fields by type (Google's search gallery, 2026-10): all of `all`, and one of each `any`
_REQUIRED: dict[str, tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]] = {
    "Product": (("name",), (("review", "aggregateRating", "offers"),)),
    "Article": (("headline",), ()),
    "NewsArticle": (("headline",), ()),
    "BlogPosting": (("headline",), ()),
    "Organization": (("name", "url"), ()),
    "BreadcrumbList": (("itemListElement",), ()),
    "FAQPage": (("mainEntity",), ()),
    "JobPosting": (("title", "description", "datePosted", "hiringOrganization"), (("jobLocation", "applicantLocationRequirements"),)),
    "Event": (("name", "startDate", "location"), ()),
}
_DEEPEST = 12


def read_jsonld(text: str) -> tuple[list[Mapping[str, Any]], str | None]:
    """The objects of a block, and what is wrong with it (None where nothing is)."""
    try:
        document = json.loads(text, parse_constant=_refuse)
    except ValueError as fault:
        return [], f"not JSON: {str(fault)[:120]}"
    except RecursionError:
        return [], "nested too deeply"
    things = document if isinstance(document, list) else [document]
    objects: list[Mapping[str, Any]] = [thing for thing in things if isinstance(thing, dict)]
    return objects, None if len(objects) == len(things) else "not an object"


def all_things(things: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The objects with a type, those of ``@graph`` and at the top of properties included."""
    waiting = [(thing, 0) for thing in things]
    while waiting:
        thing, depth = waiting.pop(0)
        if "@type" in thing:
            yield thing
        if depth < _DEEPEST:
            graph = thing.get("@graph")
            for inner in graph if isinstance(graph, list) else ():
                if isinstance(inner, dict):
                    waiting.append((inner, depth + 1))


def type_of(thing: Mapping[str, Any]) -> str:
    """The first type, without its namespace."""
    found = thing.get("@type")
    first = found[0] if isinstance(found, list) and found else found
    return str(first or "").rpartition("/")[2]


def missing_fields(thing: Mapping[str, Any]) -> list[str]:
    """Fields that Google requires of this type and that are not there."""
    needed = _REQUIRED.get(type_of(thing))
    if needed is None:
        return []
    every, some = needed
    missing = [name for name in every if _blank(thing.get(name))]
    missing += [" | ".join(names) for names in some if all(_blank(thing.get(name)) for name in names)]
    return missing


def _blank(value: object) -> bool:
    return value is None or value in ("", [], {})


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
