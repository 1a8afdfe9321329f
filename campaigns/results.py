"""What a period came to: deliveries, clicks by link, cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.campaign import stream_of
from campaigns.models import Plan, Run
from growth.channels import clicks_of_link, resolve_link
from growth.contacts import contacts
from growth.messaging import DeliveryState, counts, deliveries_query, sealed_addresses
from growth.money import Money
from growth.security import mask_address
from growth.workspace import Workspace


def deliveries(session: Session, *, stream: str, occurrence: str, state: str | None, masked: bool = True) -> Iterator[dict[str, Any]]:
    """``{"address","medium","state","reason","attempts","provider_id","at"}`` of each delivery, in the order they were written."""
    wanted = DeliveryState(state) if state else None
    rows = session.scalars(deliveries_query(stream=stream, occurrence=occurrence, state=wanted)).all()
    people = {person.id: person for person in contacts(session, [row.contact_id for row in rows if row.contact_id])}
    plain = sealed_addresses(session, [row.id for row in rows if row.contact_id is None])
    for row in rows:
        person = people.get(row.contact_id) if row.contact_id else None
        address = (person.email if row.medium == "email" else person.phone) if person else plain.get(row.id)
        yield {
            "address": (mask_address(address) if masked else address) if address else None,
            "medium": row.medium,
            "state": row.state,
            "reason": row.reason,
            "attempts": row.attempts,
            "provider_id": row.provider_id,
            "at": row.at,
        }


def results(session: Session, *, campaign: str, period: str, workspace: Workspace) -> dict[str, Any]:
    """Counts by state, clicks (without bots) by link, cost as planned."""
    run = session.get(Run, (campaign, period))
    plan = session.get(Plan, (campaign, period))
    found = counts(session, stream=stream_of(campaign), occurrence=period)
    links = []
    clicks = 0
    for code, target in zip(run.links["codes"], run.content["links"], strict=True) if run else ():
        link = resolve_link(session, code)
        counted = clicks_of_link(session, link.id) if link else None
        if counted:
            clicks += counted.people
            links.append({"target": target, "clicks": counted.people, "bots": counted.bots})
    cost = plan.document["cost"] if plan else Money.from_minor(0).as_json()
    return {
        "campaign": campaign,
        "period": period,
        "recipients": sum(found.values()),
        **{state.value: count for state, count in found.items()},
        "clicks": clicks,
        "cost": cost,
        "links": links,
        "started_at": run.started_at if run else None,
    }


def runs_between(session: Session, *, start: datetime, end: datetime) -> list[Run]:
    """The runs that began between two instants."""
    return list(session.scalars(select(Run).where(Run.started_at >= start, Run.started_at < end).order_by(Run.started_at)))
