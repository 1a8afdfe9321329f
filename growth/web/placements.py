"""``/placements``: where the site is published, one placement with its life, a look at its page now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from growth.app import TimelineEntry
from growth.attribution import PlacementFigures, placement_figures
from growth.clock import site_day
from growth.errors import GrowthError
from growth.language import _
from growth.placements import PlacementState, UnknownPlacement, history, move, placement, placement_kind_title, placements
from growth.placements.handing import placement_table
from growth.placements.keep import sync, verify_due
from growth.placements.life import STEPS
from growth.rendering.states import state_word
from growth.reporting import Column, Empty, Kind, Table
from growth.web.answers import Page
from growth.web.page import page
from growth.web.refusals import Missing
from growth.web.viewer import Viewer

ROLES = ("seo", "marketer")
#: steps that a person may say; the others are seen by looking
SAID = (PlacementState.SUBMITTED, PlacementState.REFUSED, PlacementState.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementsPage:
    """The variables of placements.html."""

    #: one sentence that says how things stand
    sentence: str
    #: all placements
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementPage:
    """The variables of placement.html."""

    #: id of the placement
    id: str
    #: where it stands
    state: str
    #: (words, value)
    facts: Sequence[tuple[str, str]]
    #: the page that shows it, or None
    at: str | None
    #: its life, oldest first
    steps: Sequence[TimelineEntry]
    #: (value, words) of the steps that a person may say now
    possible: Sequence[tuple[str, str]]
    #: what was wrong
    fault: str = ""


@page("/placements", nav="placements", roles=ROLES)
def overview(viewer: Viewer) -> Page:
    """All placements."""
    sync(viewer.database, now=viewer.now)
    with viewer.database.read() as session:
        views = placements(session)
        figures = placement_figures(session, workspace=viewer.workspace, views=views, until_day=site_day(viewer.now, viewer.workspace.zone))
        table = _with_figures(placement_table(session, views), figures)
    live = sum(view.state is PlacementState.LIVE for view in views)
    empty = Empty(
        title=_("No placement yet"),
        text=_("Directories, articles, partner links and posters appear here with their state and evidence."),
        code="growth placement add hao123-home --channel hao123 --kind directory",
    )
    table = viewer.arrange(replace(table, empty=empty), sort="id")
    if viewer.format:
        return viewer.download(table)
    sentence = _("{live} of {n} placements are live.", live=live, n=len(views))
    return viewer.render("web/growth/placements.html", PlacementsPage(sentence=sentence, table=table), title=_("Placements"))


@page("/placements/{id:str}", nav="placements", roles=ROLES)
def one(viewer: Viewer, id: str) -> Page:
    """One placement."""
    return _one(viewer, id)


@page("/placements/{id:str}/look", methods=("POST",), nav="placements", roles=ROLES)
def look(viewer: Viewer, id: str) -> Page:
    """Look at its page now."""
    try:
        looks = list(verify_due(viewer.database, now=viewer.now, ids=frozenset({id}), actor=viewer.actor))
    except UnknownPlacement as fault:
        raise Missing from fault
    for found in looks:
        viewer.flash(found.evidence, "good" if found.state == PlacementState.LIVE else "warning")
    return viewer.redirect(f"/placements/{id}")


@page("/placements/{id:str}/step", methods=("POST",), nav="placements", roles=ROLES)
def step(viewer: Viewer, id: str) -> Page:
    """A step that a person says, with its evidence."""
    evidence = viewer.form.get("evidence").strip()
    try:
        to = PlacementState(viewer.form.get("to"))
        if to not in SAID or not evidence:
            raise GrowthError(_("say what proves it: a receipt, a ticket number, who was spoken to"))
        with viewer.database.write() as session:
            move(session, id=id, to=to, at=viewer.now, evidence=evidence, actor=viewer.actor)
    except (GrowthError, ValueError) as fault:
        return _one(viewer, id, fault=str(fault))
    return viewer.redirect(f"/placements/{id}")


def _with_figures(table: Table, figures: Mapping[str, PlacementFigures | None]) -> Table:
    """The table with what each placement brought; a dash where links of its own are needed to tell."""
    rows = []
    for row in table.rows:
        brought = figures[str(row["id"])]
        rows.append({**row, "visits": brought.visits if brought else None, "signups": brought.signups if brought else None})
    more = [Column(id="visits", label=_("Visits"), kind=Kind.NUMBER), Column(id="signups", label=_("Sign-ups"), kind=Kind.NUMBER)]
    return replace(table, columns=[*table.columns[:-1], *more, table.columns[-1]], rows=rows)


def _one(viewer: Viewer, id: str, *, fault: str = "") -> Page:
    with viewer.database.read() as session:
        view = placement(session, id=id)
        if view is None:
            raise Missing
        found = history(session, id=id)
        steps = [TimelineEntry(at=each.at, kind=each.state, text=f"{state_word(each.state)}: {each.evidence}") for each in found]
    facts = [
        (_("Channel"), view.channel),
        (_("Kind"), placement_kind_title(view.kind)),
        (_("Leads to"), view.link_to or viewer.workspace.settings.site.url),
        (_("Wanted rel"), view.rel),
        (_("Cost"), str(view.cost) if view.cost else "–"),
        (_("Looked at"), f"{view.checked_at.astimezone(viewer.workspace.zone):%Y-%m-%d %H:%M}" if view.checked_at else _("not yet")),
    ]
    shown = PlacementPage(
        id=id,
        state=view.state,
        facts=facts,
        at=view.at,
        steps=steps,
        possible=[(str(state), _step_words()[state]) for state in SAID if state in STEPS[view.state]],
        fault=fault,
    )
    crumbs = [(_("Placements"), "/placements"), (id, "")]
    return viewer.render("web/growth/placement.html", shown, title=view.title or id, crumbs=crumbs, status=400 if fault else 200)


def _step_words() -> dict[PlacementState, str]:
    return {
        PlacementState.SUBMITTED: _("handed in"),
        PlacementState.REFUSED: _("refused by the other side"),
        PlacementState.EXPIRED: _("its time has passed"),
    }


def pages() -> list[Any]:
    """The handlers."""
    return [overview, one, look, step]
