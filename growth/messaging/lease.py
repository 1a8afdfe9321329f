"""The lease of what a sender holds: renewed from a thread of its own, since a provider may take its time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.exc import OperationalError

from growth.db import Database, DatabaseUnreachable
from growth.messaging import ledger
from growth.messaging.ledger import LEASE


@contextmanager
def held(database: Database, owner: str, now: Callable[[], datetime]) -> Iterator[None]:
    """Renew what `owner` holds while the block runs. A database that is away is asked again: the lease outlasts two renewals."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(LEASE.total_seconds() / 3):
            try:
                with database.write() as session:
                    ledger.renew(session, owner=owner, now=now())
            except (DatabaseUnreachable, OperationalError):
                continue

    thread = threading.Thread(target=keep, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=LEASE.total_seconds())
