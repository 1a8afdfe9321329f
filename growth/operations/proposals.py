"""What to do next: rules over the figures of a period. Each proposal carries the numbers it stands on; none is made on few of them.

A rule is a function ``(Facts, Targets) -> Iterator[Proposal]``; `RULES` is their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from growth.language import _
from growth.money import Money
from growth.operations.rows import Facts, Yield
from growth.rendering import numbers
from growth.reporting import Note, Section
from growth.workspace import Every, Targets

#: sign-ups below which a cost a sign-up says nothing: at 5 its 95 % range is already 0.3 to 2.3 times the value (Poisson, exact)
ENOUGH_SIGNUPS = 5
#: visits below which a fall says nothing
ENOUGH_VISITS = 100
#: how many times dearer a channel must be before money moves
DEARER = Decimal(2)
#: a fall of visits that is worth a look
FALL = Decimal("0.3")
#: share of sign-ups without a known channel that is worth a look
UNKNOWN = Decimal("0.3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One thing to do: `text` is a sentence with its reason, `mend` the first step, `evidence` the numbers, `link` their page."""

    id: str
    text: str
    mend: str = ""
    severity: str = "notice"
    link: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)

    def as_note(self) -> Note:
        """As reports show it."""
        return Note(text=self.text, mend=self.mend, severity=self.severity, link=self.link)

    def as_json(self) -> dict[str, object]:
        """For the JSON of the report."""
        return {
            "id": self.id,
            "severity": self.severity,
            "text": self.text,
            "mend": self.mend,
            "evidence": {name: value.as_json() if isinstance(value, Money) else _plain(value) for name, value in self.evidence.items()},
        }


Rule = Callable[[Facts, Targets], Iterator[Proposal]]


def proposals(facts: Facts, targets: Targets, sections: Iterable[Section] = ()) -> list[Proposal]:
    """All proposals, the gravest first: our own rules, then what the rooms and apps say is wrong in their sections."""
    found = [proposal for rule in RULES for proposal in rule(facts, targets)]
    found += [_from_note(section, number, note) for section in sections for number, note in enumerate(section.notes) if note.proposal]
    weight = {"error": 0, "warning": 1}
    return sorted(found, key=lambda one: weight.get(one.severity, 2))


def behind_target(facts: Facts, targets: Targets) -> Iterator[Proposal]:
    """Sign-ups: where the month ends at this pace, if that is short of the target by a tenth."""
    if targets.signups is None or facts.period.every != Every.MONTH or not (facts.now.visits or facts.now.signups):
        return
    length = (facts.period.last - facts.period.first).days + 1
    expected = Decimal(facts.now.signups) * length / facts.span.days
    if facts.span.days < 3 or expected >= Decimal(targets.signups) * Decimal("0.9"):
        return
    best = _best(facts.channels)
    over = facts.span.days == length
    ends = _("The month ended at {n} sign-ups of {target}.") if over else _("At this pace the month ends at {n} sign-ups of {target}.")
    yield Proposal(
        id="behind-target",
        text=ends.format(n=numbers.exact(round(expected)), target=numbers.exact(targets.signups)),
        mend=_("Put more into {channel}, the cheapest with enough sign-ups.", channel=best.shown) if best else "",
        severity="warning",
        link="/channels",
        evidence={"signups": facts.now.signups, "expected": round(expected), "target": targets.signups, "days": facts.span.days},
    )


def move_budget(facts: Facts, targets: Targets) -> Iterator[Proposal]:
    """Money from the dearest to the cheapest channel, where both have enough sign-ups and one costs twice the other."""
    paid = [(row, cac) for row in facts.channels if (cac := row.cac) is not None and cac.currency == facts.currency]
    enough = sorted(((row, cac) for row, cac in paid if row.signups >= ENOUGH_SIGNUPS and cac.amount), key=lambda pair: pair[1].amount)
    if len(enough) < 2:
        return
    (cheap, low), (dear, high) = enough[0], enough[-1]
    if high.amount < low.amount * DEARER:
        return
    yield Proposal(
        id="move-budget",
        text=_(
            "Move budget from {dear} ({high} a sign-up) to {cheap} ({low}).",
            dear=dear.shown,
            high=numbers.money(high, short=True),
            cheap=cheap.shown,
            low=numbers.money(low, short=True),
        ),
        mend=_(
            "{dear} brought {n} sign-ups for {cost}; the same money at the other's price brings {more}.",
            dear=dear.shown,
            n=numbers.exact(dear.signups),
            cost=numbers.money(dear.cost, short=True) if dear.cost else "",
            more=numbers.exact(round(dear.cost.amount / low.amount) if dear.cost else 0),
        ),
        severity="warning",
        link="/channels",
        evidence={
            "from": dear.name,
            "from_cac": high,
            "to": cheap.name,
            "to_cac": low,
            "from_signups": dear.signups,
            "to_signups": cheap.signups,
        },
    )


def cost_without_signup(facts: Facts, targets: Targets) -> Iterator[Proposal]:
    """Channels that cost more than three sign-ups may cost (the target, else what the others pay), and brought none."""
    bar = targets.cac or _usual(facts)
    for row in sorted(facts.channels, key=lambda row: -(row.cost.amount if row.cost else 0)):
        if row.cost is None or row.signups or not row.cost.amount or row.cost.currency != facts.currency:
            continue
        if bar is not None and bar.currency == row.cost.currency and row.cost.amount < bar.amount * 3:
            continue
        yield Proposal(
            id=f"cost-without-signup:{row.name}",
            text=_("{channel} cost {cost} and brought no sign-up.", channel=row.shown, cost=numbers.money(row.cost, short=True)),
            mend=_("It had {n} visits: look at the page they land on, or stop it.", n=numbers.exact(row.visits))
            if row.visits
            else _("It had no visits: look whether its links carry our token."),
            severity="warning",
            link=f"/channels/{row.name}",
            evidence={"channel": row.name, "cost": row.cost, "visits": row.visits, "signups": 0},
        )


def dear_signups(facts: Facts, targets: Targets) -> Iterator[Proposal]:
    """The cost of one sign-up is above its target."""
    cac, target = facts.now.cac, targets.cac
    if (
        cac is None
        or target is None
        or cac.currency != target.currency
        or cac.amount <= target.amount
        or facts.now.signups < ENOUGH_SIGNUPS
    ):
        return
    yield Proposal(
        id="cac-above-target",
        text=_(
            "A sign-up costs {cac}; the target is {target}.", cac=numbers.money(cac, short=True), target=numbers.money(target, short=True)
        ),
        mend=_weighs_most(facts, target),
        severity="warning",
        link="/channels?sort=-cac",
        evidence={"cac": cac, "target": target, "signups": facts.now.signups},
    )


def falling(facts: Facts, targets: Targets) -> Iterator[Proposal]:
    """Channels whose visits fell by a third and more."""
    for row in facts.channels:
        before = row.visits_before
        if row.unattributed or before is None or before < ENOUGH_VISITS or row.visits > before * (1 - FALL):
            continue
        yield Proposal(
            id=f"falling:{row.name}",
            text=_(
                "Visits from {channel} fell from {before} to {n}.",
                channel=row.shown,
                before=numbers.exact(before),
                n=numbers.exact(row.visits),
            ),
            mend=_("Look whether its placement is still there: growth placement verify."),
            severity="warning",
            link=f"/channels/{row.name}",
            evidence={"channel": row.name, "visits": row.visits, "before": before},
        )


def unknown_origin(facts: Facts, targets: Targets) -> Iterator[Proposal]:
    """Too many sign-ups that no channel is known for."""
    unknown = sum((row.signups for row in facts.channels if row.unattributed), Decimal(0))
    if facts.now.signups < ENOUGH_SIGNUPS * 4 or unknown < facts.now.signups * UNKNOWN:
        return
    share = unknown / facts.now.signups
    yield Proposal(
        id="unknown-origin",
        text=_("{share} of the sign-ups have no known channel.", share=numbers.percent(share, 0)),
        mend=_("Use tracked links everywhere (growth channel link NAME), and send `visitor` with each sign-up."),
        link="/channels",
        evidence={"unattributed": unknown, "signups": facts.now.signups},
    )


RULES: Sequence[Rule] = (behind_target, dear_signups, move_budget, cost_without_signup, falling, unknown_origin)


def _best(rows: Iterable[Yield]) -> Yield | None:
    """The cheapest channel with enough sign-ups; free ones are not bought more of."""
    priced = [(row, cac.amount) for row in rows if (cac := row.cac) is not None and row.signups >= ENOUGH_SIGNUPS and cac.amount]
    return min(priced, key=lambda pair: pair[1])[0] if priced else None


def _weighs_most(facts: Facts, target: Money) -> str:
    """The channel that costs most above what its sign-ups may cost."""
    priced = [row for row in facts.channels if row.cost is not None and row.cost.currency == target.currency]
    worst = max(priced, key=lambda row: row.cost.amount - target.amount * row.signups if row.cost else Decimal(0), default=None)
    if worst is None or worst.cost is None:
        return ""
    said = _("{channel} weighs most: {n} sign-ups for {cost}.")
    return said.format(channel=worst.shown, n=numbers.exact(worst.signups), cost=numbers.money(worst.cost, short=True))


def _usual(facts: Facts) -> Money | None:
    """What one sign-up costs in the paid channels that bring some; None where none does."""
    paid = [(row.cost.amount, row.signups) for row in facts.channels if row.cost and row.signups and row.cost.currency == facts.currency]
    signups = sum((signups for _cost, signups in paid), Decimal(0))
    return Money(sum((cost for cost, _signups in paid), Decimal(0)) / signups, facts.currency) if signups else None


def _from_note(section: Section, number: int, note: Note) -> Proposal:
    return Proposal(
        id=f"{section.id}:{number + 1}",
        text=note.text,
        mend=note.mend,
        severity=note.severity,
        link=note.link,
        evidence={"section": section.id, **note.evidence},
    )


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
