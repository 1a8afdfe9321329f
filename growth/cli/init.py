"""``growth init``: a workspace with keys and database, and the link for the first administrator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from growth import clock
from growth.cli import toolkit
from growth.cli.globals import current
from growth.errors import GrowthError
from growth.language import _

if TYPE_CHECKING:
    from growth.cli.demo_world import Ports

app = toolkit.single()


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("The folder to make."))],
    site: Annotated[str | None, typer.Option("--site", metavar="URL", help=_("Address of the site, https://…"))] = None,
    demo: Annotated[bool, typer.Option("--demo", help=_("With a sample site, contacts, campaigns, channels and a history."))] = False,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Make a workspace: settings, fresh keys, the database, and a one-time link for the first administrator.

    Example: growth init mysite --site https://www.example.com/
    """
    from growth.workspace.creation import drafted, site_address

    if site is None and not demo:
        raise GrowthError(_("--site is missing: the address of the site"), fix=f"growth init {folder} --site https://www.example.com/")
    ports = _demo_ports() if demo else None
    address = site_address(site) if site is not None else f"http://127.0.0.1:{ports.site if ports else 80}/"
    with drafted(folder, keep=not dry_run) as draft:
        _write(draft, address, ports=ports)
        link = _first_link(draft, demo=demo)
        files = sorted(path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file() and ".growth" not in path.parts)
    document = {
        "workspace": str(folder.expanduser().absolute()),
        "files": files,
        "admin_link": None if dry_run else link,
        "dry_run": dry_run,
    }
    if dry_run:
        toolkit.emit(document, text=_("Would make {folder} with:", folder=folder) + "\n  " + "\n  ".join(files))
        return
    toolkit.emit(
        document,
        text=_("Made {folder}. The first administrator sets a password here, once, within 7 days:\n  {link}", folder=folder, link=link),
    )
    toolkit.hint(_("Keep a copy of {folder}/.env elsewhere: without its keys the database cannot be read.", folder=folder))
    toolkit.hint(_("Next: growth -C {folder} check; growth -C {folder} seo audit; growth -C {folder} up", folder=folder))


def _demo_ports() -> Ports:
    from growth.cli.demo_world import free_ports

    return free_ports()


def _write(root: Path, address: str, *, ports: Ports | None) -> None:
    """The files and the keys of a workspace; those of the demo stand over those of an empty one."""
    from growth.security import fresh_key
    from growth.workspace.creation import write_environment, write_files

    write_files(root, site_url=address, language="en" if current().lang == "en" and ports is None else "zh-CN")
    variables = {"GROWTH_KEYS": f"k1:{fresh_key()}", "GROWTH_INDEX_KEY": fresh_key(), "GROWTH_SIGNING_KEY": fresh_key()}
    if ports is not None:
        from growth.sandbox.demo import write_demo_workspace

        zone = ZoneInfo("Asia/Shanghai")
        variables |= write_demo_workspace(
            root,
            site_url=address,
            sandbox_url=f"http://127.0.0.1:{ports.sandbox}",
            smtp_port=ports.smtp,
            public_url=f"http://127.0.0.1:{ports.web}/",
            today=clock.site_day(clock.now(), zone),
        )
    write_environment(root, variables)


def _first_link(root: Path, *, demo: bool) -> str:
    """Make the database of the new workspace, say that it is the one that sends, and make the administrator's link."""
    from growth.accounts import first_admin_link
    from growth.db import open_database, upgrade
    from growth.db.claim import claim
    from growth.workspace import load_workspace

    now = clock.now()
    workspace = load_workspace(root)
    database = open_database(workspace, check_schema=False)
    try:
        upgrade(database)
        claim(database, now=now)
        if demo:
            from growth.cli.demo_past import fill

            fill(database, now=now)
        with database.write() as session:
            return first_admin_link(session, workspace=workspace, now=now)
    finally:
        database.close()
