"""Find our listing on a directory's pages, then let the placement's own check judge it."""

from __future__ import annotations

from datetime import datetime

from growth import urls
from growth.db import Database
from growth.errors import GrowthError
from growth.outbound import fetch
from growth.placements import Look, PlacementState, PlacementView, Verdict, find_listing, placements, reach_of
from growth.placements.keep import verify_due
from growth.placements.store import set_page
from seo.submission.directories import profiles

#: states in which there may be something to see
_SEEN = (PlacementState.SUBMITTED, PlacementState.LIVE, PlacementState.CHANGED, PlacementState.LOST)


def verify_directories(database: Database, *, only: str | None, now: datetime, dry_run: bool) -> list[Look]:
    """Look for every directory listing that was handed in (or only that of `only`)."""
    known = profiles(database.workspace)
    with database.read() as session:
        views = [
            view
            for view in placements(session)
            if view.target in known and (view.state in _SEEN or view.at) and only in (None, view.target)
        ]
    looks: list[Look] = []
    for view in views:
        if view.at is None:
            page = _listing_page(database, view, known[view.target or ""].find)
            if page is None:
                looks.append(
                    Look(id=view.id, verdict=Verdict.ABSENT, state=view.state, at=None, evidence=", ".join(known[view.target or ""].find))
                )
                continue
            if not dry_run:
                with database.write() as session:
                    set_page(session, id=view.id, at_url=page)
        if not dry_run:
            looks += verify_due(database, now=now, ids=frozenset({view.id}), actor="command")
    return looks


def _listing_page(database: Database, view: PlacementView, pages: tuple[str, ...]) -> str | None:
    """The first page of `pages` (``{host}`` filled in) that links to us."""
    site = database.workspace.settings.site
    host = urls.host_of(site.url)
    for template in pages:
        try:
            page = urls.normal(template.replace("{host}", host))
            answer = fetch(page, reach=reach_of(database.workspace))
        except (GrowthError, urls.NotAUrl):
            continue
        if answer.status == 200 and find_listing(answer.text, page_url=answer.url, our_hosts=frozenset({host, *site.own_hosts})):
            return page
    return None
