"""What waits is judged and stored, and visits are made of it: by the collector's thread, or by a process of its own (`process`)."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from growth import clock
from growth.db import Database
from growth.errors import GrowthError
from growth.traffic.beacon import BadBeacon, unknown_fields
from growth.traffic.collector.parcel import Parcel, judged, opened
from growth.traffic.knowledge import know
from growth.traffic.pipeline import Context
from growth.traffic.visitors import Salts, stored_salts
from growth.traffic.visits import catch_up
from growth.traffic.writing import EventWriter
from growth.workspace import Workspace

log = logging.getLogger("growth.traffic")

#: how old the view of links, channels and settings may be
_KNOWLEDGE_AGE: Final = timedelta(seconds=10)


@dataclass(slots=True)
class Storing:
    """Judges and stores parcels; `current` gives the workspace."""

    database: Database
    current: Callable[[], Workspace]
    #: what was found while storing, until it is counted
    _unknown: Counter[str] = field(default_factory=Counter)
    _writer: EventWriter = field(init=False)
    _salts: Salts = field(init=False)
    _context: Context | None = None
    _known_at: datetime | None = None
    _known_hash: str = ""

    def __post_init__(self) -> None:
        self._writer = EventWriter(self.database)
        self._salts = stored_salts(self.database)

    def store(self, parcels: Sequence[Parcel]) -> None:
        """Store what parcels hold, in one transaction. Raises GrowthError where the database cannot; then nothing of it is stored."""
        context = self._refreshed()
        try:
            self._store(parcels, context)
        except Exception as fault:
            if isinstance(fault, GrowthError) and not isinstance(fault, BadBeacon):
                raise
            log.exception("a batch of events could not be stored; one by one instead")
            self._store_singly(parcels, context)

    def count(self, counts: Mapping[str, int]) -> None:
        """Add to the day's counts of what was no event. Raises GrowthError where the database cannot; then nothing is added."""
        total = self._unknown + Counter(counts)
        if total:
            today = clock.site_day(clock.now(), self.database.workspace.zone)
            self._writer.write([], {(today, what): count for what, count in total.items()})
            self._unknown.clear()

    def make_visits(self) -> None:
        """Make visits of what is stored, for a while."""
        catch_up(self.database, most_batches=20, rollups=False)

    def _store(self, parcels: Sequence[Parcel], context: Context) -> None:
        received = [event for parcel in parcels for event in opened(parcel)]
        self._writer.write([judged(event, context) for event in received])
        if unknown := sum(unknown_fields(event.document) for event in received):
            self._unknown["unknown_field"] += unknown

    def _store_singly(self, parcels: Sequence[Parcel], context: Context) -> None:
        """What breaks the writer is left out and counted, so that it cannot hold up all others."""
        for parcel in parcels:
            try:
                self._store([parcel], context)
            except Exception as fault:
                if isinstance(fault, GrowthError) and not isinstance(fault, BadBeacon):
                    raise
                log.exception("an event could not be stored")
                self._unknown["broken"] += parcel.events

    def _refreshed(self) -> Context:
        """The context, its knowledge looked at anew every ten seconds and when the workspace has changed."""
        workspace, now = self.current(), clock.now()
        changed = workspace.hash != self._known_hash
        if self._context is None:
            self._context = Context(knowledge=know(self.database, workspace, now=now), salts=self._salts, zone=workspace.zone)
        elif changed or self._known_at is None or now - self._known_at > _KNOWLEDGE_AGE:
            self._context.knowledge = know(self.database, workspace, now=now, sync=changed)
        else:
            return self._context
        self._known_at, self._known_hash = now, workspace.hash
        return self._context
