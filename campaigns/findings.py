"""What is wrong with a campaign before it is sent: templates, copy rules, the provider's refusals, links that do not answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from campaigns.campaign import Campaign
from campaigns.compiled import Compiled
from campaigns.content import KIND, VARIABLES, compile_content, raw_sources, wordings
from campaigns.schema import CampaignFile
from growth.channels import CHANNEL_NAME
from growth.compliance import Finding as CopyFinding
from growth.compliance import MailCopy, SmsCopy, lint_mail, lint_markup, lint_sms, lint_text, lint_wechat, setting_of, wechat_length
from growth.contacts import ContactView, Medium, Purpose, Segment, check_segment, named_segments
from growth.errors import GrowthError, Where
from growth.language import _
from growth.messaging import sender_of
from growth.outbound import site_is_local
from growth.rendering import check_source
from growth.security import mask_address
from growth.workspace import Every, Problem, Severity, Workspace, hint_for, problem_at

#: the shortest span from one period of a schedule to the next
_SHORTEST_PERIOD = {
    Every.HOUR: timedelta(hours=1),
    Every.DAY: timedelta(days=1),
    Every.WEEK: timedelta(days=7),
    Every.MONTH: timedelta(days=28),
    Every.YEAR: timedelta(days=365),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing, with the place to mend it. `rule` is an id that ``growth explain`` knows; `law` its source where it is one."""

    rule: str
    severity: str
    message: str
    where: Where | None = None
    hint: str | None = None
    law: str | None = None
    contact: UUID | None = None

    @classmethod
    def of_error(cls, fault: GrowthError, *, person: ContactView) -> Finding:
        """A template that does not render for one recipient."""
        who = person.email or person.phone or ""
        message = _("{message}, for {contact}", message=fault.message, contact=mask_address(who))
        return cls(rule="template-error", severity="error", message=message, where=fault.where, hint=fault.fix, contact=person.id)

    @classmethod
    def of_problem(cls, problem: Problem) -> Finding:
        """What `growth check` says of the same file."""
        where = Where(problem.file, problem.line, problem.column)
        return cls(rule=problem.rule, severity=problem.severity, message=problem.message, where=where, hint=problem.hint)

    def as_json(self) -> dict[str, Any]:
        """Flat, with file, line and column."""
        place = {"file": self.where.file, "line": self.where.line, "column": self.where.column} if self.where else {}
        more = {
            key: value
            for key, value in (("hint", self.hint), ("law", self.law), ("contact", str(self.contact) if self.contact else None))
            if value
        }
        return {"rule": self.rule, "severity": str(self.severity), "message": self.message, **place, **more}


def check(workspace: Workspace, name: str, file: CampaignFile) -> Iterator[Problem]:
    """For ``growth check``: references, templates, copy."""
    yield from _references(workspace, name, file)
    try:
        compiled = compile_content(workspace, name, file)
    except GrowthError as fault:
        place = fault.where or workspace.where(KIND, name, "content")
        yield problem_at(place, "template-error", fault.message, hint=fault.fix)
        return
    yield from _templates(workspace, name, file, compiled)
    yield from _copy(workspace, name, file, compiled)
    yield from _sequence(workspace, name, file)


def content_findings(workspace: Workspace, campaign: Campaign, compiled: Compiled) -> Iterator[Finding]:
    """The same as `check`, and what depends on how it is sent."""
    for problem in check(workspace, campaign.name, campaign.file):
        yield Finding.of_problem(problem)
    yield from _provider(workspace, campaign)


def _templates(workspace: Workspace, name: str, file: CampaignFile, compiled: Compiled) -> Iterator[Problem]:
    """Faults of templates that can be told without data: in what was written first, then in what it became with its template."""
    for wording in wordings(file):
        message = compiled.step(wording.step)
        faults: list[GrowthError] = [
            broken for source in raw_sources(workspace, name, wording) for broken in check_source(source, VARIABLES, root=workspace.root)
        ]
        if not faults:
            for source in message.parts[wording.variant].values():
                faults += [message.placed(broken, wording.variant) for broken in check_source(source, VARIABLES, root=workspace.root)]
        for broken in faults:
            where = broken.where or workspace.where(KIND, name, *wording.path)
            yield problem_at(where, "template-error", broken.message, hint=broken.fix)


def _references(workspace: Workspace, name: str, file: CampaignFile) -> Iterator[Problem]:
    from growth.channels import ChannelsFile

    known = named_segments(workspace)
    if file.audience.segment and file.audience.segment not in known:
        message = _("segments.yaml has no “{name}”", name=file.audience.segment)
        yield problem_at(
            workspace.where(KIND, name, "audience", "segment"),
            "unknown-reference",
            message,
            hint=hint_for(file.audience.segment, list(known)),
        )
    inline = Segment(all=file.audience.all, any=file.audience.any, none=file.audience.none)
    yield from check_segment(workspace, inline, kind=KIND, name=name, path=("audience",))
    spared = [(("then", number, "unless"), step.unless) for number, step in enumerate(file.then)]
    for path, condition in [*spared, (("until",), file.until)]:
        if condition is not None:
            yield from check_segment(workspace, Segment(all=(condition,)), kind=KIND, name=name, path=path)
    channels = workspace.one("channels", ChannelsFile).channels
    if file.channel is not None and file.channel not in channels:
        message = _("channels.yaml has no “{name}”", name=file.channel)
        yield problem_at(workspace.where(KIND, name, "channel"), "unknown-reference", message, hint=hint_for(file.channel, list(channels)))
    elif file.channel is None and not CHANNEL_NAME.fullmatch(name):
        yield problem_at(
            workspace.where(KIND, name), "unknown-reference", _("“{name}” cannot be a channel's name", name=name), hint=_("give `channel:`")
        )


def _copy(workspace: Workspace, name: str, file: CampaignFile, compiled: Compiled) -> Iterator[Problem]:
    """Law and the operators' rules on the words themselves (growth.compliance), each with its line in the campaign's file."""
    setting = setting_of(workspace, marketing=file.purpose is Purpose.MARKETING)
    for wording in wordings(file):
        parts, path = compiled.step(wording.step).parts[wording.variant], wording.path
        if file.medium is Medium.EMAIL:
            body = wording.content.body
            texts = [("subject", parts["subject"].text), ("body" if body else "text", body or parts["text"].text)]
            joined = "\n".join(text for _part, text in texts)
            for found in lint_text(joined, setting):
                part, line = ("subject", 1) if found.line <= 1 else (texts[1][0], found.line - 1)
                yield _located(workspace, name, found, (*path, part), line=0 if not found.line else line, block=part != "subject")
            for found in lint_markup(body or ""):
                yield _located(workspace, name, found, (*path, "body"), line=found.line, block="\n" in (body or ""))
        else:
            text = parts["text"].text
            copy = SmsCopy(
                text=text, signature=workspace.settings.sms.signature, parameters=wording.content.params, window=file.send.window
            )
            of_form = lint_sms(copy, setting) if file.medium is Medium.SMS else lint_wechat(wording.content.text or "", setting)
            for found in lint_text(text, setting) + of_form:
                yield _located(workspace, name, found, (*path, "text"), line=found.line, block="\n" in text)


def _sequence(workspace: Workspace, name: str, file: CampaignFile) -> Iterator[Problem]:
    """A sequence that begins again for the same people before it has ended."""
    if not file.then or file.once or file.schedule is None or file.schedule.every is Every.ONCE:
        return
    length = sum((step.after for step in file.then), timedelta())
    if length > _SHORTEST_PERIOD[file.schedule.every]:
        message = _("the sequence begins again before it has ended: somebody may be in it twice at once")
        hint = _("write `once: true` where it is a welcome, or a rarer schedule")
        yield problem_at(workspace.where(KIND, name, "then"), "campaign-sequence", message, hint=hint, severity=Severity.WARNING)


def mail_findings(
    workspace: Workspace, campaign: Campaign, rendered: Mapping[str, str], unsubscribe: str, *, step: int = 1
) -> Iterator[Finding]:
    """What the rules of form say of a mail as one person gets it."""
    path = ("content",) if step == 1 else ("then", step - 2, "content")
    site, where = workspace.settings.site, workspace.where(KIND, campaign.name, *path)
    copy = MailCopy(
        subject=rendered["subject"],
        html=rendered["html"],
        text=rendered["text"],
        sender=sender_of(workspace),
        unsubscribe_url=unsubscribe,
        identities=(site.company, site.name or ""),
        hosts=frozenset() if site_is_local(site.url) else frozenset(site.hosts),
    )
    for found in lint_mail(copy, setting_of(workspace, marketing=campaign.file.purpose is Purpose.MARKETING)):
        local = found.rule == "E6" and site_is_local(site.url) and "https" in found.message
        severity = "notice" if local else str(found.severity)
        yield Finding(rule=found.rule, severity=severity, message=found.message, where=where, hint=found.mend, law=found.law)


def wechat_findings(workspace: Workspace, campaign: Campaign, text: str, person: ContactView, *, step: int) -> Iterator[Finding]:
    """What WeChat would refuse of a message as one person gets it."""
    path = ("content",) if step == 1 else ("then", step - 2, "content")
    for found in wechat_length(text):
        where = workspace.where(KIND, campaign.name, *path, "text")
        message = _("{message}, for {contact}", message=found.message, contact=mask_address(person.email or person.phone or ""))
        severity = str(found.severity)
        yield Finding(rule=found.rule, severity=severity, message=message, where=where, hint=found.mend, law=found.law, contact=person.id)


def _located(workspace: Workspace, name: str, found: CopyFinding, path: tuple[str | int, ...], *, line: int, block: bool) -> Problem:
    """A finding of a text at its place in the file; one about the whole text stands where the text begins."""
    where = workspace.where(KIND, name, *path)
    if line:
        column = found.column if block or line > 1 else where.column + found.column
        where = Where(where.file, where.line + line - (0 if block else 1), max(column, 1))
    return problem_at(
        where, found.rule, f"{found.message} ({found.law})" if found.law else found.message, hint=found.mend, severity=found.severity
    )


def _provider(workspace: Workspace, campaign: Campaign) -> Iterator[Finding]:
    """What the provider will refuse, said before anything is sent."""
    from growth.messaging import open_provider

    file = campaign.file
    where = workspace.where(KIND, campaign.name, "medium")
    try:
        provider = open_provider(workspace, file.medium)
    except GrowthError as fault:
        yield Finding(rule="provider", severity="error", message=fault.message, hint=fault.fix, where=fault.where or where)
        return
    capabilities = provider.capabilities
    provider.close()
    if capabilities.abroad and workspace.settings.site.mainland and not workspace.settings.email.of_sendgrid.cross_border_consent:
        yield Finding(
            rule="P4",
            severity="error",
            message=_("{provider}'s servers are abroad, and no consent to that is declared", provider=provider.name),
            hint=_("obtain a separate consent, then write cross_border_consent: true; or use smtp"),
            where=where,
            law="个人信息保护法 第三十八条、第三十九条",
        )
    if file.purpose is Purpose.MARKETING and str(workspace.settings.site.trade) in capabilities.refuses_marketing_of:
        yield Finding(
            rule="S6",
            severity="error",
            message=_(
                "{provider} carries no marketing SMS of this trade ({trade})", provider=provider.name, trade=workspace.settings.site.trade
            ),
            hint=_("allowed: service notices (purpose: service) by an approved template; for marketing use e-mail or WeChat"),
            where=where,
        )
