"""A report as a file: one HTML that needs nothing else, PDF, XLSX, JSON."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from markupsafe import Markup

from growth.errors import ExitCode, GrowthError
from growth.language import _, language
from growth.rendering import SiteShown, html_environment, render
from growth.reporting.figure import Figure
from growth.reporting.section import Note, Section
from growth.reporting.sheet import xlsx_bytes
from growth.reporting.table import Row

#: browsers that print, in the order they are looked for
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
PRINT_SECONDS = 90


class PdfUnavailable(GrowthError):
    """No browser that prints, or it failed."""

    exit_code = ExitCode.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The variables of templates/report/growth/report.html."""

    #: “Operations report”
    title: str
    #: “2026-11”, “November 2026”: what it is about
    period: str
    #: how things stand, in a sentence
    sentence: str
    #: who it is about and who answers for it
    site: SiteShown
    #: instant at which its figures were true
    made_at: datetime
    #: in order
    sections: Sequence[Section]
    #: what to do next, each with its evidence
    proposals: Sequence[Note] = ()
    #: title of the proposals; empty: none are shown
    proposals_title: str = ""
    #: further facts for the cover: (words, value)
    facts: Sequence[tuple[str, str]] = field(default_factory=tuple)
    #: language of the whole
    language: str = field(default_factory=language)


def html_document(document: Document, *, root: Path | None = None, zone: ZoneInfo) -> str:
    """The report as one HTML file: styles and drawings inside, no script, nothing fetched. Figures lead to their evidence at its end."""
    environment = html_environment(root, zone)
    proven = [_with_anchors(section) for section in document.sections]
    variables: dict[str, object] = {
        "document": replace(document, sections=proven),
        "style": _style(),
        "evidence": [(section, figures) for section in proven if (figures := [each for each in section.figures if _has_evidence(each)])],
    }
    return render(environment, "report/growth/report.html", variables)


def xlsx_document(document: Document, zone: ZoneInfo) -> bytes:
    """The report as a workbook: all figures, then one sheet a table."""
    figures = [(str(section.title), figure) for section in document.sections for figure in section.figures]
    return xlsx_bytes([table for section in document.sections for table in section.tables], zone, figures=figures, made_at=document.made_at)


def pdf_document(document: Document, *, root: Path | None = None, zone: ZoneInfo) -> bytes:
    """The report as PDF, printed by a Chromium of this machine. Raises PdfUnavailable where there is none."""
    return print_pdf(html_document(document, root=root, zone=zone))


def installed_browser() -> str | None:
    """Path of a Chromium of this machine, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def print_pdf(html: str) -> bytes:
    """`html` printed to A4. Its own policy allows no script, and no name resolves. Raises PdfUnavailable."""
    browser = installed_browser()
    if browser is None:
        raise PdfUnavailable(
            _("there is no Chromium on this machine to print with"), fix="apt install chromium fonts-noto-cjk, or use --format html"
        )
    with tempfile.TemporaryDirectory(prefix="growth-print-") as folder:
        page, target = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_text(html, "utf-8")
        command = [
            browser,
            "--headless",
            *(("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()),
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-extensions",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            f"--print-to-pdf={target}",
            page.as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PRINT_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise PdfUnavailable(
                _("{browser} did not print the report: {why}", browser=browser, why=fault), fix=_("use --format html and print it by hand")
            ) from fault
        if done.returncode or not target.exists():
            raise PdfUnavailable(
                _("{browser} did not print the report (exit code {code})", browser=browser, code=done.returncode),
                fix=_("use --format html and print it by hand"),
            )
        return target.read_bytes()


def _has_evidence(figure: Figure) -> bool:
    query = figure.asked
    return bool(query.means or query.computed or query.sql or query.command)


def _with_anchors(section: Section) -> Section:
    """The figures lead to the appendix of the same file; links of tables into the dashboard are left to the dashboard."""
    figures = [
        replace(figure, evidence=f"#evidence-{section.id}-{figure.id}" if _has_evidence(figure) else None) for figure in section.figures
    ]
    tables = [replace(table, rows=[_without_link(row) for row in table.rows]) for table in section.tables]
    return replace(section, figures=figures, tables=tables)


def _without_link(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "href"}


def _style() -> Markup:
    """growth.css without its comments; a style element holds no ``</``, so nothing can end it early."""
    text = (resources.files("growth") / "web" / "static" / "growth.css").read_text("utf-8")
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.S).replace('url("chevron.svg")', "none").replace("</", "")
    return Markup(bare)  # noqa: S704  (our own file)
