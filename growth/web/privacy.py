"""``/settings/privacy``: what is kept of people, who receives it, who may see it, what is not as it should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from growth.app import Diagnosis
from growth.language import _
from growth.operations.privacy import access, audit, notice
from growth.operations.privacy_page import access_table, collected_table, recipients_table
from growth.reporting import Table
from growth.web.answers import Page
from growth.web.page import page
from growth.web.settings import ADMIN, settings_crumbs, settings_tabs
from growth.web.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyPage:
    """The variables of privacy.html."""

    #: sections: (words, address, current)
    tabs: Sequence[tuple[str, str, bool]]
    #: what is kept, who receives it, who may see it
    tables: Sequence[Table]
    #: what was looked at, good and bad
    findings: Sequence[Diagnosis]


@page("/settings/privacy", nav="settings", roles=ADMIN)
def privacy(viewer: Viewer) -> Page:
    """The lists from the real configuration, and the audit."""
    found = notice(viewer.workspace)
    shown = PrivacyPage(
        tabs=settings_tabs(viewer, "/settings/privacy"),
        tables=[collected_table(found), recipients_table(found), access_table(access(viewer.database))],
        findings=audit(viewer.database, now=viewer.now),
    )
    return viewer.render("web/growth/privacy.html", shown, title=_("Personal data"), crumbs=settings_crumbs(_("Personal data")))


def pages() -> list[HTTPRouteHandler]:
    """The routes of this module."""
    return [privacy]
