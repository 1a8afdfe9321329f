"""Where the redirects of a crawl end up."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from seo.models import UrlRow


def redirect_ends(session: Session, crawl_id: int) -> dict[int, int]:
    """The URL that each redirecting one ends up at, by number; of a circle, where it closes."""
    query = select(UrlRow.id, UrlRow.redirect_to).where(UrlRow.crawl_id == crawl_id, UrlRow.redirect_to.is_not(None))
    hops = {id: to for id, to in session.execute(query).tuples() if to is not None}
    ends = {}
    for id in hops:
        seen = {id}
        at = id
        while (following := hops.get(at)) is not None and following not in seen:
            seen.add(following)
            at = following
        ends[id] = at
    return ends
