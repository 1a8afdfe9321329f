"""What a sender takes up next: as many as the paces allow, and whom it must not write to after all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from growth.contacts import Purpose, barriers, suppressed
from growth.messaging.assignment import Assignment
from growth.messaging.eligible import capped, closed, repeated
from growth.messaging.ledger import Claimed, claim_deliveries
from growth.messaging.pace import allowed, ready_at, take
from growth.messaging.state import SkipReason


def claim(session: Session, assignment: Assignment, *, owner: str, limit: int, now: datetime) -> tuple[list[Claimed], datetime | None]:
    """At most `limit`, as many as the pace allows, those of domains with a pace of their own by that; and when a pace that has nothing
    left allows the next one."""
    key = f"stream:{assignment.stream}"
    if (rate := assignment.rate) is not None:
        free = allowed(session, key=key, rate=rate, now=now)
        if free == 0:
            return [], ready_at(session, key=key, rate=rate, now=now)
        limit = min(limit, free)
    next_at: datetime | None = None
    found: list[Claimed] = []
    for domain, domain_rate in assignment.domain_rates.items():
        domain_key = f"domain:{domain}"
        free = min(allowed(session, key=domain_key, rate=domain_rate, now=now), limit - len(found))
        if free <= 0:
            ready = ready_at(session, key=domain_key, rate=domain_rate, now=now)
            next_at = min(next_at or ready, ready)
            continue
        mine = claim_deliveries(session, **assignment.names, owner=owner, now=now, limit=free, domain=domain)
        if mine:
            take(session, key=domain_key, rate=domain_rate, count=len(mine), now=now)
            found += mine
    if len(found) < limit:
        others = tuple(assignment.domain_rates)
        found += claim_deliveries(session, **assignment.names, owner=owner, now=now, limit=limit - len(found), not_domains=others)
    if found and rate is not None:
        take(session, key=key, rate=rate, count=len(found), now=now)
    return found, next_at


def refusals(session: Session, assignment: Assignment, claimed: Sequence[Claimed], *, now: datetime) -> dict[UUID, SkipReason]:
    """Who must not be written to after all: consent, suppression, cap and repeats as they stand now."""
    rules = assignment.rules
    people = {each.contact_id: each.address_index for each in claimed if each.contact_id is not None}
    against = barriers(session, medium=rules.medium, purpose=rules.purpose, people=people) if people else {}
    indexes = [each.address_index for each in claimed]
    full = capped(session, rules, indexes, now=now)
    had = repeated(session, **assignment.names, indexes=indexes) if rules.once else set()
    bare = [each.address_index for each in claimed if each.contact_id is None]
    if rules.purpose is Purpose.STAFF or rules.own_request:
        bare = []
    shut = closed(session, rules, indexes, now=now)
    stopped = suppressed(session, medium=rules.medium, address_indexes=bare) if bare else set()
    if not (against or full or had or stopped or shut):
        return {}
    reasons: dict[UUID, SkipReason] = {}
    for each in claimed:
        if each.contact_id in against:
            reasons[each.id] = SkipReason(against[each.contact_id].value)
        elif each.contact_id is None and each.address_index in stopped:
            reasons[each.id] = SkipReason.SUPPRESSED
        elif each.address_index in shut:
            reasons[each.id] = shut[each.address_index]
        elif each.address_index in had:
            reasons[each.id] = SkipReason.ALREADY
        elif each.address_index in full:
            reasons[each.id] = SkipReason.CAP
    return reasons
