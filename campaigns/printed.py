"""A plan, the state of a period and a report as the command prints them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from growth.cli import toolkit
from growth.language import _

if TYPE_CHECKING:
    from campaigns.plan import PlanMade
    from campaigns.results import Results


def say_plan(made: PlanMade, *, to_approve: bool = False) -> None:
    """Who would get it, who not and why, what it costs, what is wrong, what comes next; `to_approve`: somebody must agree first."""
    from campaigns.words import reason_words

    if made.begun:
        toolkit.say(_("{campaign} {period} was begun; this is what was written down for it:", campaign=made.campaign, period=made.period))
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
    if made.begun:
        toolkit.hint(_("How it stands: growth campaign status {name} --period {period}", name=made.campaign, period=made.period))
    elif made.errors:
        toolkit.hint(_("Errors stop the send: mend them, then plan again."))
    elif to_approve:
        toolkit.hint(_("Next: growth campaign approve {name} --period {period} --by USER", name=made.campaign, period=made.period))
    else:
        toolkit.hint(_("Next: growth campaign send {name} --period {period}", name=made.campaign, period=made.period))


def say_status(document: dict[str, Any], *, ending: str = "") -> None:
    """The counts by state, who was left out, and the later messages of a sequence."""
    from campaigns.words import reason_words, state_words, step_words
    from growth.rendering.states import state_word

    if toolkit.wants_json():
        toolkit.emit(document)
        return
    toolkit.say(f"{document['campaign']} {document['period']}: {state_word(document['state'])}" + (f", {ending}" if ending else ""))
    if document["changed"]:
        toolkit.say("  " + _("the file was changed since; this period keeps what it began with"))
    for state, count in document["counts"].items():
        if count:
            toolkit.say(f"  {count:>6} {state_words(state)}")
    for reason, count in document["left_out"].items():
        toolkit.say(f"         − {count} {reason_words(reason)}")
    for step in document.get("steps", ()):
        told = ", ".join(f"{count} {state_words(state)}" for state, count in step["counts"].items() if count) or _("nobody yet")
        toolkit.say(f"  {step['step']}. {step_words(step['state'])}: {told}{_next_at(step['next_at'])}")


def _next_at(instant: datetime | None) -> str:
    if instant is None:
        return ""
    local = instant.astimezone(toolkit.workspace().zone)
    return " · " + _("next at {at}", at=f"{local:%m-%d %H:%M}")


def say_report(found: Results) -> None:
    """What a period came to."""
    from campaigns.words import test_words, variant_words

    document = found.as_json()
    if toolkit.wants_json():
        toolkit.emit(document)
        return
    labels = {
        "recipients": _("Recipients"),
        "sent": _("Sent"),
        "delivered": _("Delivered"),
        "bounced": _("Bounced"),
        "rejected": _("Rejected"),
        "uncertain": _("Uncertain"),
        "skipped": _("Left out"),
        "opened": _("Opened"),
        "clickers": _("Clicked"),
        "unsubscribed": _("Unsubscribed"),
    }
    for key, label in labels.items():
        if document[key] is not None:
            toolkit.say(f"  {label}: {document[key]}")
    if found.cost is not None:
        toolkit.say(f"  {_('Cost')}: {found.cost}")
    for name, tally in found.by_variant.items():
        opened, clicked = tally.opened, found.clickers_by_variant.get(name, 0)
        line = _("{sent} sent, {opened} opened, {clicked} clicked", sent=tally.handed_over, opened=opened, clicked=clicked)
        toolkit.say(f"  {variant_words(name)}: {line}")
    if found.test is not None:
        toolkit.say(f"  {test_words(found.test)}")
    for step in found.steps:
        line = _(
            "{sent} sent, {opened} opened, {clickers} clicked, {refused} unsubscribed",
            sent=step.whole.handed_over,
            opened=step.whole.opened,
            clickers=step.clickers,
            refused=step.refused,
        )
        toolkit.say(f"  {step.step}. {line}")
    columns = {"target": _("Link"), "clicks": _("Clicks"), "bots": _("Bots")}
    links = [link for each in (found, *found.steps) for link in each.links]
    toolkit.emit_rows(links, columns=columns, empty=_("There is no tracked link in it."))
