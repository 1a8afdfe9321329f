"""Who answers a follower: the bot, nobody yet (waiting), or a person; and the way back to the bot."""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from growth.alerts import close_alert, raise_alert
from growth.language import _
from growth.wechat.models import Conversation
from growth.wechat.settings import Handoff

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class DeskState(StrEnum):
    """Who answers."""

    #: the rules of wechat.yaml
    BOT = "bot"
    #: a person was called and has not come yet; the bot is silent
    WAITING = "waiting"
    #: a person answers; the bot is silent
    HUMAN = "human"


def conversation(session: Session, *, follower_id: UUID, at: datetime) -> Conversation:
    """The row of a follower's conversation, made where it is new."""
    row = session.get(Conversation, follower_id)
    if row is None:
        row = Conversation(follower_id=follower_id, state=DeskState.BOT, since=at, last_at=at, reason="", unanswered=0)
        session.add(row)
    return row


def state_now(row: Conversation, settings: Handoff, *, at: datetime) -> DeskState:
    """The state at `at`: after a silence of `return_to_bot_after` the bot answers again."""
    if row.state != DeskState.BOT and at - row.last_at > settings.return_to_bot_after:
        row.state, row.since, row.reason, row.agent = DeskState.BOT, at, "", None
    return DeskState(row.state)


def call_person(session: Session, row: Conversation, *, reason: str, at: datetime) -> None:
    """Let a person be called; the team is told once (alert ``follower_waiting``)."""
    if row.state == DeskState.BOT:
        row.state, row.since, row.reason = DeskState.WAITING, at, reason
    row.last_at = at
    row.unanswered = 0
    raise_alert(
        session,
        kind="follower_waiting",
        title=_("A WeChat follower waits for a person"),
        detail=_("Called by: {reason}. Open the inbox to answer.", reason=reason),
        dedupe=f"follower_waiting:{row.follower_id}",
        now=at,
    )


def open_now(settings: Handoff, *, at: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody is at the desk: `hours` by weekday, ``mon-fri`` or ``sat``; without hours always."""
    if not settings.hours:
        return True
    local = at.astimezone(zone)
    today = WEEKDAYS[local.weekday()]
    return any(
        today in days_of(days) and any(window.contains(_clock(local)) for window in windows) for days, windows in settings.hours.items()
    )


def days_of(text: str) -> frozenset[str]:
    """The weekdays that ``mon-fri``, ``sat`` or ``mon,wed`` mean. Raises ValueError."""
    found: set[str] = set()
    for part in text.replace(" ", "").lower().split(","):
        first, dash, last = part.partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise ValueError(_("“{text}” names no weekdays; write mon-fri, sat or mon,wed", text=text))
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        found |= set(WEEKDAYS[start : end + 1] if start <= end else WEEKDAYS[start:] + WEEKDAYS[: end + 1])
    return frozenset(found)


def _clock(local: datetime) -> time:
    return local.time().replace(tzinfo=None)


def take_over(session: Session, *, follower_id: UUID, agent: str, at: datetime) -> None:
    """A person answers: the bot is silent until `give_back` or a silence."""
    row = conversation(session, follower_id=follower_id, at=at)
    if row.state != DeskState.HUMAN:
        row.state, row.since = DeskState.HUMAN, at
    row.agent, row.last_at = agent, at
    close_alert(session, dedupe=f"follower_waiting:{follower_id}", now=at)


def give_back(session: Session, *, follower_id: UUID, at: datetime) -> None:
    """The bot answers again; where it did not stop, nothing changes."""
    row = session.get(Conversation, follower_id)
    if row is None:
        return
    row.state, row.since, row.last_at, row.reason, row.agent, row.unanswered = DeskState.BOT, at, at, "", None, 0
    close_alert(session, dedupe=f"follower_waiting:{follower_id}", now=at)
