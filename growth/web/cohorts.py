"""``/cohorts``: who stays active, comes again, and is worth what, by the month of signing up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from litestar.handlers import HTTPRouteHandler

from growth import clock
from growth.attribution import UNATTRIBUTED, Cohort, cohorts, model_named, since_months
from growth.channels import channel_titles
from growth.language import _, ngettext
from growth.reporting import Chart, Column, Empty, Kind, Series, Table, heat
from growth.traffic import catch_up
from growth.web.answers import Page
from growth.web.channels import ROLES, tabs
from growth.web.page import page
from growth.web.viewer import Viewer

#: months of signing up that are shown, this one among them
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortsPage:
    """The variables of cohorts.html."""

    #: how things stand, in words
    sentence: str
    #: all months or by channel, and the roles: (words, address, current)
    choices: Sequence[tuple[str, str, bool]]
    roles: Sequence[tuple[str, str, bool]]
    #: the share that is active, by cohort and month after; None without sign-ups
    chart: Chart | None
    #: the cohorts
    table: Table
    #: pages beside this one
    tabs: Sequence[tuple[str, str, bool]]


@page("/cohorts", nav="channels", roles=ROLES)
def cohort_page(viewer: Viewer, by: str = "", role: str = "") -> Page:
    """The cohorts of the last twelve months."""
    workspace = viewer.workspace
    today = clock.site_day(viewer.now, workspace.zone)
    first = since_months(today, _SHOWN - 1)
    model = model_named(workspace.settings.attribution.model)
    known = [name for name in workspace.settings.signup.funnel if name != "user"]
    chosen = role if role in known else None
    catch_up(viewer.database)
    with viewer.database.read() as session:
        make = partial(cohorts, session, workspace=workspace, from_day=first, until_day=today, today=today, role=chosen)
        whole = make()
        found = make(model=model) if by == "channel" else whole
        titles = channel_titles(session) if by == "channel" else {}
    table = _table(found, titles, by_channel=by == "channel")
    if viewer.format:
        return viewer.download(table)
    signups = round(sum(each.signups for each in whole))
    shown = CohortsPage(
        sentence=ngettext("{n} sign-up in twelve months.", "{n} sign-ups in twelve months.", signups)
        + " "
        + _("A month after signing up is thirty days; a cohort shows it when all its people are that old."),
        choices=[
            (_("By month"), viewer.address.to(by=None, page=None), by != "channel"),
            (_("By month and channel"), viewer.address.to(by="channel", page=None), by == "channel"),
        ],
        roles=[
            (_("All roles"), viewer.address.to(role=None, page=None), chosen is None),
            *((name, viewer.address.to(role=name, page=None), name == chosen) for name in known),
        ]
        if len(known) > 1
        else [],
        chart=_chart(whole) if signups else None,
        table=viewer.arrange(table),
        tabs=tabs(viewer, "cohorts"),
    )
    return viewer.render("web/attribution/cohorts.html", shown, title=_("Cohorts"))


def _chart(found: Sequence[Cohort]) -> Chart:
    rows = [
        {"month": f"{cohort.month:%Y-%m}", "after": str(place + 1), "active": share}
        for cohort in reversed(found)
        if cohort.micros
        for place, share in enumerate(cohort.active)
        if share is not None
    ]
    return heat(
        "active",
        _("Active by month after signing up"),
        rows,
        x=Series(id="after", label=_("Months after"), kind=Kind.TEXT),
        y=Series(id="month", label=_("Signed up in"), kind=Kind.TEXT),
        value=Series(id="active", label=_("Active"), kind=Kind.PERCENT),
        note=_("Visited the site or took a step in that month."),
    )


def _table(found: Sequence[Cohort], titles: dict[str, str], *, by_channel: bool) -> Table:
    named = {UNATTRIBUTED: _("not attributed"), **titles}
    columns = [
        Column(id="month", label=_("Signed up in"), key=True),
        *([Column(id="channel", label=_("Channel"), lead=True)] if by_channel else []),
        Column(id="signups", label=_("Sign-ups"), kind=Kind.NUMBER, lead=True),
        *(
            Column(
                id=f"active_{n}", label=_("Active in month {n}", n=n), kind=Kind.PERCENT, help=_("Visited or took a step in that month.")
            )
            for n in (1, 3, 6)
        ),
        Column(id="repeated", label=_("Repeated"), kind=Kind.PERCENT, help=_("Took a step of signup.repeat twice or more.")),
        *(
            Column(
                id=f"value_{n}",
                label=_("Value after {n} months", n=n),
                kind=Kind.MONEY,
                lead=n == 3 and not by_channel,
                help=_("Of one sign-up."),
            )
            for n in (1, 3, 6)
        ),
        Column(id="cac", label=_("Cost of a sign-up"), kind=Kind.MONEY),
    ]
    rows = [
        {
            "month": f"{cohort.month:%Y-%m}",
            "channel": named.get(cohort.channel or "", cohort.channel),
            "signups": cohort.signups,
            **{f"active_{n}": cohort.active[n - 1] for n in (1, 3, 6)},
            "repeated": cohort.repeated,
            **{f"value_{n}": cohort.value_each(n) for n in (1, 3, 6)},
            "cac": cohort.cac,
        }
        for cohort in found
    ]
    empty = Empty(
        title=_("No sign-ups in twelve months"),
        text=_("The site's server tells of sign-ups and of the steps after them; those that come again are named here:"),
        code="# growth.yaml\nsignup:\n  repeat: [bid]",
    )
    return Table(id="cohorts", title=_("Cohorts"), columns=columns, rows=rows, empty=empty)


def pages() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [cohort_page]
