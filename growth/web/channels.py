"""``/channels``: what each channel cost and brought; one channel with its links and QR codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from litestar.handlers import HTTPRouteHandler

from growth import clock
from growth.attribution import UNATTRIBUTED, Dimension, Report, ReportRow, all_models, attribution_report, keep_nulls, model_named
from growth.channels import (
    BadTarget,
    ChannelView,
    channels,
    clicks_by_channel,
    find_channel,
    link_url,
    links_of_channel,
    medium_title,
    qr_code,
    tracked_link,
)
from growth.errors import GrowthError
from growth.jobs import Period
from growth.language import _, ngettext
from growth.money import Money
from growth.operations import span_of
from growth.placements.keep import sync
from growth.rendering import numbers
from growth.reporting import Better, Chart, Column, Empty, Figure, Kind, PeriodChoice, Query, Series, Table, bars, line
from growth.traffic import catch_up, visits_by_day
from growth.web.answers import Page
from growth.web.overview import period_choice, wanted_period
from growth.web.page import page
from growth.web.refusals import Missing
from growth.web.viewer import Viewer

ROLES = ("viewer", "marketer", "director", "seo")
#: channels that the chart shows
_DRAWN = 12
_MEDIA_TYPES = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsPage:
    """The variables of channels.html."""

    #: how things stand, in words
    sentence: str
    #: the period shown and those that can be
    period: PeriodChoice
    #: (words, address, current) of the dimensions
    dimensions: Sequence[tuple[str, str, bool]]
    #: (words, address, current) of the models
    models: Sequence[tuple[str, str, bool]]
    #: what the model does
    explanation: str
    #: visits, sign-ups, cost, cost a sign-up
    figures: Sequence[Figure]
    #: sign-ups by row
    chart: Chart
    #: the rows
    table: Table
    #: pages beside this one: (words, address, current)
    tabs: Sequence[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPage:
    """The variables of channel.html."""

    #: its name in channels.yaml
    name: str
    #: (words, value)
    facts: Sequence[tuple[str, str]]
    #: the period shown and those that can be
    period: PeriodChoice
    #: visits, sign-ups, cost, cost a sign-up, reach
    figures: Sequence[Figure]
    #: visits by day
    chart: Chart
    #: its links and QR codes
    links: Table
    #: whether the viewer may make links
    may_make: bool
    #: what was wrong with the form
    fault: str = ""


@page("/channels", nav="channels", roles=ROLES)
def overview(viewer: Viewer, model: str = "", by: str = "channel", role: str = "") -> Page:
    """What each channel cost and brought in a period, under a model."""
    period = wanted_period(viewer)
    catch_up(viewer.database)
    report, views = _report(viewer, period, model, by, role)
    table = channel_table(viewer, report, views)
    if viewer.format:
        return viewer.download(table)
    chosen = model_named(report.model)
    shown = ChannelsPage(
        sentence=_sentence(report, views),
        period=period_choice(viewer.address, period, viewer),
        dimensions=[
            (words, viewer.address.to(by=each.value, page=None, sort=None), each is report.dimension) for each, words in _dimensions()
        ],
        models=[(str(each.title), viewer.address.to(model=id, page=None), id == report.model) for id, each in all_models().items()],
        explanation=str(chosen.explanation),
        figures=_figures(report),
        chart=_bars(report, views),
        table=viewer.arrange(table, sort="-signups"),
        tabs=tabs(viewer, "channels"),
    )
    return viewer.render("web/channels/channels.html", shown, title=_("Channels"))


@page("/channels/{name:str}", nav="channels", roles=ROLES)
def one(viewer: Viewer, name: str) -> Page:
    """One channel."""
    return _one(viewer, name)


@page("/channels/{name:str}/links", methods=("POST",), nav="channels", roles=("marketer",))
def make_link(viewer: Viewer, name: str) -> Page:
    """Make a tracked link or QR code."""
    via = "qr" if viewer.form.get("via") == "qr" else "link"
    target, label = viewer.form.get("target").strip(), viewer.form.get("label").strip()[:80]
    try:
        with viewer.database.write() as session:
            if find_channel(session, name) is None:
                raise Missing
            made = tracked_link(
                session, channel=name, target=target or None, workspace=viewer.workspace, now=viewer.now, label=label, via=via
            )
    except (BadTarget, GrowthError) as fault:
        if isinstance(fault, Missing):
            raise
        return _one(viewer, name, fault=str(fault))
    viewer.record("channel.link", f"channel:{name}", detail={"code": made.code, "target": made.target, "via": via})
    viewer.flash(_("{url} is ready", url=made.url))
    return viewer.redirect(f"/channels/{name}")


@page("/channels/{name:str}/qr/{code:str}", nav="channels", roles=ROLES)
def qr(viewer: Viewer, name: str, code: str, form: str = "svg") -> Page:
    """A QR code of one of its links, to print."""
    with viewer.database.read() as session:
        view = find_channel(session, name)
        known = {link.code: link for link in links_of_channel(session, view.id)} if view and view.id else {}
    if code not in known or form not in _MEDIA_TYPES:
        raise Missing
    content = qr_code(link_url(viewer.workspace, code, via=known[code].via), form=form)
    return viewer.file(content, name=f"{name}-{code}.{form}", media_type=_MEDIA_TYPES[form])


def tabs(viewer: Viewer, current: str) -> list[tuple[str, str, bool]]:
    """The pages of the room."""
    period = f"?period={viewer.query['period']}" if "period" in viewer.query else ""
    items = [
        ("channels", _("Channels"), "/channels"),
        ("models", _("Models side by side"), "/attribution"),
        ("funnel", _("Funnel"), "/funnel"),
        ("cohorts", _("Cohorts"), "/cohorts"),
    ]
    if viewer.may("marketer", "director"):
        items.append(("signups", _("Sign-ups"), "/signups"))
    items.append(("conversions", _("Handed back"), "/conversions"))
    return [(words, f"{path}{period}", name == current) for name, words, path in items]


def channel_table(viewer: Viewer, report: Report, views: dict[str, ChannelView]) -> Table:
    """The rows of a report with their clicks."""
    with viewer.database.read() as session:
        clicks = clicks_by_channel(session, from_day=report.from_day, until_day=report.until_day)
    by_channel = report.dimension is Dimension.CHANNEL
    rows = []
    for row in report.rows:
        view = views.get(row.label) if by_channel else None
        counted = clicks.get(row.label) if by_channel else None
        rows.append(
            {
                "label": _shown(row.label, report.dimension, views),
                "name": row.label if by_channel and row.label != UNATTRIBUTED else "",
                "href": f"/channels/{row.label}" if view else None,
                "medium": medium_title(view.medium) if view else "",
                "visits": row.visits,
                "signups": row.credit,
                "share": row.credit / report.conversions if report.conversions else None,
                "rate": row.credit / row.visits if row.visits else None,
                "cost": row.cost,
                "cac": row.cac,
                "value": row.value,
                "roi": row.roi,
                "clicks": counted.people if counted else None,
                "bots": counted.bots if counted else None,
                "few": _("few") if row.is_uncertain else "",
            }
        )
    columns = [
        Column(id="label", label=dict(_dimensions())[report.dimension], key=True, under="name"),
        *([Column(id="medium", label=_("Medium"))] if by_channel else []),
        Column(id="visits", label=_("Visits"), kind=Kind.NUMBER),
        Column(id="signups", label=_("Sign-ups"), kind=Kind.NUMBER, lead=True, under="few"),
        Column(id="share", label=_("Share"), kind=Kind.BAR),
        Column(id="rate", label=_("Rate"), kind=Kind.PERCENT, help=_("Sign-ups by visit of the period.")),
        Column(id="cost", label=_("Cost"), kind=Kind.MONEY),
        Column(id="cac", label=_("Cost a sign-up"), kind=Kind.MONEY, lead=True),
        Column(id="value", label=_("Value"), kind=Kind.MONEY),
        Column(id="roi", label=_("Return"), kind=Kind.PERCENT, help=_("(value − cost) ÷ cost")),
        *(
            [Column(id="clicks", label=_("Clicks"), kind=Kind.NUMBER), Column(id="bots", label=_("Bots"), kind=Kind.NUMBER)]
            if by_channel and any(row["clicks"] is not None for row in rows)
            else []
        ),
    ]
    empty = Empty(
        title=_("No visits and no channels yet"),
        text=_("Declare a channel, hand out its link, and see here what it cost and brought."),
        code="channels:\n  hao123: {medium: directory, cost: {per_month: 300 CNY}}\n\ngrowth channel link hao123 --to /register",
    )
    return Table(id="channels", title=_("Channels"), columns=columns, rows=rows, empty=empty)


def _report(viewer: Viewer, period: Period, model: str, by: str, role: str) -> tuple[Report, dict[str, ChannelView]]:
    known = all_models()
    chosen = known.get(model) or model_named(viewer.workspace.settings.attribution.model)
    dimension = Dimension(by) if by in list(Dimension) else Dimension.CHANNEL
    sync(viewer.database, now=viewer.now)
    span = span_of(period, today=clock.site_day(viewer.now, viewer.workspace.zone))
    if chosen.learn is not None:
        keep_nulls(viewer.database, from_day=span.first, until_day=span.last)
    with viewer.database.read() as session:
        report = attribution_report(
            session,
            workspace=viewer.workspace,
            model=chosen,
            from_day=span.first,
            until_day=span.last,
            dimension=dimension,
            role=role or None,
        )
        views = {view.name: view for view in channels(session)}
    return report, views


def _sentence(report: Report, views: dict[str, ChannelView]) -> str:
    if not report.conversions:
        return _("No sign-ups in this period.")
    best = next((row for row in report.rows if row.label not in (UNATTRIBUTED, "direct") and row.micros), None)
    unknown = report.conversions - report.attributed
    text = ngettext("{n} sign-up in this period", "{n} sign-ups in this period", report.conversions)
    if best is not None:
        text += _("; most came by {name} ({credit})", name=_shown(best.label, report.dimension, views), credit=_credit(best))
    if unknown:
        text += _("; of {n} nobody saw a visit", n=unknown)
    return text + _(".")


def _figures(report: Report) -> list[Figure]:
    spent = [row.cost for row in report.rows if row.cost is not None]
    currency = spent[0].currency if spent else "CNY"
    cost = Money.from_minor(sum(amount.minor for amount in spent if amount.currency == currency), currency)
    first = report.from_day.isoformat() if report.from_day else ""
    command = f"growth attribution report --from {first} --to {report.until_day.isoformat()} --model {report.model}"
    cac = Money.from_minor(round(cost.minor / report.conversions), currency) if report.conversions and spent else None
    return [
        Figure(id="visits", label=_("Visits"), value=sum(row.visits for row in report.rows), query=Query(command=command)),
        Figure(id="signups", label=_("Sign-ups"), value=report.conversions, query=Query(command=command)),
        Figure(id="cost", label=_("Cost"), value=cost if spent else None, better=Better.NEITHER, query=Query(command=command)),
        Figure(
            id="cac",
            label=_("Cost a sign-up"),
            value=cac,
            better=Better.DOWN,
            query=Query(command=command),
            why_none=_("no cost, or no sign-up"),
        ),
    ]


def _shown(label: str, dimension: Dimension, views: dict[str, ChannelView]) -> str:
    """A row's label as people call it."""
    if label == UNATTRIBUTED:
        return _("not attributed")
    if label == "(none)":
        return _("none said")
    if dimension is Dimension.CHANNEL and label in views:
        return views[label].title or label
    return medium_title(label) if dimension in (Dimension.CHANNEL, Dimension.MEDIUM) else label


def _bars(report: Report, views: dict[str, ChannelView]) -> Chart:
    rows = [{"label": _shown(row.label, report.dimension, views), "signups": round(row.credit, 2)} for row in report.rows if row.micros][
        :_DRAWN
    ]
    return bars(
        "signups-by-row",
        _("Sign-ups"),
        rows,
        x=Series(id="label", label=dict(_dimensions())[report.dimension], kind=Kind.TEXT),
        value=Series(id="signups", label=_("Sign-ups")),
    )


def _credit(row: ReportRow) -> str:
    return f"{row.credit:.1f}".removesuffix(".0")


def _dimensions() -> list[tuple[Dimension, str]]:
    return [
        (Dimension.CHANNEL, _("Channel")),
        (Dimension.MEDIUM, _("Medium")),
        (Dimension.SOURCE, _("Source")),
        (Dimension.CAMPAIGN, _("Campaign")),
        (Dimension.KEYWORD, _("Keyword")),
        (Dimension.PLACEMENT, _("Placement")),
        (Dimension.LINK, _("Link or QR code")),
        (Dimension.PAGE, _("Landing page")),
    ]


def _one(viewer: Viewer, name: str, *, fault: str = "") -> Page:
    period = wanted_period(viewer)
    catch_up(viewer.database)
    report, views = _report(viewer, period, "", "channel", "")
    view = views.get(name)
    if view is None or view.id is None:
        raise Missing
    with viewer.database.read() as session:
        days = visits_by_day(session, from_day=period.first, until_day=period.last, channel_id=view.id)
        counted = links_of_channel(session, view.id)
    row = next((row for row in report.rows if row.label == name), ReportRow(label=name, micros=0, value=None, visits=0, cost=None))
    links = Table(
        id="links",
        title=_("Links and QR codes"),
        columns=[
            Column(id="url", label=_("Address"), kind=Kind.URL, key=True),
            Column(id="via", label=_("Kind")),
            Column(id="target", label=_("Leads to"), kind=Kind.URL),
            Column(id="label", label=_("Label"), kind=Kind.CODE),
            Column(id="people", label=_("Clicks"), kind=Kind.NUMBER, lead=True),
            Column(id="bots", label=_("Bots"), kind=Kind.NUMBER, lead=True),
            Column(id="created_at", label=_("Made"), kind=Kind.INSTANT),
        ],
        rows=[
            {
                "url": link_url(viewer.workspace, link.code, via=link.via),
                "href": f"/channels/{name}/qr/{link.code}",
                "via": _("QR code") if link.via == "qr" else _("link"),
                "target": link.target,
                "label": link.label,
                "people": link.people,
                "bots": link.bots,
                "created_at": link.created_at,
            }
            for link in counted
        ],
        note=_("The address opens its QR code."),
        empty=Empty(title=_("No link yet"), text=_("Make one below, or by command."), code=f"growth channel qrcode {name} -o {name}.svg"),
    )
    if viewer.format:
        return viewer.download(links)
    course = [{"day": day, "visits": days.get(day, 0)} for day in days_so_far(period, viewer)]
    shown = ChannelPage(
        name=name,
        facts=[
            (_("Medium"), medium_title(view.medium)),
            (_("Leads to"), view.target or "/"),
            (_("State"), _("retired") if view.retired else _("in use") if view.declared else _("made by a campaign")),
            (_("Can reach"), numbers.exact(view.reach) if view.reach else "–"),
        ],
        period=period_choice(viewer.address, period, viewer),
        figures=_channel_figures(row, view),
        chart=line(
            "channel-visits",
            _("Visits by day"),
            course,
            x=Series(id="day", label=_("Day"), kind=Kind.DATE),
            series=[Series(id="visits", label=_("Visits"))],
        ),
        links=viewer.arrange(links),
        may_make=viewer.may("marketer"),
        fault=fault,
    )
    crumbs = [(_("Channels"), f"/channels?period={period.key}"), (view.title or name, "")]
    return viewer.render("web/channels/channel.html", shown, title=view.title or name, crumbs=crumbs, status=400 if fault else 200)


def days_so_far(period: Period, viewer: Viewer) -> list[date]:
    """The days of a period that have begun."""
    return span_of(period, today=clock.site_day(viewer.now, viewer.workspace.zone)).all_days()


def _channel_figures(row: ReportRow, view: ChannelView) -> list[Figure]:
    figures = [
        Figure(id="visits", label=_("Visits"), value=row.visits),
        Figure(id="signups", label=_("Sign-ups"), value=round(row.credit, 2)),
        Figure(id="cost", label=_("Cost"), value=row.cost, better=Better.NEITHER, why_none=_("no cost declared or imported")),
        Figure(id="cac", label=_("Cost a sign-up"), value=row.cac, better=Better.DOWN, why_none=_("no cost, or no sign-up")),
        Figure(id="roi", label=_("Return"), value=row.roi, unit="%", why_none=_("no cost, or no value")),
    ]
    if view.reach:
        came = row.visits / view.reach
        figures.append(Figure(id="reached", label=_("Of its reach came"), value=round(came, 5), unit="%"))
        figures.append(Figure(id="converted", label=_("Of its reach signed up"), value=round(row.credit / view.reach, 6), unit="%"))
    return figures


def pages() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [overview, one, make_link, qr]
