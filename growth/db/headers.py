"""Headers of one's own: what the team calls a column of its tables, said once and remembered, a vocabulary for each kind of table."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from growth.db.database import Database
from growth.db.models import ImportHeader
from growth.errors import GrowthError
from growth.language import _
from growth.workspace import hint_for


def own_headers(
    database: Database, *, kind: str, new: Mapping[str, str], columns: Collection[str], remember: bool = True
) -> dict[str, str]:
    """Header → our column: those remembered for the tables of `kind` with the `new` ones, which are remembered from now on.

    `columns` are the ones that such a table may have; with `remember` false nothing is kept. Raises GrowthError for a column that is none.
    """
    for header, ours in new.items():
        if ours not in columns:
            raise GrowthError(
                _("--map {header}={column}: there is no such column", header=header, column=ours), fix=hint_for(ours, list(columns))
            )
    with database.read() as session:
        found = dict(session.execute(select(ImportHeader.header, ImportHeader.field).where(ImportHeader.kind == kind)).tuples().all())
    if new and remember:
        with database.write() as session:
            for header, ours in new.items():
                session.merge(ImportHeader(kind=kind, header=header, field=ours))
    return {**found, **new}
