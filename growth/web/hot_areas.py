"""``/website/hot-areas``: where people click and how far down they look; ``/website/getting-in-touch``: who wanted to talk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from growth.channels import channel_titles
from growth.jobs import Period
from growth.language import _, ngettext
from growth.reporting import Chart, Column, Empty, Kind, PeriodChoice, Series, Table, bars, heat
from growth.traffic import ClickedPage, HotPage, Spot, catch_up, clicked_pages, contact_clicks, hot_page, refresh_hot_areas
from growth.traffic.hot_areas import COLUMNS, ROWS
from growth.web.answers import Page
from growth.web.channels import ROLES
from growth.web.overview import period_choice, wanted_period
from growth.web.page import page
from growth.web.viewer import Viewer
from growth.web.website import listed, tabs

#: what ``?on=`` asks for
_SCREENS = {"": (Spot.PHONE, Spot.WIDE), "phone": (Spot.PHONE,), "wide": (Spot.WIDE,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class HotPageShown:
    """The variables of hot_page.html."""

    #: how many clicks, in words
    sentence: str
    #: the period shown and those that can be
    period: PeriodChoice
    #: which screens are counted: (words, address, current)
    screens: Sequence[tuple[str, str, bool]]
    #: the grid of clicks, None where nobody clicked
    grid: Chart | None
    #: how far down people looked, None where nobody left a report
    depths: Chart | None
    #: what was clicked
    elements: Table
    #: pages beside this one
    tabs: Sequence[tuple[str, str, bool]]


@page("/website/hot-areas", nav="website", roles=ROLES)
def hot_areas(viewer: Viewer, path: str = "", on: str = "") -> Page:
    """The pages with their clicks; with ``?path=`` the grid, the elements and the scroll map of one."""
    period = wanted_period(viewer)
    catch_up(viewer.database)
    refresh_hot_areas(viewer.database)
    if path:
        return _one(viewer, period, path, on if on in _SCREENS else "")
    with viewer.database.read() as session:
        rows = clicked_pages(session, from_day=period.first, until_day=period.last)
    table = _pages(rows, viewer)
    if viewer.format:
        return viewer.download(table)
    clicks = sum(row.clicks for row in rows)
    sentence = ngettext("{n} click", "{n} clicks", clicks) + _(" on {pages} pages; open one to see where.", pages=len(rows))
    return listed(viewer, period, sentence, viewer.arrange(table, sort="-clicks"), "hot-areas", _("Hot areas"))


@page("/website/getting-in-touch", nav="website", roles=ROLES)
def getting_in_touch(viewer: Viewer) -> Page:
    """Clicks on phone numbers, mail addresses, QQ and WeChat ids, by channel."""
    period = wanted_period(viewer)
    catch_up(viewer.database)
    rows = contact_clicks(viewer.database, from_day=period.first, until_day=period.last)
    with viewer.database.read() as session:
        titles = channel_titles(session)
    table = Table(
        id="contact-clicks",
        title=_("Getting in touch"),
        columns=[
            Column(id="name", label=_("Element clicked"), kind=Kind.CODE, key=True),
            Column(id="channel", label=_("Channel"), lead=True),
            Column(id="clicks", label=_("Clicks"), kind=Kind.NUMBER, lead=True),
            Column(id="visitors", label=_("Visitors"), kind=Kind.NUMBER),
        ],
        rows=[
            {
                "name": row.name,
                "channel": titles.get(row.channel, row.channel) or _("unknown"),
                "clicks": row.clicks,
                "visitors": row.visitors,
            }
            for row in rows
        ],
        empty=Empty(
            title=_("Nobody clicked to get in touch"),
            text=_("Links to tel:, mailto:, QQ and WeChat count by themselves; mark anything else:"),
            code='<span data-growth-contact="wechat:chengxin-kefu">chengxin-kefu</span>',
        ),
    )
    if viewer.format:
        return viewer.download(table)
    clicks = sum(row.clicks for row in rows)
    sentence = ngettext(
        "{n} click on a phone number, mail address, QQ or WeChat id.",
        "{n} clicks on phone numbers, mail addresses, QQ and WeChat ids.",
        clicks,
    )
    return listed(viewer, period, sentence, viewer.arrange(table, sort="-clicks"), "getting-in-touch", _("Getting in touch"))


def _pages(rows: Sequence[ClickedPage], viewer: Viewer) -> Table:
    columns = [
        Column(id="path", label=_("Page"), kind=Kind.CODE, key=True, under="title"),
        Column(id="clicks", label=_("Clicks"), kind=Kind.NUMBER, lead=True),
        Column(id="phone", label=_("On phones"), kind=Kind.PERCENT, help=_("Screens up to 767 pixels wide.")),
        Column(id="scroll", label=_("Scrolled"), kind=Kind.PERCENT, lead=True, help=_("How far down people look, on average.")),
        Column(id="leaves", label=_("Views left"), kind=Kind.NUMBER, help=_("Page views that told how far down they came.")),
    ]
    shown = [
        {
            "path": row.path,
            "title": row.title,
            "href": viewer.address.to(path=row.path, page=None, sort=None, q=None),
            "clicks": row.clicks,
            "phone": row.phone_clicks / row.clicks if row.clicks else None,
            "scroll": row.scroll,
            "leaves": row.leaves,
        }
        for row in rows
    ]
    empty = Empty(
        title=_("No clicks in this period"),
        text=_("The script tells of them by itself, by place and element; what is typed or written there is never read."),
        code=f'<script defer src="{viewer.workspace.settings.public_url}t.js"></script>',
        action=(_("Is it working?"), "/website/working"),
    )
    return Table(id="hot-areas", title=_("Hot areas"), columns=columns, rows=shown, empty=empty)


def _one(viewer: Viewer, period: Period, path: str, on: str) -> Page:
    with viewer.database.read() as session:
        found = hot_page(session, path, from_day=period.first, until_day=period.last, spots=_SCREENS[on])
    elements = _elements(found)
    if viewer.format:
        return viewer.download(elements)
    named = {"": _("All screens"), "phone": _("Phones"), "wide": _("Wider screens")}
    shown = HotPageShown(
        sentence=ngettext(
            "{n} click, {phone} of them on phones.", "{n} clicks, {phone} of them on phones.", found.clicks, phone=found.phone_clicks
        ),
        period=period_choice(viewer.address, period, viewer),
        screens=[(words, viewer.address.to(on=name or None, page=None), name == on) for name, words in named.items()],
        grid=_grid(found) if found.cells else None,
        depths=_depths(found) if found.depths else None,
        elements=viewer.arrange(elements, sort="-clicks"),
        tabs=tabs(viewer, "hot-areas"),
    )
    crumbs = [(_("Hot areas"), viewer.address.to(path=None, on=None, page=None, sort=None)), (path, "")]
    return viewer.render("web/traffic/hot_page.html", shown, title=path, crumbs=crumbs)


def _grid(found: HotPage) -> Chart:
    across, down = 100 // COLUMNS, 100 // ROWS
    rows = [
        {"x": f"{column * across} %", "y": f"{row * down} %", "clicks": found.cells.get((row, column), 0)}
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]
    return heat(
        "grid",
        _("Clicks by place"),
        rows,
        x=Series(id="x", label=_("From the left"), kind=Kind.TEXT),
        y=Series(id="y", label=_("From the top"), kind=Kind.TEXT),
        value=Series(id="clicks", label=_("Clicks")),
        note=_("The page from its top to its end, in cells of a tenth of its width and a twentieth of its height."),
    )


def _depths(found: HotPage) -> Chart:
    rows = [{"depth": f"{row.percent} %", "views": row.views, "share": row.share} for row in found.depths]
    return bars(
        "depths",
        _("How far down people look"),
        rows,
        x=Series(id="depth", label=_("Seen down to"), kind=Kind.TEXT),
        value=Series(id="share", label=_("Share of page views"), kind=Kind.PERCENT),
    )


def _elements(found: HotPage) -> Table:
    columns = [
        Column(id="element", label=_("Element"), kind=Kind.CODE, key=True, under="target"),
        Column(id="clicks", label=_("Clicks"), kind=Kind.NUMBER, lead=True),
        Column(id="share", label=_("Share"), kind=Kind.BAR, lead=True),
    ]
    rows = [{"element": row.element, "target": row.target, "clicks": row.clicks, "share": row.share} for row in found.elements]
    empty = Empty(
        title=_("No element was clicked"), text=_("Elements are called by their id, or by their kind and class under one with an id.")
    )
    return Table(id="elements", title=_("Clicked elements"), columns=columns, rows=rows, empty=empty)


def pages() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [hot_areas, getting_in_touch]
