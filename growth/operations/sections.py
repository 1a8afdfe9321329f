"""growth's own sections of the operations report: the overview, the channels, the campaigns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

from growth.language import Text, _
from growth.money import Money
from growth.operations.evidence import Evidence
from growth.operations.rows import Facts, Yield
from growth.operations.targets import target_of
from growth.reporting import Better, Chart, Column, Empty, Figure, Kind, Section, Series, Table, Value, bars, line
from growth.workspace import Targets

#: channels drawn in the chart; all stand in the table
DRAWN = 12
#: id of a figure → (label, better)
FIGURES: dict[str, tuple[Text, Better]] = {
    "visits": (Text("Visits", "访问"), Better.UP),
    "signups": (Text("Sign-ups", "注册"), Better.UP),
    "cost": (Text("Cost", "费用"), Better.NEITHER),
    "cac": (Text("Cost a sign-up", "获客成本"), Better.DOWN),
    "roi": (Text("Return", "投资回报率"), Better.UP),
}


def overview(facts: Facts, targets: Targets, evidence: Evidence, *, now: datetime, today: date) -> Section:
    """Five figures with change, target and course, and the chart of visits and sign-ups by day."""
    return Section(
        id="overview",
        title=_("Overview"),
        figures=period_figures(facts, targets, evidence, now=now),
        chart=course_chart(facts, today=today),
        order=0,
    )


def period_figures(facts: Facts, targets: Targets, evidence: Evidence, *, now: datetime) -> list[Figure]:
    """`visits`, `signups`, `cost`, `cac`, `roi`, in this order; one that cannot be computed says why."""
    against = _("against {period}", period=facts.period.previous().title())
    figures = []
    for id, (label, better) in FIGURES.items():
        value, before = _value(facts, id, before=False), _value(facts, id, before=True)
        figure = Figure(
            id=id,
            label=label,
            value=value,
            unit="%" if id == "roi" else "",
            better=better,
            query=evidence.of(id, now=now),
            evidence=f"/evidence/{id}?period={facts.period.key}",
            target=target_of(targets, id, facts),
            spark=_spark(facts, id),
            why_none="" if value is not None else _why_none(facts, id),
        )
        figures.append(figure.compared(before, against=against))
    return figures


def course_chart(facts: Facts, *, today: date) -> Chart:
    """Visits and sign-ups by day of the span; the day that still runs is said to."""
    rows = [{"day": day, "visits": visits, "signups": signups} for day, (visits, signups) in sorted(facts.course.items())]
    return line(
        "course",
        _("Visits and sign-ups by day"),
        rows if any(row["visits"] or row["signups"] for row in rows) else [],
        x=Series(id="day", label=_("Day"), kind=Kind.DATE),
        series=[Series(id="visits", label=_("Visits")), Series(id="signups", label=_("Sign-ups"))],
        note=_("the last day is not over yet") if facts.span.last == today else "",
    )


def channels(facts: Facts) -> Section:
    """What each channel cost and brought, with the chart of sign-ups."""
    ranked = sorted(facts.channels, key=lambda row: (-row.signups, -row.visits, row.name))
    drawn = [{"channel": row.shown, "signups": row.signups} for row in ranked[:DRAWN] if row.signups]
    return Section(
        id="channels",
        title=_("Channels"),
        chart=bars(
            "channels",
            _("Sign-ups by channel"),
            drawn,
            x=Series(id="channel", label=_("Channel")),
            value=Series(id="signups", label=_("Sign-ups")),
        )
        if drawn
        else None,
        tables=[yield_table("channels", _("By channel"), ranked, key=("channel", _("Channel")), link=channel_link)],
        order=10,
    )


def campaigns(facts: Facts) -> Section:
    """What each campaign cost and brought."""
    ranked = sorted(facts.campaigns, key=lambda row: (-row.signups, -row.visits, row.name))
    return Section(
        id="campaigns",
        title=_("Campaigns"),
        tables=[yield_table("campaigns", _("By campaign"), ranked, key=("campaign", _("Campaign")), link=campaign_link)],
        order=20,
    )


def channel_link(row: Yield) -> str:
    """The page of a channel."""
    return f"/channels/{row.name}"


def campaign_link(row: Yield) -> str:
    """The page of a campaign."""
    return f"/campaigns/{row.name}"


def yield_table(
    id: str, title: str, rows: Sequence[Yield], *, key: tuple[str, str], link: Callable[[Yield], str] | None = None, size: int = 10_000
) -> Table:
    """Rows of cost and yield; the key's column id is `key[0]`, as in the JSON of ``growth attribution report``."""
    columns = [
        Column(id="title", label=key[1], key=True, under="medium"),
        Column(id="visits", label=_("Visits"), kind=Kind.NUMBER),
        Column(
            id="signups",
            label=_("Sign-ups"),
            kind=Kind.NUMBER,
            lead=True,
            help=_("credits of the attribution model; they sum to all sign-ups"),
        ),
        Column(id="cost", label=_("Cost"), kind=Kind.MONEY),
        Column(id="cac", label=_("Cost a sign-up"), kind=Kind.MONEY, lead=True),
        Column(id="value", label=_("Value"), kind=Kind.MONEY),
        Column(id="roi", label=_("Return"), kind=Kind.PERCENT),
        Column(id="change", label=_("Change"), kind=Kind.PERCENT, help=_("of sign-ups against the period before")),
    ]
    shown = [
        {
            key[0]: row.name,
            "title": row.shown,
            "medium": row.medium,
            "visits": row.visits,
            "signups": row.signups,
            "cost": row.cost,
            "cac": row.cac,
            "value": row.value,
            "roi": row.roi,
            "change": _change(row),
            **({"href": link(row)} if link and row.has_page and not row.unattributed else {}),
        }
        for row in rows
    ]
    empty = Empty(
        title=_("Nothing in this period"),
        text=_("Channels stand in channels.yaml; visits come by the collector, tracked links and QR codes."),
        code="growth channel list",
    )
    return Table(id=id, title=title, columns=columns, rows=shown, size=size, empty=empty)


def _change(row: Yield) -> Decimal | None:
    return (row.signups - row.signups_before) / row.signups_before if row.signups_before else None


def _value(facts: Facts, id: str, *, before: bool) -> Value | None:
    sums = facts.then if before else facts.now
    values: dict[str, Value | None] = {"visits": sums.visits, "signups": sums.signups, "cost": sums.cost, "cac": sums.cac, "roi": sums.roi}
    value = values[id]
    return Money(Decimal(0), facts.currency) if id == "cost" and value is None and not before else value


def _spark(facts: Facts, id: str) -> list[int]:
    place = {"visits": 0, "signups": 1}.get(id)
    return [] if place is None else [facts.course[day][place] for day in sorted(facts.course)]


def _why_none(facts: Facts, id: str) -> str:
    if id == "cac":
        return _("no cost in this period") if facts.now.cost is None else _("no sign-ups in this period")
    if facts.now.cost is None or not facts.now.cost.amount:
        return _("no cost in this period")
    return _("no value of sign-ups is known") if facts.now.value is None else _("cost and value have different currencies")
