"""The address of a page: its whole state, changed one part at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Address:
    """`path` and the query's parameters in order. Prints as the address itself, without the drawer's ``open``."""

    path: str
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, path: str, parameters: Mapping[str, object] | Iterable[tuple[str, object]] = ()) -> Address:
        """From a request's path and query (a mapping or pairs); None and empty values are left out."""
        pairs = parameters.items() if isinstance(parameters, Mapping) else parameters
        return cls(path, tuple((str(name), str(value)) for name, value in pairs if value is not None and value != ""))

    def to(self, **changes: object) -> str:
        """The same address with these parameters set anew; None takes one away. ``format`` is never carried over."""
        kept = [(name, value) for name, value in self.parameters if name not in changes and name not in ("open", "format")]
        kept += [(name, str(value)) for name, value in changes.items() if value is not None and value != ""]
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """The parameters a form must carry along, but those it sets itself."""
        return [(name, value) for name, value in self.parameters if name not in without and name not in ("open", "format")]

    def get(self, name: str, default: str = "") -> str:
        """The first value of a parameter."""
        return next((value for key, value in self.parameters if key == name), default)

    def __str__(self) -> str:
        return self.to()
