"""Rows for the tests of backups and copies."""

from datetime import datetime

from sqlalchemy import select

from growth.db import Database
from growth.placements.models import Placement, PlacementEvent


def fill(database: Database, now: datetime, *, count: int = 3) -> None:
    with database.write() as session:
        for number in range(count):
            session.add(
                Placement(id=f"p{number}", channel="好123", kind="directory", rel="any", state="live", since=now, cost=100, currency="CNY")
            )
            session.flush()
            session.add(PlacementEvent(placement_id=f"p{number}", at=now, state="live", evidence="见到“诚信贷”", actor="test"))


def ids(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Placement.id).order_by(Placement.id)))


def fill_after_restore(database: Database, now: datetime) -> None:
    """Counters go on after the restored ids."""
    with database.write() as session:
        session.add(PlacementEvent(placement_id="p0", at=now, state="live", evidence="again", actor="test"))
