"""What may be done with a period: plan, approve, send, pause, resume, cancel, try again. Long work goes to a worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from campaigns.campaign import Campaign
from campaigns.jobs import PLAN_NOW, SEND_NOW
from campaigns.pages.chosen import chosen
from campaigns.plan import make_plan
from campaigns.sending import approve as approve_content
from campaigns.standing import cancel_period, pause_period, resume_period, retry_period
from growth.accounts import record
from growth.errors import GrowthError
from growth.jobs import Period, ask, read_catalogue
from growth.language import _, ngettext
from growth.messaging import count_audience
from growth.web import Page, Viewer, page

#: an audience that is planned while the page waits; a larger one is planned by a worker
AT_ONCE = 2000
MARKETER = ("marketer",)


@page("/campaigns/{name:str}/{period:str}/plan", methods=("POST",), nav="campaigns", roles=("marketer", "approver"))
def plan(viewer: Viewer, name: str, period: str) -> Page:
    """Plan it: everybody is rendered once."""
    campaign, when = chosen(viewer, name, period)
    try:
        with viewer.database.read() as session:
            query = campaign.audience(viewer.workspace, now=viewer.now)(session)
            size = sum(count_audience(session, campaign.rules(viewer.workspace), query, now=viewer.now).values())
        if size > AT_ONCE:
            _ask(viewer, PLAN_NOW, campaign, when)
            viewer.flash(_("A worker plans it now; look again in a moment."))
        else:
            made = make_plan(viewer.database, campaign, when, now=viewer.now)
            errors = len(made.errors)
            words = (
                ngettext("Planned: {n} error stops it.", "Planned: {n} errors stop it.", errors)
                if errors
                else _("Planned; nothing stops it.")
            )
            viewer.flash(words, "bad" if errors else "good")
    except GrowthError as fault:
        viewer.flash(str(fault), "bad")
    return _back(viewer, campaign, when)


@page("/campaigns/{name:str}/{period:str}/approve", methods=("POST",), nav="campaigns", roles=("approver",))
def approve(viewer: Viewer, name: str, period: str) -> Page:
    """A yes to the content exactly as it is."""
    campaign, when = chosen(viewer, name, period)
    digest = approve_content(viewer.database, campaign, when, by=viewer.user.name, note=viewer.form.get("note"), now=viewer.now)
    viewer.record("campaign.approve", _subject(campaign, when), detail={"hash": digest}, reason=viewer.form.get("note"))
    viewer.flash(_("Approved as it is now; a later edit needs a new approval."))
    return _back(viewer, campaign, when)


@page("/campaigns/{name:str}/{period:str}/send", methods=("POST",), nav="campaigns", roles=MARKETER)
def send(viewer: Viewer, name: str, period: str) -> Page:
    """Have a worker send it, once the name was typed."""
    campaign, when = chosen(viewer, name, period)
    if _confirmed(viewer, campaign):
        _ask(viewer, SEND_NOW, campaign, when)
        viewer.record("campaign.send", _subject(campaign, when))
        viewer.flash(_("A worker sends it; this page shows how far it is."))
    return _back(viewer, campaign, when)


@page("/campaigns/{name:str}/{period:str}/pause", methods=("POST",), nav="campaigns", roles=MARKETER)
def pause(viewer: Viewer, name: str, period: str) -> Page:
    """Stop after the batch in hand."""

    def work(session: Session, now: datetime) -> str:
        pause_period(session, campaign=name, period=period, reason=viewer.user.name, now=now)
        return _("Paused after the batch in hand.")

    return _do(viewer, name, period, "campaign.pause", work)


@page("/campaigns/{name:str}/{period:str}/resume", methods=("POST",), nav="campaigns", roles=MARKETER)
def resume(viewer: Viewer, name: str, period: str) -> Page:
    """Let it go on."""

    def work(session: Session, now: datetime) -> str:
        resume_period(session, campaign=name, period=period, now=now)
        return _("It goes on.")

    return _do(viewer, name, period, "campaign.resume", work, sends=True)


@page("/campaigns/{name:str}/{period:str}/cancel", methods=("POST",), nav="campaigns", roles=MARKETER)
def cancel(viewer: Viewer, name: str, period: str) -> Page:
    """Give it up, once the name was typed."""
    campaign, when = chosen(viewer, name, period)
    if not _confirmed(viewer, campaign):
        return _back(viewer, campaign, when)

    def work(session: Session, now: datetime) -> str:
        count = cancel_period(session, campaign=name, period=when.key, reason=viewer.user.name, now=now)
        return ngettext("{n} message will not be sent.", "{n} messages will not be sent.", count)

    return _do(viewer, name, period, "campaign.cancel", work)


@page("/campaigns/{name:str}/{period:str}/retry", methods=("POST",), nav="campaigns", roles=MARKETER)
def retry(viewer: Viewer, name: str, period: str) -> Page:
    """Try what was rejected once more."""

    def work(session: Session, now: datetime) -> str:
        count = retry_period(session, campaign=name, period=period, now=now)
        return ngettext("{n} message is tried again.", "{n} messages are tried again.", count)

    return _do(viewer, name, period, "campaign.retry", work, sends=True)


def _do(viewer: Viewer, name: str, period: str, action: str, work: Callable[[Session, datetime], str], *, sends: bool = False) -> Page:
    """One change with its line in the audit log; then, where it `sends`, a worker is asked."""
    campaign, when = chosen(viewer, name, period)
    try:
        with viewer.database.write() as session:
            words = work(session, viewer.now)
            record(session, actor=viewer.actor, action=action, subject=_subject(campaign, when), now=viewer.now)
        if sends:
            _ask(viewer, SEND_NOW, campaign, when)
        viewer.flash(words)
    except GrowthError as fault:
        viewer.flash(str(fault), "bad")
    return _back(viewer, campaign, when)


def _ask(viewer: Viewer, job: str, campaign: Campaign, period: Period) -> None:
    with viewer.database.write() as session:
        ask(
            session,
            read_catalogue(viewer.workspace),
            job=job,
            asked_by=viewer.actor,
            now=viewer.now,
            key=f"{campaign.name}/{period.key}/{viewer.now:%Y%m%dT%H%M%S%f}",
            argument={"campaign": campaign.name, "period": period.key},
        )


def _confirmed(viewer: Viewer, campaign: Campaign) -> bool:
    """Whether the campaign's name was typed."""
    if viewer.form.get("confirm") == campaign.name:
        return True
    viewer.flash(_("Not confirmed: type the name of the campaign."), "bad")
    return False


def _subject(campaign: Campaign, period: Period) -> str:
    return f"{campaign.stream}/{period.key}"


def _back(viewer: Viewer, campaign: Campaign, period: Period) -> Page:
    return viewer.redirect(f"/campaigns/{campaign.name}/{period.key}")
