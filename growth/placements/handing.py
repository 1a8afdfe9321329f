"""What placements hand to the other rooms: a section of the report, to-do entries, facts about a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.app import Hit, TodoEntry
from growth.language import _
from growth.placements.life import PlacementState, placement_kind_title
from growth.placements.models import Placement, PlacementEvent
from growth.placements.store import PlacementView, history, placements
from growth.rendering.states import state_word
from growth.reporting import Column, Figure, Kind, Note, Query, Section, Table
from growth.workspace import Workspace

if TYPE_CHECKING:
    from growth.jobs import Period

#: states that somebody must look at
_TROUBLE = (PlacementState.LOST, PlacementState.CHANGED, PlacementState.REFUSED)


def report_section(session: Session, workspace: Workspace, period: Period) -> Iterator[Section]:
    """Where we are published now, and what changed within the period."""
    views = placements(session)
    if not views:
        return
    live = sum(view.state is PlacementState.LIVE for view in views)
    start, end = period.start(workspace.zone), period.end(workspace.zone)
    steps = session.scalar(select(func.count()).where(PlacementEvent.at >= start, PlacementEvent.at < end)) or 0
    figures = [
        Figure(
            id="live_placements",
            label=_("Live placements"),
            value=live,
            query=Query(means=_("Placements whose page was seen with our link."), command="growth placement list"),
            evidence="/placements",
        ),
        Figure(
            id="placement_steps",
            label=_("Steps in the period"),
            value=steps,
            query=Query(means=_("Placements prepared, submitted, found or lost within the period."), command="growth placement list"),
            evidence="/placements",
        ),
    ]
    notes = [
        Note(
            text=_("Placement {id}: {state}", id=view.id, state=state_word(view.state)),
            severity="warning",
            mend=_("write to its owner, or submit it anew"),
            link=f"/placements/{view.id}",
            proposal=view.state is PlacementState.LOST,
            evidence={"placement": view.id, "since": view.since.isoformat()},
        )
        for view in views
        if view.state in _TROUBLE
    ]
    yield Section(
        id="placements",
        title=_("Placements"),
        sentence=_("{live} of {n} placements are live.", live=live, n=len(views)),
        figures=figures,
        tables=[placement_table(session, views)],
        notes=notes,
        order=40,
    )


def placement_table(session: Session, views: list[PlacementView]) -> Table:
    """All placements with their last evidence."""
    rows = []
    for view in views:
        steps = history(session, id=view.id)
        rows.append(
            {
                "id": view.id,
                "href": f"/placements/{view.id}",
                "channel": view.channel,
                "kind": placement_kind_title(view.kind),
                "state": view.state,
                "since": view.since,
                "at": view.at,
                "cost": view.cost,
                "evidence": steps[-1].evidence if steps else "",
            }
        )
    columns = [
        Column(id="id", label=_("Placement"), key=True),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="channel", label=_("Channel"), lead=True),
        Column(id="kind", label=_("Kind")),
        Column(id="since", label=_("Since"), kind=Kind.INSTANT),
        Column(id="at", label=_("Page"), kind=Kind.URL),
        Column(id="cost", label=_("Cost"), kind=Kind.MONEY),
        Column(id="evidence", label=_("Evidence"), kind=Kind.PROSE),
    ]
    return Table(id="placements", title=_("Placements"), columns=columns, rows=rows)


def todo(session: Session, workspace: Workspace) -> Iterator[TodoEntry]:
    """Guided submissions that wait, placements that are lost or changed."""
    for view in placements(session):
        if view.state is PlacementState.PREPARED:
            title = _("{id} is prepared: hand it in", id=view.id)
        elif view.state in _TROUBLE:
            title = _("{id}: {state}; look at its page", id=view.id, state=state_word(view.state))
        else:
            continue
        yield TodoEntry(
            id=f"placement:{view.id}",
            title=title,
            link=f"/placements/{view.id}",
            roles=("seo", "marketer"),
            since=view.since,
            severity="notice" if view.state is PlacementState.PREPARED else "warning",
        )


def search(session: Session, text: str) -> Iterator[Hit]:
    """Placements by id, title or page."""
    pattern = f"%{text.replace('%', '')}%"
    query = (
        select(Placement).where(Placement.id.ilike(pattern) | Placement.title.ilike(pattern) | Placement.at_url.ilike(pattern)).limit(10)
    )
    for row in session.scalars(query):
        yield Hit(kind="placement", title=row.title or row.id, link=f"/placements/{row.id}", detail=state_word(row.state))


def url_facts(session: Session, url: str) -> Iterator[Hit]:
    """Placements that lead to a page."""
    for row in session.scalars(select(Placement).where(Placement.link_to == url)):
        yield Hit(kind="placement", title=row.title or row.id, link=f"/placements/{row.id}", detail=state_word(row.state))
