"""``/website/live``: who is on the site now; ``/website/ways``: from where people come to a page, and where they go from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from litestar.handlers import HTTPRouteHandler

from growth.channels import channel_titles
from growth.language import _, ngettext
from growth.reporting import Column, Empty, Kind, PeriodChoice, Table
from growth.traffic import catch_up, on_site, ways
from growth.traffic.live import WayPart, Ways
from growth.web.answers import Page
from growth.web.channels import ROLES
from growth.web.overview import period_choice, wanted_period
from growth.web.page import page
from growth.web.viewer import Viewer
from growth.web.website import tabs


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePage:
    """The variables of live.html."""

    #: how many visits go on, in words
    sentence: str
    #: the visits
    table: Table
    #: pages beside this one
    tabs: Sequence[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysPage:
    """The variables of ways.html."""

    #: how often the page was viewed, in words
    sentence: str
    #: the period shown and those that can be
    period: PeriodChoice
    #: where people came from, and where they went
    before: Table
    after: Table
    #: pages beside this one
    tabs: Sequence[tuple[str, str, bool]]


@page("/website/live", nav="website", roles=ROLES)
def live(viewer: Viewer) -> Page:
    """The visits of the last five minutes; the page asks for itself again."""
    catch_up(viewer.database, rollups=False)
    with viewer.database.read() as session:
        found = on_site(session, now=viewer.now)
        titles = channel_titles(session)
    columns = [
        Column(id="page", label=_("Is on"), kind=Kind.CODE, key=True),
        Column(id="channel", label=_("Channel"), lead=True, under="source"),
        Column(id="landing", label=_("Began on"), kind=Kind.CODE),
        Column(id="pages", label=_("Pages"), kind=Kind.NUMBER, lead=True),
        Column(id="since", label=_("On the site for"), kind=Kind.DURATION),
    ]
    rows = [
        {
            "page": visit.page,
            "href": f"/website/ways?path={quote(visit.page)}",
            "channel": titles.get(visit.channel, visit.channel),
            "source": visit.source,
            "landing": visit.landing,
            "pages": visit.pages,
            "since": viewer.now - visit.started_at,
        }
        for visit in found
    ]
    empty = Empty(
        title=_("Nobody is on the site now"), text=_("A visit stands here until five minutes after its last page, click or step.")
    )
    table = Table(id="live", title=_("On the site now"), columns=columns, rows=rows, empty=empty)
    if viewer.format:
        return viewer.download(table)
    sentence = ngettext("{n} visit in the last five minutes.", "{n} visits in the last five minutes.", len(found))
    shown = LivePage(sentence=sentence, table=viewer.arrange(table), tabs=tabs(viewer, "live"))
    return viewer.render("web/traffic/live.html", shown, title=_("On the site now"))


@page("/website/ways", nav="website", roles=ROLES)
def page_ways(viewer: Viewer, path: str = "/") -> Page:
    """The pages before and after one."""
    period = wanted_period(viewer)
    catch_up(viewer.database)
    with viewer.database.read() as session:
        found = ways(session, path, from_day=period.first, until_day=period.last)
    before = _table(viewer, "before", _("Came from"), _("the visit began here"), found.before)
    after = _table(viewer, "after", _("Went to"), _("the visit ended here"), found.after)
    if viewer.format:
        return viewer.download(after)
    shown = WaysPage(
        sentence=_ways_sentence(found),
        period=period_choice(viewer.address, period, viewer),
        before=before,
        after=after,
        tabs=tabs(viewer, "website"),
    )
    crumbs = [(_("Website"), "/website"), (path, "")]
    return viewer.render("web/traffic/ways.html", shown, title=_("Ways over {path}", path=path), crumbs=crumbs)


def _ways_sentence(found: Ways) -> str:
    text = ngettext("{n} view of {path}.", "{n} views of {path}.", found.views, path=found.path)
    if found.reloads:
        text += " " + ngettext("{n} was a reload and is no way.", "{n} were reloads and are no ways.", found.reloads)
    return text


def _table(viewer: Viewer, id: str, title: str, outside: str, parts: Sequence[WayPart]) -> Table:
    columns = [
        Column(id="path", label=title, kind=Kind.CODE, key=True),
        Column(id="views", label=_("Views"), kind=Kind.NUMBER, lead=True),
        Column(id="share", label=_("Share"), kind=Kind.BAR, lead=True),
    ]
    rows = [
        {
            "path": part.path or outside,
            "href": viewer.address.to(path=part.path) if part.path else None,
            "views": part.views,
            "share": part.share,
        }
        for part in parts
    ]
    return Table(id=id, title=title, columns=columns, rows=rows, empty=Empty(title=_("Nobody saw this page in this period")))


def pages() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [live, page_ways]
