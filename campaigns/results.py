"""What a period came to: deliveries, opens, clicks by link, refusals, sign-ups, cost; by variant and by domain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from campaigns.campaign import read_stream, step_stream
from campaigns.models import Run
from campaigns.price import cost_of, has_price
from growth.channels import clicked_by, clicks_of_link, resolve_link
from growth.contacts import Medium, contacts, count_refusals, openids_of
from growth.messaging import (
    DeliveryState,
    MailingView,
    Tally,
    billed_units,
    by_variant,
    deliveries_query,
    mailing_of,
    mailings_of,
    sealed_addresses,
    tallies,
    tally,
)
from growth.money import Money
from growth.security import mask_address
from growth.workspace import Workspace

#: rows read at a time
PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClicks:
    """One link of a campaign: where it leads, clicks by people, clicks by bots."""

    target: str
    clicks: int
    bots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What a period came to. `clickers` are people, each once; a share is of what was handed over."""

    campaign: str
    period: str
    medium: Medium
    channel: str
    state: str
    started_at: datetime | None
    finished_at: datetime | None
    whole: Tally
    clicks: int = 0
    clickers: int = 0
    refused: int = 0
    cost: Money | None = None
    links: Sequence[LinkClicks] = ()
    by_variant: dict[str, Tally] = field(default_factory=dict)
    by_domain: dict[str, Tally] = field(default_factory=dict)
    #: people who followed a link, by variant
    clickers_by_variant: dict[str, int] = field(default_factory=dict)
    #: what the test of the variants came to (`campaigns.winner.Decision`), once it is over
    test: dict[str, Any] | None = None
    #: which message of a sequence; 1 is the first
    step: int = 1
    #: what the later messages came to
    steps: Sequence[Results] = ()

    @property
    def title(self) -> str:
        """The campaign's name; of a later message with its number."""
        return self.campaign if self.step == 1 else f"{self.campaign} · {self.step}"

    def as_json(self) -> dict[str, Any]:
        """For ``growth campaign report --json``."""
        head = {"campaign": self.campaign, "period": self.period, "state": self.state}
        more = {"steps": [{"step": step.step, **step._figures()} for step in self.steps]} if self.steps else {}
        return head | self._figures() | more

    def _figures(self) -> dict[str, Any]:
        whole = self.whole
        return {
            "recipients": whole.recipients,
            "sent": whole.handed_over,
            "delivered": whole.delivered,
            "bounced": whole.bounced,
            "rejected": whole.rejected,
            "uncertain": whole.uncertain,
            "skipped": whole.skipped,
            "left": whole.left,
            "opened": whole.opened,
            "machine_opened": whole.machine_opened,
            "clicks": self.clicks,
            "clickers": self.clickers,
            "unsubscribed": self.refused,
            "cost": self.cost,
            "links": list(self.links),
            "by_variant": {
                name: asdict(line) | {"clickers": self.clickers_by_variant.get(name, 0)} for name, line in self.by_variant.items()
            },
            "by_domain": dict(self.by_domain),
            **({"test": self.test} if self.test else {}),
            "started_at": self.started_at,
            "finished_at": self.finished_at,
        }


def deliveries(
    session: Session, *, stream: str, occurrence: str, state: str | None, masked: bool = True, start: int = 0, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """``{"address","medium","state","reason","attempts","provider_id","at"}`` of each delivery, in the order they were written."""
    wanted = DeliveryState(state) if state else None
    query = deliveries_query(stream=stream, occurrence=occurrence, state=wanted).offset(start).limit(limit)
    query = query.execution_options(yield_per=PAGE)
    for page in session.scalars(query).partitions(PAGE):
        people = {person.id: person for person in contacts(session, [row.contact_id for row in page if row.contact_id])}
        openids = openids_of(session, list(people)) if any(row.medium == Medium.WECHAT for row in page) else {}
        plain = sealed_addresses(session, [row.id for row in page if row.contact_id is None])
        for row in page:
            person = people.get(row.contact_id) if row.contact_id else None
            address = (person.address(Medium(row.medium)) or openids.get(person.id)) if person else plain.get(row.id)
            yield {
                "address": (mask_address(address) if masked else address) if address else None,
                "medium": row.medium,
                "state": row.state,
                "reason": row.reason,
                "attempts": row.attempts,
                "provider_id": row.provider_id,
                "at": row.at,
            }


def results(session: Session, *, campaign: str, period: str, workspace: Workspace, now: datetime) -> Results | None:
    """One period with the later messages of its sequence, or None where it was not begun."""
    run = session.get(Run, (campaign, period))
    found = _message(session, run, 1, workspace=workspace, now=now) if run else None
    if run is None or found is None:
        return None
    later = (_message(session, run, step + 2, workspace=workspace, now=now) for step in range(len(run.content["then"])))
    return replace(found, steps=[each for each in later if each is not None])


def message_results(session: Session, *, stream: str, period: str, workspace: Workspace, now: datetime) -> Results | None:
    """One message of a campaign alone, by its stream; None where it was not begun, or is no campaign's."""
    read = read_stream(stream)
    run = session.get(Run, (read[0], period)) if read else None
    return _message(session, run, read[1], workspace=workspace, now=now) if run and read else None


def _message(session: Session, run: Run, step: int, *, workspace: Workspace, now: datetime) -> Results | None:
    stream, period = step_stream(run.campaign, step), run.period
    view = mailing_of(session, stream=stream, occurrence=period)
    if view is None:
        return None
    links = list(_links(session, run, step))
    people = clicked_by(f"{stream}/{period}").distinct()
    until = _next_start(session, stream, view) or now
    units = billed_units(session, stream=stream, occurrence=period)
    variants = len(run.content["parts"]) > 1 and step == 1
    return Results(
        campaign=run.campaign,
        period=period,
        step=step,
        medium=view.medium,
        channel=run.channel,
        state=view.state.value,
        started_at=view.started_at,
        finished_at=view.finished_at,
        whole=tally(session, stream=stream, occurrence=period),
        clicks=sum(link.clicks for link in links),
        clickers=len(session.scalars(people).all()),
        refused=count_refusals(session, evidence=stream, since=view.started_at, until=until) if view.started_at else 0,
        cost=cost_of(workspace, view.medium, units) if has_price(workspace, view.medium) else None,
        links=links,
        by_variant={name or "a": line for name, line in tallies(session, stream=stream, occurrence=period, by="variant").items()}
        if variants
        else {},
        clickers_by_variant={name or "a": n for name, n in by_variant(session, stream=stream, occurrence=period, among=people).items()}
        if variants
        else {},
        test=run.decision if step == 1 else None,
        by_domain={name: line for name, line in tallies(session, stream=stream, occurrence=period, by="domain").items() if name},
    )


def _links(session: Session, run: Run, step: int) -> Iterator[LinkClicks]:
    codes = run.links["codes"] if step == 1 else run.links["then"][step - 2]
    targets = run.content["links"] if step == 1 else run.content["then"][step - 2]["content"]["links"]
    for code, target in zip(codes, targets, strict=True):
        link = resolve_link(session, code)
        if link is not None:
            counted = clicks_of_link(session, link.id)
            yield LinkClicks(target=target, clicks=counted.people, bots=counted.bots)


def _next_start(session: Session, stream: str, view: MailingView) -> datetime | None:
    """When the occurrence after this one began: later refusals are its own."""
    starts = [each.started_at for each in mailings_of(session, stream) if each.started_at and view.started_at]
    return min((start for start in starts if view.started_at and start > view.started_at), default=None)
