"""``/calendar``: a month of campaigns, activities, tasks, reports and what runs out; ``/activities/NAME``: one activity with its review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from litestar.handlers import HTTPRouteHandler

from growth import clock
from growth.app import CalendarEntry
from growth.jobs import Period
from growth.language import _
from growth.operations import ActivityReview, UnknownActivity, activities, calendar_entries, refresh, review
from growth.operations.kinds import kind_words
from growth.operations.schema import ActivityFile, ActivityTask
from growth.reporting import Column, Empty, Kind, Table
from growth.web import Missing, Page, Viewer, page
from growth.web.overview import wanted_period
from growth.workspace import Every

ROLES = ("marketer", "director", "viewer", "seo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One field of the calendar."""

    #: the day
    day: date
    #: whether it belongs to the month shown
    inside: bool
    #: whether it is today
    today: bool
    #: what falls on it: (time or empty, kind in words, entry)
    entries: Sequence[tuple[str, str, CalendarEntry]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """The variables of calendar.html."""

    #: the month in words
    month: str
    #: address of the month before
    before: str
    #: address of the month after
    after: str
    #: weeks of seven days, Monday first
    weeks: Sequence[Sequence[Day]]
    #: the days of the week in words
    weekdays: Sequence[str]
    #: all activities
    activities: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage:
    """The variables of activity.html."""

    #: what it is and what it brought
    review: ActivityReview
    #: its tasks
    tasks: Sequence[ActivityTask]
    #: the file that declares it
    source: str


@page("/calendar", nav="calendar", roles=ROLES)
def calendar(viewer: Viewer) -> Page:
    """The month of ``?period=2026-11``."""
    asked = wanted_period(viewer)
    month = Period.of(Every.MONTH, asked.first)
    zone = viewer.workspace.zone
    first = month.first - timedelta(days=month.first.weekday())
    last = month.last + timedelta(days=6 - month.last.weekday())
    since, until = clock.day_start(first, zone), clock.day_start(last + timedelta(days=1), zone) - clock.MICROSECOND
    with viewer.database.read() as session:
        entries = calendar_entries(session, viewer.workspace, since, until)
    today = clock.site_day(viewer.now, zone)
    days = [_day(first + timedelta(days=place), month, today, entries, viewer) for place in range((last - first).days + 1)]
    return viewer.render(
        "web/growth/calendar.html",
        CalendarPage(
            month=month.title(),
            before=viewer.address.to(period=month.previous().key),
            after=viewer.address.to(period=month.next().key),
            weeks=[days[start : start + 7] for start in range(0, len(days), 7)],
            weekdays=[_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
            activities=_activities(viewer, today),
        ),
        title=_("Calendar and activities"),
    )


@page("/activities/{name:str}", nav="calendar", roles=ROLES)
def activity_page(viewer: Viewer, name: str) -> Page:
    """One activity: its days, budget, tasks, and what it brought beside the days before it."""
    today = clock.site_day(viewer.now, viewer.workspace.zone)
    refresh(viewer.database, now=viewer.now)
    try:
        with viewer.database.read() as session:
            found = review(session, viewer.workspace, name, today=today)
    except UnknownActivity as fault:
        raise Missing from fault
    tasks = viewer.workspace.many("activity", ActivityFile)[name].tasks
    source = viewer.workspace.source("activity", name)
    crumbs = [(_("Calendar and activities"), "/calendar"), (found.view.name, "")]
    return viewer.render(
        "web/growth/activity.html", ActivityPage(review=found, tasks=tasks, source=source), title=found.view.name, crumbs=crumbs
    )


def pages() -> list[HTTPRouteHandler]:
    """The handlers of this module."""
    return [calendar, activity_page]


def _day(day: date, month: Period, today: date, entries: Sequence[CalendarEntry], viewer: Viewer) -> Day:
    zone = viewer.workspace.zone
    own = [entry for entry in entries if clock.site_day(entry.at, zone) == day]
    shown = [(_time(entry.at.astimezone(zone)), kind_words(entry.kind), entry) for entry in own]
    return Day(day=day, inside=month.contains(day), today=day == today, entries=shown)


def _time(local: datetime) -> str:
    """The time of day; what is of a whole day has none."""
    return "" if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"


def _activities(viewer: Viewer, today: date) -> Table:
    rows = [
        {
            "name": one.name,
            "state": one.state.value,
            "first": one.span.first,
            "last": one.span.last,
            "owner": one.owner or None,
            "budget": one.budget,
            "tasks": one.tasks_open,
            "href": f"/activities/{one.id}",
        }
        for one in activities(viewer.workspace, today=today)
    ]
    columns = [
        Column(id="name", label=_("Activity"), key=True),
        Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
        Column(id="first", label=_("From"), kind=Kind.DATE, lead=True),
        Column(id="last", label=_("Until"), kind=Kind.DATE),
        Column(id="owner", label=_("Owner")),
        Column(id="budget", label=_("Budget"), kind=Kind.MONEY),
        Column(id="tasks", label=_("Open tasks"), kind=Kind.NUMBER),
    ]
    empty = Empty(
        title=_("No activities yet"),
        text=_("A promotion with dates, budget and goal that joins channels and campaigns; its review stands here afterwards."),
        code="growth new activity autumn",
    )
    return Table(id="activities", title=_("Activities"), columns=columns, rows=rows, empty=empty, size=500)
