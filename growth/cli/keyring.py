"""``growth keys``: the keys that encrypt personal data, and the one that signs mail."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import ExitCode, GrowthError
from growth.language import _, ngettext

if TYPE_CHECKING:
    from growth.db import Database

app = toolkit.group(_("The keys that encrypt personal data and sign mail; API keys are growth key."))

NAME = "GROWTH_KEYS"


@app.command(
    "rotate",
    help=_(
        "Put a new key in front of GROWTH_KEYS in .env and seal everything anew under it, while the program runs. "
        "Cut off, it goes on where it stopped; old keys stay in .env, for backups."
    )
    + "\n\n"
    + _("Example:")
    + " growth keys rotate",
)
def rotate(dry_run: toolkit.dry_run_option = False) -> None:
    """A new key, and all values under it."""
    from growth.db.sealed import reseal, sealed_under

    database = toolkit.database()
    before = sealed_under(database)
    current = database.vault.key_id
    behind = sum(n for key_id, n in before.items() if key_id != current)
    if dry_run:
        toolkit.emit(
            {"key": None if behind == 0 else current, "new": behind == 0, "sealed": before, "dry_run": True},
            text=ngettext(
                "{n} value would be sealed anew. Nothing was changed (--dry-run).",
                "{n} values would be sealed anew. Nothing was changed (--dry-run).",
                behind or before[current],
            ),
        )
        return
    fresh = behind == 0
    if fresh:
        database = _with_new_key(database)
    total = sum(n for key_id, n in sealed_under(database).items() if key_id != database.vault.key_id)
    with toolkit.progress(_("Sealing anew"), total=total) as tick:
        result = reseal(database, tell=lambda done: tick(done=done))
    left = sealed_under(database)
    _note(database, fresh=fresh, done=result.done)
    for line in result.unreadable[:20]:
        toolkit.warn(line)
    key_id = database.vault.key_id
    toolkit.emit(
        {"key": key_id, "new": fresh, "resealed": result.done, "unreadable": len(result.unreadable), "sealed": left},
        text="\n".join(_said(key_id, left, fresh=fresh, done=result.done)),
    )
    if result.unreadable:
        raise typer.Exit(ExitCode.FOUND)


def _with_new_key(database: Database) -> Database:
    """The database opened again with the key that was put in front in ``.env``."""
    from growth.security import with_fresh_key
    from growth.workspace import set_variable

    workspace = database.workspace
    if os.environ.get(NAME):
        raise GrowthError(
            _("GROWTH_KEYS is set in the environment, which this command cannot change"),
            fix=_("put a new key in front there (k2:…,k1:…), start every process anew, then: growth keys rotate"),
        )
    set_variable(workspace.root, NAME, with_fresh_key(workspace.secret(NAME)))
    _forget_copy(workspace.state)
    toolkit.close()
    return toolkit.database()


def _forget_copy(state: Path) -> None:
    """The second copy of ``.env`` that somebody said is kept does not hold the new key: the doctor asks again."""
    (state / "keys-copied").unlink(missing_ok=True)


def _note(database: Database, *, fresh: bool, done: int) -> None:
    from growth.accounts import record

    with database.write() as session:
        detail = {"new": fresh, "resealed": done}
        record(session, actor="command", action="keys.rotate", subject=f"key:{database.vault.key_id}", detail=detail, now=clock.now())


def _said(key_id: str, left: dict[str, int], *, fresh: bool, done: int) -> list[str]:
    lines = [_("{key} is the new key, first of GROWTH_KEYS in .env.", key=key_id)] if fresh else []
    lines.append(ngettext("{n} value is sealed anew under {key}.", "{n} values are sealed anew under {key}.", done, key=key_id))
    old = [other for other in left if other != key_id]
    if any(left[other] for other in old):
        lines.append(
            _("Processes that began before still sealed some values under the old key: start them anew, then once more: growth keys rotate")
        )
    elif old:
        lines.append(_("Nothing in the database needs {keys} any more; backups made before today do.", keys=", ".join(old)))
    lines.append(_("Put the line GROWTH_KEYS of .env into your password store: without it nobody can read the database."))
    return lines


DKIM = "DKIM_PRIVATE_KEY"


@app.command(
    "dkim",
    help=_("The key that signs mail (DKIM), for servers that do not sign: made once and kept in .env; prints the record for DNS.")
    + "\n\n"
    + _("Example:")
    + " growth keys dkim",
)
def dkim(
    selector: Annotated[
        str, typer.Option("--selector", metavar="NAME", help=_("name of the key in DNS, where growth.yaml names none"))
    ] = "s1",
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Make or show the key's public side."""
    from growth.messaging import domain_of_sender, sender_of
    from growth.messaging.dkim import Signer, fresh_dkim_key, read_dkim_key
    from growth.workspace import MissingSecret, set_variable

    workspace = toolkit.workspace()
    try:
        text, fresh = workspace.secret(DKIM), False
    except MissingSecret:
        text, fresh = fresh_dkim_key(), True
    email = workspace.settings.email
    domain = domain_of_sender(sender_of(workspace))
    signer = Signer(domain=domain, selector=email.dkim_selector or selector, key=read_dkim_key(text))
    if fresh and dry_run:
        toolkit.emit(
            {"name": signer.record_name, "new": True, "dry_run": True}, text=_("Would make a key for {name}.", name=signer.record_name)
        )
        return
    if fresh:
        set_variable(workspace.root, DKIM, text)
    lines = [_("The key is made and kept in .env as {name}.", name=DKIM)] if fresh else []
    lines += [_("Publish in DNS, as a TXT record of {name}:", name=signer.record_name), signer.record]
    if email.smtp is None or email.smtp.dkim_key is None or email.dkim_selector is None:
        lines += [
            _("Then write to growth.yaml:"),
            f'email: {{dkim_selector: {signer.selector}, smtp: {{…, dkim_key: "${{{DKIM}}}"}}}}',
        ]
    lines.append(_("growth doctor says when the record can be seen."))
    toolkit.emit({"name": signer.record_name, "record": signer.record, "new": fresh}, text="\n".join(lines))
