"""What campaigns hand over to growth: report section, cards, to-do, calendar, search, segment words, metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign, campaigns, read_stream, streams_of
from campaigns.content import compile_content
from campaigns.doubts import SHOWN, doubt_words
from campaigns.results import Results, message_results
from campaigns.schema import Approval
from campaigns.sending import approved
from campaigns.sequences import steps_between
from growth import clock
from growth.app import CalendarEntry, Hit, Sample, TodoEntry
from growth.channels import clicked_by
from growth.clock import day_start
from growth.errors import GrowthError
from growth.jobs import HolidaysFile, Occurrence, Period
from growth.language import _, ngettext
from growth.messaging import MailingState, in_doubt, mailings_of, open_totals, opened_by, received_by, started_between
from growth.reporting import Better, Column, Figure, Kind, Note, Query, Section, Table
from growth.workspace import Workspace

#: an approval is asked for so long before the run
ASKED_BEFORE = timedelta(days=7)


def upcoming(workspace: Workspace, campaign: Campaign, since: datetime, until: datetime) -> list[Occurrence]:
    """The runs of a campaign between two instants."""
    schedule = campaign.schedule()
    holidays = workspace.one("holidays", HolidaysFile).calendar()
    return schedule.between(since, until, zone=workspace.zone, holidays=holidays) if schedule else []


def report_section(session: Session, workspace: Workspace, period: Period) -> Iterator[Section]:
    """What was sent within the period, and what became of it; nothing where nothing was sent."""
    found = list(_results_of(session, workspace, period))
    if not found:
        return
    sent, opened, clickers = (
        sum(_values) for _values in zip(*((r.whole.handed_over, r.whole.opened, r.clickers) for r in found), strict=True)
    )
    refused, uncertain = sum(each.refused for each in found), sum(each.whole.uncertain for each in found)
    yield Section(
        id="messages",
        title=_("E-mails and text messages"),
        sentence=_(
            "{sent} messages were handed over in {n} runs; {opened} people opened, {clickers} clicked, {refused} said no.",
            sent=sent,
            n=len(found),
            opened=opened,
            clickers=clickers,
            refused=refused,
        ),
        figures=[
            _figure("messages_sent", _("Messages"), sent, _("Messages that providers took within the period.")),
            _figure("messages_opened", _("Opened"), opened, _("People who opened, machines left out.")),
            _figure("messages_clicked", _("Clicked"), clickers, _("People who followed a link, bots left out.")),
            _figure("messages_refused", _("Unsubscribed"), refused, _("People who said no by a link of these messages."), Better.DOWN),
        ],
        tables=[Table(id="messages", title=_("By campaign"), columns=_columns(), rows=[_row(each) for each in found])],
        notes=[
            Note(
                text=ngettext("The fate of {n} message is unknown.", "The fate of {n} messages is unknown.", uncertain),
                severity="warning",
                mend=_("look at them on the campaign's page; they are not sent again by themselves"),
                link="/campaigns",
            )
        ]
        if uncertain
        else [],
        order=55,
    )


def overview_cards(session: Session, workspace: Workspace, period: Period) -> Iterator[Figure]:
    """Messages of the period; nothing where no campaign is declared."""
    if campaigns(workspace):
        sent = sum(each.whole.handed_over for each in _results_of(session, workspace, period))
        yield _figure("messages_sent", _("Messages sent"), sent, _("Messages that providers took within the period."))


def todo(session: Session, workspace: Workspace) -> Iterator[TodoEntry]:
    """Approvals that a run waits for, mailings that stand still, messages whose fate is unknown."""
    now = clock.now()
    for name, campaign in campaigns(workspace).items():
        if campaign.file.approval is Approval.REQUIRED:
            yield from _approvals(session, workspace, campaign, now)
        for view in mailings_of(session, campaign.stream):
            if view.state is MailingState.PAUSED:
                yield TodoEntry(
                    id=f"paused:{view.stream}/{view.occurrence}",
                    title=_("{name} {period} is paused: {why}", name=name, period=view.occurrence, why=view.reason or "–"),
                    link=f"/campaigns/{name}/{view.occurrence}",
                    roles=("marketer",),
                    since=view.started_at or view.created_at,
                    severity="warning",
                )
    for stream, occurrence, count, since in in_doubt(session):
        read = read_stream(stream)
        if read is not None and since > now - SHOWN:
            name = read[0]
            yield TodoEntry(
                id=f"uncertain:{stream}/{occurrence}",
                title=doubt_words(name, occurrence, count),
                link=f"/campaigns/{name}/{occurrence}/deliveries?state=uncertain",
                roles=("marketer",),
                since=since,
                severity="warning",
            )


def calendar(session: Session, workspace: Workspace, since: datetime, until: datetime) -> Iterator[CalendarEntry]:
    """Runs to come, and those that were."""
    for name, campaign in campaigns(workspace).items():
        for run in upcoming(workspace, campaign, since, until):
            yield CalendarEntry(
                at=run.due_at, title=f"{name} {run.period.key}", kind="campaign", link=f"/campaigns/{name}/{run.period.key}"
            )
    for step in steps_between(session, since=since, until=until):
        title = _("{name} {period}: message {n}", name=step.campaign, period=step.period, n=step.step)
        assert step.look_at is not None
        yield CalendarEntry(at=step.look_at, title=title, kind="campaign", link=f"/campaigns/{step.campaign}/{step.period}")


def search(session: Session, text: str) -> Iterator[Hit]:
    """Campaigns by their name or subject."""
    workspace: Workspace = session.info["database"].workspace
    wanted = text.casefold().strip()
    for name, campaign in campaigns(workspace).items():
        subject = campaign.file.content.subject or campaign.file.content.text or ""
        if wanted and (wanted in name.casefold() or wanted in subject.casefold()):
            yield Hit(kind="campaign", title=name, link=f"/campaigns/{name}", detail=subject[:100])


def metrics(session: Session) -> Iterator[Sample]:
    """Deliveries that are under way, by state."""
    for state, count in open_totals(session).items():
        yield Sample(name="growth_deliveries_open", value=count, labels={"state": state.value}, help="Deliveries of running mailings")


def _received(value: object, since: datetime | None, now: datetime) -> Select[Any]:
    return received_by(*streams_of(str(value)), since=since)


def _opened(value: object, since: datetime | None, now: datetime) -> Select[Any]:
    return opened_by(*streams_of(str(value)), since=since)


def _clicked(value: object, since: datetime | None, now: datetime) -> Select[Any]:
    return clicked_by(*streams_of(str(value)), since=since)


SEGMENT_FIELDS = {"received": _received, "opened": _opened, "clicked": _clicked}


def _results_of(session: Session, workspace: Workspace, period: Period) -> Iterator[Results]:
    zone = workspace.zone
    since, until = day_start(period.first, zone), day_start(period.last + timedelta(days=1), zone)
    begun = [each for kind in ("campaign", "sequence") for each in started_between(session, kind=kind, since=since, until=until)]
    for stream, occurrence in begun:
        found = message_results(session, stream=stream, period=occurrence, workspace=workspace, now=until)
        if found is not None:
            yield found


def _approvals(session: Session, workspace: Workspace, campaign: Campaign, now: datetime) -> Iterator[TodoEntry]:
    for run in upcoming(workspace, campaign, now, now + ASKED_BEFORE)[:1]:
        try:
            digest = compile_content(workspace, campaign.name, campaign.file).hash
        except GrowthError:
            continue
        if approved(session, campaign=campaign.name, period=run.period.key, content_hash=digest) is None:
            yield TodoEntry(
                id=f"approval:{campaign.stream}/{run.period.key}",
                title=_("{name} {period} waits for approval", name=campaign.name, period=run.period.key),
                link=f"/campaigns/{campaign.name}/{run.period.key}",
                roles=("approver",),
                since=run.due_at - ASKED_BEFORE,
                severity="warning",
            )


def _figure(id_: str, label: str, value: int, means: str, better: Better = Better.UP) -> Figure:
    query = Query(means=means, computed=_("Counted in the delivery ledger."), command="growth campaign report NAME")
    return Figure(id=id_, label=label, value=value, query=query, evidence="/campaigns", better=better)


def _columns() -> list[Column]:
    return [
        Column(id="campaign", label=_("Campaign"), key=True),
        Column(id="period", label=_("Period")),
        Column(id="sent", label=_("Sent"), kind=Kind.NUMBER, lead=True),
        Column(id="delivered", label=_("Delivered"), kind=Kind.NUMBER),
        Column(id="opened", label=_("Opened"), kind=Kind.NUMBER),
        Column(id="clicked", label=_("Clicked"), kind=Kind.NUMBER, lead=True),
        Column(id="unsubscribed", label=_("Unsubscribed"), kind=Kind.NUMBER),
        Column(id="cost", label=_("Cost"), kind=Kind.MONEY),
    ]


def _row(each: Results) -> dict[str, object]:
    return {
        "campaign": each.title,
        "period": each.period,
        "href": f"/campaigns/{each.campaign}/{each.period}",
        "sent": each.whole.handed_over,
        "delivered": each.whole.delivered,
        "opened": each.whole.opened,
        "clicked": each.clickers,
        "unsubscribed": each.refused,
        "cost": each.cost,
    }
