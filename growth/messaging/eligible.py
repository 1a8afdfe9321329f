"""Who of an audience is written to: what growth.contacts says, what the app of the medium says, and the frequency cap over everything."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, literal, null, select
from sqlalchemy.orm import Session

from growth.app import load
from growth.contacts import Medium, Purpose, reach_query
from growth.messaging.models import Delivery
from growth.messaging.state import SENT_STATES, DeliveryState, SkipReason
from growth.workspace import Rate, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for one mailing: its medium and purpose, and the cap over all campaigns (marketing only).

    `own_request`: the person asked for this very message, so that their own earlier refusal does not stop it.
    `once`: an address gets one message of the stream, whatever number of occurrences there are.
    `openness`: what the app of the medium says of its addresses (`growth.app.App.openness`); None where any may be written to.
    """

    medium: Medium
    purpose: Purpose
    cap: Rate | None = None
    own_request: bool = False
    once: bool = False
    openness: Callable[[datetime], Select[Any]] | None = None

    @classmethod
    def of(cls, workspace: Workspace, *, medium: Medium, purpose: Purpose) -> Rules:
        """The rules of growth.yaml."""
        cap = getattr(workspace.settings.limits.frequency_cap, medium.value) if purpose is Purpose.MARKETING else None
        told = [load(app.openness[medium.value]) for app in workspace.apps if medium.value in app.openness]
        return cls(medium=medium, purpose=purpose, cap=cap, openness=told[0] if told else None)


def audience_query(rules: Rules, audience: Select[UUID], *, now: datetime) -> Select[Any]:
    """Everybody of `audience` (a Select of contact ids): id, address_index, domain, and the reason to leave them out or NULL."""
    reach = reach_query(medium=rules.medium, purpose=rules.purpose, audience=audience)
    if rules.openness is not None:
        reach = _opened(reach, rules.openness(now))
    if rules.cap is None:
        return reach
    found, full = reach.subquery("reach"), _capped(rules, now).subquery("capped")
    reason = func.coalesce(found.c.reason, _if_full(full.c.address_index))
    return select(found.c.id, found.c.address_index, found.c.domain, reason.label("reason")).select_from(
        found.outerjoin(full, full.c.address_index == found.c.address_index)
    )


def count_audience(session: Session, rules: Rules, audience: Select[UUID], *, now: datetime) -> dict[SkipReason | None, int]:
    """How many by reason; None are those that would be written to."""
    found = audience_query(rules, audience, now=now).subquery()
    rows = session.execute(select(found.c.reason, func.count()).group_by(found.c.reason)).tuples()
    return {SkipReason(reason) if reason else None: count for reason, count in rows}


def capped(session: Session, rules: Rules, indexes: Collection[bytes], *, now: datetime) -> set[bytes]:
    """Which of these addresses had as much marketing as the cap allows."""
    if rules.cap is None or not indexes:
        return set()
    return set(session.scalars(_capped(rules, now).where(Delivery.address_index.in_(indexes))))


def closed(session: Session, rules: Rules, indexes: Collection[bytes], *, now: datetime) -> dict[bytes, SkipReason]:
    """Which of these addresses the app of the medium says cannot be written to now, and why."""
    if rules.openness is None or not indexes:
        return {}
    found = rules.openness(now).subquery("told")
    rows = session.execute(select(found.c.address_index, found.c.reason).where(found.c.address_index.in_(indexes))).tuples()
    told = dict(rows.all())
    reasons = {index: told.get(index, SkipReason.NOT_FOLLOWING.value) for index in indexes}
    return {index: SkipReason(reason) for index, reason in reasons.items() if reason is not None}


def repeated(session: Session, *, stream: str, occurrence: str, indexes: Collection[bytes]) -> set[bytes]:
    """Which of these addresses got a message of the stream in another occurrence."""
    query = select(Delivery.address_index).where(
        Delivery.address_index.in_(indexes),
        Delivery.stream == stream,
        Delivery.occurrence != occurrence,
        Delivery.submitted_at.is_not(None),
        Delivery.state != DeliveryState.REJECTED.value,
        Delivery.state != DeliveryState.SKIPPED.value,
    )
    return set(session.scalars(query))


def _opened(reach: Select[Any], openness: Select[Any]) -> Select[Any]:
    """`reach` with what the app of the medium says, for whom nothing else is said."""
    found, told = reach.subquery("people"), openness.subquery("told")
    unknown = case((told.c.address_index.is_(None), literal(SkipReason.NOT_FOLLOWING.value)), else_=told.c.reason)
    return select(found.c.id, found.c.address_index, found.c.domain, func.coalesce(found.c.reason, unknown).label("reason")).select_from(
        found.outerjoin(told, told.c.address_index == found.c.address_index)
    )


def _if_full(index: Any) -> Any:
    return case((index.is_not(None), literal(SkipReason.CAP.value)), else_=null())


def _capped(rules: Rules, now: datetime) -> Select[bytes]:
    """Addresses that had as much marketing as the cap allows within its span."""
    assert rules.cap is not None
    return (
        select(Delivery.address_index)
        .where(
            Delivery.medium == rules.medium,
            Delivery.purpose == Purpose.MARKETING,
            Delivery.submitted_at > now - rules.cap.per,
            Delivery.state.in_([state.value for state in SENT_STATES]),
        )
        .group_by(Delivery.address_index)
        .having(func.count() >= rules.cap.count)
    )
