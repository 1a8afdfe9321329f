"""Run a period to its end, or go on with one that was cut off; nothing goes twice, and what it began with is what it ends with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign, campaigns, step_stream
from campaigns.compiled import Compiled
from campaigns.compose import Letter, composing, make_links
from campaigns.content import compile_content
from campaigns.findings import Finding
from campaigns.models import Approved, Run
from campaigns.plan import audience_hash, kept_plan, make_plan
from campaigns.price import cost_of, has_price
from campaigns.schema import Approval
from campaigns.sequences import begin_steps, bring_due, heeding, open_steps, step_letter
from campaigns.variants import REST, variant_of
from campaigns.winner import settle_test
from growth.channels import CostRow, ensure_channels, record_costs
from growth.clock import site_day
from growth.contacts import Medium, Purpose
from growth.db import Database
from growth.db.claim import require_claim
from growth.errors import ExitCode, GrowthError, Where
from growth.jobs import Period
from growth.language import _
from growth.messaging import (
    Assignment,
    Compose,
    DeliveryState,
    Ending,
    MailingState,
    MailingView,
    Outcome,
    billed_units,
    deliver,
    freeze,
    mailing_of,
    open_provider,
)
from growth.workspace import Window, parse_window

#: hours of SMS where a campaign says nothing
SMS_WINDOW = parse_window("08:00-21:00")


#: a sender of later messages waits this long for a pace or a retry; then the next turn goes on
STEP_PATIENCE = timedelta(seconds=5)


class Refused(GrowthError):
    """The send was refused before anything was done; `findings` say why."""

    def __init__(self, message: str, *, fix: str | None = None, where: Where | None = None, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message, fix=fix, where=where)
        self.findings = findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How a send ended."""

    campaign: str
    period: str
    view: MailingView
    outcome: Outcome
    #: when the winner of the test is judged, for whom people wait
    judged_at: datetime | None = None

    @property
    def exit_code(self) -> ExitCode:
        """3 where messages are left to be sent; rejected and uncertain ones alone are 0 (contracts/cli.md)."""
        counts = self.view.counts
        left = counts[DeliveryState.PENDING] + counts[DeliveryState.RETRYING] + counts[DeliveryState.SUBMITTING]
        return ExitCode.UNFINISHED if left and self.view.state is not MailingState.CANCELLED else ExitCode.DONE


def send(
    database: Database,
    campaign: Campaign,
    period: Period,
    *,
    now: Callable[[], datetime],
    should_stop: Callable[[], bool] = lambda: False,
    tick: Callable[..., None] | None = None,
    scheduled: bool = False,
) -> Sent:
    """Send one period. Raises Refused (rule errors, approval, a plan that no longer fits), Unclaimed, and what rendering raises.

    A `scheduled` send is bound by approval, not by a plan that somebody looked at days before, and leaves a provider alone that could
    not be used a while ago.
    """
    require_claim(database)
    with database.read() as session:
        begun = mailing_of(session, stream=campaign.stream, occurrence=period.key)
    if begun is None or begun.frozen_at is None:
        _begin(database, campaign, period, now=now(), tick=tick, heed_plan=not scheduled)
    letter = _letter(database, campaign, period)
    settle_test(database, letter, now=now())
    outcome = _deliver(database, campaign, letter, now=now, should_stop=should_stop, tick=tick, by_hand=not scheduled)
    judged_at = settle_test(database, letter, now=now()) if outcome.ending is Ending.WAITING else None
    if judged_at is not None:
        # who waits for the winner is due at no time that the ledger knows
        outcome = replace(outcome, until=judged_at)
    book_cost(database, letter)
    if letter.compiled.then and not should_stop():
        carry_on(database, now=now, should_stop=should_stop, only=(campaign.name, period.key))
    with database.read() as session:
        view = mailing_of(session, stream=campaign.stream, occurrence=period.key)
    assert view is not None
    return Sent(campaign=campaign.name, period=period.key, view=view, outcome=outcome, judged_at=judged_at)


def approve(database: Database, campaign: Campaign, period: Period, *, by: str, note: str, now: datetime) -> str:
    """Agree to the content exactly as it is; the hash that the yes is bound to."""
    compiled = compile_content(database.workspace, campaign.name, campaign.file)
    with database.write() as session:
        session.merge(Approved(campaign=campaign.name, period=period.key, content_hash=compiled.hash, by=by, at=now, note=note))
    return compiled.hash


def approved(session: Session, *, campaign: str, period: str, content_hash: str) -> Approved | None:
    """Somebody's yes to that content, or None."""
    return session.get(Approved, (campaign, period, content_hash))


def run_of(session: Session, *, campaign: str, period: str) -> Run | None:
    """What a period was begun with, or None."""
    return session.get(Run, (campaign, period))


def changed_since(session: Session, campaign: Campaign, period: Period) -> bool:
    """Whether the file says something else by now than the period was begun with; it goes on with that."""
    run = run_of(session, campaign=campaign.name, period=period.key)
    if run is None:
        return False
    try:
        return compile_content(session.info["database"].workspace, campaign.name, campaign.file).hash != run.content_hash
    except GrowthError:
        return True


def runs(session: Session) -> list[Run]:
    """All runs, newest first."""
    return list(session.scalars(select(Run).order_by(Run.started_at.desc())))


def book_cost(database: Database, letter: Letter) -> None:
    """Write what the handed-over messages cost to the campaign's channel; again and again gives the same."""
    medium = letter.compiled.medium
    if not has_price(database.workspace, medium):
        return
    with database.write() as session:
        view = mailing_of(session, stream=letter.stream, occurrence=letter.period.key)
        if view is None or view.started_at is None:
            return
        units = billed_units(session, stream=letter.stream, occurrence=letter.period.key)
        row = CostRow(
            day=site_day(view.started_at, database.workspace.zone),
            channel=letter.channel,
            amount=cost_of(database.workspace, medium, units),
            source=f"{letter.stream}/{letter.period.key}",
            campaign=letter.compiled.name,
        )
        record_costs(session, [row], medium=medium.value)


def _begin(
    database: Database, campaign: Campaign, period: Period, *, now: datetime, tick: Callable[..., None] | None, heed_plan: bool
) -> None:
    """Look at everything once more, keep the content, write the audience down."""
    workspace = database.workspace
    compiled = compile_content(workspace, campaign.name, campaign.file)
    with database.read() as session:
        kept = kept_plan(session, campaign=campaign.name, period=period.key)
        yes = approved(session, campaign=campaign.name, period=period.key, content_hash=compiled.hash)
        run = run_of(session, campaign=campaign.name, period=period.key)
    if run is None:
        if campaign.file.approval is Approval.REQUIRED and yes is None:
            raise Refused(
                _("{name} {period} is not approved as it is now", name=campaign.name, period=period.key),
                fix=f"growth campaign approve {campaign.name} --period {period.key} --by USER",
            )
        if (
            heed_plan
            and kept is not None
            and (kept.content_hash != compiled.hash or kept.audience_hash != audience_hash(database, campaign, now=now))
        ):
            what = _("the content") if kept.content_hash != compiled.hash else _("the audience")
            raise Refused(
                _("the plan of {name} {period} no longer fits: {what} changed", name=campaign.name, period=period.key, what=what),
                fix=f"growth campaign plan {campaign.name} --period {period.key}",
            )
        plan = make_plan(database, campaign, period, now=now, fetch_links=False, tick=tick)
        if plan.errors:
            first = plan.errors[0]
            raise Refused(
                _("{name} has {n} errors; the first: {message}", name=campaign.name, n=len(plan.errors), message=first.message),
                fix=first.hint or f"growth campaign plan {campaign.name}",
                where=first.where,
                findings=tuple(plan.errors),
            )
        try:
            _keep_run(database, campaign, period, compiled, now=now)
        except IntegrityError:
            with database.read() as session:
                if run_of(session, campaign=campaign.name, period=period.key) is None:
                    raise
            # another sender began it at the same moment: what that one kept is what goes out
    freeze(
        database,
        stream=campaign.stream,
        occurrence=period.key,
        rules=campaign.rules(workspace),
        audience=campaign.audience(workspace, now=now),
        now=now,
        variant_of=(lambda id_: variant_of(campaign, period, id_)) if campaign.file.content.variants else None,
        held=REST,
    )


def _keep_run(database: Database, campaign: Campaign, period: Period, compiled: Compiled, *, now: datetime) -> None:
    letters = [
        Letter(file=campaign.file, compiled=compiled.step(step), period=period, stream=step_stream(campaign.name, step))
        for step in range(1, len(compiled.then) + 2)
    ]
    with database.write() as session:
        ensure_channels(session, workspace=database.workspace, now=now)
        codes = [list(make_links(session, letter, database.workspace, now=now)) for letter in letters]
        begin_steps(session, campaign=campaign.name, period=period.key, compiled=compiled, now=now)
        session.add(
            Run(
                campaign=campaign.name,
                period=period.key,
                content_hash=compiled.hash,
                workspace_hash=database.workspace.hash,
                channel=letters[0].channel,
                medium=campaign.file.medium.value,
                content=compiled.as_json(),
                links={"codes": codes[0], "then": codes[1:]},
                started_at=now,
            )
        )


def _letter(database: Database, campaign: Campaign, period: Period) -> Letter:
    """The letter as the run began with it, whatever the file says now."""
    with database.read() as session:
        run = run_of(session, campaign=campaign.name, period=period.key)
    assert run is not None, "a frozen mailing has its run"
    return Letter(
        file=campaign.file,
        compiled=Compiled.from_json(run.content),
        period=period,
        stream=campaign.stream,
        codes=tuple(run.links["codes"]),
    )


def _deliver(
    database: Database,
    campaign: Campaign,
    letter: Letter,
    *,
    now: Callable[[], datetime],
    should_stop: Callable[[], bool],
    tick: Callable[..., None] | None,
    by_hand: bool,
) -> Outcome:
    provider = open_provider(database.workspace, campaign.file.medium)
    try:
        with composing(database, letter) as composer:
            assignment = _assignment(database, campaign, letter, composer.compose)
            return deliver(database, assignment, provider, now=now, should_stop=should_stop, tick=tick, by_hand=by_hand)
    finally:
        provider.close()


def _assignment(database: Database, campaign: Campaign, letter: Letter, compose: Compose) -> Assignment:
    """How a message of the campaign goes out: what its file says today."""
    workspace, file = database.workspace, campaign.file
    window: Window | None = file.send.window or (SMS_WINDOW if file.medium is Medium.SMS else None)
    quiet = getattr(workspace.settings.limits.quiet_hours, file.medium.value, None) if file.purpose is Purpose.MARKETING else None
    return Assignment(
        stream=letter.stream,
        occurrence=letter.period.key,
        rules=campaign.rules(workspace),
        compose=compose,
        rate=file.send.rate,
        domain_rates=file.send.per_domain,
        window=window,
        quiet=quiet,
        resend=file.resend,
    )


def carry_on(
    database: Database,
    *,
    now: Callable[[], datetime],
    should_stop: Callable[[], bool] = lambda: False,
    only: tuple[str, str] | None = None,
) -> int:
    """Later messages of sequences: write down whose wait is over, and send; how many were written down. Raises Unclaimed.

    `only`: one campaign and period. What is left (a window, a pace, a provider) goes on with the next call; nothing goes twice.
    """
    require_claim(database)
    campaign_name, period_key = only or (None, None)
    brought = bring_due(database, now=now(), campaign=campaign_name, period=period_key)
    with database.read() as session:
        waiting = open_steps(session, campaigns(database.workspace))
    for campaign, step, key in waiting:
        if should_stop():
            break
        if only is None or only == (campaign.name, key):
            _send_step(database, campaign, campaign.period(database.workspace, key, now=now()), step, now=now, should_stop=should_stop)
    return brought


def _send_step(
    database: Database, campaign: Campaign, period: Period, step: int, *, now: Callable[[], datetime], should_stop: Callable[[], bool]
) -> None:
    letter = step_letter(database, campaign, period, step)
    provider = open_provider(database.workspace, campaign.file.medium)
    try:
        with composing(database, letter) as composer:
            compose = heeding(database, composer, campaign, period, step, now=now)
            deliver(
                database,
                replace(_assignment(database, campaign, letter, compose), rules=replace(campaign.rules(database.workspace), once=False)),
                provider,
                now=now,
                should_stop=should_stop,
                patience=STEP_PATIENCE,
            )
    finally:
        provider.close()
    book_cost(database, letter)


def ending_words(sent: Sent, zone: ZoneInfo) -> str:
    """Why a sender stopped, and when it goes on or what to do, in one sentence; times are the site's."""
    outcome = sent.outcome
    at = f"{outcome.until.astimezone(zone):%Y-%m-%d %H:%M}" if outcome.until else ""
    if sent.judged_at is not None:
        return _("the others wait for the winner, which is judged at {at}", at=at)
    words = {
        Ending.FINISHED: _("everything is handed over"),
        Ending.PAUSED: _("it is paused; go on with: growth campaign resume"),
        Ending.CANCELLED: _("it was cancelled"),
        Ending.WAITING: _("what is left is not due before {at}", at=at) if at else _("what is left is not due yet"),
        Ending.CLOSED: _("it is outside the hours in which it may go, which begin at {at}", at=at),
        Ending.PROVIDER: _("the provider cannot be used: {why}", why=outcome.fault.message if outcome.fault else "?"),
        Ending.STOPPED: _("it was stopped; what is left goes on with the same command"),
    }
    return words[outcome.ending]
