"""``/calls`` (来电登记): a phone call with the channel that the caller named, and whom to call back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from litestar.handlers import HTTPRouteHandler

from growth import clock
from growth.accounts import record
from growth.channels import channel_titles, declared_channels, ensure_channels
from growth.errors import GrowthError
from growth.language import _, ngettext
from growth.reporting import Column, Empty, Kind, Table
from growth.security import mask_name, mask_phone
from growth.traffic import CallView, calls, note_call, settle_call
from growth.web.answers import Page
from growth.web.page import page
from growth.web.refusals import Missing
from growth.web.viewer import Viewer

ROLES = ("marketer", "service")
_FIELDS = ("phone", "name", "channel", "wish", "at", "call_back_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsPage:
    """The variables of calls.html."""

    #: how many wait, in words
    sentence: str
    #: (id, words, wish) of the callers to call back
    waiting: Sequence[tuple[str, str, str]]
    #: (name, title) of the channels
    channels: Sequence[tuple[str, str]]
    #: what was typed, where it was refused; by name of the field
    typed: dict[str, str]
    #: what was wrong with it
    fault: str
    #: all calls
    table: Table


@page("/calls", nav="contacts", roles=ROLES, personal=True)
def overview(viewer: Viewer) -> Page:
    """The calls, and a form for the next."""
    return _shown(viewer)


@page("/calls", methods=("POST",), nav="contacts", roles=ROLES, personal=True)
def note(viewer: Viewer) -> Page:
    """Note a call."""
    typed = {name: viewer.form.get(name).strip() for name in _FIELDS}
    zone = viewer.workspace.zone
    try:
        at = datetime.fromisoformat(typed["at"]).replace(tzinfo=zone) if typed["at"] else viewer.now
        call_back = date.fromisoformat(typed["call_back_on"]) if typed["call_back_on"] else None
    except ValueError:
        return _shown(viewer, typed=typed, fault=_("a day is written as 2026-11-25, a time as 2026-11-25 14:30"))
    try:
        with viewer.database.write() as session:
            ensure_channels(session, workspace=viewer.workspace, now=viewer.now)
            made = note_call(
                session,
                workspace=viewer.workspace,
                at=at,
                phone=typed["phone"],
                channel=typed["channel"],
                name=typed["name"],
                wish=typed["wish"],
                call_back_on=call_back,
                taken_by=viewer.actor,
                now=viewer.now,
            )
            record(session, actor=viewer.actor, action="call.note", subject=f"phone_call:{made.id}", now=viewer.now)
    except GrowthError as fault:
        return _shown(viewer, typed=typed, fault=str(fault))
    viewer.flash(_("The call is noted, and counts for {channel}.", channel=made.channel))
    return viewer.redirect("/calls")


@page("/calls/{call:str}/done", methods=("POST",), nav="contacts", roles=ROLES, personal=True)
def done(viewer: Viewer, call: str) -> Page:
    """Somebody has called back."""
    try:
        with viewer.database.write() as session:
            settle_call(session, id=UUID(call), now=viewer.now)
            record(session, actor=viewer.actor, action="call.done", subject=f"phone_call:{call}", now=viewer.now)
    except (GrowthError, ValueError) as fault:
        raise Missing from fault
    return viewer.redirect("/calls")


def _shown(viewer: Viewer, *, typed: dict[str, str] | None = None, fault: str = "") -> Page:
    with viewer.database.read() as session:
        found, waiting = calls(session), calls(session, waiting=True)
        titles = channel_titles(session)
    table = _table(found, titles)
    if viewer.format:
        return viewer.download(table)
    names = {name: titles.get(name) or entry.name or name for name, entry in declared_channels(viewer.workspace).items()}
    today = clock.site_day(viewer.now, viewer.workspace.zone)
    due = sum(1 for call in waiting if call.call_back_on is not None and call.call_back_on <= today)
    shown = CallsPage(
        sentence=ngettext("{n} caller is to be called back by today.", "{n} callers are to be called back by today.", due),
        waiting=[(str(call.id), _waiting_words(call, titles), call.wish) for call in waiting],
        channels=list(names.items()),
        typed=typed or dict.fromkeys(_FIELDS, ""),
        fault=fault,
        table=viewer.arrange(table, sort="-at"),
    )
    return viewer.render("web/traffic/calls.html", shown, title=_("Phone calls"), status=400 if fault else 200)


def _waiting_words(call: CallView, titles: dict[str, str]) -> str:
    who = " ".join(filter(None, (mask_name(call.name) if call.name else "", mask_phone(call.phone) if call.phone else "")))
    return _("{day}: {who}, by {channel}", day=str(call.call_back_on), who=who, channel=titles.get(call.channel, call.channel))


def _table(found: Sequence[CallView], titles: dict[str, str]) -> Table:
    columns = [
        Column(id="at", label=_("Time"), kind=Kind.INSTANT, key=True),
        Column(id="channel", label=_("Channel"), lead=True),
        Column(id="who", label=_("Caller"), lead=True),
        Column(id="call_back_on", label=_("Call back on"), kind=Kind.DATE),
        Column(id="settled_at", label=_("Called back"), kind=Kind.INSTANT),
        Column(id="taken_by", label=_("Taken by"), kind=Kind.CODE),
    ]
    rows = [
        {
            "at": call.at,
            "channel": titles.get(call.channel, call.channel),
            "who": mask_phone(call.phone) if call.phone else _("erased"),
            "href": f"/contacts/{call.contact_id}" if call.contact_id else None,
            "call_back_on": call.call_back_on,
            "settled_at": call.settled_at,
            "taken_by": call.taken_by,
        }
        for call in found
    ]
    empty = Empty(
        title=_("No calls noted"),
        text=_("Ask every caller how they came to you; the call then counts for that channel, beside visits and scans."),
        code="growth call note 13800138000 --channel poster",
    )
    return Table(id="calls", title=_("Phone calls"), columns=columns, rows=rows, empty=empty)


def pages() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [overview, note, done]
