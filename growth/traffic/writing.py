"""Raw events into their store: texts once, events once, dropped ones with their reason. One writer at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any, Final, TypeVar

from sqlalchemy import insert, select, text
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
_DROPPED: Final = table_of(DroppedEvent)


_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of a batch: `stored` events, `repeated` ones that were there, `dropped` by reason."""

    stored: int
    repeated: int
    dropped: Mapping[str, int]


@dataclass(slots=True)
class EventWriter:
    """Writes batches of hits; remembers which texts are stored."""

    database: Database
    _known: OrderedDict[int, None] = field(default_factory=OrderedDict)

    def write(self, hits: Sequence[tuple[int, Hit | tuple[Hit, Drop]]], counts: Mapping[tuple[date, str], int] | None = None) -> Stored:
        """Store hits with the key of each (`event_key`), and the day's counts of what was no event. One transaction."""
        texts: dict[int, str] = {}
        events: dict[int, tuple[Any, ...]] = {}
        dropped: dict[int, dict[str, Any]] = {}
        for key, entry in hits:
            if isinstance(entry, Hit):
                if key not in events:
                    events[key] = self._event(key, entry, texts)
            else:
                dropped.setdefault(key, self._dropped(key, entry[0], entry[1], texts))
        with self.database.store("events").write() as session:
            if session.get_bind().dialect.name == "postgresql":
                # ids are to be seen in their order, whatever the number of writers
                session.execute(text("SELECT pg_advisory_xact_lock(71823402)"))
            fresh = _without_present(session, Event, events)
            fresh_dropped = _without_present(session, DroppedEvent, dropped)
            insert_rows(session, table_of(EventText), ("id", "value"), list(texts.items()), new_only=True)
            insert_rows(session, table_of(Event), _COLUMNS, fresh)
            if fresh_dropped:
                session.execute(insert(_DROPPED), fresh_dropped)
            for (day, what), count in (counts or {}).items():
                _count(session, day, what, count)
        self._remember(texts)
        reasons: dict[str, int] = {}
        for row in fresh_dropped:
            reasons[row["reason"]] = reasons.get(row["reason"], 0) + 1
        return Stored(stored=len(fresh), repeated=len(hits) - len(fresh) - len(fresh_dropped), dropped=reasons)

    def _text(self, value: str, texts: dict[int, str]) -> int:
        if not value:
            return 0
        id = text_id(value)
        if id not in self._known:
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

    def _dropped(self, key: int, hit: Hit, reason: Drop, texts: dict[int, str]) -> dict[str, Any]:
        put = self._text
        return {
            "key": key,
            "at_micros": hit.arrived.at_micros,
            "reason": reason.value,
            "rules": rules_version(),
            "kind": int(hit.beacon.kind),
            # no parameters: a form that is sent by GET puts what people typed there
            "page": put(hit.path or hit.beacon.url.partition("?")[0][:500], texts),
            "agent": put(hit.arrived.user_agent[:512], texts),
            "referrer": put(host_of_referrer(hit.beacon.referrer), texts),
        }

    def _remember(self, texts: Iterable[int]) -> None:
        for id in texts:
            self._known[id] = None
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


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


def _without_present(session: Session, row: type[Event] | type[DroppedEvent], wanted: Mapping[int, _Row]) -> list[_Row]:
    """Rows whose key is not stored yet, as an event or as a dropped one of its kind."""
    keys = list(wanted)
    present: set[int] = set()
    for start in range(0, len(keys), 500):
        present |= set(session.scalars(select(row.key).where(row.key.in_(keys[start : start + 500]))))
    return [values for key, values in wanted.items() if key not in present]


def _count(session: Session, day: date, what: str, count: int) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(BeaconCount).values(day=day, what=what, count=count)
    adding = {"count": BeaconCount.count + statement.excluded.count}
    session.execute(statement.on_conflict_do_update(index_elements=["day", "what"], set_=adding))
