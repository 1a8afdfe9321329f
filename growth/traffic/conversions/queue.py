"""Conversions that are to be told: sign-ups, and the first time of each step, whose person came by a click of the platform's.

The click is the latest one before the conversion, within `attribution.lookback`, of any browser that is known to be the same person's.
Where `traffic.consent` is required, only visits of people who agreed count: those that brought an id of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from growth.channels import IDENTITY, insert_new
from growth.traffic.conversions.models import Conversion
from growth.traffic.conversions.platform import Platform
from growth.traffic.conversions.state import ConversionState
from growth.traffic.funnels import REGISTER_STEP
from growth.traffic.models import ERASED, Signup, Step, Visit
from growth.traffic.visitors import is_daily
from growth.workspace import Workspace
from growth.workspace.site import TrackingConsent


def queue_conversions(session: Session, *, platforms: Sequence[Platform], workspace: Workspace, now: datetime) -> int:
    """Put what is new into the queue; how many. A repeat adds nothing."""
    total = 0
    for platform in platforms:
        rows = _found(session, platform, workspace, now)
        insert_new(session, Conversion, rows, on=("platform", "signup_id", "step"))
        total += len(rows)
    return total


def _found(session: Session, platform: Platform, workspace: Workspace, now: datetime) -> list[dict[str, Any]]:
    meta, settings = platform.meta, workspace.settings
    agreed = settings.traffic.consent is TrackingConsent.REQUIRED
    latest: dict[tuple[int, str], Any] = {}
    for query in _candidates(platform):
        rows = session.execute(_with_click(query, platform).where(query.c.at >= now - meta.news))
        for row in rows:
            if (
                row.external_id.startswith(ERASED)
                or row.started_at <= row.at - settings.attribution.lookback
                or (agreed and is_daily(row.key))
            ):
                continue
            known = latest.get((row.signup_id, row.step))
            if known is None or (row.started_at, row.visit_id) > (known.started_at, known.visit_id):
                latest[row.signup_id, row.step] = row
    return [
        {
            "platform": meta.id,
            "signup_id": row.signup_id,
            "step": row.step,
            "visit_id": row.visit_id,
            "at": row.at,
            "value": row.value,
            "currency": row.currency,
            "state": ConversionState.WAITING.value,
            "attempts": 0,
            "next_at": now,
            "changed_at": now,
            "code": "",
            "message": "",
        }
        for row in latest.values()
    ]


def _candidates(platform: Platform) -> list[Any]:
    """Sign-ups and first steps that the platform wants to know of, as subqueries of one shape."""
    found: list[Any] = []
    if REGISTER_STEP in platform.types:
        step = literal(REGISTER_STEP).label("step")
        found.append(
            select(
                Signup.id.label("signup_id"), step, Signup.at, Signup.value, Signup.currency, Signup.identity_id, Signup.external_id
            ).subquery()
        )
    names = [name for name in platform.types if name != REGISTER_STEP]
    if names:
        turn = func.row_number().over(partition_by=(Step.signup_id, Step.name), order_by=(Step.at, Step.id)).label("turn")
        steps = (
            select(Step.signup_id, Step.name.label("step"), Step.at, Step.value, Step.currency, turn).where(Step.name.in_(names)).subquery()
        )
        columns = (steps.c.signup_id, steps.c.step, steps.c.at, steps.c.value, steps.c.currency, Signup.identity_id, Signup.external_id)
        found.append(select(*columns).join(Signup, Signup.id == steps.c.signup_id).where(steps.c.turn == 1).subquery())
    return found


def _with_click(query: Any, platform: Platform) -> Select[Any]:
    """Each candidate that is not queued yet, with every visit of its person that began by a click of the platform."""
    who, member = IDENTITY.alias("who"), IDENTITY.alias("member")
    queued = (
        select(Conversion.id)
        .where(Conversion.platform == platform.meta.id, Conversion.signup_id == query.c.signup_id, Conversion.step == query.c.step)
        .exists()
    )
    return (
        select(query, Visit.id.label("visit_id"), Visit.started_at, member.c.key)
        .join(who, who.c.id == query.c.identity_id)
        .join(member, member.c.person == who.c.person)
        .join(Visit, Visit.visitor_id == member.c.id)
        .where(Visit.click_parameter.in_(platform.meta.parameters), Visit.click_id != "", Visit.started_at <= query.c.at, ~queued)
    )
