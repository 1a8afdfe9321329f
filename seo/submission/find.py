"""Find our listing on a directory's pages, then let the placement's own check judge it."""

from __future__ import annotations

from datetime import datetime

from growth import urls
from growth.db import Database
from growth.errors import GrowthError
from growth.language import _
from growth.outbound import fetch
from growth.placements import Look, PlacementState, PlacementView, Verdict, find_listing, our_hosts, placements, reach_of
from growth.placements.keep import verify_due
from growth.placements.store import set_page
from seo.submission.directories import profile, profiles

#: states in which there may be something to see
_SEEN = (PlacementState.SUBMITTED, PlacementState.LIVE, PlacementState.CHANGED, PlacementState.LOST)


def verify_directories(database: Database, *, only: str | None, now: datetime, dry_run: bool) -> list[Look]:
    """Look for every directory listing that was handed in (or only that of `only`). Raises UnknownDirectory."""
    if only is not None:
        profile(database.workspace, only)
    known = profiles(database.workspace)
    with database.read() as session:
        views = [
            view
            for view in placements(session)
            if view.target in known and (view.state in _SEEN or view.at) and only in (None, view.target)
        ]
    looks: list[Look] = []
    for view in views:
        pages = known[view.target or ""].find
        if dry_run:
            words = _("would look at {pages}", pages=", ".join([view.at] if view.at else pages))
            looks.append(Look(id=view.id, verdict=Verdict.NOT_LOOKED, state=view.state, at=view.at, evidence=words))
            continue
        page = view.at or _listing_page(database, view, pages)
        if page is None:
            words = _("not found on {pages}", pages=", ".join(pages)) if pages else _("no page is known; growth submit confirm --at URL")
            verdict = Verdict.ABSENT if pages else Verdict.NO_PAGE
            looks.append(Look(id=view.id, verdict=verdict, state=view.state, at=None, evidence=words))
        else:
            if view.at is None:
                with database.write() as session:
                    set_page(session, id=view.id, at_url=page)
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
        if answer.status == 200 and find_listing(answer.text, page_url=answer.url, our_hosts=our_hosts(database.workspace)):
            return page
    return None
