"""What proves a figure: what it means, how it is computed, as of when, the rows, the command that prints the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from growth.language import Text

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement
    from sqlalchemy.orm import Session

    from growth.reporting.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The evidence of a figure. `sql` is the statement with its values filled in; run by hand it gives the figure again."""

    #: one sentence: what the figure says
    means: Text | str = ""
    #: how it is computed, in words
    computed: Text | str = ""
    #: the statement; empty where several rooms compute together
    sql: str = ""
    #: the command that prints the same number
    command: str = ""
    #: instant of the data
    as_of: datetime | None = None
    #: what limits it: cookieless paths reach one day, costs without a day …
    note: Text | str = ""
    #: the first rows behind it
    rows: Table | None = None
    #: page with all rows
    link: str = ""

    def __str__(self) -> str:
        """For JSON: the statement, else the command, else the words."""
        return self.sql or self.command or str(self.computed)


def sql_of(session: Session, statement: ClauseElement) -> str:
    """`statement` as text in the session's dialect, values filled in: what evidence shows and a recount runs."""
    bind = session.get_bind()
    compiled: Any = statement.compile(dialect=bind.dialect, compile_kwargs={"literal_binds": True})
    return str(compiled)
