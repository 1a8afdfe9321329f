"""Clicks: who followed a tracked link or scanned a QR code, people and bots told apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import models
from growth.channels.identity import stored_key
from growth.channels.links import ResolvedLink
from growth.channels.origin import Origin
from growth.channels.touches import NewTouch, TouchKind, record_touches
from growth.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickCount:
    """Clicks of one channel or link, without and by bots."""

    people: int = 0
    bots: int = 0


def record_click(session: Session, *, link: ResolvedLink, at: datetime, bot: str | None, workspace: Workspace) -> int:
    """Count one click; `bot` says why it is no person. A person whom the link was made for gets a touch. The click's id."""
    click = models.Click(link_id=link.id, at=at, day=clock.site_day(at, workspace.zone), bot=bot, contact_id=link.contact_id)
    session.add(click)
    session.flush()
    if bot is None and link.contact_id is not None:
        kind, _colon, rest = link.label.partition(":")
        campaign = rest.partition("/")[0] if kind == "campaign" else ""
        origin = Origin(channel_id=link.channel_id, medium=link.medium, campaign=campaign, link_id=link.id)
        key = stored_key(session, f"contact:{link.contact_id}")
        record_touches(session, [NewTouch(at=at, key=key, origin=origin, kind=TouchKind.CLICK, evidence=f"click:{click.id}")])
    return click.id


def clicks_by_channel(session: Session, *, from_day: date | None = None, until_day: date | None = None) -> dict[str, ClickCount]:
    """Clicks by the channel's name; days inclusive."""
    query = (
        select(models.Channel.name, func.count(), func.count(models.Click.bot))
        .join(models.Link, models.Link.channel_id == models.Channel.id)
        .join(models.Click, models.Click.link_id == models.Link.id)
        .group_by(models.Channel.name)
    )
    if from_day is not None:
        query = query.where(models.Click.day >= from_day)
    if until_day is not None:
        query = query.where(models.Click.day <= until_day)
    return {name: ClickCount(people=total - by_bots, bots=by_bots) for name, total, by_bots in session.execute(query)}


def clicked_by(*labels: str, since: datetime | None = None) -> Select[UUID | None]:
    """A Select of the contacts who followed links labelled so (``campaign:monthly``) or below (``campaign:monthly/2026-11``); no bots."""
    below = [models.Link.label.startswith(f"{label}/", autoescape=True) for label in labels]
    query = (
        select(models.Click.contact_id)
        .join(models.Link, models.Link.id == models.Click.link_id)
        .where(
            or_(models.Link.label.in_(labels), *below),
            models.Click.bot.is_(None),
            models.Click.contact_id.is_not(None),
        )
    )
    return query if since is None else query.where(models.Click.at >= since)


def clicks_of_link(session: Session, link_id: int) -> ClickCount:
    """Clicks of one link."""
    total, bots = session.execute(select(func.count(), func.count(models.Click.bot)).where(models.Click.link_id == link_id)).one()
    return ClickCount(people=total - bots, bots=bots)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCount:
    """A tracked link or QR code with its clicks."""

    id: int
    code: str
    target: str
    label: str
    via: str
    created_at: datetime
    people: int
    bots: int


def links_of_channel(session: Session, channel_id: int) -> list[LinkCount]:
    """The links and QR codes of a channel that were made for everybody, the most followed first."""
    query = (
        select(models.Link, func.count(models.Click.id), func.count(models.Click.bot))
        .outerjoin(models.Click, models.Click.link_id == models.Link.id)
        .where(models.Link.channel_id == channel_id, models.Link.contact_id.is_(None))
        .group_by(models.Link.id)
        .order_by(func.count(models.Click.id).desc(), models.Link.id)
    )
    return [
        LinkCount(
            id=link.id,
            code=link.code,
            target=link.target,
            label=link.label,
            via=link.via,
            created_at=link.created_at,
            people=total - bots,
            bots=bots,
        )
        for link, total, bots in session.execute(query)
    ]
