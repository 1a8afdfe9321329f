"""Gathering the numbers of a report from the rooms below: visits of traffic, credits of attribution, cost of channels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, Table, func, select
from sqlalchemy.orm import Session

from growth.attribution import MICRO, UNATTRIBUTED, Dimension, Report, ReportRow, attribution_report, main_currency, model_named
from growth.channels import channels, medium_title, total_cost
from growth.jobs import Period
from growth.language import _
from growth.money import Money
from growth.operations.evidence import Evidence
from growth.operations.rows import Facts, Span, Sums, Yield, span_before, span_of
from growth.placements.keep import sync
from growth.reporting import sql_of
from growth.traffic import SIGNUP, VISIT, catch_up
from growth.workspace import Workspace

if TYPE_CHECKING:
    from growth.db import Database

#: label of attribution's rows for what says nothing in a dimension
_NONE = "(none)"
#: days that the chart of a day or a short week shows, so that it can be compared
COURSE_DAYS = 14
#: root of a workspace → hash of its files when the catalogue of channels last followed them in this process
_followed: dict[str, str] = {}


def refresh(database: Database, *, now: datetime) -> None:
    """Bring in what lower rooms take over when asked: visits of the events that came last, channels and costs of changed files."""
    catch_up(database)
    workspace = database.workspace
    if _followed.get(str(workspace.root)) != workspace.hash:
        sync(database, now=now)
        _followed[str(workspace.root)] = workspace.hash


def gather(session: Session, workspace: Workspace, period: Period, *, today: date, with_campaigns: bool = True) -> tuple[Facts, Evidence]:
    """All numbers of `period` up to `today`, beside those of the span before, and what proves them.

    `with_campaigns`: whether the credits are given a second time by campaign, which the overview does without.
    """
    span, before = span_of(period, today=today), span_before(period, today=today)
    now, then = _report(session, workspace, span), _report(session, workspace, before)
    names = {view.name: (view.title, view.medium) for view in channels(session)}
    currency = main_currency(workspace)
    facts = Facts(
        period=period,
        span=span,
        before=before,
        now=_sums(session, now, span, currency),
        then=_sums(session, then, before, currency),
        course=_course(session, _drawn(span)),
        channels=_yields(now, then, names),
        campaigns=_campaigns(session, workspace, span, before) if with_campaigns else (),
        model=now.model,
        model_title=str(model_named(now.model).title),
        currency=currency,
    )
    return facts, _evidence(session, span, facts, period)


def channel_yields(session: Session, workspace: Workspace, span: Span) -> tuple[Yield, ...]:
    """What each channel cost and brought in a span."""
    report = _report(session, workspace, span)
    return _yields(report, None, {view.name: (view.title, view.medium) for view in channels(session)})


def _campaigns(session: Session, workspace: Workspace, span: Span, before: Span) -> tuple[Yield, ...]:
    """What each campaign cost and brought, beside the span before."""
    now, then = (_report(session, workspace, days, Dimension.CAMPAIGN) for days in (span, before))
    return _yields(now, then, {_NONE: (_("no campaign"), "")})


def _report(session: Session, workspace: Workspace, span: Span, dimension: Dimension = Dimension.CHANNEL) -> Report:
    """Attribution's report under the site's own model."""
    model = model_named(str(workspace.settings.attribution.model))
    return attribution_report(session, workspace=workspace, model=model, from_day=span.first, until_day=span.last, dimension=dimension)


def _yields(now: Report, then: Report | None, names: Mapping[str, tuple[str, str]]) -> tuple[Yield, ...]:
    before = {row.label: row for row in then.rows} if then is not None else {}
    gone = [row for label, row in before.items() if label not in {row.label for row in now.rows} and row.visits]
    empty = [ReportRow(label=row.label, micros=0, value=None, visits=0, cost=None) for row in gone]
    return tuple(_yield(row, before.get(row.label), then is not None, names) for row in (*now.rows, *empty))


def _yield(row: ReportRow, before: ReportRow | None, compared: bool, names: Mapping[str, tuple[str, str]]) -> Yield:
    unknown = row.label in (UNATTRIBUTED, _NONE)
    title, medium = names.get(row.label, ("", ""))
    if row.label == UNATTRIBUTED:
        title = _("not attributed")
    return Yield(
        name=row.label,
        title=title or medium_title(row.label),
        medium=medium_title(medium) if medium else "",
        visits=row.visits,
        signups=_credit(row.micros),
        cost=row.cost,
        value=row.value,
        signups_before=_credit(before.micros) if before is not None else Decimal(0) if compared else None,
        visits_before=before.visits if before is not None else 0 if compared else None,
        unattributed=unknown,
        has_page=row.label in names and not unknown,
    )


def _credit(micros: int) -> Decimal:
    return Decimal(micros) / MICRO


def _sums(session: Session, report: Report, span: Span, currency: str) -> Sums:
    values: dict[str, int] = defaultdict(int)
    for row in report.rows:
        if row.value is not None:
            values[row.value.currency] += row.value.minor
    return Sums(
        visits=_count(session, _counted(VISIT, span)),
        signups=report.conversions,
        costs=_main_first(total_cost(session, from_day=span.first, until_day=span.last), currency),
        values=_main_first((Money.from_minor(minor, unit) for unit, minor in values.items()), currency),
    )


def _main_first(amounts: Iterable[Money], currency: str) -> tuple[Money, ...]:
    """The site's own currency first; where it is not among them none stands for the site."""
    found = sorted(amounts, key=lambda amount: (amount.currency != currency, amount.currency))
    return tuple(found)


def _counted(table: Table, span: Span) -> Select[int]:
    """How many rows fall into the span."""
    return select(func.count()).select_from(table).where(*_within(table, span))


def _within(table: Table, span: Span) -> tuple[ColumnElement[bool], ...]:
    return (table.c.day >= span.first, table.c.day <= span.last)


def _count(session: Session, statement: Select[int]) -> int:
    return session.scalar(statement) or 0


def _drawn(span: Span) -> Span:
    """The days of the chart: those of the span, and where these are fewer than a week the `COURSE_DAYS` up to its end."""
    return span if span.days >= 7 else Span(first=span.last - timedelta(days=COURSE_DAYS - 1), last=span.last)


def _course(session: Session, span: Span) -> dict[date, tuple[int, int]]:
    """Visits and sign-ups of each day; days without any are there with zeros."""
    counts: list[dict[date, int]] = []
    for table in (VISIT, SIGNUP):
        rows = session.execute(select(table.c.day, func.count()).where(*_within(table, span)).group_by(table.c.day)).tuples()
        counts.append(dict(rows.all()))
    visits, signups = counts
    return {day: (visits.get(day, 0), signups.get(day, 0)) for day in span.all_days()}


def _evidence(session: Session, span: Span, facts: Facts, period: Period) -> Evidence:
    by_channel = f"growth attribution report --from {span.first.isoformat()} --to {span.last.isoformat()} --json"
    notes = {
        id: note for id, amounts in (("cost", facts.now.costs), ("roi", facts.now.values)) if (note := _besides(amounts, facts.currency))
    }
    return Evidence(
        statements={"visits": sql_of(session, _counted(VISIT, span)), "signups": sql_of(session, _counted(SIGNUP, span))},
        commands={"cost": by_channel, "cac": by_channel, "roi": by_channel},
        notes=notes,
        command=f"growth report operations --period {period.key} --json",
    )


def _besides(amounts: Iterable[Money], currency: str) -> str:
    """What there is in other currencies: it is named, never converted."""
    others = [str(amount) for amount in amounts if amount.currency != currency]
    return _("besides, in other currencies: {amounts}", amounts=", ".join(others)) if others else ""
