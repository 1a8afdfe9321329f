"""The routes of this process as a map from addresses to their rules: may somebody open what a link leads to?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from growth.accounts import PERSONAL_ROLES, User

_KINDS = {"int": r"-?\d+", "uuid": r"[0-9a-fA-F-]{36}", "date": r"\d{4}-\d{2}-\d{2}", "path": r".+"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who may call a route, and how; kept at the handler (``handler.opt["rules"]``), so that a test can walk all routes.

    `kind`: ``page`` (log-in), ``entrance`` (log-in pages themselves), ``public``, ``api``.
    """

    kind: str
    methods: tuple[str, ...]
    roles: tuple[str, ...] = ()
    personal: bool = False
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Routes:
    """Patterns of GET routes with their rules, the most literal first."""

    entries: tuple[tuple[re.Pattern[str], Rules], ...] = ()

    @classmethod
    def of(cls, handlers: Iterable[HTTPRouteHandler]) -> Routes:
        """The map of these handlers; what was not made by our decorators is left out."""
        found: list[tuple[int, re.Pattern[str], Rules]] = []
        for handler in handlers:
            rules = handler.opt.get("rules")
            if isinstance(rules, Rules) and "GET" in rules.methods:
                found += [(path.count("{"), _pattern(path), rules) for path in handler.paths]
        return cls(tuple((pattern, rules) for _count, pattern, rules in sorted(found, key=lambda entry: entry[0])))

    def may_open(self, user: User, link: str) -> bool:
        """Whether `user` may open the own address `link`; one that no route serves may nobody."""
        path = link.partition("#")[0].partition("?")[0]
        rules = next((rules for pattern, rules in self.entries if pattern.fullmatch(path)), None)
        if rules is None:
            return False
        return rules.kind != "page" or (user.may(*rules.roles) and (not rules.personal or bool(user.roles & PERSONAL_ROLES)))


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{[a-z_]+:([a-z]+)\}", path)
    return re.compile("".join(_KINDS.get(part, r"[^/]+") if place % 2 else re.escape(part) for place, part in enumerate(parts)))
