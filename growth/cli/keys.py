"""``growth key``: API keys of the site's server."""

from __future__ import annotations

from typing import Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.language import _

app = toolkit.group(_("API keys, with which the site's server tells of sign-ups and events."))

_name = Annotated[str, typer.Argument(metavar="NAME", help=_("name of the key, as in “website”"))]
ACTOR = "command"


@app.command(
    "create", help=_("Make a key; it is shown this once.") + "\n\n" + _("Example:") + " growth key create website --scope signups,events"
)
def create(
    name: _name,
    scope: Annotated[list[str], typer.Option("--scope", help=_("what it opens: signups, events"))],
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """A new key."""
    from growth import accounts

    scopes = [part for text in scope for part in text.split(",") if part.strip()]
    with toolkit.changing(dry_run) as session:
        key = accounts.create_key(session, name=name, scopes=scopes, actor=ACTOR, now=clock.now())
    if dry_run:
        toolkit.emit({"name": name.strip(), "key": None, "dry_run": True}, text=_("Nothing was changed (--dry-run)."))
        return
    told = _("The key “{name}”; it is not shown again:", name=name.strip())
    toolkit.emit({"name": name.strip(), "key": key}, text=f"{told}\n{key}")


@app.command("list", help=_("All keys, without their secrets.") + "\n\n" + _("Example:") + " growth key list --json")
def list_() -> None:
    """All keys by name."""
    from growth import accounts

    with toolkit.database().read() as session:
        keys = accounts.list_keys(session)
    rows = [
        {
            "name": key.name,
            "scopes": [str(scope) for scope in accounts.Scope if scope in key.scopes],
            "state": key.state,
            "hint": f"{key.hint}…",
            "created_at": key.created_at,
            "created_by": key.created_by,
            "used_at": key.used_at,
        }
        for key in keys
    ]
    columns = {
        "name": _("Name"),
        "scopes": _("Opens"),
        "state": _("State"),
        "hint": _("Begins with"),
        "created_at": _("Made"),
        "used_at": _("Last used"),
    }
    toolkit.emit_rows(rows, columns=columns, empty=_("There are no keys yet: growth key create website --scope signups,events"))


@app.command("revoke", help=_("The key opens nothing from now on.") + "\n\n" + _("Example:") + " growth key revoke website --yes")
def revoke(name: _name, yes: toolkit.yes_option = False, dry_run: toolkit.dry_run_option = False) -> None:
    """End a key."""
    from growth import accounts

    if not dry_run:
        toolkit.confirm(
            name, yes=yes, consequence=_("What uses the key “{name}” is refused from now on; it cannot be brought back.", name=name)
        )
    with toolkit.changing(dry_run) as session:
        accounts.revoke_key(session, name=name, actor=ACTOR, now=clock.now())
    said = _("The key “{name}” opens nothing any more.", name=name)
    toolkit.emit(
        {"name": name, "state": "revoked", "dry_run": dry_run}, text=said if not dry_run else _("Nothing was changed (--dry-run).")
    )
