"""Scripted bad days: how the mailbox treats mail for an address, a domain or everybody."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from growth.errors import GrowthError


class Action(StrEnum):
    """What happens instead of a plain acceptance."""

    #: answer with a 4xx or 5xx code
    REFUSE = "refuse"
    #: wait before the answer
    DELAY = "delay"
    #: answer 421 and close once a connection has brought `after` messages
    CLOSE = "close"
    #: take the message after the final dot, then cut the line without an answer
    DROP = "drop"


class Stage(StrEnum):
    """The SMTP command at which it happens."""

    #: HELO or EHLO
    HELLO = "hello"
    #: MAIL FROM
    MAIL = "mail"
    #: RCPT TO
    RECIPIENT = "recipient"
    #: after the final dot
    DATA = "data"


_DEFAULT_STAGE = {Action.REFUSE: Stage.RECIPIENT, Action.DELAY: Stage.DATA, Action.CLOSE: Stage.MAIL, Action.DROP: Stage.DATA}


class BadBehaviour(GrowthError):
    """A behaviour that cannot be read; the message names the field."""


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """One rule. `match` is an address, a domain (``qq.com``) or ``*``; `times` how often it strikes (None: always).

    `code` and `text` are the answer of REFUSE, `seconds` the wait of DELAY, `after` the messages of CLOSE;
    with `kept` false a DROP forgets the message (the sender cannot tell the two apart).
    """

    action: Action
    match: str = "*"
    stage: Stage | None = None
    code: int = 550
    text: str = ""
    seconds: float = 0.0
    after: int = 1
    times: int | None = None
    kept: bool = True

    @property
    def where(self) -> Stage:
        """The stage at which it strikes."""
        return self.stage or _DEFAULT_STAGE[self.action]

    @property
    def answer(self) -> str:
        """The SMTP line of REFUSE."""
        status = "5.1.1" if self.code >= 500 else "4.7.1"
        return f"{self.code} {self.text or f'{status} refused by the sandbox'}"

    def as_json(self) -> dict[str, Any]:
        """The rule as the API shows it."""
        return {
            "action": self.action.value,
            "match": self.match,
            "stage": self.where.value,
            "code": self.code,
            "text": self.text,
            "seconds": self.seconds,
            "after": self.after,
            "times": self.times,
            "kept": self.kept,
        }


def read_behaviour(document: Mapping[str, Any]) -> Behaviour:
    """A Behaviour from JSON. Raises BadBehaviour naming the field and what is allowed."""
    known = {"action", "match", "stage", "code", "text", "seconds", "after", "times", "kept"}
    if unknown := sorted(set(document) - known):
        raise BadBehaviour(f"unknown field “{unknown[0]}”", fix=f"allowed: {', '.join(sorted(known))}")
    try:
        action = Action(document.get("action", ""))
        stage = Stage(document["stage"]) if document.get("stage") else None
    except ValueError as fault:
        raise BadBehaviour(str(fault), fix=f"action: {', '.join(Action)}; stage: {', '.join(Stage)}") from fault
    try:
        found = Behaviour(
            action=action,
            match=str(document.get("match", "*")).lower().lstrip("@"),
            stage=stage,
            code=int(document.get("code", 550)),
            text=str(document.get("text", "")),
            seconds=float(document.get("seconds", 0)),
            after=int(document.get("after", 1)),
            times=None if document.get("times") is None else int(document["times"]),
            kept=bool(document.get("kept", True)),
        )
    except (TypeError, ValueError) as fault:
        raise BadBehaviour(f"not a number: {fault}", fix="code, after and times are whole numbers, seconds a number") from fault
    if not 400 <= found.code <= 599:
        raise BadBehaviour(f"code {found.code} is no refusal", fix="use 400 to 599")
    if not 0 <= found.seconds <= 600:
        raise BadBehaviour(f"seconds {found.seconds} is out of range", fix="use 0 to 600")
    return found


class Behaviours:
    """The rules in force; the first that fits strikes. Safe to change while mail comes in."""

    def __init__(self) -> None:
        self._rules: list[Behaviour] = []
        self._lock = threading.Lock()

    def add(self, rules: Iterable[Behaviour]) -> None:
        """Put `rules` behind the ones there are."""
        with self._lock:
            self._rules += rules

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._rules.clear()

    def all(self) -> list[Behaviour]:
        """The rules, in order."""
        with self._lock:
            return list(self._rules)

    def strike(self, action: Action, stage: Stage, addresses: Iterable[str], *, messages: int = 0) -> Behaviour | None:
        """The rule of `action` that strikes now for one of `addresses`, counted down; None where all is well.

        `messages` is what this connection has brought so far (for CLOSE).
        """
        wanted = [address.lower() for address in addresses]
        with self._lock:
            for rule in self._rules:
                if rule.action is not action or rule.where is not stage or rule.times == 0:
                    continue
                if rule.action is Action.CLOSE and messages < rule.after:
                    continue
                if rule.match == "*" or any(_fits(rule.match, address) for address in wanted):
                    if rule.times is not None:
                        rule.times -= 1
                    return rule
        return None


def _fits(match: str, address: str) -> bool:
    return address == match or address.rpartition("@")[2] == match
