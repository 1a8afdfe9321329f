"""Links to other sites over crawls: what did not work once may have had a bad day; broken is what did not work in an earlier
crawl either.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from growth.db import Database
from seo.bulk import batches
from seo.crawl.frontier import State
from seo.issues import url_hash
from seo.models import ExternalFault, UrlRow
from seo.verdict import Verdict


def broken_before(session: Session, crawl_id: int) -> frozenset[str]:
    """Foreign addresses that did not work in a crawl before this one."""
    return frozenset(session.scalars(select(ExternalFault.url).where(ExternalFault.crawl_id < crawl_id)))


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
