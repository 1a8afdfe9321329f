"""Words that segments borrow from traffic: ``visited``, ``step``, ``channel`` (`App.segment_fields`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, or_, select, union

from growth.channels import CHANNEL, IDENTITY, ORIGIN, TOUCH
from growth.traffic.models import PagePath, Signup, Step, VisitorPage, VisitorStep

Ids = Select[Any]


def visited(value: Any, since: datetime | None, now: datetime) -> Ids:
    """Contacts who saw a page since then; ``*`` at the end of the path stands for anything."""
    who, member = IDENTITY.alias("who"), IDENTITY.alias("member")
    query: Ids = (
        select(who.c.contact_id)
        .join(member, member.c.person == who.c.person)
        .join(VisitorPage, VisitorPage.visitor_id == member.c.id)
        .join(PagePath, PagePath.id == VisitorPage.page_id)
        .where(who.c.contact_id.is_not(None), _matches(str(value)))
    )
    return query if since is None else query.where(VisitorPage.last_at >= since)


def step(value: Any, since: datetime | None, now: datetime) -> Ids:
    """Contacts who took a step since then, told by the site's server or by the page; ``register`` is the sign-up itself."""
    name = str(value)
    told = select(Signup.contact_id).join(Step, Step.signup_id == Signup.id).where(Step.name == name)
    who, member = IDENTITY.alias("who"), IDENTITY.alias("member")
    seen = (
        select(who.c.contact_id)
        .join(member, member.c.person == who.c.person)
        .join(VisitorStep, VisitorStep.visitor_id == member.c.id)
        .where(VisitorStep.name == name)
    )
    registered = select(Signup.contact_id).where(Signup.contact_id.is_not(None))
    if since is not None:
        told, seen = told.where(Step.at >= since), seen.where(VisitorStep.at >= since)
        registered = registered.where(Signup.at >= since)
    parts: list[Select[UUID | None]] = [told.where(Signup.contact_id.is_not(None)), seen.where(who.c.contact_id.is_not(None))]
    if name == "register":
        parts.append(registered)
    found = union(*parts).subquery()
    return select(found.c[0])


def channel(value: Any, since: datetime | None, now: datetime) -> Ids:
    """Contacts who met us through a channel (or a medium, where no channel is known) since then."""
    who, member = IDENTITY.alias("who"), IDENTITY.alias("member")
    query: Ids = (
        select(who.c.contact_id)
        .join(member, member.c.person == who.c.person)
        .join(TOUCH, TOUCH.c.identity_id == member.c.id)
        .join(ORIGIN, ORIGIN.c.id == TOUCH.c.origin_id)
        .outerjoin(CHANNEL, CHANNEL.c.id == ORIGIN.c.channel_id)
        .where(who.c.contact_id.is_not(None), or_(CHANNEL.c.name == str(value), ORIGIN.c.medium == str(value)))
    )
    return query if since is None else query.where(TOUCH.c.at >= since)


def _matches(pattern: str) -> Any:
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    if "*" not in escaped:
        return PagePath.path == pattern
    return PagePath.path.like(escaped.replace("*", "%"), escape="\\")


SEGMENT_FIELDS: Final[Mapping[str, Callable[[Any, datetime | None, datetime], Ids]]] = {
    "visited": visited,
    "step": step,
    "channel": channel,
}
