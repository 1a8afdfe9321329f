"""A declared campaign: its stream, its periods, its audience."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from campaigns.schema import MOST_STEPS, CampaignFile
from growth.clock import site_day
from growth.contacts import Condition, Segment, segment_named, segment_query
from growth.errors import GrowthError
from growth.jobs import HolidaysFile, Period, Schedule
from growth.language import _
from growth.messaging import Rules
from growth.workspace import Every, Workspace, hint_for


class UnknownCampaign(GrowthError):
    """There is no campaigns/NAME.yaml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign of the workspace."""

    name: str
    file: CampaignFile

    @property
    def stream(self) -> str:
        """Its stream in the ledger."""
        return stream_of(self.name)

    def rules(self, workspace: Workspace) -> Rules:
        """Medium, purpose and frequency cap; `once`."""
        return replace(Rules.of(workspace, medium=self.file.medium, purpose=self.file.purpose), once=self.file.once)

    def audience(self, workspace: Workspace, *, now: datetime) -> Callable[[Session], Select[UUID]]:
        """The audience as a query, made when there is a session; with `once` without those who have got it. Raises UnknownSegment."""
        written = self.file.audience
        had = (Condition(received=self.name),) if self.file.once else ()
        segment = Segment(all=written.all, any=written.any, none=written.none + had)
        named = segment_named(workspace, written.segment) if written.segment else None

        def query(session: Session) -> Select[UUID]:
            if named is None:
                return segment_query(session, segment, now=now)
            found = segment_query(session, named, now=now)
            if segment.all or segment.any or segment.none:
                narrower = segment_query(session, segment, now=now)
                return _both(found, narrower)
            return found

        return query

    def schedule(self) -> Schedule | None:
        """When it goes out, or None for one that is sent by hand."""
        return Schedule.from_yaml(self.file.schedule) if self.file.schedule else None

    def period(self, workspace: Workspace, key: str | None, *, now: datetime) -> Period:
        """The period of that key; else the latest that was due, else the next; today for one without a schedule. Raises UnknownPeriod."""
        schedule = self.schedule()
        if key is not None:
            return Period.parse(key, every=schedule.every if schedule else None)
        if schedule is None:
            return Period.of(Every.DAY, site_day(now, workspace.zone))
        holidays = workspace.one("holidays", HolidaysFile).calendar()
        found = schedule.latest(now, zone=workspace.zone, holidays=holidays) or schedule.after(now, zone=workspace.zone, holidays=holidays)
        if found is None:
            raise GrowthError(_("{name} has no period any more", name=self.name), fix=_("name one: --period 2026-11"))
        return found.period


def stream_of(name: str) -> str:
    """The ledger's name of a campaign's first message."""
    return f"campaign:{name}"


def step_stream(name: str, step: int) -> str:
    """The ledger's name of a message of a sequence; step 1 is the first message."""
    return f"sequence:{name}/{step}" if step > 1 else stream_of(name)


def streams_of(name: str) -> tuple[str, ...]:
    """The streams of all messages that a campaign can have."""
    return tuple(step_stream(name, step) for step in range(1, MOST_STEPS + 2))


def read_stream(stream: str) -> tuple[str, int] | None:
    """Campaign and step of a stream, or None for one that is not a campaign's."""
    kind, _colon, rest = stream.partition(":")
    if kind == "campaign":
        return rest, 1
    name, _slash, step = rest.rpartition("/")
    return (name, int(step)) if kind == "sequence" and step.isdecimal() else None


def campaigns(workspace: Workspace) -> dict[str, Campaign]:
    """Every campaign by name."""
    return {name: Campaign(name=name, file=file) for name, file in workspace.many("campaign", CampaignFile).items()}


def campaign(workspace: Workspace, name: str) -> Campaign:
    """The campaign of that name. Raises UnknownCampaign with the nearest names."""
    known = campaigns(workspace)
    if name not in known:
        raise UnknownCampaign(_("there is no campaign “{name}”", name=name), fix=hint_for(name, list(known)) or "growth campaign list")
    return known[name]


def _both(one: Select[UUID], other: Select[UUID]) -> Select[UUID]:
    """Contacts that are in both."""
    inner = other.subquery()
    return one.where(one.selected_columns[0].in_(inner.select()))
