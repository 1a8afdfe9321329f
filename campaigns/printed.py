"""A plan and the state of a period as the command prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from growth.cli import toolkit
from growth.language import _

if TYPE_CHECKING:
    from campaigns.plan import PlanMade


def say_plan(made: PlanMade) -> None:
    """What a send would do, for people."""
    from campaigns.words import reason_words

    toolkit.say(
        _(
            "{campaign} {period}: {n} of {audience} people, {cost}",
            campaign=made.campaign,
            period=made.period,
            n=made.recipients,
            audience=made.audience,
            cost=made.cost,
        )
    )
    for reason, count in made.left_out.items():
        toolkit.say(f"  − {count} {reason_words(reason)}")
    if made.duration:
        toolkit.say("  " + _("takes about {n} s at the given rate", n=round(made.duration.total_seconds())))
    for finding in made.findings:
        place = f"{finding.where}: " if finding.where else ""
        toolkit.say(
            f"  {finding.severity}: {place}{finding.message} [{finding.rule}]" + (f"\n      → {finding.hint}" if finding.hint else "")
        )
    toolkit.hint(_("Next: growth campaign send {name} --period {period}", name=made.campaign, period=made.period))


def say_status(document: dict[str, Any], *, ending: str = "", left_out: dict[str, int]) -> None:
    """How a period stands: one JSON document, or lines for people."""
    from campaigns.words import reason_words, state_words
    from growth.rendering.states import state_word

    if toolkit.wants_json():
        toolkit.emit(document | {"left_out": left_out})
        return
    toolkit.say(f"{document['campaign']} {document['period']}: {state_word(document['state'])}" + (f", {ending}" if ending else ""))
    for state, count in document["counts"].items():
        if count:
            toolkit.say(f"  {count:>6} {state_words(state)}")
    for reason, count in left_out.items():
        toolkit.say(f"         − {count} {reason_words(reason)}")
