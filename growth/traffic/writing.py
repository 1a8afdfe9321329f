"""Raw events into their store: texts once, events once, dropped ones with their reason. One writer at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from growth.channels import Origin, identity_id, insert_rows
from growth.db import Database, table_of
from growth.traffic.bots import rules_version
from growth.traffic.hit import Drop, Hit
from growth.traffic.ids import text_id
from growth.traffic.models import BeaconCount, DroppedEvent, Event, EventText
from growth.traffic.sources import host_of_referrer

#: texts that are known to be stored; a text's id is the hash of it, so that only new ones are written
_REMEMBERED: Final = 200_000
#: parts of an origin in its text; control characters are in none of them
_SEPARATOR: Final = "\x1f"


_COLUMNS: Final = (
    "key",
    "at_micros",
    "visitor",
    "kind",
    "view",
    "page",
    "origin",
    "strength",
    "agent",
    "referrer",
    "click",
    "token",
    "target",
    "title",
    "name",
    "message",
    "script",
    "seq",
    "duration_ms",
    "scroll",
    "load_ms",
    "x",
    "y",
    "width",
)
_DROPPED_COLUMNS: Final = ("key", "at_micros", "reason", "rules", "kind", "page", "agent", "referrer")
_REASON: Final = 2


#: key and hit of each event; of one that is left out with the reason
Hits = Sequence[tuple[int, Hit | tuple[Hit, Drop]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of a batch: `stored` events, `repeated` ones that were there, `dropped` by reason."""

    stored: int
    repeated: int
    dropped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch as it will be written: rows of events and, by reason, of dropped ones, each key once; texts by id; how many hits it was."""

    events: list[tuple[Any, ...]]
    dropped: dict[str, list[tuple[Any, ...]]]
    texts: dict[int, str]
    hits: int


@dataclass(slots=True)
class Preparing:
    """Makes rows of hits, without a database; remembers which texts are stored, so that only new ones are written."""

    _known: dict[str, int] = field(default_factory=dict)

    def prepare(self, hits: Hits) -> Prepared:
        """The rows of these hits, with the key of each (`event_key`)."""
        texts: dict[int, str] = {}
        events: dict[int, tuple[Any, ...]] = {}
        dropped: dict[int, tuple[Any, ...]] = {}
        for key, entry in hits:
            if isinstance(entry, Hit):
                if key not in events:
                    events[key] = self._event(key, entry, texts)
            elif key not in dropped:
                dropped[key] = self._dropped(key, entry[0], entry[1], texts)
        by_reason: dict[str, list[tuple[Any, ...]]] = {}
        for row in dropped.values():
            by_reason.setdefault(row[_REASON], []).append(row)
        return Prepared(list(events.values()), by_reason, texts, len(hits))

    def remember(self, prepared: Prepared) -> None:
        """The batch is stored."""
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        for id, value in prepared.texts.items():
            self._known[value] = id

    def _text(self, value: str, texts: dict[int, str]) -> int:
        if not value:
            return 0
        id = self._known.get(value)
        if id is None:
            id = text_id(value)
            texts[id] = value
        return id

    def _event(self, key: int, hit: Hit, texts: dict[int, str]) -> tuple[Any, ...]:
        """Values of `_COLUMNS`."""
        beacon, arrived, verdict, put = hit.beacon, hit.arrived, hit.verdict, self._text
        agent = put(arrived.user_agent[:512], texts)
        visitor = put(hit.visitor, texts)
        page = put(hit.path, texts)
        origin = referrer = click = token = title = 0
        strength = 0
        if verdict is not None and hit.origin is not None and hit.clue is not None:
            origin = put(origin_text(hit.origin), texts)
            strength = int(verdict.strength)
            referrer = put(hit.clue.referrer_host, texts)
            click = put(f"{verdict.click_parameter}={verdict.click_id}", texts) if verdict.click_id else 0
            token = put(verdict.token, texts)
            title = put(beacon.title, texts)
        said = (beacon.name, beacon.message, beacon.script)
        name, message, script = (put(text, texts) for text in said) if any(said) else (0, 0, 0)
        return (
            key,
            arrived.at_micros,
            visitor,
            int(beacon.kind),
            identity_id(beacon.view) if beacon.view else 0,
            page,
            origin,
            strength,
            agent,
            referrer,
            click,
            token,
            put(beacon.target.partition("?")[0], texts) if beacon.target else 0,
            title,
            name,
            message,
            script,
            beacon.seq,
            beacon.duration_ms,
            beacon.scroll,
            beacon.load_ms,
            beacon.x,
            beacon.y,
            beacon.width,
        )

    def _dropped(self, key: int, hit: Hit, reason: Drop, texts: dict[int, str]) -> tuple[Any, ...]:
        """Values of `_DROPPED_COLUMNS`."""
        put = self._text
        return (
            key,
            hit.arrived.at_micros,
            reason.value,
            rules_version(),
            int(hit.beacon.kind),
            # no parameters: a form that is sent by GET puts what people typed there
            put(hit.path or hit.beacon.url.partition("?")[0][:500], texts),
            put(hit.arrived.user_agent[:512], texts),
            put(host_of_referrer(hit.beacon.referrer), texts),
        )


def store_events(database: Database, prepared: Prepared, counts: Mapping[tuple[date, str], int] | None = None) -> Stored:
    """Store a batch, and the day's counts of what was no event, in one transaction. What is there already is left alone."""
    dropped: dict[str, int] = {}
    with database.store("events").write() as session:
        if session.get_bind().dialect.name == "postgresql":
            # ids are to be seen in their order, whatever the number of writers
            session.execute(text("SELECT pg_advisory_xact_lock(71823402)"))
        insert_rows(session, table_of(EventText), ("id", "value"), list(prepared.texts.items()), new_only=True)
        stored = insert_rows(session, table_of(Event), _COLUMNS, prepared.events, new_only=True)
        for reason, rows in prepared.dropped.items():
            if fresh := insert_rows(session, table_of(DroppedEvent), _DROPPED_COLUMNS, rows, new_only=True):
                dropped[reason] = fresh
        for (day, what), count in (counts or {}).items():
            _count(session, day, what, count)
    return Stored(stored=stored, repeated=prepared.hits - stored - sum(dropped.values()), dropped=dropped)


@dataclass(slots=True)
class EventWriter:
    """Prepares and stores batches of hits."""

    database: Database
    preparing: Preparing = field(default_factory=Preparing)

    def write(self, hits: Hits, counts: Mapping[tuple[date, str], int] | None = None) -> Stored:
        """Store hits and the day's counts of what was no event."""
        prepared = self.preparing.prepare(hits)
        stored = store_events(self.database, prepared, counts)
        self.preparing.remember(prepared)
        return stored


def event_key(text: str) -> int:
    """The stored key of an event's id: 63 bits of its hash."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def origin_text(origin: Origin) -> str:
    """An origin as one text; `origin_of` reads it."""
    parts = (str(origin.channel_id or ""), origin.medium, origin.source, origin.campaign, origin.term, str(origin.link_id or ""))
    return _SEPARATOR.join(parts)


def origin_of(stored: str) -> Origin:
    """The origin that `origin_text` wrote."""
    channel, medium, source, campaign, term, link = stored.split(_SEPARATOR)
    return Origin(
        channel_id=int(channel) if channel else None,
        medium=medium,
        source=source,
        campaign=campaign,
        term=term,
        link_id=int(link) if link else None,
    )


def _count(session: Session, day: date, what: str, count: int) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(BeaconCount).values(day=day, what=what, count=count)
    adding = {"count": BeaconCount.count + statement.excluded.count}
    session.execute(statement.on_conflict_do_update(index_elements=["day", "what"], set_=adding))
