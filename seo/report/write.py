"""Writing the report: whole files or none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from growth.db import Database
from growth.errors import GrowthError
from growth.language import _
from growth.reporting import csv_bytes, html_document, write_whole, xlsx_bytes
from seo.crawls import Crawl
from seo.issues import count_issues
from seo.listing import list_issues, list_pages
from seo.report.document import crawl_document, crawl_figures
from seo.report.tables import crawl_tables

REPORT_FORMATS = ("html", "xlsx", "csv", "json")


def write_report(database: Database, crawl: Crawl, *, format: str, target: Path | None) -> list[Path]:
    """Write the report on `crawl`; the files written. CSV is a folder with one file a table.

    Without `target` it goes to ``.growth/reports``. Raises GrowthError for an unknown format or a place that cannot be written.
    """
    if format not in REPORT_FORMATS:
        raise GrowthError(_("“{text}” is no format of the crawl report", text=format), fix=f"--format {'|'.join(REPORT_FORMATS)}")
    workspace = database.workspace
    place = target or workspace.state / "reports" / f"seo-{crawl.id}{'' if format == 'csv' else '.' + format}"
    if format == "html":
        text = html_document(crawl_document(database, crawl), root=workspace.root, zone=workspace.zone)
        return [write_whole(place, text.encode())]
    if format == "json":
        import json

        return [write_whole(place, json.dumps(report_json(database, crawl), ensure_ascii=False, indent=1, default=str).encode())]
    tables = crawl_tables(database, crawl)
    if format == "xlsx":
        return [write_whole(place, xlsx_bytes(tables, workspace.zone, made_at=crawl.finished_at))]
    if place.suffix == ".csv":
        # one file was asked for: the issues, group after group
        issues = [table for table in tables if table.id.startswith("issues-")]
        rows = [row for table in issues for row in table.rows]
        columns = issues[0].columns if issues else tables[0].columns
        return [write_whole(place, csv_bytes(columns, rows, workspace.zone))]
    return [write_whole(place / f"{table.id}.csv", csv_bytes(table.columns, table.rows, workspace.zone)) for table in tables]


def report_json(database: Database, crawl: Crawl) -> Mapping[str, Any]:
    """The whole report as a document."""
    counts = count_issues(database, crawl_id=crawl.id)
    return {
        "crawl": {
            "id": str(crawl.id),
            "status": crawl.state.value,
            "start_url": crawl.start_url,
            "started_at": crawl.started_at.isoformat(),
            "pages": crawl.pages,
            "requests": crawl.requests,
            "links": crawl.links,
            "seconds": round(crawl.seconds, 2),
        },
        "figures": [figure.as_json() for figure in crawl_figures(crawl)],
        "issues": counts["issues"],
        "by_check": counts["by_check"],
        "totals": crawl.totals,
        "rows": [{**issue.as_json(), "first_seen": issue.first_seen.isoformat()} for issue in list_issues(database, crawl_id=crawl.id)],
        "pages": list(list_pages(database, crawl_id=crawl.id, counted=True)),
    }
