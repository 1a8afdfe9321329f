"""A copied or restored database sends nothing until it is claimed (promise 6 of the design).

The fingerprint is what a copy cannot have: the inode of a SQLite file and the machine it is on, the system identifier and oid of a
PostgreSQL database. A restore takes the claim out, since inodes are given out again.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from growth.db.database import Database
from growth.db.models import Installation
from growth.errors import GrowthError
from growth.language import _


class Unclaimed(GrowthError):
    """This database is a copy, or was restored: it must not send before a person says that it is the one."""


def fingerprint(database: Database) -> str:
    """What tells this database from its copies."""
    if database.is_sqlite:
        return f"file:{Path(str(database.engine.url.database)).stat().st_ino}:{_machine()}"
    with database.read() as session:
        row = session.execute(
            text("SELECT (SELECT system_identifier FROM pg_control_system()), oid FROM pg_database WHERE datname = current_database()")
        ).one()
    return f"server:{row[0]}:{row[1]}"


def claim(database: Database, *, now: datetime) -> None:
    """Say that this database is the one that sends."""
    mark = fingerprint(database)
    with database.write() as session:
        session.execute(delete(Installation))
        session.add(Installation(id=1, fingerprint=mark, claimed_at=now))


def is_claimed(database: Database) -> bool:
    """Whether this very database was claimed (a new one is, by `init`)."""
    with database.read() as session:
        found = _claimed_fingerprint(session)
    return found is not None and found == fingerprint(database)


def require_claim(database: Database) -> None:
    """Raise Unclaimed for a copy."""
    if not is_claimed(database):
        raise Unclaimed(
            _("this database is a copy or was restored, so nothing is sent from it"),
            fix=_("make sure that the other one sends no more, then run: growth db claim"),
        )


def _claimed_fingerprint(session: Session) -> str | None:
    return session.scalar(select(Installation.fingerprint).where(Installation.id == 1))


def _machine() -> str:
    """A mark of this machine's installation; empty where the system has none (some containers)."""
    for name in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        try:
            return sha256(Path(name).read_bytes().strip()).hexdigest()[:12]
        except OSError:
            continue
    return ""
