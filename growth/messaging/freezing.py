"""Writing an audience down: a row of the ledger for everybody, those left out with their reason; then the mailing may be sent.

A million people in half a minute: what can be done by the database is, and what passes through Python passes as the driver gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Select, String, case, func, literal, select, text, type_coerce
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from growth.channels import insert_new
from growth.clock import to_micros
from growth.db import Database, insert_raw, table_of, uuid7s
from growth.messaging.eligible import Rules, audience_query
from growth.messaging.ledger import NewDelivery, write_down
from growth.messaging.mailing import NEVER, PAGE, MailingView, mailing_of, view_of
from growth.messaging.models import Delivery, Mailing
from growth.messaging.state import DeliveryState, MailingState

#: who has no address stands in the ledger all the same, under a name of their own: this and the contact's id
_NOBODY = b"nobody:"
#: people that are put in order of their addresses before they are written. Keyed hashes are in no order: two thousand as they come touch
#: two thousand pages of the index that keeps addresses apart. A million on SQLite as they come: 42 s of processor; a hundred thousand at a
#: time in order: 35 s, and about a third is written. More at a time is worse: then the index by contact is touched everywhere instead.
_SORTED = 100_000
_UNIQUE = ("stream", "occurrence", "medium", "address_index")
#: the columns that one row has of its own, and after them those that all have alike
_OWN = ("id", "contact_id", "address_index", "domain", "variant", "state", "reason", "due_at")
_ALIKE = ("stream", "occurrence", "medium", "purpose", "attempts", "units", "at")
#: a UUIDv7 by PostgreSQL, which has a function for it from version 18 only: a random one with the time before and two bits set
_UUID7 = text(
    "encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing "
    "substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid"
)


def freeze(
    database: Database,
    *,
    stream: str,
    occurrence: str,
    rules: Rules,
    audience: Callable[[Session], Select[UUID]],
    now: datetime,
    variant_of: Callable[[UUID], str | None] | None = None,
    held: str | None = None,
) -> MailingView:
    """Write the audience down, everybody once; then the mailing may be sent.

    `variant_of` gives each contact a wording; deliveries of the variant `held` wait until `let_held_go`.

    One that is frozen stays as it is. Cut off in the middle, it is done again from the start: who stands there already stays.
    """
    names = {"stream": stream, "occurrence": occurrence}
    fixed = names | {"medium": rules.medium.value, "purpose": rules.purpose.value}
    with database.write() as session:
        _begin(session, fixed, now=now)
        if (found := session.get_one(Mailing, (stream, occurrence))).frozen_at is not None:
            return view_of(session, found)
    alike = fixed | {"attempts": 0, "units": 1, "at": now}
    if variant_of is None and not database.is_sqlite:
        with database.write() as session:
            # one at a time: two that write the same rows in different order would stop each other
            session.get_one(Mailing, (stream, occurrence), with_for_update=True)
            _write_there(session, audience_query(rules, audience(session), now=now), alike)
    else:
        _write_in_pages(database, rules, audience, alike, now=now, variant_of=variant_of, held=held)
    return _frozen(database, **names, now=now)


def freeze_addresses(
    database: Database, *, stream: str, occurrence: str, rules: Rules, recipients: list[NewDelivery], now: datetime
) -> MailingView:
    """A mailing to addresses that are no contacts: staff, a test."""
    names = {"stream": stream, "occurrence": occurrence}
    with database.write() as session:
        _begin(session, names | {"medium": rules.medium.value, "purpose": rules.purpose.value}, now=now)
        write_down(session, recipients, **names, medium=rules.medium, purpose=rules.purpose, now=now)
    return _frozen(database, **names, now=now)


def _begin(session: Session, fixed: dict[str, str], *, now: datetime) -> None:
    more = {"state": MailingState.FREEZING.value, "recipients": 0, "created_at": now}
    insert_new(session, Mailing, [fixed | more], on=("stream", "occurrence"))


def _write_there(session: Session, people: Select[Any], alike: dict[str, Any]) -> None:
    """All at once, by PostgreSQL, where a long transaction keeps nobody waiting."""
    table = table_of(Delivery)
    found = people.subquery("found")
    nobody = literal(_NOBODY, LargeBinary).op("||")(func.uuid_send(found.c.id))
    own: dict[str, Any] = {
        "id": _UUID7,
        "contact_id": found.c.id,
        "address_index": func.coalesce(found.c.address_index, nobody),
        "domain": found.c.domain,
        "state": case((found.c.reason.is_(None), literal(DeliveryState.PENDING.value)), else_=literal(DeliveryState.SKIPPED.value)),
        "reason": found.c.reason,
    }
    values = own | {name: literal(value, table.c[name].type) for name, value in alike.items()}
    statement = postgresql.insert(table).from_select(list(values), select(*values.values()).select_from(found))
    session.connection().execute(statement.on_conflict_do_nothing(index_elements=_UNIQUE))


def _write_in_pages(
    database: Database,
    rules: Rules,
    audience: Callable[[Session], Select[UUID]],
    alike: dict[str, Any],
    *,
    now: datetime,
    variant_of: Callable[[UUID], str | None] | None,
    held: str | None,
) -> None:
    """Some thousand rows a transaction, so that no other writer of a SQLite file waits long."""
    tail = tuple(to_micros(value) if isinstance(value, datetime) else value for value in (alike[name] for name in _ALIKE))
    with database.read() as reading:
        found = audience_query(rules, audience(reading), now=now).subquery("found")
        id_ = type_coerce(found.c.id, String) if database.is_sqlite else found.c.id
        query = select(id_, found.c.address_index, found.c.domain, found.c.reason)
        for people in reading.execute(query.execution_options(yield_per=PAGE)).partitions(_SORTED):
            ordered = sorted(people, key=_by_address)
            for start in range(0, len(ordered), PAGE):
                rows = list(_rows(ordered[start : start + PAGE], tail, variant_of, held))
                with database.write() as session:
                    insert_raw(session, Delivery, (*_OWN, *_ALIKE), rows, unless=_UNIQUE)


def _by_address(person: Any) -> bytes:
    return person[1] or b""


def _rows(
    people: Sequence[Any], tail: tuple[object, ...], variant_of: Callable[[UUID], str | None] | None, held: str | None
) -> Iterable[tuple[object, ...]]:
    """The rows of people as the driver takes them."""
    pending, skipped, never = DeliveryState.PENDING.value, DeliveryState.SKIPPED.value, to_micros(NEVER)
    for number, (id_, index, domain, reason) in zip(uuid7s(len(people)), people, strict=True):
        key, variant, due = index, None, None
        if index is None or variant_of is not None:
            contact = id_ if isinstance(id_, UUID) else UUID(id_)
            key = _NOBODY + contact.bytes if index is None else index
            variant = variant_of(contact) if variant_of is not None else None
            due = never if held is not None and variant == held else None
        yield (f"{number:032x}", id_, key, domain, variant, skipped if reason else pending, reason, due, *tail)


def _frozen(database: Database, *, stream: str, occurrence: str, now: datetime) -> MailingView:
    with database.read() as session:
        # counting a million takes a while: not while others wait to write
        count = session.scalar(select(func.count()).where(Delivery.stream == stream, Delivery.occurrence == occurrence)) or 0
    with database.write() as session:
        found = session.get_one(Mailing, (stream, occurrence), with_for_update=True)
        if found.frozen_at is None:
            found.frozen_at, found.recipients = now, count
            if found.state == MailingState.FREEZING:
                found.state = MailingState.SENDING.value
    with database.read() as session:
        view = mailing_of(session, stream=stream, occurrence=occurrence)
    assert view is not None
    return view
