"""The operations director's report: what the period brought, what it cost, and what to do next; joined from all rooms and apps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from growth import clock
from growth.app import handed
from growth.jobs import Period
from growth.language import _, language
from growth.operations import sections as own
from growth.operations.facts import gather
from growth.operations.proposals import Proposal, proposals
from growth.operations.rows import Facts
from growth.operations.words import daily_text, sentence
from growth.rendering import SiteShown
from growth.reporting import Document, Figure, Section, html_document, merged, pdf_document, xlsx_document
from growth.workspace import Every, Workspace


class Format(StrEnum):
    """What the report can be had as."""

    #: one file that opens anywhere
    HTML = "html"
    #: printed by a Chromium of this machine
    PDF = "pdf"
    #: figures and tables for a spreadsheet
    XLSX = "xlsx"
    #: for programs
    JSON = "json"
    #: 日报, ready to paste into a chat
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationsReport:
    """The report before it is written in any format."""

    period: Period
    made_at: datetime
    sentence: str
    sections: Sequence[Section]
    proposals: Sequence[Proposal]
    facts: Facts

    @property
    def figures(self) -> Sequence[Figure]:
        """The figures of the overview."""
        return self.sections[0].figures

    def as_json(self) -> dict[str, object]:
        """The JSON of contracts/cli.md, with the sentence beside it."""
        return {
            "period": self.period.key,
            "from": self.facts.span.first.isoformat(),
            "until": self.facts.span.last.isoformat(),
            "model": self.facts.model,
            "sentence": self.sentence,
            "sections": [section.as_json() for section in self.sections],
            "proposals": [proposal.as_json() for proposal in self.proposals],
        }


def operations_report(session: Session, workspace: Workspace, period: Period, *, now: datetime, whole: bool = True) -> OperationsReport:
    """Everything about `period` up to `now`. Sections of rooms and apps follow growth's own; one that fails raises as it is.

    Not `whole`: overview and channels only, for the page that must be quick.
    """
    targets = workspace.settings.targets
    today = clock.site_day(now, workspace.zone)
    facts, evidence = gather(session, workspace, period, today=today, with_campaigns=whole)
    found: list[Section] = [own.overview(facts, targets, evidence, now=now, today=today), own.channels(facts)]
    if whole:
        found.append(own.campaigns(facts))
        for make in handed(workspace.apps, "report_sections"):
            found.extend(make(session, workspace, period))
    found = merged(found)
    wanted = proposals(facts, targets, found)
    return OperationsReport(
        period=period,
        made_at=now,
        sentence=sentence(facts, targets, wanted),
        sections=found,
        proposals=wanted,
        facts=facts,
    )


def period_asked(text: str | None, *, workspace: Workspace, now: datetime) -> Period:
    """The period of ``--period``; without one the month that runs. Raises UnknownPeriod for what is no day, week, month or year."""
    if text is None:
        return Period.at(Every.MONTH, now, workspace.zone)
    period = Period.parse(text)
    if period.every in (Every.HOUR, Every.ONCE):
        return Period.parse(text, every=Every.DAY)
    return period


def title_of(period: Period) -> str:
    """``日报``, ``周报``, ``月报`` or ``年报``, as its readers call it."""
    return {
        Every.DAY: _("Daily report"),
        Every.WEEK: _("Weekly report"),
        Every.MONTH: _("Monthly report"),
        Every.YEAR: _("Yearly report"),
    }.get(period.every, _("Operations report"))


def document_of(report: OperationsReport, workspace: Workspace) -> Document:
    """The report as a document: cover, contents, proposals, sections, evidence."""
    return Document(
        title=_("Operations report"),
        period=f"{title_of(report.period)} · {report.period.title()}",
        sentence=report.sentence,
        site=site_shown(workspace),
        made_at=report.made_at,
        sections=report.sections,
        proposals=[proposal.as_note() for proposal in report.proposals],
        proposals_title=_("Proposals"),
        facts=[
            (_("Days"), f"{report.facts.span.first.isoformat()} – {report.facts.span.last.isoformat()}"),
            (_("Attribution model"), report.facts.model_title),
        ],
        language=language(),
    )


def written(report: OperationsReport, workspace: Workspace, format: Format) -> bytes:
    """The report in one format. Raises PdfUnavailable where PDF cannot be printed."""
    if format is Format.JSON:
        return (json.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n").encode()
    if format is Format.TEXT:
        return text_of(report, workspace).encode()
    document = document_of(report, workspace)
    if format is Format.XLSX:
        return xlsx_document(document, workspace.zone)
    if format is Format.PDF:
        return pdf_document(document, root=workspace.root, zone=workspace.zone)
    return html_document(document, root=workspace.root, zone=workspace.zone).encode()


def text_of(report: OperationsReport, workspace: Workspace) -> str:
    """The 日报: ready to paste."""
    name = workspace.settings.site.name or workspace.settings.site.host
    title = f"{name} {title_of(report.period)} {report.period.title()}"
    link = f"{workspace.settings.public_url}reports?period={report.period.key}"
    return daily_text(title, report.facts, report.figures, report.proposals, report.sections, link=link)


def site_shown(workspace: Workspace) -> SiteShown:
    """Who the report is about."""
    site = workspace.settings.site
    return SiteShown(
        name=site.name or site.host, url=site.url, company=site.company or "", icp=site.icp or "", police_filing=site.police_filing or ""
    )
