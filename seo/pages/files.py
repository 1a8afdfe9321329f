"""The crawl report as a file to take away."""

from __future__ import annotations

import json

from growth.errors import GrowthError
from growth.reporting import html_document, xlsx_bytes
from growth.web import Missing, Page, Viewer, page
from seo.crawls import find_crawl
from seo.pages.tabs import NAV, ROLES
from seo.report import crawl_document, crawl_tables, report_json

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page("/seo/report/{kind:str}", nav=NAV, roles=ROLES)
def report(viewer: Viewer, kind: str, crawl: int | None = None) -> Page:
    """``html``, ``xlsx`` or ``json``."""
    database, workspace = viewer.database, viewer.workspace
    with database.read() as session:
        try:
            found = find_crawl(session, crawl)
        except GrowthError as fault:
            raise Missing from fault
    name = f"seo-{found.id}-{found.started_at.astimezone(workspace.zone):%Y-%m-%d}"
    if kind == "html":
        text = html_document(crawl_document(database, found), root=workspace.root, zone=workspace.zone)
        return viewer.file(text.encode(), name=f"{name}.html", media_type="text/html")
    if kind == "xlsx":
        content = xlsx_bytes(crawl_tables(database, found), workspace.zone, made_at=found.finished_at)
        return viewer.file(content, name=f"{name}.xlsx", media_type=_XLSX)
    if kind == "json":
        content = json.dumps(report_json(database, found), ensure_ascii=False, default=str).encode()
        return viewer.file(content, name=f"{name}.json", media_type="application/json")
    raise Missing
