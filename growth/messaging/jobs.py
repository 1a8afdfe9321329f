"""What messaging does by itself: the mails that ask people to confirm a subscription, reading what came back, and
asking about what is in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from growth import clock
from growth.contacts import Medium, contact, contact_of_key
from growth.jobs import Chore, ChoreRun, Job, JobRun, Schedule
from growth.language import Text, _, ngettext, speaking
from growth.messaging.assignment import Assignment
from growth.messaging.deliver import deliver
from growth.messaging.doubts import doubts_of
from growth.messaging.feedback import apply_feedback
from growth.messaging.forgetting import forget_people
from growth.messaging.ledger import Claimed, sealed_addresses
from growth.messaging.mailing import open_mailings
from growth.messaging.message import Mail, Message
from growth.messaging.provider import LooksUp, Pulls, open_provider
from growth.messaging.returned import read_mailbox
from growth.messaging.sender import reply_to_of, sender_of
from growth.messaging.state import SkipReason
from growth.messaging.subscriptions import CONFIRM_RULES, CONFIRM_STREAM, CONFIRMATION_VALID, confirm_url
from growth.rendering import html_environment, render, text_environment
from growth.workspace import Every, Locale, Workspace


def jobs(workspace: Workspace) -> Iterator[Chore | Job]:
    """What sends confirmations and what forgets; what reads the mailbox and asks the gateway, where growth.yaml names them."""
    yield Chore(
        name="messaging.confirmations",
        title=Text("Mails that ask to confirm a subscription", "订阅确认邮件"),
        run="growth.messaging.jobs:send_confirmations",
        every=timedelta(seconds=10),
    )
    yield Job(
        name="messaging.forget",
        title=Text("Take people out of records of messages past their time", "清除过期投递记录中的个人信息"),
        run="growth.messaging.jobs:forget",
        schedule=Schedule(every=Every.DAY, at=time(4, 10)),
    )
    if workspace.settings.email.feedback is not None:
        yield Chore(
            name="messaging.feedback",
            title=Text("Bounces and complaints from their mailbox", "读取退信与投诉邮箱"),
            run="growth.messaging.jobs:read_feedback",
            every=timedelta(minutes=5),
        )
    sms = workspace.settings.sms
    if sms.provider == "tencent" and sms.of_tencent.pull:
        yield Chore(
            name="messaging.receipts",
            title=Text("Receipts and replies that wait at the gateway", "拉取短信回执与回复"),
            run="growth.messaging.jobs:pull_receipts",
            every=timedelta(minutes=1),
        )
    if sms.provider in ("aliyun", "tencent"):
        yield Chore(
            name="messaging.doubts",
            title=Text("Ask the gateway what became of uncertain texts", "向短信服务商核实待核实的短信"),
            run="growth.messaging.jobs:look_up_doubts",
            every=timedelta(minutes=5),
        )


def forget(run: JobRun) -> str:
    """Keep what `retention.deliveries` says."""
    n = forget_people(run.database, before=run.now - run.workspace.settings.retention.deliveries)
    return ngettext("{n} record lost its person", "{n} records lost their person", n)


def pull_receipts(run: ChoreRun) -> str | None:
    """Fetch and apply what waits at the gateway; how much of which kind."""
    provider = open_provider(run.workspace, Medium.SMS)
    kinds: Counter[str] = Counter()
    try:
        while isinstance(provider, Pulls) and not run.should_stop() and (events := provider.pull_feedback()):
            kinds += apply_feedback(run.database, provider.name, events, now=run.now).effects
    finally:
        provider.close()
    return ", ".join(f"{kind}: {count}" for kind, count in sorted(kinds.items())) or None


def look_up_doubts(run: ChoreRun) -> str | None:
    """Ask about texts whose fate is unknown; what the gateway knew."""
    with run.database.read() as session:
        doubts = doubts_of(session, medium=Medium.SMS, provider=str(run.workspace.settings.sms.provider), now=run.now)
    if not doubts:
        return None
    provider = open_provider(run.workspace, Medium.SMS)
    try:
        events = provider.look_up(doubts) if isinstance(provider, LooksUp) else ()
    finally:
        provider.close()
    effects = apply_feedback(run.database, provider.name, events, now=run.now).effects
    return ", ".join(f"{kind}: {count}" for kind, count in sorted(effects.items())) or None


def read_feedback(run: ChoreRun) -> str | None:
    """Read what came back since the last time; how much of which kind."""
    kinds: Counter[str] = Counter()
    for mail in read_mailbox(run.database, now=run.now):
        kinds.update(str(report.kind) for report in mail.reports)
        if run.should_stop():
            break
    return ", ".join(f"{kind}: {count}" for kind, count in sorted(kinds.items())) or None


def send_confirmations(run: ChoreRun) -> None:
    """Send what is waiting; nothing where nothing is."""
    with run.database.read() as session:
        waiting = open_mailings(session, stream=CONFIRM_STREAM)
    if not waiting:
        return
    provider = open_provider(run.workspace, Medium.EMAIL)
    try:
        for occurrence in waiting:
            assignment = Assignment(
                stream=CONFIRM_STREAM, occurrence=occurrence, rules=CONFIRM_RULES, compose=confirmation(run.workspace, CONFIRM_STREAM)
            )
            deliver(run.database, assignment, provider, now=clock.now, should_stop=run.should_stop, patience=timedelta())
    finally:
        provider.close()


def _language_of(session: Session, address: str, site: Locale) -> str:
    """The language of whoever has that address, where it is one of ours; else the site's."""
    known = contact_of_key(session, kind=Medium.EMAIL.key, value=address)
    own = (contact(session, known).locale or "") if known else ""
    return next((str(each) for each in Locale if own and str(each)[:2] == own[:2].lower()), str(site))


def confirmation(workspace: Workspace, _stream: str) -> Callable[[Session, Sequence[Claimed]], Mapping[UUID, Message | SkipReason]]:
    """What composes confirmations."""

    def compose(session: Session, claimed: Sequence[Claimed]) -> Mapping[UUID, Message | SkipReason]:
        addresses = sealed_addresses(session, [each.id for each in claimed])
        made: dict[UUID, Message | SkipReason] = {}
        for each in claimed:
            if (address := addresses.get(each.id)) is None:
                made[each.id] = SkipReason.ERASED
                continue
            made[each.id] = Message(id=each.id, medium=Medium.EMAIL, to=address, content=_mail(session, address, each.variant or ""))
        return made

    def _mail(session: Session, address: str, source: str) -> Mail:
        database = session.info["database"]
        site = workspace.settings.site
        with speaking(spoken := _language_of(session, address, site.locale)):
            variables = {
                "site": site,
                "language": spoken,
                "confirm_url": confirm_url(workspace, database, email=address, source=source),
                "days": CONFIRMATION_VALID.days,
            }
            return Mail(
                subject=_("Please confirm: news of {site} by e-mail", site=site.name),
                html=render(html_environment(workspace.root, workspace.zone), "email/confirm.html", variables),
                text=render(text_environment(workspace.root, workspace.zone), "email/confirm.txt", variables),
                sender=sender_of(workspace),
                reply_to=reply_to_of(workspace),
            )

    return compose
