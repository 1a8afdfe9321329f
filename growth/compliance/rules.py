"""The rules of rules.yaml as values, and as what ``growth explain`` tells of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Any

from growth.app import RuleText
from growth.language import Text
from growth.workspace import Severity


class Kind(StrEnum):
    """How a rule is judged."""

    #: one of its words stands in the text
    WORDS = "words"
    #: a text about something must show one of its words
    NEEDS = "needs"
    #: the form of a mail, judged in mail.py
    MAIL = "mail"
    #: the form of a text message, judged in sms.py
    SMS = "sms"
    #: the form of a message to followers, judged in wechat.py
    WECHAT = "wechat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `mainland`: holds where the law of mainland China does; `trades` empty: for all; `any_purpose`: not for marketing only."""

    id: str
    kind: Kind
    severity: Severity
    title: Text
    why: Text
    mend: Text
    source: str
    mainland: bool = False
    any_purpose: bool = False
    trades: frozenset[str] = frozenset()
    words: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    before: re.Pattern[str] | None = None
    about: re.Pattern[str] | None = None
    text_unless: re.Pattern[str] | None = None

    def holds(self, *, trade: str, mainland: bool, marketing: bool) -> bool:
        """Whether the rule binds such a text."""
        return (mainland or not self.mainland) and (marketing or self.any_purpose) and (not self.trades or trade in self.trades)


@lru_cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of the file."""
    from ruamel.yaml import YAML

    text = (resources.files("growth.compliance") / "rules.yaml").read_text("utf-8")
    return tuple(_rule(entry) for entry in YAML(typ="safe", pure=True).load(text))


def rule(id_: str) -> Rule:
    """The rule of that id (the first of those that share it)."""
    return next(each for each in rules() if each.id == id_)


def explained() -> list[RuleText]:
    """For ``growth explain``: one text an id."""
    found: dict[str, RuleText] = {}
    for each in rules():
        found.setdefault(each.id, RuleText(id=each.id, title=each.title, why=each.why, mend=each.mend, source=each.source))
    return list(found.values())


def _rule(entry: dict[str, Any]) -> Rule:
    return Rule(
        id=entry.get("rule", entry["id"]),
        kind=Kind(entry["kind"]),
        severity=Severity(entry["severity"]),
        title=Text(**entry["title"]),
        why=Text(**entry["why"]),
        mend=Text(**entry["mend"]),
        source=entry["source"],
        mainland=entry.get("mainland", False),
        any_purpose=entry.get("any_purpose", False),
        trades=frozenset(entry.get("trades", ())),
        words=_any_of(entry.get("words")),
        unless=_any_of(entry.get("unless")),
        before=re.compile(f"{entry['before']}$") if entry.get("before") else None,
        about=re.compile(entry["about"]) if entry.get("about") else None,
        text_unless=re.compile(entry["text_unless"]) if entry.get("text_unless") else None,
    )


def _any_of(patterns: list[str] | None) -> re.Pattern[str] | None:
    """Longest first, so that 稳赚不赔 is found whole."""
    return re.compile("|".join(sorted(patterns, key=len, reverse=True))) if patterns else None
