"""Keep the rows in step with placements.yaml, take imports in, look at what is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from growth.alerts import close_alert, raise_alert
from growth.app import Diagnosis, Level
from growth.channels import declared_channels, ensure_channels
from growth.clock import site_day
from growth.db import Database
from growth.language import _
from growth.placements import store
from growth.placements.costs import book_costs
from growth.placements.life import STEPS, PlacementState, move
from growth.placements.settings import PlacementsFile, is_over
from growth.placements.verify import Look, due_for_check, verify_placement
from growth.rendering.states import state_word
from growth.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from growth.jobs import JobRun


#: states that the team is told of
_ALARMING = (PlacementState.LOST, PlacementState.CHANGED)
#: who takes the steps that nobody has to take
SCHEDULE = "schedule"


def declared(workspace: Workspace) -> PlacementsFile:
    """What placements.yaml says."""
    return workspace.one("placements", PlacementsFile)


def sync(database: Database, *, now: datetime) -> None:
    """Make the rows and the channels' costs say what the file says, and let placements whose time has passed expire."""
    entries = declared(database.workspace).placements
    today = site_day(now, database.workspace.zone)
    with database.write() as session:
        ensure_channels(session, workspace=database.workspace, now=now)
        store.sync_placements(session, entries=entries, now=now)
        _book(session, database.workspace, today=today)
        views = {view.id: view for view in store.placements(session)}
        for entry in entries:
            state = views[entry.id].state
            if is_over(entry, today) and PlacementState.EXPIRED in STEPS[state]:
                evidence = _("until {day} in placements.yaml", day=entry.until)
                move(session, id=entry.id, to=PlacementState.EXPIRED, at=now, evidence=evidence, actor=SCHEDULE)
            elif state is PlacementState.EXPIRED and not is_over(entry, today) and _expired_by_itself(session, entry.id):
                evidence = _("its time was made longer in placements.yaml")
                move(session, id=entry.id, to=PlacementState.SUBMITTED, at=now, evidence=evidence, actor=SCHEDULE)


def _book(session: Session, workspace: Workspace, *, today: date) -> None:
    retired = {id_: site_day(at, workspace.zone) for id_, at in store.retired(session).items()}
    book_costs(session, entries=declared(workspace).placements, channels=declared_channels(workspace), retired=retired, today=today)


def _expired_by_itself(session: Session, id: str) -> bool:
    """Whether `until` made it expire, and not a person."""
    steps = store.history(session, id=id)
    return bool(steps) and steps[-1].actor == SCHEDULE


def verify_due(database: Database, *, now: datetime, ids: frozenset[str] | None = None, actor: str = SCHEDULE) -> Iterator[Look]:
    """Look at the placements in `ids`, or at all that are due. One that is lost or changed raises the alert ``listing_lost``."""
    with database.read() as session:
        views = store.placements(session)
    for view in views:
        if (view.id in ids) if ids is not None else due_for_check(view, now=now):
            look = verify_placement(database, id=view.id, now=now, actor=actor)
            if look.state is not view.state:
                _tell(database, look, now)
            yield look


def _tell(database: Database, look: Look, now: datetime) -> None:
    """Open the alert of the state that was reached, close that of the one that was left."""
    with database.write() as session:
        for state in _ALARMING:
            if state is not look.state:
                close_alert(session, dedupe=_alert(look.id, state), now=now, tell_targets=look.state is PlacementState.LIVE)
        if look.state in _ALARMING:
            raise_alert(
                session,
                kind="listing_lost",
                title=_("Placement {id}: {state}", id=look.id, state=state_word(look.state)),
                detail=look.evidence,
                dedupe=_alert(look.id, look.state),
                link=f"/placements/{look.id}",
                now=now,
            )


def _alert(id: str, state: PlacementState) -> str:
    return f"placement:{id}:{state}"


def verify_job(run: JobRun) -> str:
    """The daily look at what is due."""
    sync(run.database, now=run.now)
    looks = list(verify_due(run.database, now=run.now))
    return _(
        "looked at {n} placements, {lost} lost or changed", n=len(looks), lost=sum(look.state in ("lost", "changed") for look in looks)
    )


def diagnose(workspace: Workspace, database: Database | None) -> Iterator[Diagnosis]:
    """Placements that are lost."""
    if database is None:
        return
    with database.read() as session:
        lost = [view.id for view in store.placements(session) if view.state is PlacementState.LOST]
    if lost:
        yield Diagnosis(
            id="placements", level=Level.WARN, message=_("placements: {ids} are lost", ids=", ".join(lost)), fix="growth placement list"
        )
