"""Import of a contacts table: looked through once, then kept in batches.

What is wrong in one row stops no other; a second import changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from growth.contacts.keeping import Known, Outcome, keep_batch
from growth.contacts.person import PersonFacts
from growth.contacts.personal_looking import ColumnLook, Looks
from growth.contacts.rows import COLUMNS, Rejection, RowReader
from growth.db import Database, own_headers
from growth.errors import GrowthError, Where
from growth.language import _
from growth.tables import TableUnreadable, plain_header, read_table

#: rows a transaction; one takes about 30 ms on SQLite
BATCH = 500
#: attributes a table may add
MOST_ATTRIBUTES = 100
#: attempts at a batch that another import crossed
_ATTEMPTS = 4


class ColumnRefused(GrowthError):
    """A column holds what looks like personal data and is not declared."""


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What an import did; rows = created + updated + unchanged + rejected."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The shape of ``growth contacts import --json``."""
        return {
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": [each.as_json() for each in self.rejected],
        }

    def count(self, outcomes: Collection[Outcome]) -> None:
        """Some rows more."""
        self.rows += len(outcomes)
        for outcome, number in Counter(outcomes).items():
            setattr(self, outcome.value, getattr(self, outcome.value) + number)


Tick = Callable[..., None]


def import_contacts(
    database: Database,
    path: Path,
    *,
    now: datetime,
    headers: Mapping[str, str] | None = None,
    source: str | None = None,
    dry_run: bool = False,
    tick: Tick | None = None,
) -> ImportResult:
    """Keep the people of a CSV or XLSX table; `source` is what it is called (default: the file's name).

    `headers` maps headers of one's own to our columns; they are remembered. Raises TableUnreadable for what is no table and ColumnRefused
    for an undeclared column with personal data: then nothing was kept. With `dry_run` the same verdicts, and nothing is kept either.
    """
    own = own_headers(database, kind="contacts", new=headers or {}, columns=COLUMNS, remember=not dry_run)
    declared = database.workspace.settings.attributes
    total = look_through(path, own=own, declared={plain_header(name) for name in declared})
    reader = RowReader(
        zone=database.workspace.zone,
        now=now,
        source=source or path.name,
        personal=frozenset(plain_header(name) for name, attribute in declared.items() if attribute.personal),
    )
    result, known = ImportResult(), Known(dry=dry_run)
    batch: list[PersonFacts] = []
    for row in read_table(path, columns=COLUMNS, own=own):
        judged = reader.judge(row)
        if isinstance(judged, Rejection):
            result.rows += 1
            result.rejected.append(judged)
            continue
        batch.append(judged)
        if len(batch) >= BATCH:
            _keep(database, batch, now, known, result)
            batch = []
            if tick:
                tick(done=result.rows, total=total, errors=len(result.rejected))
    if batch:
        _keep(database, batch, now, known, result)
    if tick:
        tick(done=result.rows, total=total, errors=len(result.rejected))
    return result


def look_through(path: Path, *, own: Mapping[str, str], declared: set[str]) -> int:
    """Read the whole file before anything is kept; how many rows it has. Raises as `import_contacts` says."""
    looks: dict[str, ColumnLook] = {}
    rows = 0
    for row in read_table(path, columns=COLUMNS, own=own):
        rows += 1
        if rows == 1:
            _check_columns(path, row.values, row.extra)
        for header, value in row.extra.items():
            if value and plain_header(header) not in declared:
                looks.setdefault(header, ColumnLook()).see(value, row.number)
    for header, look in looks.items():
        if (verdict := look.verdict) is not None:
            raise ColumnRefused(
                _("the column “{header}” looks like {what}, and is not declared", header=header, what=_looks_words(verdict)),
                fix=_("leave it out, or declare it in growth.yaml — attributes: {{{header}: {{personal: true}}}}", header=header),
                where=Where(str(path), look.row or 1),
            )
    return rows


def _looks_words(looks: Looks) -> str:
    return {
        Looks.EMAIL: _("e-mail addresses"),
        Looks.PHONE: _("phone numbers"),
        Looks.ID_CARD: _("ID card numbers"),
        Looks.BANK_CARD: _("bank card numbers"),
    }[looks]


def _check_columns(path: Path, values: Mapping[str, str], extra: Mapping[str, str]) -> None:
    if "email" not in values and "phone" not in values:
        raise TableUnreadable(
            _("there is no column for an e-mail or a phone"),
            fix=_("name one “email” or “phone” (邮箱, 手机), or say which it is: --map \"HEADER=email\"; the columns are: {columns}",
                  columns=", ".join([*values, *extra])),
            where=Where(str(path), 1),
        )  # fmt: skip
    if len(extra) > MOST_ATTRIBUTES:
        raise TableUnreadable(
            _("{n} columns beside ours; {most} are allowed", n=len(extra), most=MOST_ATTRIBUTES),
            fix=_("leave out what is not needed"),
            where=Where(str(path), 1),
        )
    for header in extra:
        if len(header) > 64:
            raise TableUnreadable(_("a column name longer than 64 characters"), fix=header[:64], where=Where(str(path), 1))


def _keep(database: Database, batch: list[PersonFacts], now: datetime, known: Known, result: ImportResult) -> None:
    """One transaction; where another import brought one of the same people at the same moment, once more."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with database.read() if known.dry else database.write() as session:
                outcomes = keep_batch(session, batch, now=now, known=known)
            break
        except IntegrityError:
            if attempt == _ATTEMPTS:
                raise
    result.count(outcomes)
