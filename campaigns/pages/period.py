"""``/campaigns/NAME/PERIOD``: the plan, the preview, what may be done now, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign, step_stream
from campaigns.content import compile_content
from campaigns.handing import upcoming
from campaigns.pages.chosen import ROLES, chosen
from campaigns.pages.steps import sequence_actions, step_table
from campaigns.plan import kept_plan
from campaigns.results import Results, deliveries, results
from campaigns.schema import Approval
from campaigns.sending import approved
from campaigns.sequences import StepView, steps_of
from campaigns.words import reason_words, state_words, test_words, variant_words
from growth.errors import GrowthError
from growth.jobs import Period
from growth.language import _
from growth.messaging import DeliveryState, MailingView, deliveries_query, mailing_of, mailings_of, skipped
from growth.rendering.filters import show_duration
from growth.reporting import Column, Empty, Figure, Kind, Query, Table, TableState
from growth.web import Page, Viewer, page


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodPage:
    """The variables of period.html."""

    name: str
    period: str
    #: state of the mailing, or draft, approval-waiting, approved
    state: str
    #: one sentence that says how things stand
    sentence: str
    #: other periods: (words, address, current)
    periods: Sequence[tuple[str, str, bool]]
    figures: Sequence[Figure]
    #: handed over and recipients, while it is sent
    progress: tuple[int, int] | None
    #: severity, sentence, way out
    problems: Sequence[tuple[str, str, str]]
    #: (words, count) of who is left out
    left_out: Sequence[tuple[str, int]]
    #: when it was planned last, and whether that plan is of the content as it is now
    planned_at: datetime | None
    plan_fits: bool
    #: what may be done now: plan, approve, send, pause, resume, cancel, retry
    possible: frozenset[str]
    #: the one of them that comes next: its button is the main one
    next_step: str
    #: the consequence of sending, in numbers
    consequence: str
    #: whether there is something to look at
    is_mail: bool
    subject: str
    #: results, once it was begun
    results: Results | None
    links: Table | None
    breakdowns: Sequence[Table]
    #: what the test of the variants came to, or when it will be over; empty where none is made
    test: str
    #: the later messages of its sequence, and for each (title, number) to look at
    steps: Table | None
    step_previews: Sequence[tuple[str, int]]
    #: (words, address, current, count) of the states of deliveries
    states: Sequence[tuple[str, str, bool, int]]
    #: the command that does the same
    command: str


@page("/campaigns/{name:str}/{period:str}", nav="campaigns", roles=ROLES)
def one_period(viewer: Viewer, name: str, period: str) -> Page:
    """One period."""
    campaign, when = chosen(viewer, name, period)
    with viewer.database.read() as session:
        view = mailing_of(session, stream=campaign.stream, occurrence=when.key)
        found = results(session, campaign=name, period=when.key, workspace=viewer.workspace, now=viewer.now)
        reasons = skipped(session, stream=campaign.stream, occurrence=when.key)
        shown = _shown(viewer, session, campaign, when, view, found, {reason.value: count for reason, count in reasons.items()})
    crumbs = [(_("Campaigns"), "/campaigns"), (name, f"/campaigns/{name}"), (when.title(), "")]
    return viewer.render("web/campaigns/period.html", shown, title=f"{name} · {when.title()}", crumbs=crumbs)


@page("/campaigns/{name:str}/{period:str}/deliveries", nav="campaigns", roles=("marketer",), personal=True)
def deliveries_of(viewer: Viewer, name: str, period: str) -> Page:
    """Each message with its state (``?state=``); addresses masked."""
    campaign, when = chosen(viewer, name, period)
    state, step = viewer.query.get("state", ""), viewer.query.get("step", "1")
    stream = step_stream(campaign.name, int(step) if step.isdecimal() else 1)
    wanted = state if state in set(DeliveryState) else None
    asked = TableState.of(viewer.address)
    with viewer.database.read() as session:
        query = deliveries_query(stream=stream, occurrence=when.key, state=DeliveryState(wanted) if wanted else None)
        total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        if viewer.format:
            rows = list(deliveries(session, stream=stream, occurrence=when.key, state=wanted))
        else:
            start = (asked.page - 1) * asked.size
            rows = list(deliveries(session, stream=stream, occurrence=when.key, state=wanted, start=start, limit=asked.size))
    for row in rows:
        row["reason"] = reason_words(row["reason"]) if row["state"] == "skipped" and row["reason"] else row["reason"]
    table = Table(
        id="deliveries",
        title=_("Deliveries"),
        columns=[
            Column(id="address", label=_("Address"), kind=Kind.CODE, lead=True, sortable=False),
            Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True, sortable=False),
            Column(id="reason", label=_("Reason"), kind=Kind.PROSE, sortable=False),
            Column(id="attempts", label=_("Tries"), kind=Kind.NUMBER, sortable=False),
            Column(id="provider_id", label=_("The provider's number"), kind=Kind.CODE, sortable=False),
            Column(id="at", label=_("At"), kind=Kind.INSTANT, sortable=False),
        ],
        rows=rows,
        total=total,
        page=asked.page,
        size=asked.size,
        empty=Empty(title=_("Nothing here"), text=_("Messages appear here once the period is sent.")),
    )
    if viewer.format:
        return viewer.download(table, name=f"{name}-{when.key}")
    crumbs = [(_("Campaigns"), "/campaigns"), (name, f"/campaigns/{name}/{when.key}"), (_("Deliveries"), "")]
    here = (
        f"/campaigns/{name}/{when.key}/deliveries?step={step}" if stream != campaign.stream else f"/campaigns/{name}/{when.key}/deliveries?"
    )
    chips = [(_("All"), here.rstrip("?"), wanted is None)]
    chips += [(state_words(each.value), f"{here}&state={each.value}".replace("?&", "?"), wanted == each.value) for each in DeliveryState]
    return viewer.render("web/campaigns/deliveries.html", title=f"{name} · {when.title()}", crumbs=crumbs, table=table, chips=chips)


def _shown(
    viewer: Viewer,
    session: Session,
    campaign: Campaign,
    period: Period,
    view: MailingView | None,
    found: Results | None,
    reasons: Mapping[str, int],
) -> PeriodPage:
    kept = kept_plan(session, campaign=campaign.name, period=period.key)
    plan: Mapping[str, Any] = kept.document if kept else {}
    problems = [(each["severity"], _placed(each), each.get("hint") or "") for each in plan.get("findings", ())] if view is None else []
    digest = ""
    try:
        digest = compile_content(viewer.workspace, campaign.name, campaign.file).hash
    except GrowthError as fault:
        problems = [("error", str(fault), fault.fix or "")]
    yes = approved(session, campaign=campaign.name, period=period.key, content_hash=digest) is not None
    state = view.state.value if view else _draft(campaign, yes)
    left_out = reasons if view else plan.get("left_out", {})
    fits = bool(kept and kept.content_hash == digest)
    steps = steps_of(session, campaign=campaign.name, period=period.key)
    possible = _possible(viewer, campaign, view, yes, bool(digest), steps)
    return PeriodPage(
        name=campaign.name,
        period=period.key,
        state=state,
        sentence=_sentence(campaign, view, plan),
        periods=_periods(viewer, session, campaign, period),
        figures=_figures(view, found, plan),
        progress=_progress(view),
        problems=problems,
        left_out=[(reason_words(reason), count) for reason, count in left_out.items()],
        planned_at=kept.made_at if kept and view is None else None,
        plan_fits=fits,
        possible=possible,
        next_step=_next_step(plan, fits, possible, view),
        consequence=_consequence(plan),
        is_mail=campaign.file.medium == "email",
        subject=campaign.file.content.subject or campaign.file.content.text or "",
        results=found,
        links=_links(found),
        breakdowns=_breakdowns(found),
        test=_test(campaign, found),
        steps=step_table(session, campaign, period, found),
        step_previews=[
            (step.content.subject or step.content.text or "", number) for number, step in enumerate(campaign.file.then, start=2)
        ],
        states=_states(campaign, period, view),
        command=f"growth campaign {'status' if view else 'plan'} {campaign.name} --period {period.key}",
    )


def _placed(finding: Mapping[str, Any]) -> str:
    place = f"{finding['file']}:{finding['line']}: " if finding.get("file") else ""
    return f"{place}{finding['message']} [{finding['rule']}]"


def _draft(campaign: Campaign, yes: bool) -> str:
    if campaign.file.approval is Approval.REQUIRED:
        return "approved" if yes else "approval-waiting"
    return "draft"


def _sentence(campaign: Campaign, view: MailingView | None, plan: Mapping[str, Any]) -> str:
    if view is None and not plan:
        return _("Not planned yet. A plan shows who would get it, what it costs, and what is wrong.")
    if view is None:
        return _("It would go to {n} of {audience} people.", n=plan["recipients"], audience=plan["audience"])
    counts = view.counts
    left = counts[DeliveryState.PENDING] + counts[DeliveryState.RETRYING] + counts[DeliveryState.SUBMITTING]
    if view.state == "finished":
        return _("Everything is handed over; {n} were left out.", n=counts[DeliveryState.SKIPPED])
    if view.state == "paused":
        return _("It is paused ({why}); {n} messages wait.", why=view.reason or "–", n=left)
    if view.state == "cancelled":
        return _("It was cancelled; what had been handed over stays so.")
    return _("{n} messages are still to be handed over.", n=left)


def _periods(viewer: Viewer, session: Session, campaign: Campaign, period: Period) -> list[tuple[str, str, bool]]:
    keys = [each.occurrence for each in mailings_of(session, campaign.stream)][:12]
    keys += [run.period.key for run in upcoming(viewer.workspace, campaign, viewer.now, viewer.now.replace(year=viewer.now.year + 1))[:2]]
    wanted = sorted({*keys, period.key}, reverse=True)
    return [(key, f"/campaigns/{campaign.name}/{key}", key == period.key) for key in wanted]


def _figures(view: MailingView | None, found: Results | None, plan: Mapping[str, Any]) -> list[Figure]:
    def figure(id_: str, label: str, value: object, means: str) -> Figure:
        shown = value if isinstance(value, int) else None
        return Figure(id=id_, label=label, value=shown, query=Query(means=means, computed=_("Counted in the delivery ledger.")))

    if found is not None and view is not None:
        whole = found.whole
        return [
            figure("recipients", _("Audience"), whole.recipients, _("Everybody the segment held when it was frozen.")),
            figure("sent", _("Sent"), whole.handed_over, _("Taken by the provider.")),
            figure("opened", _("Opened"), whole.opened, _("People who opened; {n} were machines only.", n=whole.machine_opened)),
            figure("clicked", _("Clicked"), found.clickers, _("People who followed a link, bots left out.")),
            figure("refused", _("Unsubscribed"), found.refused, _("People who said no by a link of this campaign.")),
            figure("uncertain", _("Uncertain"), whole.uncertain, _("Handed over without an answer; never sent again by itself.")),
            Figure(id="cost", label=_("Cost"), value=found.cost, why_none=_("no price is set")),
        ]
    if plan:
        cost = plan["cost"]
        return [
            figure("audience", _("Audience"), plan["audience"], _("Everybody in the segment now.")),
            figure("recipients", _("Would get it"), plan["recipients"], _("Those of them who may be written to.")),
            figure("left_out", _("Left out"), sum(plan["left_out"].values()), _("Those who may not, with the reasons below.")),
            Figure(id="cost", label=_("Cost"), value=_money(cost)),
        ]
    return []


def _money(document: Mapping[str, str]) -> Any:
    from growth.money import Money

    return Money.parse(f"{document['amount']} {document['currency']}")


def _progress(view: MailingView | None) -> tuple[int, int] | None:
    if view is None or view.state not in ("sending", "paused"):
        return None
    left = sum(view.counts[state] for state in (DeliveryState.PENDING, DeliveryState.RETRYING, DeliveryState.SUBMITTING))
    return view.recipients - left, view.recipients


def _possible(
    viewer: Viewer, campaign: Campaign, view: MailingView | None, yes: bool, sound: bool, steps: Sequence[StepView]
) -> frozenset[str]:
    found: set[str] = set()
    marketer, approver = viewer.may("marketer"), viewer.may("approver")
    needs = campaign.file.approval is Approval.REQUIRED and not yes
    if view is None:
        found |= {"plan"} if (marketer or approver) and sound else set()
        found |= {"approve"} if approver and needs and sound else set()
        found |= {"send"} if marketer and not needs and sound else set()
    elif marketer:
        found |= sequence_actions(steps)
        left = sum(view.counts[state] for state in (DeliveryState.PENDING, DeliveryState.RETRYING))
        found |= {"pause"} if view.state == "sending" else set()
        found |= {"resume"} if view.state == "paused" else set()
        found |= {"cancel"} if view.state in ("sending", "paused") else set()
        found |= {"send"} if view.state == "sending" and left else set()
        found |= {"retry"} if view.counts[DeliveryState.REJECTED] and view.state != "cancelled" else set()
    return frozenset(found)


def _next_step(plan: Mapping[str, Any], fits: bool, possible: frozenset[str], view: MailingView | None) -> str:
    """What a marketer does next: plan what is not planned, is planned otherwise or has errors; then have it approved, then send it."""
    if view is not None:
        return "resume" if "resume" in possible else ""
    errors = any(each["severity"] == "error" for each in plan.get("findings", ()))
    if not plan or not fits or errors or not plan["recipients"]:
        return "plan"
    return "approve" if "approve" in possible else "send"


def _consequence(plan: Mapping[str, Any]) -> str:
    if not plan:
        return _("It is planned first; if nothing is wrong it goes out and cannot be taken back.")
    cost = plan["cost"]
    return _("Goes to {n} people, costs {cost}, cannot be taken back.", n=plan["recipients"], cost=f"{cost['amount']} {cost['currency']}")


def _links(found: Results | None) -> Table | None:
    if found is None or not found.links:
        return None
    columns = [
        Column(id="target", label=_("Link"), kind=Kind.URL),
        Column(id="clicks", label=_("Clicks"), kind=Kind.NUMBER, lead=True),
        Column(id="bots", label=_("Bots"), kind=Kind.NUMBER),
    ]
    rows = [{"target": link.target, "clicks": link.clicks, "bots": link.bots} for link in found.links]
    return Table(id="links", title=_("Links"), columns=columns, rows=rows)


def _breakdowns(found: Results | None) -> list[Table]:
    if found is None:
        return []
    columns = [
        Column(id="name", label="", key=True),
        Column(id="sent", label=_("Sent"), kind=Kind.NUMBER, lead=True),
        Column(id="opened", label=_("Opened"), kind=Kind.NUMBER, lead=True),
        Column(id="clicked", label=_("Clicked"), kind=Kind.NUMBER, lead=True),
        Column(id="rejected", label=_("Rejected"), kind=Kind.NUMBER),
        Column(id="uncertain", label=_("Uncertain"), kind=Kind.NUMBER),
    ]
    tables = []
    for id_, title, lines in (("variants", _("By variant"), found.by_variant), ("domains", _("By domain"), found.by_domain)):
        rows = [
            {
                "name": variant_words(name),
                "sent": line.handed_over,
                "opened": line.opened,
                "clicked": found.clickers_by_variant.get(name, 0),
                "rejected": line.rejected,
                "uncertain": line.uncertain,
            }
            for name, line in sorted(lines.items(), key=lambda pair: -pair[1].recipients)[:20]
        ]
        if rows:
            shown = [column for column in columns if column.id != "clicked" or id_ == "variants"]
            tables.append(Table(id=id_, title=title, columns=shown, rows=rows))
    return tables


def _test(campaign: Campaign, found: Results | None) -> str:
    if found is not None and found.test is not None:
        return test_words(found.test)
    if found is None or campaign.file.content.winner is None or "*" not in found.by_variant:
        return ""
    return _(
        "The test runs: whoever waits gets the winner {after} after its last message.",
        after=show_duration(campaign.file.content.winner.after),
    )


def _states(campaign: Campaign, period: Period, view: MailingView | None) -> list[tuple[str, str, bool, int]]:
    if view is None:
        return []
    link = f"/campaigns/{campaign.name}/{period.key}/deliveries?state="
    return [(state_words(state.value), link + state.value, False, count) for state, count in view.counts.items() if count]
