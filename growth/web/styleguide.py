"""``/styleguide``: every part of the design system on one page, with made-up numbers. A new part is shown here first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from litestar.handlers import HTTPRouteHandler

from growth.app import TimelineEntry
from growth.language import Text, _
from growth.money import Money
from growth.rendering import Address
from growth.reporting import (
    Better,
    Change,
    Chart,
    Column,
    Empty,
    Figure,
    Kind,
    Note,
    PeriodChoice,
    Query,
    Series,
    Table,
    TableState,
    arrange,
    bars,
    download,
    funnel,
    heat,
    line,
    stacked,
)
from growth.web import Page, Viewer, page


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleguidePage:
    """The variables of styleguide.html."""

    #: how things stand, in words
    sentence: str
    #: the period in the top bar
    period: PeriodChoice
    #: five figures: rising, falling, with a target, money, unknown
    figures: Sequence[Figure]
    #: two lines over a month
    course: Chart
    #: steps of a funnel
    steps: Chart
    #: things compared
    ranking: Chart
    #: parts of a whole over days
    parts: Chart
    #: weekday and hour
    hours: Chart
    #: (words, address, current)
    filters: Sequence[tuple[str, str, bool]]
    #: the table, arranged as the address asks
    table: Table
    #: names of states
    states: Sequence[str]
    #: problems as sentences
    problems: Sequence[Note]
    #: options of the audience
    segments: Sequence[tuple[str, str]]
    #: a piece of YAML
    yaml: str
    #: what sending would do
    consequence: str
    #: (words, address, current, count)
    tabs: Sequence[tuple[str, str, bool, int | None]]
    #: facts of one thing
    facts: Sequence[tuple[str, str]]
    #: what happened to a contact
    timeline: Sequence[TimelineEntry]
    #: an empty table
    nothing: Table


@page("/styleguide")
def styleguide(viewer: Viewer) -> Page:
    """The page; its table is filtered, sorted, paged and downloaded as every table is."""
    if viewer.format:
        whole = arrange(_table(), TableState.of(viewer.address), whole=True)
        file = download(whole, viewer.format, viewer.workspace.zone)
        return viewer.file(file.content, name=file.name, media_type=file.media_type)
    return viewer.render("web/growth/styleguide.html", example(viewer.address), title=_("Style guide"))


def pages() -> list[HTTPRouteHandler]:
    """The handlers of this module."""
    return [styleguide]


def example(address: Address) -> StyleguidePage:
    """The page's variables with made-up, unchanging numbers; the table follows `address`."""
    start = date(2026, 11, 1)
    course = [
        {"day": start + timedelta(days=day), "visits": 420 + (day * 37) % 160 + day * 6, "signups": 60 + (day * 13) % 30 + day}
        for day in range(30)
    ]
    return StyleguidePage(
        sentence=_(
            "Sign-ups are at {n} of {target} with {days} days left; Baidu paid search costs {cost} a sign-up, twice as much as last month.",
            n=862,
            target="1,000",
            days=6,
            cost="¥210",
        ),
        period=PeriodChoice(
            words="2026-11", options=[("2026-11", address.to(period="2026-11"), True), ("2026-10", address.to(period="2026-10"), False)]
        ),
        figures=_figures(),
        course=line(
            "course",
            _("Visits and sign-ups by day"),
            course,
            x=Series(id="day", label=_("Day"), kind=Kind.DATE),
            series=[Series(id="visits", label=_("Visits")), Series(id="signups", label=_("Sign-ups"))],
        ),
        steps=funnel(
            "steps",
            _("From visit to first bid"),
            [
                {"step": name, "people": n}
                for name, n in (
                    (_("Visit"), 18240),
                    (_("Sign-up"), 862),
                    (_("Real name"), 540),
                    (_("Custody account"), 401),
                    (_("First bid"), 188),
                )
            ],
            x=Series(id="step", label=_("Step")),
            value=Series(id="people", label=_("People")),
        ),
        ranking=bars(
            "ranking",
            _("Cost a sign-up by channel"),
            [
                {"channel": name, "cac": Money(Decimal(cost))}
                for name, cost in (("百度推广", "210"), ("地铁海报", "164.2"), ("好123", "60"), ("公众号", "18.5"))
            ],
            x=Series(id="channel", label=_("Channel")),
            value=Series(id="cac", label=_("Cost a sign-up"), kind=Kind.MONEY),
        ),
        parts=stacked(
            "parts",
            _("Sign-ups by medium"),
            [
                {"day": start + timedelta(days=day), "search": 20 + day % 9, "wechat": 12 + day % 5, "offline": 4 + day % 7}
                for day in range(14)
            ],
            x=Series(id="day", label=_("Day"), kind=Kind.DATE),
            series=[
                Series(id="search", label=_("Search")),
                Series(id="wechat", label=_("WeChat")),
                Series(id="offline", label=_("Offline")),
            ],
        ),
        hours=heat(
            "hours",
            _("When people visit"),
            [
                {"hour": f"{hour:02}", "weekday": weekday, "visits": (hour * (place + 3)) % 23 + hour}
                for place, weekday in enumerate(("一", "二", "三", "四", "五", "六", "日"))
                for hour in range(0, 24, 2)
            ],
            x=Series(id="hour", label=_("Hour")),
            y=Series(id="weekday", label=_("Weekday")),
            value=Series(id="visits", label=_("Visits")),
        ),
        filters=[
            (_("All"), address.to(medium=None), not address.get("medium")),
            (_("Directories"), address.to(medium="directory"), address.get("medium") == "directory"),
            (_("Offline"), address.to(medium="offline"), False),
        ],
        table=arrange(_table(), TableState.of(address, sort="-signups", size=8)),
        states=(
            "error",
            "warning",
            "notice",
            "running",
            "waiting",
            "done",
            "failed",
            "missed",
            "paused",
            "live",
            "lost",
            "delivered",
            "bounced",
            "uncertain",
            "skipped",
            "retired",
        ),
        problems=_problems(),
        segments=[("subscribers", _("Subscribers")), ("vip", "VIP")],
        yaml='schedule:\n  every: month\n  day: 1\n  at: "10:00"\n',
        consequence=_("This goes to {n} people, costs {cost} and cannot be called back.", n="4,812", cost="¥240.60"),
        tabs=[(_("Issues"), "#", True, 128), (_("Pages"), "#", False, 1043), (_("Links"), "#", False, None)],
        facts=[(_("Address"), "https://www.example.com/invest"), (_("State"), "200"), (_("Title"), "投资列表 - 诚信贷")],
        timeline=[
            TimelineEntry(
                at=datetime(2026, 11, 3, 2, 15, tzinfo=UTC), kind="signup", text=_("Signed up from the poster in the underground")
            ),
            TimelineEntry(at=datetime(2026, 11, 2, 12, 0, tzinfo=UTC), kind="delivery", text=_("Got the monthly mail"), link="#"),
        ],
        nothing=Table(
            id="nothing",
            title=_("Campaigns"),
            columns=[Column(id="name", label=_("Name"))],
            empty=Empty(
                title=_("No campaigns yet"),
                text=_("Campaigns, their audience, deliveries and results will stand here. Start one from an example:"),
                code="growth new campaign monthly --from 新标月报",
                action=(_("How campaigns work"), "#"),
            ),
        ),
    )


def _figures() -> list[Figure]:
    query = Query(
        means=Text("People who registered at the site in the period.", "本期内在网站完成注册的人数。"),
        computed=Text("Sign-ups are counted by the site's day; one a user id.", "按网站所在时区的自然日计数，每个用户编号计一次。"),
        sql="select count(*) from signup where day between '2026-11-01' and '2026-11-30'",
        command="growth report operations --period 2026-11 --json",
        as_of=datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
        rows=arrange(_table(), TableState(size=5)),
        link="#",
    )
    against = _("against {period}", period="2026-10")
    spark = [31, 28, 35, 40, 38, 44, 41, 52, 49, 55, 61, 58]
    return [
        Figure(
            id="visits",
            label=Text("Visits", "访问"),
            value=182_400,
            change=Change(value=Decimal("0.124"), good=True, against=against),
            spark=spark,
            evidence="#evidence",
        ),
        Figure(
            id="signups",
            label=Text("Sign-ups", "注册"),
            value=862,
            target=1000,
            query=query,
            change=Change(value=Decimal("-0.031"), good=False, against=against),
            spark=spark[::-1],
            evidence="#evidence",
        ),
        Figure(
            id="cost",
            label=Text("Cost", "费用"),
            value=Money(Decimal("52310.00")),
            change=Change(value=Decimal("0.2"), against=against),
            spark=[3, 3, 4, 9, 9, 4],
            evidence="#evidence",
        ),
        Figure(
            id="cac",
            label=Text("Cost a sign-up", "获客成本"),
            value=Money(Decimal("60.68")),
            target=Money(Decimal(80)),
            better=Better.DOWN,
            evidence="#evidence",
            change=Change(value=Decimal("-0.08"), good=True, against=against),
        ),
        Figure(
            id="roi", label=Text("Return", "投资回报"), value=None, unit="%", why_none=_("no values of sign-ups yet"), evidence="#evidence"
        ),
    ]


def _table() -> Table:
    names = (
        "百度推广",
        "好123",
        "公众号文章",
        "地铁海报",
        "搜狗网址导航",
        "邮件月报",
        "短信",
        "新浪财经",
        "伙伴链接",
        "知乎",
        "抖音",
        "线下沙龙",
    )
    rows = [
        {
            "channel": name,
            "medium": ("paid-search", "directory", "wechat", "offline")[place % 4],
            "visits": 12_400 // (place + 1),
            "signups": 260 // (place + 2),
            "cost": Money(Decimal(20_000 // (place + 1))) if place % 3 != 1 else None,
            "share": Decimal(1) / (place + 2),
            "state": ("live", "submitted", "lost", "planned")[place % 4],
            "href": "#table-channels",
        }
        for place, name in enumerate(names)
    ]
    return Table(
        id="channels",
        title=_("Channels"),
        columns=[
            Column(id="channel", label=_("Channel"), key=True, under="medium"),
            Column(id="state", label=_("State"), kind=Kind.BADGE),
            Column(id="visits", label=_("Visits"), kind=Kind.NUMBER),
            Column(id="signups", label=_("Sign-ups"), kind=Kind.NUMBER, lead=True),
            Column(id="cost", label=_("Cost"), kind=Kind.MONEY, lead=True),
            Column(id="share", label=_("Share"), kind=Kind.BAR, help=_("Of all sign-ups in the period")),
        ],
        rows=rows,
    )


def _problems() -> list[Note]:
    return [
        Note(
            severity="error",
            text=_("{n} links lead nowhere on pages that brought {signups} sign-ups last month.", n=12, signups=30),
            mend=_("Mend the four on /invest first; they cost most."),
            link="#",
        ),
        Note(
            severity="warning",
            text=_("The listing at {name} is gone since {day}.", name="好123", day="11-18"),
            mend=_("Submit it again; the dossier is ready."),
            link="#",
        ),
        Note(severity="notice", text=_("Five titles are longer than Baidu shows."), mend=_("Shorten them to 30 characters."), link="#"),
    ]
