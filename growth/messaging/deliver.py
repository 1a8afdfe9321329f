"""The sending of a mailing: claim, compose, look again, commit `submitting`, hand over, settle; until nothing is left that can be done now.

While one batch is at the provider, the next is claimed and composed; it is submitted in the transaction that settles the first. So at
most one batch (32 messages, or one call of the provider) is ever in doubt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from growth import clock, faultpoints
from growth.contacts import Purpose, barriers, note_sent, suppressed
from growth.db import Database, DatabaseUnreachable
from growth.db.claim import require_claim
from growth.errors import ProviderError
from growth.messaging import breaker, ledger
from growth.messaging.assignment import Assignment, Ending, Outcome
from growth.messaging.eligible import capped, repeated
from growth.messaging.lease import held
from growth.messaging.ledger import Claimed, Settled
from growth.messaging.mailing import begin, finish_if_done, hold_stream, state_of
from growth.messaging.message import Message, Receipt, Verdict
from growth.messaging.owner import is_dead, new_owner
from growth.messaging.pace import allowed, back_off, closed_by, open_at, ready_at, take
from growth.messaging.provider import Provider
from growth.messaging.state import DeliveryState, MailingState, SkipReason

#: after so many tries a message counts as refused
MOST_ATTEMPTS = 9
#: a sender waits this long for a retry, a lease or a pace before it says that something is left
PATIENCE = timedelta(seconds=75)
#: waits before a provider that could not be used at all is tried again; then the sender gives up for now
PROVIDER_WAITS = (timedelta(seconds=2), timedelta(seconds=6))

T = TypeVar("T")
_DATABASE_WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, 14.0)


def deliver(
    database: Database,
    assignment: Assignment,
    provider: Provider,
    *,
    now: Callable[[], datetime] = clock.now,
    should_stop: Callable[[], bool] = lambda: False,
    tick: Callable[..., None] | None = None,
    patience: timedelta = PATIENCE,
    by_hand: bool = False,
) -> Outcome:
    """Send what is due of a frozen mailing. Any number of senders may do it at once. Raises Unclaimed on a copied database.

    A provider that could not be used a while ago is left alone, unless somebody asks for it `by_hand`: they may have mended it.
    """
    require_claim(database)
    with database.write() as session:
        state = begin(session, **assignment.names, now=now())
        fault = None if by_hand or state is not MailingState.SENDING else breaker.broken(session, provider=provider.name, now=now())
    if state is not MailingState.SENDING:
        return _standing(state)
    if fault is not None:
        return Outcome(ending=Ending.PROVIDER, until=fault.until, fault=ProviderError(fault.reason))
    sender = _Sender(database, assignment, provider, new_owner(), now, should_stop, tick, patience)
    with held(database, sender.owner, now), ThreadPoolExecutor(max_workers=1, thread_name_prefix="hand-over") as line:
        return sender.run(line)


def _standing(state: MailingState) -> Outcome:
    ending = {
        MailingState.PAUSED: Ending.PAUSED,
        MailingState.CANCELLED: Ending.CANCELLED,
        MailingState.FINISHED: Ending.FINISHED,
    }
    return Outcome(ending=ending.get(state, Ending.WAITING))


@dataclass(slots=True)
class _Batch:
    """Messages ready to be handed over, and how often each was tried."""

    messages: list[Message]
    claimed: dict[UUID, Claimed]


@dataclass(slots=True)
class _Sender:
    """One sender at work."""

    database: Database
    assignment: Assignment
    provider: Provider
    owner: str
    now: Callable[[], datetime]
    should_stop: Callable[[], bool]
    tick: Callable[..., None] | None
    patience: timedelta
    done: int = 0
    failed: int = 0
    provider_faults: int = 0
    #: it took something in this sender's time
    works: bool = False
    #: when something may be done next, as the last claim saw it
    next_at: datetime | None = None

    def run(self, line: ThreadPoolExecutor) -> Outcome:
        flight: Future[Sequence[Receipt]] | None = None
        flying: _Batch | None = None
        ready: _Batch | None = None
        while True:
            closed = self._closed()
            ending = self._ending()
            if ready is None and ending is None and closed is None:
                ready = self._prepare()
            fault = None
            if flying is not None and flight is not None:
                try:
                    receipts: Sequence[Receipt] = flight.result()
                except ProviderError as raised:
                    receipts, fault = (), raised
                    self.provider_faults += 1
                except Exception as broken:  # noqa: BLE001  (a provider's bug must not lose the batch: nobody knows what it sent)
                    receipts = [Receipt.unknown(message, f"{type(broken).__name__}: {broken}") for message in flying.messages]
                else:
                    self.provider_faults = 0
                self._settle(flying, receipts, fault)
                flying = flight = None
            if fault is not None and (fault.permanent or self.provider_faults > len(PROVIDER_WAITS)):
                self._let_go(ready)
                return Outcome(ending=Ending.PROVIDER, fault=fault, until=self._trip(fault))
            if ending is not None or closed is not None:
                self._let_go(ready)
                return ending or Outcome(ending=Ending.CLOSED, until=closed)
            if fault is not None and not self._sleep(self._later(fault)):
                self._let_go(ready)
                return Outcome(ending=Ending.STOPPED)
            if ready is not None:
                flying, ready = self._submit(ready), None
                flight = line.submit(self._hand_over, flying.messages) if flying.messages else None
                continue
            if (outcome := self._rest()) is not None:
                return outcome

    def _ending(self) -> Outcome | None:
        if self.should_stop():
            return Outcome(ending=Ending.STOPPED)
        with self.database.read() as session:
            state = state_of(session, **self.assignment.names)
        return None if state is MailingState.SENDING else _standing(state)

    def _closed(self) -> datetime | None:
        """When the hours allow it again, where they do not now."""
        moment, zone = self.now(), self.database.workspace.zone
        later = max(open_at(self.assignment.window, now=moment, zone=zone), closed_by(self.assignment.quiet, now=moment, zone=zone))
        return later if later > moment else None

    def _prepare(self) -> _Batch | None:
        """Claim and compose; None where nothing can be claimed now (`next_at` says when)."""
        moment = self.now()

        def work(session: Session) -> tuple[list[Claimed], dict[UUID, SkipReason]]:
            claimed = self._claim(session, moment)
            reasons = self._refusals(session, claimed, moment)
            if reasons:
                ledger.leave_out(session, reasons, owner=self.owner, now=moment)
            return claimed, reasons

        claimed, reasons = _write(self.database, work)
        wanted = [each for each in claimed if each.id not in reasons]
        self._count(len(reasons))
        if not wanted:
            return _Batch([], {}) if claimed else None
        with self.database.read() as session:
            composed = self.assignment.compose(session, wanted)
        messages = [made for made in composed.values() if isinstance(made, Message)]
        impossible = {id_: made for id_, made in composed.items() if isinstance(made, SkipReason)}
        if impossible:
            with self.database.write() as session:
                ledger.leave_out(session, impossible, owner=self.owner, now=moment)
            self._count(len(impossible))
        return _Batch(messages, {each.id: each for each in wanted})

    def _claim(self, session: Session, moment: datetime) -> list[Claimed]:
        """As many as the pace allows; those of domains with a pace of their own by that."""
        self.next_at = None
        limit = self.provider.capabilities.max_batch
        key = f"stream:{self.assignment.stream}"
        if (rate := self.assignment.rate) is not None:
            free = allowed(session, key=key, rate=rate, now=moment)
            if free == 0:
                self.next_at = ready_at(session, key=key, rate=rate, now=moment)
                return []
            limit = min(limit, free)
        found: list[Claimed] = []
        for domain, domain_rate in self.assignment.domain_rates.items():
            domain_key = f"domain:{domain}"
            free = min(allowed(session, key=domain_key, rate=domain_rate, now=moment), limit - len(found))
            if free <= 0:
                ready = ready_at(session, key=domain_key, rate=domain_rate, now=moment)
                self.next_at = min(self.next_at or ready, ready)
                continue
            mine = ledger.claim_deliveries(session, **self.assignment.names, owner=self.owner, now=moment, limit=free, domain=domain)
            if mine:
                take(session, key=domain_key, rate=domain_rate, count=len(mine), now=moment)
                found += mine
        if len(found) < limit:
            found += ledger.claim_deliveries(
                session,
                **self.assignment.names,
                owner=self.owner,
                now=moment,
                limit=limit - len(found),
                not_domains=tuple(self.assignment.domain_rates),
            )
        if found and rate is not None:
            take(session, key=key, rate=rate, count=len(found), now=moment)
        return found

    def _refusals(self, session: Session, claimed: Sequence[Claimed], moment: datetime) -> dict[UUID, SkipReason]:
        """Who must not be written to after all."""
        rules = self.assignment.rules
        people = {each.contact_id: each.address_index for each in claimed if each.contact_id is not None}
        against = barriers(session, medium=rules.medium, purpose=rules.purpose, people=people) if people else {}
        indexes = [each.address_index for each in claimed]
        full = capped(session, rules, indexes, now=moment)
        had = repeated(session, **self.assignment.names, indexes=indexes) if rules.once else set()
        bare = [each.address_index for each in claimed if each.contact_id is None]
        if rules.purpose is Purpose.STAFF or rules.own_request:
            bare = []
        stopped = suppressed(session, medium=rules.medium, address_indexes=bare) if bare else set()
        reasons: dict[UUID, SkipReason] = {}
        for each in claimed:
            if each.contact_id in against:
                reasons[each.id] = SkipReason(against[each.contact_id].value)
            elif each.contact_id is None and each.address_index in stopped:
                reasons[each.id] = SkipReason.SUPPRESSED
            elif each.address_index in had:
                reasons[each.id] = SkipReason.ALREADY
            elif each.address_index in full:
                reasons[each.id] = SkipReason.CAP
        return reasons

    def _submit(self, batch: _Batch) -> _Batch:
        """The last look, and the commit that says: from here on nobody knows until the provider answers."""
        if not batch.messages:
            return batch
        moment = self.now()
        claimed = [batch.claimed[message.id] for message in batch.messages]

        def work(session: Session) -> tuple[dict[UUID, SkipReason], set[UUID]]:
            if self.assignment.rules.once:
                hold_stream(session, self.assignment.stream)
            if state_of(session, **self.assignment.names) is not MailingState.SENDING:
                ledger.give_back(session, owner=self.owner, ids=batch.claimed, now=moment)
                return {}, set()
            reasons = self._refusals(session, claimed, moment)
            if reasons:
                ledger.leave_out(session, reasons, owner=self.owner, now=moment)
            ids = [each.id for each in claimed if each.id not in reasons]
            return reasons, ledger.submit(session, owner=self.owner, ids=ids, provider=self.provider.name, now=moment)

        reasons, held = _write(self.database, work)
        self._count(len(reasons))
        return _Batch([message for message in batch.messages if message.id in held], batch.claimed)

    def _hand_over(self, messages: Sequence[Message]) -> Sequence[Receipt]:
        faultpoints.reach("provider.call")
        receipts = self.provider.send(messages)
        faultpoints.reach("provider.called")
        return receipts

    def _settle(self, batch: _Batch, receipts: Sequence[Receipt], fault: ProviderError | None) -> None:
        moment = self.now()
        ids = {message.id for message in batch.messages}
        if fault is not None:
            due = self._later(fault)
            _write(self.database, lambda session: ledger.give_back(session, owner=self.owner, ids=ids, now=moment, due_at=due))
            return
        units = {message.id: message.units for message in batch.messages}
        results = [self._result(receipt, batch.claimed[receipt.message_id].attempts + 1, moment) for receipt in receipts]
        results += [self._unknown(id_, "the provider said nothing of it") for id_ in ids - {each.id for each in results}]
        results = [replace(each, units=units[each.id]) for each in results]
        sent = [batch.claimed[each.id].contact_id for each in results if each.state is DeliveryState.ACCEPTED]
        people = [id_ for id_ in sent if id_ is not None]

        mended = bool(sent) and not self.works

        def work(session: Session) -> None:
            ledger.settle(session, results, owner=self.owner, now=moment)
            if people:
                note_sent(session, people, at=moment)
            if mended:
                breaker.mend(session, provider=self.provider.name, now=moment)

        _write(self.database, work)
        self.works = self.works or mended
        self.failed += sum(each.state in (DeliveryState.REJECTED, DeliveryState.UNCERTAIN) for each in results)
        self._count(sum(each.state is not DeliveryState.RETRYING for each in results))

    def _result(self, receipt: Receipt, attempts: int, moment: datetime) -> Settled:
        match receipt.verdict:
            case Verdict.ACCEPTED:
                return Settled(id=receipt.message_id, state=DeliveryState.ACCEPTED, provider_id=receipt.provider_id)
            case Verdict.REFUSED:
                return Settled(id=receipt.message_id, state=DeliveryState.REJECTED, reason=receipt.reason)
            case Verdict.UNKNOWN:
                return self._unknown(receipt.message_id, receipt.reason)
            case _:
                if attempts >= MOST_ATTEMPTS:
                    return Settled(id=receipt.message_id, state=DeliveryState.REJECTED, reason=receipt.reason)
                due = moment + max(receipt.retry_after or timedelta(), back_off(attempts))
                return Settled(id=receipt.message_id, state=DeliveryState.RETRYING, reason=receipt.reason, due_at=due)

    def _unknown(self, id_: UUID, reason: str | None) -> Settled:
        state = DeliveryState.RETRYING if self.assignment.resend else DeliveryState.UNCERTAIN
        return Settled(id=id_, state=state, reason=reason)

    def _trip(self, fault: ProviderError) -> datetime:
        """Leave the provider alone, everybody; until when."""
        moment = self.now()
        return _write(self.database, lambda session: breaker.trip(session, provider=self.provider.name, fault=fault, now=moment))

    def _later(self, fault: ProviderError) -> datetime:
        wait = PROVIDER_WAITS[min(self.provider_faults, len(PROVIDER_WAITS)) - 1]
        return self.now() + max(fault.retry_after or timedelta(), wait)

    def _let_go(self, batch: _Batch | None) -> None:
        if batch is not None and batch.claimed:
            with self.database.write() as session:
                ledger.give_back(session, owner=self.owner, ids=batch.claimed, now=self.now())

    def _rest(self) -> Outcome | None:
        """Nothing could be claimed: finish, or wait for what comes next; None to look again."""
        moment = self.now()

        def work(session: Session) -> tuple[bool, datetime | None, list[datetime]]:
            self._take_over(session, moment)
            # at rest this sender holds nothing; what carries its name was lost with the answer to a commit
            ledger.release(session, **self.assignment.names, owner=self.owner, resend=self.assignment.resend, now=moment)
            done = finish_if_done(session, **self.assignment.names, now=moment)
            held = ledger.owners(session, **self.assignment.names)
            return done, ledger.next_due(session, **self.assignment.names), list(held.values())

        done, due, leases = _write(self.database, work)
        if done:
            return Outcome(ending=Ending.FINISHED)
        later = [each for each in (self.next_at, due, *leases) if each is not None and each > moment]
        until = min(later, default=moment + timedelta(milliseconds=50))
        if until - moment > self.patience:
            return Outcome(ending=Ending.WAITING, until=until)
        return None if self._sleep(min(until, moment + timedelta(seconds=1))) else Outcome(ending=Ending.STOPPED)

    def _take_over(self, session: Session, moment: datetime) -> None:
        """From senders that are gone."""
        for owner, until in ledger.owners(session, **self.assignment.names).items():
            if owner != self.owner and (until < moment or is_dead(owner)):
                uncertain = ledger.release(session, **self.assignment.names, owner=owner, resend=self.assignment.resend, now=moment)
                self.failed += uncertain
                self._count(uncertain)

    def _count(self, more: int) -> None:
        self.done += more
        if self.tick and more:
            self.tick(done=self.done, errors=self.failed)

    def _sleep(self, until: datetime) -> bool:
        """Wait; False where this process is asked to stop."""
        end = time.monotonic() + max((until - self.now()).total_seconds(), 0)
        while (left := end - time.monotonic()) > 0:
            if self.should_stop():
                return False
            time.sleep(min(left, 0.2))
        return not self.should_stop()


def _write(database: Database, work: Callable[[Session], T]) -> T:
    """`work` in a write transaction, again for half a minute where the database is away: a restart must not put a batch in doubt.

    Where a commit's answer was lost, `work` runs twice; whatever it is, the owner's name in the rows keeps that harmless.
    """
    for wait in _DATABASE_WAITS:
        try:
            with database.write() as session:
                return work(session)
        except (DatabaseUnreachable, OperationalError):
            time.sleep(wait)
    with database.write() as session:
        return work(session)
