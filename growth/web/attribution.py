"""``/attribution``: models side by side; ``/signups``: each sign-up with its path and evidence; ``/funnel``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler
from sqlalchemy import select

from growth.attribution import (
    MICRO,
    UNATTRIBUTED,
    SignupPath,
    all_models,
    attribution_report,
    keep_nulls,
    model_named,
    signup_path,
    site_journeys,
)
from growth.attribution.report import credits
from growth.channels import channel_titles, touch_words
from growth.language import _
from growth.reporting import Chart, Column, Empty, Kind, PeriodChoice, Series, Table
from growth.reporting import funnel as funnel_chart
from growth.traffic import REGISTER_STEP, SIGNUP, VISIT_STEP, catch_up, funnel
from growth.web.answers import Page
from growth.web.channels import ROLES, tabs
from growth.web.overview import period_choice, wanted_period
from growth.web.page import page
from growth.web.refusals import Missing
from growth.web.viewer import Viewer

#: sign-ups that the list shows, the newest
_SHOWN = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsPage:
    """The variables of models.html."""

    #: the period shown and those that can be
    period: PeriodChoice
    #: credit of each channel under every model
    table: Table
    #: (title, explanation) of the models
    explanations: Sequence[tuple[str, str]]
    #: pages beside this one
    tabs: Sequence[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignupsPage:
    """The variables of signups.html."""

    #: the period shown and those that can be
    period: PeriodChoice
    #: the sign-ups, the newest first
    table: Table
    #: pages beside this one
    tabs: Sequence[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignupPage:
    """The variables of signup.html."""

    #: (words, value)
    facts: Sequence[tuple[str, str]]
    #: touches with their evidence and their credit under every model
    touches: Table
    #: why these keys are one person
    joins: Table
    #: what Markov learned from
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelPage:
    """The variables of funnel.html."""

    #: the period shown and those that can be
    period: PeriodChoice
    #: (role, chart, table) of each funnel of growth.yaml
    funnels: Sequence[tuple[str, Chart, Table]]
    #: pages beside this one
    tabs: Sequence[tuple[str, str, bool]]


@page("/attribution", nav="channels", roles=ROLES)
def side_by_side(viewer: Viewer) -> Page:
    """All models side by side, by channel."""
    period = wanted_period(viewer)
    catch_up(viewer.database)
    keep_nulls(viewer.database, from_day=period.first, until_day=period.last)
    credit: dict[str, dict[str, float]] = {}
    with viewer.database.read() as session:
        titles = channel_titles(session)
        for id, model in all_models().items():
            report = attribution_report(session, workspace=viewer.workspace, model=model, from_day=period.first, until_day=period.last)
            for row in report.rows:
                if row.micros:
                    credit.setdefault(row.label, {})[id] = row.credit
    columns = [Column(id="channel", label=_("Channel"), key=True)]
    columns += [
        Column(id=id, label=model.title, kind=Kind.NUMBER, lead=id in ("first", "last_non_direct"), help=model.explanation)
        for id, model in all_models().items()
    ]
    rows: list[dict[str, object]] = [
        {
            "channel": _("not attributed") if name == UNATTRIBUTED else titles.get(name, name),
            **{id: by_model.get(id, 0.0) for id in all_models()},
        }
        for name, by_model in credit.items()
    ]
    total = {"channel": _("all"), "total_row": True, **{id: sum(each.get(id, 0.0) for each in credit.values()) for id in all_models()}}
    empty = Empty(title=_("No sign-ups in this period"), text=_("Each model will show here how it shares them among the channels."))
    table = Table(id="models", title=_("Models side by side"), columns=columns, rows=[*rows, total] if rows else [], empty=empty)
    if viewer.format:
        return viewer.download(table)
    shown = ModelsPage(
        period=period_choice(viewer.address, period, viewer),
        table=viewer.arrange(table, sort="-last_non_direct"),
        explanations=[(str(model.title), str(model.explanation)) for model in all_models().values()],
        tabs=tabs(viewer, "models"),
    )
    return viewer.render("web/attribution/models.html", shown, title=_("Models side by side"))


@page("/signups", nav="channels", roles=("marketer", "director"))
def signups(viewer: Viewer) -> Page:
    """The sign-ups of a period with the channel that has most of each."""
    period = wanted_period(viewer)
    catch_up(viewer.database)
    model = model_named(viewer.workspace.settings.attribution.model)
    rows = []
    with viewer.database.read() as session:
        titles = channel_titles(session)
        found = list(site_journeys(session, viewer.workspace, from_day=period.first, until_day=period.last))
        for journey in sorted(found, key=lambda each: each.at, reverse=True)[:_SHOWN]:
            parts = credits(journey, model, {}) if model.learn is None else []
            best = journey.touches[parts.index(max(parts))] if parts else journey.touches[-1] if journey.touches else None
            rows.append(
                {
                    "signup": journey.external_id,
                    "href": f"/signups/{journey.signup_id}",
                    "at": journey.at,
                    "role": journey.role,
                    "channel": titles.get(best.origin.channel, best.origin.channel) if best else _("not attributed"),
                    "source": best.origin.source if best else "",
                    "touches": len(journey.touches),
                }
            )
    columns = [
        Column(id="signup", label=_("Sign-up"), kind=Kind.CODE, key=True),
        Column(id="at", label=_("Time"), kind=Kind.INSTANT, lead=True),
        Column(id="role", label=_("Role")),
        Column(id="channel", label=_("Channel"), lead=True, under="source", help=model.title),
        Column(id="touches", label=_("Touches"), kind=Kind.NUMBER),
    ]
    empty = Empty(
        title=_("No sign-ups in this period"),
        text=_("The site's server tells of each, so that no blocker hides one."),
        code="growth key create site --scope signups,events\n\n"
        "curl -H 'Authorization: Bearer KEY' -d '{\"id\": \"u-1\"}' " + f"{viewer.workspace.settings.public_url}api/v1/signups",
    )
    table = Table(id="signups", title=_("Sign-ups"), columns=columns, rows=rows, empty=empty)
    if viewer.format:
        return viewer.download(table)
    shown = SignupsPage(
        period=period_choice(viewer.address, period, viewer), table=viewer.arrange(table, sort="-at"), tabs=tabs(viewer, "signups")
    )
    return viewer.render("web/attribution/signups.html", shown, title=_("Sign-ups"))


@page("/signups/{signup:int}", nav="channels", roles=("marketer", "director"))
def signup(viewer: Viewer, signup: int) -> Page:
    """One sign-up: each touch with its evidence and its credit under every model, and why the keys are one person."""
    catch_up(viewer.database)
    with viewer.database.read() as session:
        external = session.scalar(select(SIGNUP.c.external_id).where(SIGNUP.c.id == signup))
        if external is None:
            raise Missing
        found = signup_path(session, external, workspace=viewer.workspace)
        touches = _touches(found, channel_titles(session))
    if viewer.format:
        return viewer.download(touches)
    joins = Table(
        id="joins",
        title=_("Why these are one person"),
        columns=[
            Column(id="one", label=_("Key"), kind=Kind.CODE, key=True, lead=True),
            Column(id="other", label=_("is also"), kind=Kind.CODE, lead=True),
            Column(id="evidence", label=_("Evidence"), kind=Kind.CODE),
            Column(id="at", label=_("Time"), kind=Kind.INSTANT),
            Column(id="undone", label=_("Taken back"), kind=Kind.CHECK),
        ],
        rows=[{"one": j.one, "other": j.other, "evidence": j.evidence, "at": j.at, "undone": j.undone} for j in found.joins],
    )
    zone = viewer.workspace.zone
    shown = SignupPage(
        facts=[
            (_("Sign-up"), found.signup),
            (_("Time"), f"{found.at.astimezone(zone):%Y-%m-%d %H:%M}"),
            (_("Role"), found.role or "–"),
            (_("Lookback"), _("{n} days", n=found.lookback.days)),
        ],
        touches=touches,
        joins=joins,
        note=_("Markov learned from {first} to {last}.", first=found.learned_from, last=found.learned_until),
    )
    crumbs = [(_("Sign-ups"), "/signups"), (found.signup, "")]
    return viewer.render("web/attribution/signup.html", shown, title=found.signup, crumbs=crumbs)


@page("/funnel", nav="channels", roles=ROLES)
def funnels(viewer: Viewer) -> Page:
    """The funnels of growth.yaml, one a role."""
    period = wanted_period(viewer)
    catch_up(viewer.database)
    shown = []
    with viewer.database.read() as session:
        words = {VISIT_STEP: _("Visit"), REGISTER_STEP: _("Sign-up")}
        for role, steps in viewer.workspace.settings.signup.funnel.items():
            wanted = None if role == "user" else role
            found = funnel(session, steps=steps, role=wanted, from_day=period.first, until_day=period.last)
            rows = [
                {
                    "step": words.get(step.step, step.step),
                    "id": step.step if step.step in words else "",
                    "count": step.count,
                    "of_previous": step.of_previous,
                    "of_first": step.of_first,
                }
                for step in found
            ]
            chart = funnel_chart(
                f"funnel-{role}",
                _("People by step"),
                rows,
                x=Series(id="step", label=_("Step"), kind=Kind.TEXT),
                value=Series(id="count", label=_("People")),
            )
            columns = [
                Column(id="step", label=_("Step"), key=True, under="id"),
                Column(id="count", label=_("People"), kind=Kind.NUMBER, lead=True),
                Column(id="of_previous", label=_("Of the step before"), kind=Kind.PERCENT, lead=True),
                Column(id="of_first", label=_("Of the first"), kind=Kind.PERCENT),
            ]
            shown.append((role, chart, Table(id=f"funnel-{role}", title=role, columns=columns, rows=rows)))
    if viewer.format and shown:
        return viewer.download(shown[0][2])
    page_ = FunnelPage(period=period_choice(viewer.address, period, viewer), funnels=shown, tabs=tabs(viewer, "funnel"))
    return viewer.render("web/attribution/funnel.html", page_, title=_("Funnel"))


def _short(key: str) -> str:
    """A key as far as one tells it from others; whole it stands among the joins."""
    return key if len(key) <= 20 else f"{key[:18]}…"


def _touches(found: SignupPath, titles: Mapping[str, str]) -> Table:
    columns = [
        Column(id="at", label=_("Time"), kind=Kind.INSTANT, key=True),
        Column(id="channel", label=_("Channel"), lead=True, under="said"),
        Column(id="kind", label=_("Kind")),
        Column(id="evidence", label=_("Evidence"), kind=Kind.CODE, under="key"),
        *(Column(id=id, label=model.title, kind=Kind.PERCENT, lead=id == "last_non_direct") for id, model in all_models().items()),
    ]
    rows = [
        {
            "at": touch.at,
            "channel": titles.get(touch.channel, touch.channel),
            "said": " ".join(filter(None, (touch.source, touch.campaign, touch.term))),
            "kind": touch_words(touch.kind),
            "evidence": touch.evidence,
            "key": _short(touch.key),
            **{id: round(credit * MICRO) / MICRO for id, credit in touch.credits.items()},
        }
        for touch in found.touches
    ]
    empty = Empty(
        title=_("No touch within the lookback"),
        text=_("Nobody saw a visit before this sign-up: a blocked script, another device, or a longer way. It is “not attributed”."),
    )
    return Table(id="touches", title=_("Touches"), columns=columns, rows=rows, empty=empty)


def pages() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [side_by_side, signups, signup, funnels]
