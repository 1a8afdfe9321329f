"""The winner of an A/B test: shares go first, then whoever waited gets the variant that beat the original, where one did.

Each variant is compared with the original by the two-proportion z-test, pooled and two-sided; with m variants a difference counts where
p < alpha/m (Bonferroni), so that over all of them chance passes for a winner in alpha of the tests at most. Judged once, when the time is
over, never in between: looking until it fits finds a winner in anything. Source: Fleiss, Levin, Paik, Statistical Methods for Rates and
Proportions, 3rd edition, §3.1; the rule of five expected cases in each cell is Cochran's (1954).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from campaigns.compose import Letter
from campaigns.models import Run
from campaigns.schema import Judged
from campaigns.variants import REST
from growth.channels import clicked_by
from growth.clock import rfc3339
from growth.db import Database
from growth.messaging import Tally, by_variant, last_handed_over, let_held_go, tallies

#: cases of each kind that a group must be expected to have, for the test to mean anything
_EXPECTED = 5


class Verdict(StrEnum):
    """What a test came to."""

    #: one variant is better than the original
    WINNER = "winner"
    #: no variant is better than chance explains; the rest gets the original
    NO_WINNER = "no-winner"
    #: too few messages, or too few people who did it; the rest gets the original
    TOO_FEW = "too-few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a winner is found: by what, how long after the last message of the test, how strictly, from how many messages a group."""

    by: Judged = Judged.CLICKED
    after: timedelta = timedelta(hours=4)
    alpha: float = 0.05
    at_least: int = 200

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Rule:
        """As the run keeps it (`campaigns.content.Compiled.winner`)."""
        return cls(
            by=Judged(document["by"]),
            after=timedelta(seconds=document["after"]),
            alpha=document["alpha"],
            at_least=document["at_least"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The people who got one wording ("" is the original): how many messages, how many did it, and p against the original."""

    variant: str
    sent: int
    did: int
    p: float | None = None

    @property
    def rate(self) -> float:
        """The share that did it."""
        return self.did / self.sent if self.sent else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided, from what. `winner` is None where the rest gets the original."""

    verdict: Verdict
    winner: str | None
    by: Judged
    alpha: float
    groups: Sequence[Group]

    def as_json(self, decided_at: datetime) -> dict[str, Any]:
        """For the run's row and the report."""
        return {
            "verdict": self.verdict.value,
            "winner": self.winner,
            "by": self.by.value,
            "alpha": self.alpha,
            "decided_at": rfc3339(decided_at),
            "groups": [
                {"variant": group.variant or "a", "sent": group.sent, "did": group.did, "rate": round(group.rate, 4), "p": group.p}
                for group in self.groups
            ],
        }


def judge(groups: Sequence[Group], rule: Rule) -> Decision:
    """Which wording the rest gets; the first group is the original."""
    original, others = groups[0], groups[1:]
    tested = [original, *(_against(original, group) for group in others)]
    few = any(group.sent < rule.at_least for group in tested) or any(group.p is None for group in tested[1:])
    threshold = rule.alpha / len(others)
    better = [group for group in tested[1:] if group.p is not None and group.p < threshold and group.rate > original.rate]
    best = max(better, key=lambda group: group.rate, default=None)
    verdict = Verdict.TOO_FEW if few else Verdict.WINNER if best else Verdict.NO_WINNER
    return Decision(
        verdict=verdict,
        winner=best.variant if best and not few else None,
        by=rule.by,
        alpha=rule.alpha,
        groups=tested,
    )


def settle_test(database: Database, letter: Letter, *, now: datetime) -> datetime | None:
    """Judge the test of a period once its time is over, and let the rest go; when it will be over, or None where nothing is waited for."""
    if letter.compiled.winner is None:
        return None
    rule = Rule.from_json(letter.compiled.winner)
    names = {"stream": letter.stream, "occurrence": letter.period.key}
    with database.read() as session:
        run = session.get_one(Run, (letter.compiled.name, letter.period.key))
        decision = run.decision
        last, unfinished = last_handed_over(session, **names, without=REST)
    if decision is None:
        over = (last or now) + rule.after
        if unfinished or over > now:
            return max(over, now + rule.after) if unfinished else over
        decision = _decide(database, letter, rule, now=now)
    let_held_go(database, **names, held=REST, variant=decision["winner"], now=now)
    return None


def _decide(database: Database, letter: Letter, rule: Rule, *, now: datetime) -> dict[str, Any]:
    """Judge, and keep it; what another process decided first counts."""
    names = {"stream": letter.stream, "occurrence": letter.period.key}
    with database.write() as session:
        run = session.get_one(Run, (letter.compiled.name, letter.period.key), with_for_update=True)
        if run.decision is None:
            lines = tallies(session, **names, by="variant")
            clicked = by_variant(session, **names, among=clicked_by(f"{letter.stream}/{letter.period.key}"))
            groups = []
            for variant in letter.compiled.parts:
                line = lines.get(variant or None, Tally())
                did = clicked.get(variant or None, 0) if rule.by is Judged.CLICKED else line.opened
                groups.append(Group(variant=variant, sent=line.handed_over, did=did))
            run.decision = judge(groups, rule).as_json(now)
        return dict(run.decision)


def _against(original: Group, group: Group) -> Group:
    """`group` with its p against the original; None where the test does not hold."""
    sent = original.sent + group.sent
    pooled = (original.did + group.did) / sent if sent else 0.0
    smallest = min(original.sent, group.sent) * min(pooled, 1 - pooled)
    if smallest < _EXPECTED:
        return group
    error = math.sqrt(pooled * (1 - pooled) * (1 / original.sent + 1 / group.sent))
    z = (group.rate - original.rate) / error
    return Group(variant=group.variant, sent=group.sent, did=group.did, p=math.erfc(abs(z) / math.sqrt(2)))
