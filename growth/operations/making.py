"""Making the report from the database as it is now, and where made ones are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from growth.jobs import Period, UnknownPeriod
from growth.operations.facts import refresh
from growth.operations.report import Format, OperationsReport, operations_report
from growth.workspace import Workspace

if TYPE_CHECKING:
    from growth.db import Database

ENDINGS = {Format.TEXT: "txt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReport:
    """A report that was made before and is still there."""

    period: Period
    format: Format
    path: Path
    size_bytes: int
    made_at: datetime


def make_report(database: Database, period: Period, *, now: datetime, whole: bool = True) -> OperationsReport:
    """The report about `period`: what lower rooms compute lazily is brought up to date first, then all is read in one transaction.

    Not `whole`: overview and channels only.
    """
    refresh(database, now=now)
    with database.read() as session:
        return operations_report(session, database.workspace, period, now=now, whole=whole)


def kept_path(workspace: Workspace, period: Period, format: Format) -> Path:
    """Where a report is kept: ``.growth/reports/operations-2026-11.html``."""
    return workspace.state / "reports" / f"operations-{period.key}.{ENDINGS.get(format, format.value)}"


def kept_reports(workspace: Workspace) -> list[KeptReport]:
    """Reports that were made, the newest period first."""
    folder = workspace.state / "reports"
    found = []
    for path in sorted(folder.glob("operations-*.*")) if folder.is_dir() else []:
        ending = path.suffix.removeprefix(".")
        format = next((one for one in Format if ENDINGS.get(one, one.value) == ending), None)
        try:
            period = Period.parse(path.stem.removeprefix("operations-"))
        except UnknownPeriod:
            continue
        if format is not None:
            stat = path.stat()
            made_at = datetime.fromtimestamp(stat.st_mtime, UTC)
            found.append(KeptReport(period=period, format=format, path=path, size_bytes=stat.st_size, made_at=made_at))
    return sorted(found, key=lambda one: (one.period.first, one.period.key, one.format), reverse=True)
