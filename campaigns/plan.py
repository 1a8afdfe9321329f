"""What a send would do, without doing it: audience, who is left out and why, cost, duration, findings; every recipient rendered once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign, step_stream
from campaigns.compiled import Compiled
from campaigns.compose import Composer, Letter, composing, example_person
from campaigns.content import KIND, compile_content
from campaigns.findings import Finding, content_findings, mail_findings, wechat_findings
from campaigns.landing import link_findings
from campaigns.models import Plan, Run
from campaigns.price import cost_of
from campaigns.schema import OnMissing
from campaigns.variants import REST, variant_of
from growth.contacts import MAINLAND, ContactView, Medium, calling_code, contacts
from growth.db import Database
from growth.errors import GrowthError
from growth.jobs import Period
from growth.language import _
from growth.messaging import SkipReason, audience_query, billed_units, mailing_of, skipped, unsafe_parameter
from growth.money import Money
from growth.rendering import VariableMissing
from growth.security import mask_address
from growth.text import sms_parts
from growth.workspace import Workspace

#: recipients rendered at a time
PAGE = 500
#: findings of rendering that are listed; more of the same say nothing new
MOST_FAULTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMade:
    """The plan of one period (contracts/cli.md › plan)."""

    campaign: str
    period: str
    medium: Medium
    audience: int
    recipients: int
    left_out: dict[str, int]
    cost: Money
    parts: int
    #: of text messages, by calling code
    parts_by_country: dict[str, int]
    duration: timedelta | None
    findings: tuple[Finding, ...]
    hash: str
    audience_hash: str
    made_at: datetime
    #: the period was begun: these are the ledger's numbers, and nothing was planned
    begun: bool = False

    @property
    def errors(self) -> list[Finding]:
        """What stops a send."""
        return [finding for finding in self.findings if finding.severity == "error"]

    def as_json(self) -> dict[str, Any]:
        """The document that is printed and kept."""
        return {
            "campaign": self.campaign,
            "period": self.period,
            "medium": self.medium,
            "audience": self.audience,
            "recipients": self.recipients,
            "left_out": self.left_out,
            "cost": self.cost.as_json(),
            "parts": self.parts,
            **({"parts_by_country": self.parts_by_country} if self.parts_by_country else {}),
            "duration_seconds": round(self.duration.total_seconds()) if self.duration else None,
            "findings": [finding.as_json() for finding in self.findings],
            "hash": self.hash,
            "begun": self.begun,
        }


def make_plan(
    database: Database,
    campaign: Campaign,
    period: Period,
    *,
    now: datetime,
    fetch_links: bool = True,
    tick: Callable[..., None] | None = None,
) -> PlanMade:
    """Plan one period and keep the plan; of one that was begun, what the ledger says. Raises GrowthError for what cannot be compiled."""
    workspace = database.workspace
    if (begun := _begun(database, campaign, period)) is not None:
        return begun
    compiled = compile_content(workspace, campaign.name, campaign.file)
    findings = list(content_findings(workspace, campaign, compiled))
    if fetch_links:
        findings += link_findings(workspace, compiled)
    rows = _audience(database, campaign, now=now)
    left_out = Counter(reason for _id, reason in rows if reason)
    wanted = [id_ for id_, reason in rows if not reason]
    if not wanted:
        findings.append(_nobody(workspace, campaign, audience=len(rows)))
    units: Counter[str | None] = Counter()
    missing: set[UUID] = set()
    for step in range(1, len(compiled.then) + 2):
        made = _try_step(database, campaign, period, compiled, step, wanted, tick=tick)
        findings += made.findings
        if step == 1:
            units, missing = made.parts, made.missing
    if missing:
        left_out[SkipReason.MISSING_VARIABLE.value] = len(missing)
    plan = PlanMade(
        campaign=campaign.name,
        period=period.key,
        medium=campaign.file.medium,
        audience=len(rows),
        recipients=len(wanted) - len(missing),
        left_out=dict(sorted(left_out.items())),
        cost=cost_of(workspace, campaign.file.medium, units),
        parts=sum(units.values()),
        parts_by_country=_by_country(campaign.file.medium, units),
        duration=_duration(campaign, len(wanted)),
        findings=tuple(findings),
        hash=compiled.hash,
        audience_hash=_audience_hash(rows),
        made_at=now,
    )
    with database.write() as session:
        session.merge(
            Plan(
                campaign=campaign.name,
                period=period.key,
                content_hash=plan.hash,
                audience_hash=plan.audience_hash,
                made_at=now,
                document=plan.as_json() | {"medium": plan.medium.value},
            )
        )
    return plan


def _begun(database: Database, campaign: Campaign, period: Period) -> PlanMade | None:
    """What was written down for a period that is frozen: it goes to those people, whatever the file and the contacts say by now."""
    with database.read() as session:
        view = mailing_of(session, stream=campaign.stream, occurrence=period.key)
        run = session.get(Run, (campaign.name, period.key))
        if view is None or view.frozen_at is None or run is None:
            return None
        left_out = skipped(session, stream=campaign.stream, occurrence=period.key)
        kept = kept_plan(session, campaign=campaign.name, period=period.key)
        units = billed_units(session, stream=campaign.stream, occurrence=period.key)
    return PlanMade(
        campaign=campaign.name,
        period=period.key,
        medium=view.medium,
        audience=view.recipients,
        recipients=view.recipients - sum(left_out.values()),
        left_out={str(reason): count for reason, count in sorted(left_out.items())},
        cost=cost_of(database.workspace, view.medium, units),
        parts=sum(units.values()),
        parts_by_country=_by_country(view.medium, units),
        duration=None,
        findings=(),
        hash=run.content_hash,
        audience_hash=kept.audience_hash if kept else "",
        made_at=view.frozen_at,
        begun=True,
    )


@dataclass(slots=True)
class _Tried:
    """What rendering one message for everybody came to."""

    #: what is billed, by calling code (None: not by country)
    parts: Counter[str | None] = field(default_factory=Counter)
    missing: set[UUID] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def _try_step(
    database: Database,
    campaign: Campaign,
    period: Period,
    compiled: Compiled,
    step: int,
    wanted: Sequence[UUID],
    *,
    tick: Callable[..., None] | None,
) -> _Tried:
    """Render a message of the sequence for everybody who may get the first: what is wrong with the third is said before the first goes."""
    file, tried = campaign.file, _Tried()
    letter = Letter(file=file, compiled=compiled.step(step), period=period, stream=step_stream(campaign.name, step))
    with composing(database, letter) as composer:
        for person, outcome, again in _rendered(database, composer, campaign, period if step == 1 else None, wanted, tick=tick):
            if isinstance(outcome, GrowthError):
                if isinstance(outcome, VariableMissing) and file.send.on_missing is OnMissing.SKIP:
                    tried.missing.add(person.id)
                elif len(tried.findings) < MOST_FAULTS:
                    tried.findings.append(Finding.of_error(outcome, person=person))
            elif not again:
                if not tried.parts and file.medium is Medium.EMAIL:
                    tried.findings += _of_form(composer, campaign, database.workspace, person, outcome, step=step)
                tried.parts.update(_billed(file.medium, person, outcome))
                if file.medium is Medium.WECHAT and len(tried.findings) < MOST_FAULTS:
                    tried.findings += wechat_findings(database.workspace, campaign, outcome["text"].strip(), person, step=step)
                if file.medium is Medium.SMS and len(tried.findings) < MOST_FAULTS:
                    tried.findings += _of_parameters(database.workspace, campaign, person, outcome, step=step)
    return tried


def _of_form(
    composer: Composer, campaign: Campaign, workspace: Workspace, person: ContactView, rendered: Mapping[str, str], *, step: int
) -> Iterator[Finding]:
    """The form of the mail, judged on an example person, so that what stands in people's data is not taken for the writer's."""
    someone = example_person()
    outcome = next(composer.rendered("", [composer.variables(someone)]))
    if isinstance(outcome, GrowthError):
        someone, outcome = person, rendered
    yield from mail_findings(workspace, campaign, outcome, str(composer.variables(someone)["unsubscribe_url"]), step=step)


def _nobody(workspace: Workspace, campaign: Campaign, *, audience: int) -> Finding:
    """It would go to nobody, which is seldom what was meant."""
    return Finding(
        rule="audience-empty",
        severity="warning",
        message=_("everybody of the audience is left out") if audience else _("nobody is in the audience"),
        where=workspace.where(KIND, campaign.name, "audience"),
        hint=_("growth contacts list shows who is there, and growth explain audience-empty what may be wrong"),
    )


def _of_parameters(
    workspace: Workspace, campaign: Campaign, person: ContactView, rendered: Mapping[str, str], *, step: int
) -> Iterator[Finding]:
    """What somebody is called would speak in our name: they get nothing, and the plan says so before."""
    why = unsafe_parameter({part.removeprefix("param:"): text for part, text in rendered.items() if part.startswith("param:")})
    if why is None:
        return
    path = ("content",) if step == 1 else ("then", step - 2, "content")
    yield Finding(
        rule="sms-parameter",
        severity="warning",
        message=_("{why}: {contact} gets nothing", why=why, contact=mask_address(person.phone or "")),
        where=workspace.where(KIND, campaign.name, *path, "params"),
        hint=_("mend the contact's data"),
        contact=person.id,
    )


def kept_plan(session: Session, *, campaign: str, period: str) -> Plan | None:
    """The last plan of a period, or None."""
    return session.scalar(select(Plan).where(Plan.campaign == campaign, Plan.period == period))


def audience_hash(database: Database, campaign: Campaign, *, now: datetime) -> str:
    """What a plan's audience is compared by: who, and who is left out why."""
    return _audience_hash(_audience(database, campaign, now=now))


def _audience(database: Database, campaign: Campaign, *, now: datetime) -> list[tuple[UUID, str | None]]:
    query = campaign.audience(database.workspace, now=now)
    with database.read() as session:
        rows = session.execute(audience_query(campaign.rules(database.workspace), query(session), now=now))
        return [(id_, reason) for id_, _index, _domain, reason in rows]


def _rendered(
    database: Database,
    composer: Composer,
    campaign: Campaign,
    period: Period | None,
    wanted: Sequence[UUID],
    *,
    tick: Callable[..., None] | None,
) -> Iterator[tuple[ContactView, Any, bool]]:
    """Everybody with what they would get, and whether it is the same person again; without a period the original wording."""
    done = 0
    for start in range(0, len(wanted), PAGE):
        with database.read() as session:
            people = contacts(session, wanted[start : start + PAGE])
        by_variant: dict[tuple[str, bool], list[ContactView]] = {}
        for person in people:
            variant = variant_of(campaign, period, person.id) if period else None
            by_variant.setdefault(("" if variant == REST else variant or "", False), []).append(person)
            # whoever waits for the winner may get any of them
            for name in campaign.file.content.variants if variant == REST else ():
                by_variant.setdefault((name, True), []).append(person)
        for (name, again), persons in by_variant.items():
            variables = [composer.variables(person) for person in persons]
            for person, outcome in zip(persons, composer.rendered(name, variables), strict=True):
                yield person, outcome, again
        done += len(people)
        if tick:
            tick(done=done, total=len(wanted))


def _billed(medium: Medium, person: ContactView, rendered: Mapping[str, str]) -> dict[str | None, int]:
    """What one message is billed as, by the country it goes to."""
    if medium is not Medium.SMS or not person.phone:
        return {None: 1}
    code = calling_code(person.phone)
    return {code: sms_parts(rendered["text"].strip(), mainland=code == MAINLAND)}


def _by_country(medium: Medium, units: Mapping[str | None, int]) -> dict[str, int]:
    return {code: count for code, count in sorted(units.items(), key=str) if code} if medium is Medium.SMS else {}


def _duration(campaign: Campaign, recipients: int) -> timedelta | None:
    rate = campaign.file.send.rate
    return timedelta(seconds=recipients / rate.per_second) if rate and recipients else None


def _audience_hash(rows: list[tuple[UUID, str | None]]) -> str:
    digest = hashlib.sha256()
    for id_, reason in sorted(rows, key=lambda row: row[0]):
        # windows open and close by the hour, and no plan could fit: who is in one is looked at when it is sent
        lasting = "" if reason == SkipReason.WINDOW_CLOSED.value else reason or ""
        digest.update(id_.bytes + lasting.encode() + b"\0")
    return digest.hexdigest()[:32]
