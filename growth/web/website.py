"""``/website``: visits, sources, pages, dead ends, script errors, and whether the script works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar.handlers import HTTPRouteHandler

from growth import clock
from growth.channels import channel_titles, medium_title
from growth.jobs import Period
from growth.language import _, ngettext
from growth.operations import span_before
from growth.reporting import Chart, Column, Empty, Figure, Kind, PeriodChoice, Series, Table, line
from growth.traffic import (
    Came,
    Way,
    catch_up,
    dead_ends,
    left_out,
    pending_events,
    script_errors,
    site_sums,
    sources,
    tracking_loss,
    visits_by_day,
)
from growth.traffic import pages as page_rows
from growth.traffic import working as collection
from growth.traffic.handing import page_table, site_figures
from growth.web.answers import Page
from growth.web.channels import ROLES, days_so_far
from growth.web.overview import period_choice, wanted_period
from growth.web.page import page
from growth.web.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class WebsitePage:
    """The variables of website.html."""

    #: how things stand, in words
    sentence: str
    #: the period shown and those that can be
    period: PeriodChoice
    #: visits, page views, time, bounces, dead ends
    figures: Sequence[Figure]
    #: visits by day
    chart: Chart
    #: where the visits came from
    sources: Table
    #: the pages
    table: Table
    #: pages beside this one
    tabs: Sequence[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """The variables of list.html: one table of a period."""

    #: what it shows, in words
    sentence: str
    #: the period shown and those that can be
    period: PeriodChoice
    #: the rows
    table: Table
    #: pages beside this one
    tabs: Sequence[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingPage:
    """The variables of working.html."""

    #: that events come, in words; empty where they do not
    sentence: str
    #: the tag to put into pages
    snippet: str
    #: the call to make from the site's server
    call: str
    #: (what is wrong, what to do)
    wrong: Sequence[tuple[str, str]]
    #: last sign-up and step, events that wait, sign-ups without a visit
    facts: Sequence[tuple[str, str]]
    #: what was not counted in thirty days, and why
    dropped: Table
    #: pages beside this one
    tabs: Sequence[tuple[str, str, bool]]


@page("/website", nav="website", roles=ROLES)
def overview(viewer: Viewer) -> Page:
    """How the site is used."""
    period = wanted_period(viewer)
    catch_up(viewer.database)
    # as many days of the period before as have passed of this one: a month that has just begun has not lost its visitors
    before = span_before(period, today=clock.site_day(viewer.now, viewer.workspace.zone))
    against = _("against {period}", period=period.previous().title())
    with viewer.database.read() as session:
        now = site_sums(session, from_day=period.first, until_day=period.last)
        then = site_sums(session, from_day=before.first, until_day=before.last)
        days = visits_by_day(session, from_day=period.first, until_day=period.last)
        came = sources(session, from_day=period.first, until_day=period.last)
        rows = page_rows(session, from_day=period.first, until_day=period.last)
        titles = channel_titles(session)
    table = page_table(rows)
    table = replace(table, rows=[{**row, "href": f"/website/ways?path={quote(str(row['path']))}"} for row in table.rows])
    if viewer.format:
        return viewer.download(table)
    visits = Figure(id="visits", label=_("Visits"), value=now.visits).compared(then.visits or None, against=against)
    sentence = (
        ngettext("{n} visit", "{n} visits", now.visits)
        + _(", {views} page views; {visitors} daily visitors added up.", views=now.views, visitors=now.daily_visitors)
        if now.visits
        else _("No visits in this period.")
    )
    shown = WebsitePage(
        sentence=sentence,
        period=period_choice(viewer.address, period, viewer),
        figures=[visits, *site_figures(now, then, period, against=against)],
        chart=line(
            "visits",
            _("Visits by day"),
            [{"day": day, "visits": days.get(day, 0)} for day in days_so_far(period, viewer)],
            x=Series(id="day", label=_("Day"), kind=Kind.DATE),
            series=[Series(id="visits", label=_("Visits"))],
        ),
        sources=Table(
            id="sources",
            title=_("Where from"),
            columns=[
                Column(id="source", label=_("Source"), key=True),
                Column(id="channel", label=_("Channel")),
                Column(id="medium", label=_("Medium")),
                Column(id="visits", label=_("Visits"), kind=Kind.NUMBER, lead=True),
                Column(id="share", label=_("Share"), kind=Kind.BAR, lead=True),
                Column(id="bounce_rate", label=_("Bounce rate"), kind=Kind.PERCENT),
                Column(id="engaged", label=_("Time a visit"), kind=Kind.DURATION),
            ],
            rows=[
                {
                    "source": row.source or (_("own link") if row.channel != row.medium else medium_title(row.medium)),
                    "channel": titles.get(row.channel, row.channel) if row.channel != row.medium else "",
                    "medium": medium_title(row.medium),
                    "visits": row.visits,
                    "share": row.visits / now.visits if now.visits else None,
                    "bounce_rate": row.bounces / row.visits if row.visits else None,
                    "engaged": row.engaged / row.visits if row.visits else None,
                }
                for row in came[:30]
            ],
            empty=_nothing_yet(viewer),
        ),
        table=viewer.arrange(table, sort="-views"),
        tabs=tabs(viewer, "website"),
    )
    return viewer.render("web/traffic/website.html", shown, title=_("Website"))


@page("/website/dead-ends", nav="website", roles=ROLES)
def ends(viewer: Viewer) -> Page:
    """Addresses that visitors did not find."""
    period = wanted_period(viewer)
    rows = dead_ends(viewer.database, from_day=period.first, until_day=period.last)
    table = Table(
        id="dead-ends",
        title=_("Dead ends"),
        columns=[
            Column(id="path", label=_("Address"), kind=Kind.CODE, key=True),
            Column(id="referrer", label=_("Led there by"), lead=True),
            Column(id="visitors", label=_("Visitors"), kind=Kind.NUMBER, lead=True),
            Column(id="hits", label=_("Views"), kind=Kind.NUMBER),
        ],
        rows=[{"path": row.path, "referrer": row.referrer or _("unknown"), "visitors": row.visitors, "hits": row.hits} for row in rows],
        empty=Empty(
            title=_("Nobody ran into a missing page"),
            text=_("Mark your error page, so that the script can tell:"),
            code='<meta name="growth-status" content="404">',
        ),
    )
    if viewer.format:
        return viewer.download(table)
    sentence = ngettext(
        "{n} address of ours was not there when somebody came.", "{n} addresses of ours were not there when somebody came.", len(rows)
    )
    return listed(viewer, period, sentence, viewer.arrange(table, sort="-visitors"), "dead-ends", _("Dead ends"))


@page("/website/errors", nav="website", roles=ROLES)
def errors(viewer: Viewer) -> Page:
    """What failed in visitors' browsers."""
    period = wanted_period(viewer)
    rows = script_errors(viewer.database, from_day=period.first, until_day=period.last)
    table = Table(
        id="errors",
        title=_("Script errors"),
        columns=[
            Column(id="message", label=_("Error"), kind=Kind.PROSE, key=True, under="script"),
            Column(id="kind", label=_("Kind"), kind=Kind.CODE),
            Column(id="visitors", label=_("Visitors"), kind=Kind.NUMBER, lead=True),
            Column(id="hits", label=_("Times"), kind=Kind.NUMBER, lead=True),
            Column(id="pages", label=_("Pages"), kind=Kind.NUMBER),
        ],
        rows=[
            {
                "message": row.message or _("(no message)"),
                "script": row.script,
                "kind": row.kind,
                "visitors": row.visitors,
                "hits": row.hits,
                "pages": row.pages,
            }
            for row in rows
        ],
        empty=Empty(title=_("No script failed"), text=_("Errors of scripts and files that did not load appear here, with the pages.")),
    )
    if viewer.format:
        return viewer.download(table)
    sentence = ngettext("{n} kind of error in this period.", "{n} kinds of errors in this period.", len(rows))
    return listed(viewer, period, sentence, viewer.arrange(table, sort="-visitors"), "errors", _("Script errors"))


@page("/website/working", nav="website", roles=ROLES)
def working(viewer: Viewer) -> Page:
    """Is it working? The last event and sign-up, what was left out, and what to put where."""
    catch_up(viewer.database)
    today = clock.site_day(viewer.now, viewer.workspace.zone)
    since = today - timedelta(days=29)
    state = collection(viewer.database, now=viewer.now)
    with viewer.database.read() as session:
        unseen, total = tracking_loss(session, from_day=since, until_day=today)
    reasons = left_out(viewer.database, from_day=since, until_day=today)
    zone, address = viewer.workspace.zone, viewer.workspace.settings.public_url
    at = state.event.astimezone(zone) if state.event is not None else None
    fresh = state.events_come(viewer.now)
    dropped = Table(
        id="dropped",
        title=_("Not counted in thirty days"),
        columns=[
            Column(id="reason", label=_("Reason"), kind=Kind.CODE, key=True, lead=True),
            Column(id="words", label=_("Meaning")),
            Column(id="count", label=_("Events"), kind=Kind.NUMBER, lead=True),
        ],
        rows=[{"reason": reason, "words": _reasons().get(reason, ""), "count": count} for reason, count in reasons.items()],
        empty=Empty(title=_("Everything that came was counted"), text=_("Bots, prefetched pages, your own team: each with its reason.")),
    )
    if viewer.format:
        return viewer.download(dropped)
    shown = WorkingPage(
        sentence=_("Events come: the last one at {at}.", at=f"{at:%Y-%m-%d %H:%M:%S}") if at and fresh else "",
        snippet=f'<script defer src="{address}t.js"></script>',
        call=_call(address),
        wrong=[(each.what, each.fix) for each in state.wrong],
        facts=[
            (_("Last event"), f"{at:%Y-%m-%d %H:%M:%S}" if at else _("none yet")),
            (_("Last sign-up"), _came(state.signup, zone)),
            (_("Last step"), _came(state.step, zone)),
            (_("Events waiting to become visits"), str(pending_events(viewer.database))),
            (_("Sign-ups in thirty days"), str(total)),
            (_("… of them without a recorded visit"), f"{unseen} ({unseen / total:.0%})" if total else "–"),
        ],
        dropped=viewer.arrange(dropped, sort="-count"),
        tabs=tabs(viewer, "working"),
    )
    return viewer.render("web/traffic/working.html", shown, title=_("Is it working?"))


def listed(viewer: Viewer, period: Period, sentence: str, table: Table, tab: str, title: str) -> Page:
    """A page of one table."""
    shown = ListPage(sentence=sentence, period=period_choice(viewer.address, period, viewer), table=table, tabs=tabs(viewer, tab))
    return viewer.render("web/traffic/list.html", shown, title=title)


def tabs(viewer: Viewer, current: str) -> list[tuple[str, str, bool]]:
    """The pages of the website, this one marked."""
    period = f"?period={viewer.query['period']}" if "period" in viewer.query else ""
    items = [
        ("website", _("Visits and pages"), f"/website{period}"),
        ("live", _("On the site now"), "/website/live"),
        ("hot-areas", _("Hot areas"), f"/website/hot-areas{period}"),
        ("getting-in-touch", _("Getting in touch"), f"/website/getting-in-touch{period}"),
        ("dead-ends", _("Dead ends"), f"/website/dead-ends{period}"),
        ("errors", _("Script errors"), f"/website/errors{period}"),
        ("beside", _("Beside other counters"), f"/website/beside{period}"),
        ("working", _("Is it working?"), "/website/working"),
    ]
    return [(words, path, name == current) for name, words, path in items]


def _came(last: Came | None, zone: ZoneInfo) -> str:
    if last is None:
        return _("none yet")
    ways = {Way.SCRIPT: _("by the script"), Way.SERVER: _("by the site's server"), Way.FILE: _("by an import")}
    return " · ".join(filter(None, (f"{last.at.astimezone(zone):%Y-%m-%d %H:%M:%S}", last.name, ways[last.way])))


def _call(address: str) -> str:
    body = '{"id": "u-1", "page": "…", "role": "investor"}'
    return f"curl -H 'Authorization: Bearer KEY' -H 'Idempotency-Key: u-1' \\\n  -d '{body}' \\\n  {address}api/v1/signups"


def _nothing_yet(viewer: Viewer) -> Empty:
    return Empty(
        title=_("No visits yet"),
        text=_("Put the script into the site's pages; it needs no cookie."),
        code=f'<script defer src="{viewer.workspace.settings.public_url}t.js"></script>',
        action=(_("Is it working?"), "/website/working"),
    )


def _reasons() -> dict[str, str]:
    return {
        "ua_list": _("a bot by its name"),
        "ua_generic": _("a bot by a word that no browser has"),
        "ua_empty": _("a browser that says nothing of itself"),
        "prefetch": _("fetched ahead by a browser"),
        "no_track": _("the browser asked not to be followed"),
        "staff": _("your own team"),
        "too_old": _("older than a week when it came"),
        "future": _("from a time to come"),
        "foreign": _("of another site"),
        "invalid": _("not readable"),
        "spam_referrer": _("sent by a host that forges referrers"),
        "rate": _("quicker than people are"),
        "full": _("refused, the buffer was full"),
        "broken": _("could not be stored"),
        "unknown_field": _("fields that nobody knows (the event itself was counted)"),
    }


def pages() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [overview, ends, errors, working]
