"""Delivery of notices: each target's robot is called at most so often a minute, what is left is summed up, failures wait for another try.

Called again and again by a job of `growth.jobs`; a robot that fails or hangs holds up nobody but itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import uuid4

from growth.alerts import store
from growth.alerts.raising import raise_alert
from growth.alerts.robot import Robot, RobotMessage, RobotTarget, find_robot
from growth.alerts.store import Notice
from growth.db.claim import is_claimed
from growth.errors import GrowthError, ProviderError
from growth.language import _, ngettext, speaking
from growth.workspace import Severity

if TYPE_CHECKING:
    import httpx

    from growth.db import Database
    from growth.workspace import Workspace

log = logging.getLogger("growth.alerts")

#: notices looked at in one turn
_AT_ONCE = 500
#: waits after the first, second … failed try; then once an hour until `_GIVE_UP`
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 300, 900))
_GIVE_UP = timedelta(days=1)
_TIMEOUT_SECONDS = 10.0
#: titles that a summary shows
_SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCounts:
    """What one turn did, in notices."""

    sent: int = 0
    summed_up: int = 0
    waiting: int = 0
    failed: int = 0

    def __add__(self, other: DeliveryCounts) -> DeliveryCounts:
        return DeliveryCounts(
            sent=self.sent + other.sent,
            summed_up=self.summed_up + other.summed_up,
            waiting=self.waiting + other.waiting,
            failed=self.failed + other.failed,
        )


def deliver_notices(
    database: Database, *, clock: Callable[[], datetime], should_stop: Callable[[], bool] = lambda: False
) -> DeliveryCounts:
    """Send the notices that are due. One turn at a time is meant; two at once may repeat a notice, under the same event.

    A database that is a copy (`growth.db.claim`) tells nobody anything: its notices wait.
    """
    with database.read() as session:
        due = store.due_notices(session, now=clock(), limit=_AT_ONCE)
    counts = DeliveryCounts()
    if not due:
        return counts
    if not is_claimed(database):
        return DeliveryCounts(waiting=len(due))
    with http_client() as http, speaking(database.workspace.settings.site.locale):
        for target, group in groupby(sorted(due, key=lambda notice: (notice.target, notice.id)), key=lambda notice: notice.target):
            if should_stop():
                break
            counts += _deliver_to(database, target, list(group), http=http, clock=clock)
    return counts


def send_test(workspace: Workspace, *, target: str, now: datetime) -> None:
    """One test message to `target`, at once. Raises GrowthError with what the robot's service said."""
    robot, where = resolve_target(workspace, target)
    title = _("A test from {site}", site=workspace.settings.site.name or workspace.settings.site.url)
    body = _("This group is told what growth has to tell.")
    message = RobotMessage(
        event=f"test-{uuid4().hex}", kind="test", title=title, body=body, link=workspace.settings.public_url, happened_at=now, now=now
    )
    with http_client() as http:
        robot.send(message, where, http)


def resolve_target(workspace: Workspace, target: str) -> tuple[Robot, RobotTarget]:
    """The robot behind a name of `notify` or an e-mail address, its secrets read. Raises GrowthError (unknown name, missing secret)."""
    entry = workspace.settings.notify.get(target)
    if entry is None:
        if "@" not in target:
            raise GrowthError(_("notify: there is no “{name}”", name=target), fix=_("declare it under `notify:` in growth.yaml"))
        return find_robot("mail"), RobotTarget(name=target, url="", secret="", to=(target,), workspace=workspace)
    where = workspace.where("growth", None, "notify", target)
    url = workspace.resolve(entry.url, where=where) if entry.url else ""
    secret = workspace.resolve(entry.secret, where=where) if entry.secret else ""
    return find_robot(entry.robot), RobotTarget(name=target, url=url, secret=secret, to=entry.to, workspace=workspace)


@contextmanager
def http_client() -> Iterator[httpx.Client]:
    """The client for robots: addresses come from growth.yaml and may be private; redirects are not followed."""
    import httpx

    with httpx.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False, headers={"User-Agent": "growth-suite"}) as client:
        yield client


def _deliver_to(
    database: Database, target: str, due: Sequence[Notice], *, http: httpx.Client, clock: Callable[[], datetime]
) -> DeliveryCounts:
    try:
        robot, where = resolve_target(database.workspace, target)
    except GrowthError as fault:
        return _failed(database, target, due, ProviderError(str(fault), permanent=True, fix=fault.fix), now=clock())
    with database.read() as session:
        used = store.calls_since(session, target=target, since=clock() - timedelta(minutes=1))
    counts = DeliveryCounts()
    calls = planned_calls(due, left=robot.per_minute - used)
    for position, call in enumerate(calls):
        message = _message(call, now=clock())
        try:
            _send(robot, message, where, http)
        except ProviderError as fault:
            rest = [notice for later in calls[position + 1 :] for notice in later]
            counts += _failed(database, target, call, fault, now=clock())
            if not fault.permanent:
                # the same service will not take the next one either; they go out in later turns
                return counts + DeliveryCounts(waiting=len(rest))
            continue
        with database.write() as session:
            store.mark_sent(session, ids=[notice.id for notice in call], message=uuid4().hex, now=clock())
        counts += DeliveryCounts(sent=len(call), summed_up=len(call) if len(call) > 1 else 0)
    return counts + DeliveryCounts(waiting=len(due) - sum(len(call) for call in calls))


def _send(robot: Robot, message: RobotMessage, target: RobotTarget, http: httpx.Client) -> None:
    """Call the robot; what it should not raise becomes a ProviderError, so that a plug-in's bug silences no other robot."""
    try:
        robot.send(message, target, http)
    except ProviderError:
        raise
    except GrowthError as fault:
        raise ProviderError(str(fault), permanent=True, fix=fault.fix) from fault
    except Exception as fault:
        log.exception("robot %s of %s has a bug", robot.name, target.name)
        raise ProviderError(
            _("the robot “{name}” has a bug: {kind}: {why}", name=robot.name, kind=type(fault).__name__, why=fault)
        ) from fault


def planned_calls(due: Sequence[Notice], *, left: int) -> list[list[Notice]]:
    """Which notices go out in which call, when the robot may be called `left` times more this minute: the last call sums up the rest."""
    if left <= 0:
        return []
    if len(due) <= left:
        return [[notice] for notice in due]
    return [*([notice] for notice in due[: left - 1]), list(due[left - 1 :])]


def _message(call: Sequence[Notice], *, now: datetime) -> RobotMessage:
    first = call[0]
    single = RobotMessage(
        event=first.event, kind=first.kind, title=first.title, body=first.body, link=first.link, happened_at=first.created_at, now=now
    )
    if len(call) == 1:
        return single
    titles = [f"- {notice.title}" for notice in call[:_SHOWN]]
    if len(call) > _SHOWN:
        titles.append(ngettext("- and one more", "- and {n} more", len(call) - _SHOWN))
    title = ngettext("One message, summed up", "{n} messages, summed up", len(call))
    return replace(single, kind="summary", title=title, body="\n".join(titles), link=None)


def _failed(database: Database, target: str, call: Sequence[Notice], fault: ProviderError, *, now: datetime) -> DeliveryCounts:
    """Put the notices of a failed call off, or give them up; giving up is an alert on the dashboard."""
    given_up = [notice for notice in call if fault.permanent or now - notice.created_at >= _GIVE_UP]
    later = [notice for notice in call if notice not in given_up]
    error = str(fault)[:500]
    log.warning("robot %s: %s", target, error)
    with database.write() as session:
        for notice in later:
            wait = _WAITS[notice.attempts] if notice.attempts < len(_WAITS) else timedelta(hours=1)
            store.mark_later(session, ids=[notice.id], error=error, next_at=now + max(wait, fault.retry_after or timedelta()))
        if given_up:
            store.mark_failed(session, ids=[notice.id for notice in given_up], error=error)
            raise_alert(
                session,
                kind="robot_failed",
                title=_("The team could not be told through “{target}”", target=target),
                detail=f"{error}\n{fault.fix or ''}".strip(),
                dedupe=f"robot_failed:{target}",
                now=now,
                link="/settings",
                severity=Severity.ERROR,
            )
    return DeliveryCounts(waiting=len(later), failed=len(given_up))
