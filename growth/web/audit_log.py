"""``/settings/audit-log``: who did what, and whether the log is whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from growth import accounts
from growth.accounts import AuditEntry
from growth.language import _
from growth.reporting import Column, Kind, Table
from growth.web.answers import Page
from growth.web.page import page
from growth.web.settings import ADMIN, settings_crumbs, settings_tabs
from growth.web.viewer import Viewer

#: the newest entries that the page looks through
_AUDIT_ROWS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """The variables of audit_log.html."""

    #: sections: (words, address, current)
    tabs: Sequence[tuple[str, str, bool]]
    #: the newest entries
    table: Table
    #: whether the log is whole; None where it was not asked
    whole: bool | None = None
    #: the row that was changed or removed
    fault: str = ""


@page("/settings/audit-log", nav="settings", roles=ADMIN)
def audit_log(viewer: Viewer, verify: bool = False) -> Page:
    """Who did what; whether the log is whole, where the address asks."""
    with viewer.database.read() as session:
        entries = accounts.audit_entries(session, limit=_AUDIT_ROWS)
        fault = accounts.verify(session) if verify else None
    columns = [
        Column(id="id", label="#", kind=Kind.NUMBER),
        Column(id="at", label=_("When"), kind=Kind.INSTANT, lead=True),
        Column(id="actor", label=_("Who"), lead=True),
        Column(id="action", label=_("What"), kind=Kind.CODE, key=True),
        Column(id="subject", label=_("To what"), kind=Kind.CODE),
        Column(id="detail", label=_("Detail"), kind=Kind.PROSE, sortable=False),
        Column(id="reason", label=_("Why"), kind=Kind.PROSE, sortable=False),
    ]
    table = viewer.arrange(Table(id="audit-log", title=_("Audit log"), columns=columns, rows=[_audit_row(e) for e in entries]), sort="-id")
    if viewer.format:
        return viewer.download(table)
    shown = AuditPage(
        tabs=settings_tabs(viewer, "/settings/audit-log"),
        table=table,
        whole=fault is None if verify else None,
        fault=str(fault) if fault else "",
    )
    return viewer.render("web/growth/audit_log.html", shown, title=_("Audit log"), crumbs=settings_crumbs(_("Audit log")))


def _audit_row(entry: AuditEntry) -> dict[str, object]:
    detail = "; ".join(
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in entry.detail.items()
    )
    return {
        "id": entry.id,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject or None,
        "detail": detail or None,
        "reason": entry.reason or None,
    }


def pages() -> list[HTTPRouteHandler]:
    """The routes of this module."""
    return [audit_log]
