"""``growth privacy``: what is kept of people, who receives it, who can see it, what is kept too long."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from growth import clock
from growth.app import Level
from growth.cli import toolkit
from growth.errors import ExitCode
from growth.language import _

app = toolkit.group(_("Personal data: the lists for the privacy notice, and a look at access and retention."))


@app.command(
    "notice",
    help=_("The lists of what is kept of people and who receives it, from the real configuration (HTML with -o FILE.html).")
    + "\n\n"
    + _("Example:")
    + " growth privacy notice -o privacy.html",
)
def notice(
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help=_("write a page: .html or .md"))] = None,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """收集清单 and 共享清单."""
    from growth.operations.privacy import notice as lists
    from growth.operations.privacy_page import as_document, as_markdown
    from growth.reporting import html_document
    from growth.workspace.files import write_file

    workspace = toolkit.workspace()
    found = lists(workspace)
    document = {
        "collected": [{"what": one.what, "purpose": one.purpose, "basis": one.basis, "kept": one.kept} for one in found.collected],
        "recipients": [{"name": one.name, "what": one.what, "purpose": one.purpose, "abroad": one.abroad} for one in found.recipients],
    }
    if output is None:
        toolkit.emit(document, text=as_markdown(found))
        return
    if output.suffix.lower() in (".html", ".htm"):
        page = html_document(as_document(found, workspace, now=clock.now()), root=workspace.root, zone=workspace.zone)
    else:
        page = as_markdown(found) + "\n"
    if not dry_run:
        write_file(output, page)
    said = _("Would write {file}.", file=output) if dry_run else _("Wrote {file}.", file=output)
    toolkit.emit({**document, "file": str(output), "dry_run": dry_run}, text=said)


@app.command(
    "audit",
    help=_("Who can see what, who read it in clear, what is kept too long; 1 with a fail.")
    + "\n\n"
    + _("Example:")
    + " growth privacy audit",
)
def audit() -> None:
    """A look at access and retention."""
    from growth.operations.privacy import access
    from growth.operations.privacy import audit as look

    database = toolkit.database()
    lines, people = look(database, now=clock.now()), access(database)
    zone = toolkit.workspace().zone
    if toolkit.wants_json():
        seen = [
            {
                "user": one.user,
                "roles": one.roles,
                "sees": one.sees,
                "last_login_at": clock.rfc3339(one.last_login_at, zone) if one.last_login_at else None,
            }
            for one in people
        ]
        findings = [{"id": line.id, "level": line.level, "message": line.message, "fix": line.fix} for line in lines]
        toolkit.emit({"access": seen, "findings": findings})
    else:
        for one in people:
            toolkit.say(f"{one.user} ({one.roles}): {one.sees}")
        for line in lines:
            toolkit.say(f"{_MARK[line.level]} {line.message}")
            if line.fix:
                toolkit.say(f"    → {line.fix}")
    if any(line.level is Level.FAIL for line in lines):
        raise typer.Exit(ExitCode.FOUND)


_MARK = {Level.OK: "✓", Level.WARN: "!", Level.FAIL: "✗"}
