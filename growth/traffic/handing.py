"""What traffic hands to the other rooms: a section of the report, a card, a diagnosis, facts about a page, numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth import clock
from growth.app import Diagnosis, Hit, Level, Sample
from growth.db import Database
from growth.language import _, ngettext
from growth.reporting import Better, Column, Figure, Kind, Query, Section, Table
from growth.traffic.models import EntryDay, Event, PageDay, PagePath, Signup, TrafficCursor, Visit
from growth.traffic.website import PageRow, SiteSums, last_event_at, pages, site_sums, tracking_loss
from growth.workspace import Workspace

if TYPE_CHECKING:
    from growth.jobs import Period

#: without an event for so long something is probably wrong with the script
_SILENT = timedelta(days=2)


def report_section(session: Session, workspace: Workspace, period: Period) -> Iterator[Section]:
    """How the site was used: page views, time, bounces, pages that visits began on."""
    now = site_sums(session, from_day=period.first, until_day=period.last)
    if not now.visits and not now.views:
        return
    before = site_sums(session, from_day=period.previous().first, until_day=period.previous().last)
    rows = pages(session, from_day=period.first, until_day=period.last, most=15)
    yield Section(
        id="website",
        title=_("Website"),
        sentence=ngettext("{n} visit looked at {views} pages.", "{n} visits looked at {views} pages.", now.visits, views=now.views),
        figures=site_figures(now, before, period, against=_("against the period before")),
        tables=[page_table(rows)],
        order=30,
    )


def page_table(rows: Sequence[PageRow]) -> Table:
    """The pages as a table."""
    columns = [
        Column(id="path", label=_("Page"), kind=Kind.CODE, key=True, under="title"),
        Column(id="views", label=_("Views"), kind=Kind.NUMBER, lead=True),
        Column(id="entries", label=_("Visits begun"), kind=Kind.NUMBER, lead=True),
        Column(id="exits", label=_("Visits ended"), kind=Kind.NUMBER),
        Column(id="bounce_rate", label=_("Bounce rate"), kind=Kind.PERCENT, help=_("Of the visits that began here.")),
        Column(id="engaged", label=_("Time in front"), kind=Kind.DURATION),
        Column(id="scroll", label=_("Scrolled"), kind=Kind.PERCENT),
        Column(id="load", label=_("Load time"), kind=Kind.DURATION, help=_("As visitors felt it.")),
        Column(id="errors", label=_("Script errors"), kind=Kind.NUMBER),
    ]
    shown = [
        {
            "path": row.path,
            "title": row.title,
            "views": row.views,
            "entries": row.entries,
            "exits": row.exits,
            "bounce_rate": row.bounces / row.entries if row.entries else None,
            "engaged": row.engaged,
            "scroll": row.scroll,
            "load": row.load,
            "errors": row.errors,
        }
        for row in rows
    ]
    return Table(id="pages", title=_("Pages"), columns=columns, rows=shown)


def site_figures(now: SiteSums, before: SiteSums, period: Period, *, against: str) -> list[Figure]:
    """Page views, time, bounces and dead ends of a period; `against` says what `before` is."""
    command = f"growth traffic visits --from {period.first.isoformat()} --to {period.last.isoformat()}"
    views = Figure(
        id="views",
        label=_("Page views"),
        value=now.views,
        query=Query(means=_("Pages that were opened, bots left out."), computed=_("Counted as events come, by the day of the view.")),
        evidence="/website",
    )
    engaged = Figure(
        id="engaged",
        label=_("Time a visit"),
        value=round(now.engaged_a_visit.total_seconds()) if now.engaged_a_visit is not None else None,
        unit="s",
        query=Query(means=_("Time in front of the page, by visit; a page in the background counts nothing."), command=command),
        evidence="/website",
    )
    bounced = Figure(
        id="bounce_rate",
        label=_("Bounce rate"),
        value=Decimal(str(round(now.bounce_rate, 6))) if now.bounce_rate is not None else None,
        unit="%",
        better=Better.DOWN,
        query=Query(means=_("Visits of one page, under ten seconds in front of it, without a form or a way out used."), command=command),
        evidence="/website",
    )
    missing = Figure(
        id="missing",
        label=_("Dead ends"),
        value=now.missing,
        better=Better.DOWN,
        query=Query(means=_("Views of an address of ours that was not there."), command=command),
        evidence="/website/dead-ends",
    )
    seconds = round(before.engaged_a_visit.total_seconds()) if before.engaged_a_visit is not None else None
    rate = Decimal(str(round(before.bounce_rate, 6))) if before.bounce_rate is not None else None
    return [
        views.compared(before.views or None, against=against),
        engaged.compared(seconds, against=against),
        bounced.compared(rate, against=against),
        missing.compared(before.missing or None, against=against),
    ]


def overview_cards(session: Session, workspace: Workspace, period: Period) -> Iterator[Figure]:
    """How many sign-ups came without a recorded visit: what blockers and lost beacons cost."""
    unseen, total = tracking_loss(session, from_day=period.first, until_day=period.last)
    if total:
        yield Figure(
            id="tracking_loss",
            label=_("Sign-ups without a visit"),
            value=Decimal(str(round(unseen / total, 6))),
            unit="%",
            better=Better.DOWN,
            query=Query(
                means=_("Sign-ups that the site's server told of and no script saw: blocked scripts, lost beacons, other devices."),
                computed=_("{unseen} of {total} sign-ups of the period", unseen=unseen, total=total),
            ),
            evidence="/website/working",
        )


def diagnose(workspace: Workspace, database: Database | None) -> Iterator[Diagnosis]:
    """Whether events come."""
    if database is None:
        return
    last = last_event_at(database)
    if last is None:
        snippet = f'<script defer src="{workspace.settings.public_url}t.js"></script>'
        yield Diagnosis(
            id="traffic.script",
            level=Level.WARN,
            message=_("no event has come yet"),
            fix=_("put this into the site's pages: {tag}", tag=snippet),
        )
    elif clock.now() - clock.from_micros(last) > _SILENT:
        at = clock.rfc3339(clock.from_micros(last), workspace.zone)
        yield Diagnosis(
            id="traffic.script",
            level=Level.WARN,
            message=_("the last event came at {at}", at=at),
            fix=_("see whether the script is still in the site's pages: /website/working"),
        )
    else:
        yield Diagnosis(id="traffic.script", level=Level.OK, message=_("events come"))


def url_facts(session: Session, url: str) -> Iterator[Hit]:
    """What traffic knows of a page: views of thirty days, visits and sign-ups that began there."""
    path = urlsplit(url).path or "/"
    page = session.scalar(select(PagePath.id).where(PagePath.path == path))
    if page is None:
        return
    last = session.scalar(select(func.max(PageDay.day)))
    if last is None:
        return
    since = last - timedelta(days=29)
    views = session.scalar(select(func.sum(PageDay.views)).where(PageDay.page_id == page, PageDay.day >= since)) or 0
    entries = session.scalar(select(func.sum(EntryDay.entries)).where(EntryDay.page_id == page, EntryDay.day >= since)) or 0
    begun = select(func.count()).select_from(Signup).join(Visit, Visit.id == Signup.visit_id)
    signups = session.scalar(begun.where(Visit.entry_page_id == page, Signup.day >= since)) or 0
    yield Hit(
        kind="traffic",
        title=_("{views} views, {entries} visits begun, {signups} sign-ups in 30 days", views=views, entries=entries, signups=signups),
        link=f"/website?q={path}",
    )


def metrics(session: Session) -> Iterator[Sample]:
    """Events, visits and sign-ups stored, events that wait to become visits."""
    database: Database = session.info["database"]
    with database.store("events").read() as raw:
        newest = raw.scalar(select(func.max(Event.id))) or 0
    done = session.scalar(select(TrafficCursor.event_id).where(TrafficCursor.id == 1)) or 0
    yield Sample(name="growth_traffic_events_total", value=newest, help="Events stored since the beginning")
    yield Sample(name="growth_traffic_events_waiting", value=max(newest - done, 0), help="Events that are in no visit yet")
    yield Sample(name="growth_signups_total", value=session.scalar(select(func.count()).select_from(Signup)) or 0, help="Sign-ups")
