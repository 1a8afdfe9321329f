"""``growth db``: upgrade, back up, restore, verify, copy, claim."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import ExitCode
from growth.language import _

app = toolkit.group(_("The database: growth db backup growth-today.backup"))


@app.command()
def upgrade(dry_run: toolkit.dry_run_option = False) -> None:
    """Bring the schema to this program's version; of SQLite files a copy is made before. Example: growth db upgrade"""
    from growth.db import open_database, schema_state
    from growth.db import upgrade as run

    database = open_database(toolkit.workspace(), check_schema=False)
    behind = [state for state in schema_state(database) if not state.is_current]
    if not dry_run:
        run(database)
    rows = [{"owner": state.owner, "store": state.store, "from": state.current, "to": state.head} for state in behind]
    toolkit.emit_rows(
        rows, columns={"owner": _("App"), "store": _("Store"), "from": _("From"), "to": _("To")}, empty=_("The schema is current.")
    )
    database.close()


@app.command()
def backup(file: Annotated[Path, typer.Argument(help=_("Where to write it."))], dry_run: toolkit.dry_run_option = False) -> None:
    """Write all stores into one file. Example: growth db backup growth-today.backup"""
    from growth.db.backup import back_up

    if dry_run:
        toolkit.emit({"file": str(file), "written": False}, text=_("Would write {file}.", file=file))
        return
    manifest = back_up(toolkit.database(), file, now=clock.now())
    rows = sum(entry["rows"] for entry in manifest["tables"].values())
    toolkit.emit({"file": str(file), "size_bytes": file.stat().st_size, **manifest}, text=_("Wrote {file}: {n} rows.", file=file, n=rows))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help=_("A file written by growth db backup."))],
    yes: toolkit.yes_option = False,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Put a backup in place of the database; it sends nothing until growth db claim. Example: growth db restore growth-today.backup"""
    from growth.db import open_database
    from growth.db.backup import check_backup
    from growth.db.restore import restore as run

    workspace = toolkit.workspace()
    manifest = check_backup(file)
    if dry_run:
        toolkit.emit(
            {"restored": False, **manifest}, text=_("{file} of {at} is whole and would be restored.", file=file, at=manifest["created_at"])
        )
        return
    toolkit.confirm(
        workspace.settings.site.name or workspace.root.name,
        yes=yes,
        consequence=_("This replaces the database of {root} by the backup of {at}.", root=workspace.root, at=manifest["created_at"]),
    )
    database = open_database(workspace, check_schema=False)
    run(database, file)
    database.close()
    toolkit.emit({"restored": True, **manifest}, text=_("Restored. Nothing is sent from it until: growth db claim"))


@app.command()
def verify(file: Annotated[Path | None, typer.Argument(help=_("A backup to verify instead of the database."))] = None) -> None:
    """Say whether the database (or a backup file) is whole; 1 on damage. Example: growth db verify"""
    from growth.db import open_database
    from growth.db.backup import check_backup
    from growth.db.verify import verify as run

    if file is not None:
        toolkit.emit(check_backup(file), text=_("{file} is whole.", file=file))
        return
    database = open_database(toolkit.workspace(), check_schema=False)
    damages = run(database)
    database.close()
    toolkit.emit_rows(
        damages, columns={"store": _("Store"), "what": _("What is wrong"), "fix": _("What to do")}, empty=_("The database is whole.")
    )
    if damages:
        raise typer.Exit(ExitCode.FOUND)


@app.command()
def copy(
    to: Annotated[str, typer.Option("--to", help=_("postgresql://USER:PASSWORD@HOST/NAME, an empty database."))],
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Copy from SQLite to PostgreSQL, comparing counts and checksums. Example: growth db copy --to postgresql://growth@db/growth"""
    from growth.db.copy import copy_database
    from growth.db.database import database_at
    from growth.db.tables import STORES, tables_of

    source = toolkit.database()
    if dry_run:
        names = [{"store": store, "table": table.name} for store in STORES for table in tables_of(source, store)]
        toolkit.emit_rows(names, columns={"store": _("Store"), "table": _("Table")})
        return
    target = database_at(to, toolkit.workspace())
    rows = list(copy_database(source, target))
    target.close()
    toolkit.emit_rows(
        rows,
        columns={
            "store": _("Store"),
            "table": _("Table"),
            "rows": _("Rows"),
            "target_rows": _("Rows there"),
            "checksum": _("Checksum"),
            "target_checksum": _("There"),
        },
    )
    if not all(row.same for row in rows):
        raise typer.Exit(ExitCode.FOUND)
    toolkit.hint(_("Both hold the same. Set `database:` in growth.yaml, then: growth db claim"))


@app.command()
def claim(dry_run: toolkit.dry_run_option = False) -> None:
    """Say that this database, not a copy of it, is the one that sends. Example: growth db claim"""
    from growth.db.claim import claim as run
    from growth.db.claim import is_claimed

    database = toolkit.database()
    before = is_claimed(database)
    if not before and not dry_run:
        run(database, now=clock.now())
    toolkit.emit(
        {"claimed": before or not dry_run, "was_claimed": before},
        text=_("It was claimed already.") if before else _("Claimed: this database sends."),
    )
