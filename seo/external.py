"""Links to other sites over crawls: what did not work once may have had a bad day; broken is what did not work in an earlier
crawl either.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from growth.db import Database
from seo.bulk import batches
from seo.crawl.frontier import Kind, State
from seo.crawl.scope import Reason, netloc
from seo.issues import url_hash
from seo.models import ExternalFault, UrlRow
from seo.verdict import Verdict


def broken_before(session: Session, crawl_id: int) -> frozenset[str]:
    """Foreign addresses that did not work in a crawl before this one."""
    return frozenset(session.scalars(select(ExternalFault.url).where(ExternalFault.crawl_id < crawl_id)))


def had_their_turn(session: Session, before_id: int, *, most: int) -> frozenset[str]:
    """Foreign addresses that can wait, on hosts of which the crawl `before_id` could not look at all: of each host the next `most` in turn
    are not among them, nor are those that did not work. `session` reads the crawl store.
    """
    foreign = (UrlRow.crawl_id == before_id, UrlRow.internal.is_(False), UrlRow.kind == Kind.EXTERNAL.value)
    left_out = select(UrlRow.url).where(*foreign, UrlRow.reason == Reason.HOST_BUDGET.value)
    crowded = {netloc(url) for url in session.scalars(left_out)}
    if not crowded:
        return frozenset()
    known: dict[str, list[tuple[str, bool]]] = {host: [] for host in crowded}
    query = select(UrlRow.url, UrlRow.state).where(*foreign).order_by(UrlRow.id).execution_options(yield_per=5000)
    for url, state in session.execute(query).tuples():
        if (host := netloc(url)) in crowded:
            known[host].append((url, state == State.FETCHED.value))
    broken = broken_before(session, before_id + 1)
    return frozenset(url for row in known.values() for url in _after_turn(row, most) if url not in broken)


def _after_turn(row: list[tuple[str, bool]], most: int) -> list[str]:
    """What has no turn now: all but the `most` that follow, in a circle, on the last one that had its turn."""
    begin, longest = 0, 0
    for at, (_url, had) in enumerate(row):
        if had:
            gap = next((step for step in range(1, len(row)) if row[(at + step) % len(row)][1]), len(row)) - 1
            if gap > longest:
                begin, longest = at + 1, gap
    circle = [*row[begin:], *row[:begin]]
    return [url for url, _had in circle[most:]]


def remember_external(database: Database, crawl_id: int, now: datetime) -> None:
    """Keep which foreign addresses did not work in this crawl, and forget those that do again."""
    store = database.store("crawl")
    with store.read() as session:
        foreign = (UrlRow.crawl_id == crawl_id, UrlRow.internal.is_(False), UrlRow.state == State.FETCHED.value)
        bad = (Verdict.BROKEN.value, Verdict.FLAKY.value)
        faulty = list(session.scalars(select(UrlRow.url).where(*foreign, UrlRow.verdict.in_(bad))))
        sound = list(session.scalars(select(UrlRow.url).where(*foreign, UrlRow.verdict.not_in(bad))))
        known = {row.url_hash: row.crawl_id for row in session.scalars(select(ExternalFault))}
    with store.write() as session:
        for batch in batches([url_hash(url) for url in sound], 500):
            session.execute(delete(ExternalFault).where(ExternalFault.url_hash.in_(batch)))
        for url in faulty:
            key = url_hash(url)
            if key in known:
                session.get_one(ExternalFault, key).looked_at = now
            else:
                session.add(ExternalFault(url_hash=key, url=url, since=now, looked_at=now, crawl_id=crawl_id))
