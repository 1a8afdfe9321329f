"""What the accounts room tells the doctor: somebody can manage users, and the audit log is whole."""

from __future__ import annotations

from collections.abc import Iterator

from growth.accounts.audit import verify
from growth.accounts.users import has_administrator
from growth.app import Diagnosis, Level
from growth.db import Database
from growth.language import _
from growth.workspace import Workspace


def diagnose(workspace: Workspace, database: Database | None) -> Iterator[Diagnosis]:
    """The administrator and the audit log."""
    if database is None:
        return
    with database.read() as session:
        managed = has_administrator(session)
        fault = verify(session)
    if managed:
        yield Diagnosis(id="administrator", level=Level.OK, message=_("users: an administrator can log in"))
    else:
        yield Diagnosis(
            id="administrator",
            level=Level.WARN,
            message=_("users: no administrator can log in yet"),
            fix="growth user add NAME --role admin",
        )
    if fault is None:
        yield Diagnosis(id="audit-log", level=Level.OK, message=_("audit log: no row was changed or removed"))
    else:
        yield Diagnosis(
            id="audit-log",
            level=Level.FAIL,
            message=_("audit log: {what}", what=str(fault)),
            fix=_("find out who could write to the database; a backup has the row as it was"),
        )
