"""``/conversions``: what ad platforms were told of sign-ups and steps, and what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from growth.errors import GrowthError
from growth.language import _, ngettext
from growth.rendering.states import state_word
from growth.reporting import Column, Empty, Kind, Table
from growth.traffic.conversions import (
    ConversionState,
    ConversionView,
    conversion_counts,
    conversions,
    platform_modules,
    platforms_in_use,
    send_again,
)
from growth.web.answers import Page
from growth.web.channels import ROLES, tabs
from growth.web.page import page
from growth.web.viewer import Viewer

_EXAMPLE = """\
# growth.yaml
conversions:
  baidu: {token: "${BAIDU_OCPC_TOKEN}", privacy_notice: true, types: {register: 25}}"""
_MEND = (ConversionState.UNCERTAIN, ConversionState.REFUSED, ConversionState.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionsPage:
    """The variables of conversions.html."""

    #: how things stand, in words
    sentence: str
    #: good, warning or bad
    tone: str
    #: (words, address, current) of the states that there are
    states: Sequence[tuple[str, str, bool]]
    #: the conversions, the newest first
    table: Table
    #: (id, words) of those that a person may have sent again
    mend: Sequence[tuple[int, str]]
    #: whether the user may have them sent again
    may_send: bool
    #: pages beside this one
    tabs: Sequence[tuple[str, str, bool]]


@page("/conversions", nav="channels", roles=ROLES)
def overview(viewer: Viewer) -> Page:
    """Every conversion with its state."""
    wanted = next((state for state in ConversionState if state.value == viewer.query.get("state")), None)
    with viewer.database.read() as session:
        counts = conversion_counts(session)
        found = conversions(session, state=wanted)
        mend = [each for state in _MEND for each in conversions(session, state=state, most=20)] if viewer.may("marketer") else []
    table = _table(found, linked=viewer.may("marketer", "director"))
    if viewer.format:
        return viewer.download(table)
    sentence, tone = _sentence(viewer, counts)
    states = [(_("all"), viewer.address.to(state=None, page=None), wanted is None)]
    states += [
        (f"{state_word(state)} {count}", viewer.address.to(state=state.value, page=None), state is wanted)
        for state, count in counts.items()
        if count
    ]
    shown = ConversionsPage(
        sentence=sentence,
        tone=tone,
        states=states if len(states) > 2 else [],
        table=viewer.arrange(table, sort="-at"),
        mend=[(each.id, _mend_words(each)) for each in mend],
        may_send=viewer.may("marketer"),
        tabs=tabs(viewer, "conversions"),
    )
    return viewer.render("web/channels/conversions.html", shown, title=_("Handed back to platforms"))


@page("/conversions/{id:int}/again", nav="channels", roles=("marketer",), methods=("POST",))
def again(viewer: Viewer, id: int) -> Page:
    """Have one sent once more."""
    with viewer.database.write() as session:
        count = send_again(session, [id], now=viewer.now)
    if count:
        viewer.record("conversions.again", str(id))
    viewer.flash(
        _("It is sent again within a minute.") if count else _("It is on its way or was taken already."), "good" if count else "warning"
    )
    return viewer.redirect("/conversions")


def _sentence(viewer: Viewer, counts: dict[ConversionState, int]) -> tuple[str, str]:
    try:
        platforms = platforms_in_use(viewer.workspace)
    except GrowthError as fault:
        return f"{fault.message}. {fault.fix or ''}", "bad"
    accepted = counts[ConversionState.ACCEPTED]
    text = ngettext("{n} conversion was taken.", "{n} conversions were taken.", accepted)
    if not platforms:
        return (text + " " if accepted else "") + _("No ad platform is told of anything: it is off."), ""
    open_ = sum(counts[state] for state in _MEND)
    if open_:
        text += " " + ngettext("{n} was not, or nobody knows.", "{n} were not, or nobody knows.", open_)
    return text, "warning" if open_ else "good"


def _mend_words(found: ConversionView) -> str:
    said = found.message or found.code
    words = f"{state_word(found.state)}: {_platform(found.platform)}, {found.step}, #{found.signup}"
    return f"{words}: {said}" if said else words


def _platform(id: str) -> str:
    module = platform_modules().get(id)
    return str(module.META.title) if module else id


def _table(found: Sequence[ConversionView], *, linked: bool) -> Table:
    columns = [
        Column(id="at", label=_("Time"), kind=Kind.INSTANT, key=True),
        Column(id="platform", label=_("Platform")),
        Column(id="step", label=_("Step"), kind=Kind.CODE, lead=True),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="attempts", label=_("Attempts"), kind=Kind.NUMBER),
        Column(id="message", label=_("What the platform says"), kind=Kind.PROSE),
        Column(id="changed_at", label=_("Last changed"), kind=Kind.INSTANT),
    ]
    rows = [
        {
            "at": each.at,
            "href": f"/signups/{each.signup}" if linked else None,
            "platform": _platform(each.platform),
            "step": each.step,
            "state": each.state.value,
            "attempts": each.attempts,
            "message": " ".join(filter(None, (each.code, each.message))),
            "changed_at": each.changed_at,
        }
        for each in found
    ]
    empty = Empty(
        title=_("Nothing was handed back yet"),
        text=_("A platform learns which clicks sign up. Only its own click id goes out, never who it was. Turn one on:"),
        code=_EXAMPLE,
    )
    return Table(id="conversions", title=_("Conversions"), columns=columns, rows=rows, empty=empty)


def pages() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [overview, again]
