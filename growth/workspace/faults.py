"""Pydantic's errors at their real path in the document, of every union only those of the member that was meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from growth.workspace.document import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One of pydantic's errors, at its real path in the document; `branches` are the members of unions it went through."""

    path: Path
    branches: tuple[tuple[Path, str], ...]
    kind: str
    context: Mapping[str, Any]
    message: str
    on_key: bool


def faults_of(error: ValidationError, data: Any) -> list[Fault]:
    """The faults in `data`; of a value that may be of several kinds, those of the likeliest."""
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
