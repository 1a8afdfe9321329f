"""Note that a person handed the site in at a directory, or that the directory said no."""

from __future__ import annotations

from datetime import datetime

from growth import urls
from growth.db import Database
from growth.errors import GrowthError
from growth.language import _
from growth.placements import PlacementState, PlacementView, check_step, move
from growth.placements.keep import sync
from growth.placements.store import set_page
from seo.submission.directories import profile
from seo.submission.prepare import guard_repeat, placement_of


def confirm(
    database: Database,
    directory: str,
    *,
    at: str | None,
    note: str,
    refused: bool,
    now: datetime,
    actor: str,
    dry_run: bool = False,
) -> tuple[PlacementView, PlacementState]:
    """Take the directory's placement to `submitted` (or `refused`), with `note` as evidence; `at` is the page that will show it.

    What is under review already only gets its page. Raises UnknownDirectory, NotNow for a second handing in, WrongStep.
    """
    chosen = profile(database.workspace, directory)
    sync(database, now=now)
    view = placement_of(database, directory)
    page = _page(at) if at else None
    to = PlacementState.REFUSED if refused else PlacementState.SUBMITTED
    only_page = page is not None and not refused and view.state is PlacementState.SUBMITTED
    if not only_page:
        if not refused:
            guard_repeat(database, view, chosen, now=now)
        check_step(view.id, view.state, to)
    if not dry_run:
        with database.write() as session:
            if not only_page:
                move(session, id=view.id, to=to, at=now, evidence=note or _("said by a person"), actor=actor)
            if page:
                set_page(session, id=view.id, at_url=page)
    return view, to


def _page(at: str) -> str:
    try:
        return urls.normal(at)
    except urls.NotAUrl as fault:
        raise GrowthError(str(fault), fix="--at https://www.example.com/page") from fault
