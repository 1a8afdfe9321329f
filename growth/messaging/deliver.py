"""The sending of a mailing: claim, compose, look again, commit `submitting`, hand over, settle; until nothing is left that can be done now.

A sender takes up some batches at once. While one is at the provider, the next is composed; it is submitted in the transaction that
settles the one before. So at most one batch (32 messages, or one call of the provider) is ever in doubt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from growth import clock, faultpoints
from growth.contacts import note_sent
from growth.db import Database, DatabaseUnreachable
from growth.db.claim import require_claim
from growth.errors import GrowthError, ProviderError
from growth.messaging import breaker, ledger
from growth.messaging.assignment import Assignment, Ending, Outcome
from growth.messaging.claiming import claim, refusals
from growth.messaging.lease import held
from growth.messaging.ledger import Claimed
from growth.messaging.mailing import begin, finish_if_done, hold_stream, state_of
from growth.messaging.message import Message, Receipt, Verdict
from growth.messaging.owner import is_dead, new_owner
from growth.messaging.pace import back_off, closed_by, open_at
from growth.messaging.provider import Provider
from growth.messaging.settling import Settled, settle
from growth.messaging.state import DeliveryState, MailingState, SkipReason

#: after so many tries a message counts as refused
MOST_ATTEMPTS = 9
#: a sender waits this long for a retry, a lease or a pace before it says that something is left
PATIENCE = timedelta(seconds=75)
#: a sender holds at most so many deliveries (or one call of the provider), and about as many as it hands over within a second
RESERVE = 256
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
    #: claimed and not composed yet
    reserve: list[Claimed] = field(default_factory=list)
    #: how many the last claim asked for, and when that was (monotonic)
    appetite: int = 0
    ate_at: float = 0.0
    #: why nothing more is submitted: somebody paused or cancelled it
    standing: Outcome | None = None

    def run(self, line: ThreadPoolExecutor) -> Outcome:
        flight: Future[Sequence[Receipt]] | None = None
        flying: _Batch | None = None
        ready: _Batch | None = None
        while True:
            closed = self._closed()
            ending = Outcome(ending=Ending.STOPPED) if self.should_stop() else self.standing
            broken: GrowthError | None = None
            if ready is None and ending is None and closed is None:
                try:
                    ready = self._prepare()
                except GrowthError as raised:
                    # what is at the provider is written down first
                    broken = raised
                ending = self.standing
            receipts: Sequence[Receipt] = ()
            fault: ProviderError | None = None
            if flying is not None and flight is not None:
                try:
                    receipts = flight.result()
                except ProviderError as raised_by_provider:
                    fault = raised_by_provider
                    self.provider_faults += 1
                except Exception as bug:  # noqa: BLE001  (a provider's bug must not lose the batch: nobody knows what it sent)
                    receipts = [Receipt.unknown(message, f"{type(bug).__name__}: {bug}") for message in flying.messages]
                else:
                    self.provider_faults = 0
            goes = ready if broken is None and fault is None and ending is None and closed is None else None
            submitted = self._turn(flying, receipts, fault, goes)
            flying = flight = None
            if broken is not None:
                self._let_go(ready)
                raise broken
            if fault is not None and (fault.permanent or self.provider_faults > len(PROVIDER_WAITS)):
                self._let_go(ready)
                return Outcome(ending=Ending.PROVIDER, fault=fault, until=self._trip(fault))
            if ending is not None or closed is not None:
                self._let_go(ready)
                return ending or Outcome(ending=Ending.CLOSED, until=closed)
            if fault is not None and not self._sleep(self._wait(fault)):
                self._let_go(ready)
                return Outcome(ending=Ending.STOPPED)
            if goes is not None:
                ready = None
                if submitted is not None and submitted.messages:
                    flying, flight = submitted, line.submit(self._hand_over, submitted.messages)
                continue
            if ready is None and (outcome := self._rest()) is not None:
                return outcome

    def _closed(self) -> datetime | None:
        """When the hours allow it again, where they do not now."""
        moment, zone = self.now(), self.database.workspace.zone
        later = max(open_at(self.assignment.window, now=moment, zone=zone), closed_by(self.assignment.quiet, now=moment, zone=zone))
        return later if later > moment else None

    def _prepare(self) -> _Batch | None:
        """Compose the next batch; None where nothing can be claimed now (`next_at` says when)."""
        if not self.reserve and not self._take_up():
            return None
        size = self.provider.capabilities.max_batch
        wanted = self.reserve[:size]
        if not wanted:
            return _Batch([], {})
        with self.database.read() as session:
            composed = self.assignment.compose(session, wanted)
        self.reserve = self.reserve[size:]
        messages = [made for made in composed.values() if isinstance(made, Message)]
        impossible = {id_: made for id_, made in composed.items() if isinstance(made, SkipReason)}
        if impossible:
            with self.database.write() as session:
                ledger.leave_out(session, impossible, owner=self.owner, now=self.now())
            self._count(len(impossible))
        return _Batch(messages, {each.id: each for each in wanted})

    def _take_up(self) -> bool:
        """Claim into the reserve; whether there was anything to claim."""
        moment, size = self.now(), self.provider.capabilities.max_batch
        # more where the last ones lasted less than a second, so that a slow provider's sender leaves something to others
        quick = time.monotonic() - self.ate_at < 1
        self.appetite = max(size, min(self.appetite * 2, RESERVE) if quick else self.appetite // 2)
        self.ate_at = time.monotonic()
        paced = self.assignment.rate is not None or self.assignment.domain_rates
        limit = size if paced else self.appetite

        def work(session: Session) -> tuple[MailingState, list[Claimed], datetime | None, dict[UUID, SkipReason]]:
            state = state_of(session, **self.assignment.names)
            if state is not MailingState.SENDING:
                return state, [], None, {}
            claimed, next_at = claim(session, self.assignment, owner=self.owner, limit=limit, now=moment)
            reasons = refusals(session, self.assignment, claimed, now=moment) if claimed else {}
            if reasons:
                ledger.leave_out(session, reasons, owner=self.owner, now=moment)
            return state, claimed, next_at, reasons

        state, claimed, self.next_at, reasons = _write(self.database, work)
        if state is not MailingState.SENDING:
            self.standing = _standing(state)
        self.reserve = [each for each in claimed if each.id not in reasons]
        self._count(len(reasons))
        return bool(claimed)

    def _turn(self, flown: _Batch | None, receipts: Sequence[Receipt], fault: ProviderError | None, ready: _Batch | None) -> _Batch | None:
        """Write down what became of one batch, and submit the next, in one transaction; what of it may go.

        Its commit says of the next: from here on nobody knows until the provider answers.
        """
        if ready is not None and not ready.messages:
            ready = None
        if flown is None and ready is None:
            return None
        moment = self.now()
        results = self._results(flown, receipts, moment) if flown is not None and fault is None else []
        sent = [each.id for each in results if each.state is DeliveryState.ACCEPTED]
        people = [id_ for each in sent if flown is not None and (id_ := flown.claimed[each].contact_id) is not None]
        mended = bool(sent) and not self.works

        def work(session: Session) -> tuple[MailingState | None, dict[UUID, SkipReason], set[UUID]]:
            if flown is not None and fault is not None:
                ids = [message.id for message in flown.messages]
                ledger.give_back(session, owner=self.owner, ids=ids, now=moment, due_at=self._later(fault))
            settle(session, results, owner=self.owner, now=moment)
            if people:
                note_sent(session, people, at=moment)
            if mended:
                breaker.mend(session, provider=self.provider.name, now=moment)
            return self._submit(session, ready, moment) if ready is not None else (None, {}, set())

        state, reasons, held = _write(self.database, work)
        self.works = self.works or mended
        self.failed += sum(each.state in (DeliveryState.REJECTED, DeliveryState.UNCERTAIN) for each in results)
        self._count(sum(each.state is not DeliveryState.RETRYING for each in results) + len(reasons))
        if state is not None and state is not MailingState.SENDING:
            self.standing = _standing(state)
        return _Batch([message for message in ready.messages if message.id in held], ready.claimed) if ready is not None else None

    def _submit(self, session: Session, batch: _Batch, moment: datetime) -> tuple[MailingState, dict[UUID, SkipReason], set[UUID]]:
        """The last look: the mailing's state, who is left out after all, and what is submitted."""
        if self.assignment.rules.once:
            hold_stream(session, self.assignment.stream)
        state = state_of(session, **self.assignment.names)
        if state is not MailingState.SENDING:
            ledger.give_back(session, owner=self.owner, ids=batch.claimed, now=moment)
            return state, {}, set()
        claimed = [batch.claimed[message.id] for message in batch.messages]
        reasons = refusals(session, self.assignment, claimed, now=moment)
        if reasons:
            ledger.leave_out(session, reasons, owner=self.owner, now=moment)
        ids = [each.id for each in claimed if each.id not in reasons]
        return state, reasons, ledger.submit(session, owner=self.owner, ids=ids, provider=self.provider.name, now=moment)

    def _hand_over(self, messages: Sequence[Message]) -> Sequence[Receipt]:
        faultpoints.reach("provider.call")
        receipts = self.provider.send(messages)
        faultpoints.reach("provider.called")
        return receipts

    def _results(self, batch: _Batch, receipts: Sequence[Receipt], moment: datetime) -> list[Settled]:
        """What the receipts say; a message without one is in doubt."""
        units = {message.id: message.units for message in batch.messages}
        found = [self._result(receipt, batch.claimed[receipt.message_id].attempts + 1, units, moment) for receipt in receipts]
        missing = units.keys() - {each.id for each in found}
        return found + [self._unknown(id_, "the provider said nothing of it", units) for id_ in missing]

    def _result(self, receipt: Receipt, attempts: int, units: Mapping[UUID, int], moment: datetime) -> Settled:
        id_, billed = receipt.message_id, units[receipt.message_id]
        match receipt.verdict:
            case Verdict.ACCEPTED:
                return Settled(id=id_, state=DeliveryState.ACCEPTED, provider_id=receipt.provider_id, units=billed)
            case Verdict.UNKNOWN:
                return self._unknown(id_, receipt.reason, units)
            case Verdict.LATER if attempts < MOST_ATTEMPTS:
                due = moment + max(receipt.retry_after or timedelta(), back_off(attempts))
                return Settled(id=id_, state=DeliveryState.RETRYING, reason=receipt.reason, due_at=due, units=billed)
            case _:
                return Settled(id=id_, state=DeliveryState.REJECTED, reason=receipt.reason, units=billed)

    def _unknown(self, id_: UUID, reason: str | None, units: Mapping[UUID, int]) -> Settled:
        state = DeliveryState.RETRYING if self.assignment.resend else DeliveryState.UNCERTAIN
        return Settled(id=id_, state=state, reason=reason, units=units[id_])

    def _trip(self, fault: ProviderError) -> datetime:
        """Leave the provider alone, everybody; until when."""
        moment = self.now()
        return _write(self.database, lambda session: breaker.trip(session, provider=self.provider.name, fault=fault, now=moment))

    def _later(self, fault: ProviderError) -> datetime:
        return self.now() + self._wait(fault)

    def _wait(self, fault: ProviderError) -> timedelta:
        """How long a provider that could not be used at all is left alone."""
        return max(fault.retry_after or timedelta(), PROVIDER_WAITS[min(self.provider_faults, len(PROVIDER_WAITS)) - 1])

    def _let_go(self, batch: _Batch | None) -> None:
        """Of what was claimed and not submitted."""
        ids = [*(batch.claimed if batch is not None else ()), *(each.id for each in self.reserve)]
        self.reserve = []
        if ids:
            with self.database.write() as session:
                ledger.give_back(session, owner=self.owner, ids=ids, now=self.now())

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
        return None if self._sleep(min(until - moment, timedelta(seconds=1))) else Outcome(ending=Ending.STOPPED)

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

    def _sleep(self, span: timedelta) -> bool:
        """Wait so long, whatever the clock does meanwhile; False where this process is asked to stop."""
        end = time.monotonic() + span.total_seconds()
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
