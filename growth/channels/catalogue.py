"""The catalogue: rows that follow channels.yaml. What leaves the file is retired, `formerly` renames, history stays."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from growth import clock
from growth.channels import models
from growth.channels.media import ChannelMedium, medium_title
from growth.channels.settings import ChannelEntry, ChannelsFile
from growth.errors import GrowthError
from growth.language import _
from growth.workspace import Workspace


class UnknownChannel(GrowthError):
    """A name that is no channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """A channel. `id` is None for a medium that stands where no channel is known."""

    id: int | None
    name: str
    title: str
    medium: str
    reach: int | None = None
    target: str | None = None
    retired: bool = False
    declared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a look at channels.yaml changed, by name."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()


def declared_channels(workspace: Workspace) -> dict[str, ChannelEntry]:
    """The channels of channels.yaml by name."""
    return workspace.one("channels", ChannelsFile).channels


def ensure_channels(session: Session, *, workspace: Workspace, now: datetime) -> Changes:
    """Make the rows say what channels.yaml says. Cheap where nothing changed."""
    wanted = declared_channels(workspace)
    rows = {row.name: row for row in session.scalars(select(models.Channel)).all()}
    today = clock.site_day(now, workspace.zone)
    renamed = _rename(session, rows, wanted)
    added, changed = [], []
    for name, entry in wanted.items():
        row = rows.get(name)
        if row is None:
            row = models.Channel(name=name, medium=entry.medium.value, first_day=today, declared=True)
            session.add(row)
            session.flush()
            rows[name] = row
            added.append(name)
        elif _differs(row, entry):
            changed.append(name)
        _declare(row, entry)
        _sync_rates(session, row, entry)
    retired = [name for name, row in rows.items() if name not in wanted and row.declared and row.retired_at is None]
    for name in retired:
        _retire(session, rows[name], now=now, today=today)
    session.flush()
    return Changes(added=tuple(added), changed=tuple(changed), retired=tuple(retired), renamed=tuple(renamed))


def channels(session: Session, *, with_retired: bool = True) -> list[ChannelView]:
    """All channels by name."""
    rows = session.scalars(select(models.Channel).order_by(models.Channel.name)).all()
    return [_view(row) for row in rows if with_retired or row.retired_at is None]


def channel_titles(session: Session) -> dict[str, str]:
    """What people call each channel and each medium, by name; channels without a title are called by their name."""
    titles = {medium.value: medium_title(medium.value) for medium in ChannelMedium}
    return titles | {view.name: view.title or view.name for view in channels(session)}


def find_channel(session: Session, name: str) -> ChannelView | None:
    """The channel called `name`, or None."""
    row = session.scalar(select(models.Channel).where(models.Channel.name == name))
    return None if row is None else _view(row)


def channel_named(session: Session, name: str, *, medium: str | None = None, day: date) -> ChannelView:
    """The channel called `name`; with `medium` an unknown one is made. A medium stands for visits without a channel.

    Raises UnknownChannel.
    """
    if (found := find_channel(session, name)) is not None:
        return found
    if medium is not None and name != medium:
        row = models.Channel(name=name, medium=ChannelMedium(medium).value, first_day=day, declared=False)
        session.add(row)
        session.flush()
        return _view(row)
    if name in set(ChannelMedium):
        return ChannelView(id=None, name=name, title="", medium=name)
    known = [channel.name for channel in channels(session)]
    near = difflib.get_close_matches(name, known, n=1)
    hint = _("did you mean “{word}”?", word=near[0]) if near else _("add it to channels.yaml: growth new channel NAME")
    raise UnknownChannel(_("there is no channel “{name}”", name=name), fix=hint)


def _view(row: models.Channel) -> ChannelView:
    return ChannelView(
        id=row.id,
        name=row.name,
        title=row.title,
        medium=row.medium,
        reach=row.reach,
        target=row.target,
        retired=row.retired_at is not None,
        declared=row.declared,
    )


def _rename(session: Session, rows: dict[str, models.Channel], wanted: dict[str, ChannelEntry]) -> list[tuple[str, str]]:
    renamed = []
    for name, entry in wanted.items():
        old = next((old for old in entry.formerly if old in rows), None)
        if old is None:
            continue
        row = rows.pop(old)
        if name in rows:
            _merge(session, row, rows[name])
        else:
            row.name = name
            session.flush()
            rows[name] = row
        renamed.append((old, name))
    return renamed


def _merge(session: Session, old: models.Channel, into: models.Channel) -> None:
    """Both names had rows: the old one's history goes to the new one."""
    for table in (models.Link, models.Cost, models.CostRate, models.Origin):
        session.execute(update(table).where(table.channel_id == old.id).values(channel_id=into.id))
    into.first_day = min(into.first_day, old.first_day)
    session.delete(old)
    session.flush()


def _differs(row: models.Channel, entry: ChannelEntry) -> bool:
    now = (row.title, row.medium, row.reach, row.target, row.declared, row.retired_at)
    return now != (entry.name, entry.medium.value, entry.reach, entry.to, True, None)


def _declare(row: models.Channel, entry: ChannelEntry) -> None:
    row.title, row.medium, row.reach, row.target = entry.name, entry.medium.value, entry.reach, entry.to
    row.declared, row.retired_at = True, None


def _sync_rates(session: Session, row: models.Channel, entry: ChannelEntry) -> None:
    wanted = [
        (per, amount.minor, amount.currency, entry.cost.from_, entry.cost.until)
        for per, amount in (("month", entry.cost.per_month), ("once", entry.cost.once))
        if amount is not None
    ]
    rates = session.scalars(select(models.CostRate).where(models.CostRate.channel_id == row.id).order_by(models.CostRate.id)).all()
    if [(rate.per, rate.amount, rate.currency, rate.from_day, rate.until_day) for rate in rates] == wanted:
        return
    session.execute(delete(models.CostRate).where(models.CostRate.channel_id == row.id))
    for per, amount, currency, from_day, until_day in wanted:
        session.add(models.CostRate(channel_id=row.id, per=per, amount=amount, currency=currency, from_day=from_day, until_day=until_day))


def _retire(session: Session, row: models.Channel, *, now: datetime, today: date) -> None:
    """Out of the file: it keeps its history, and its monthly cost ends today."""
    row.retired_at = now
    for rate in session.scalars(select(models.CostRate).where(models.CostRate.channel_id == row.id, models.CostRate.per == "month")).all():
        if rate.until_day is None or rate.until_day > today:
            rate.until_day = today
