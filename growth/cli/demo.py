"""``growth demo``: the whole growth plan on the sample site, from nothing; every number comes from the database that it fills."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from growth.cli import toolkit
from growth.cli.globals import current
from growth.errors import GrowthError
from growth.language import _

app = toolkit.group(_("The whole growth plan on the sample site: growth demo run"))


@app.callback()
def demo() -> None:
    """The whole growth plan on the sample site."""


@app.command()
def run(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help=_("The demo's workspace; made where it is not there."))] = None,
) -> None:
    """Audit, submit, send, answer, attribute, report: six steps in under three minutes, as often as you like. Example: growth demo run"""
    from growth.cli.demo_walk import walk

    walk(folder or current().workspace or Path("demo"))


@app.command()
def site() -> None:
    """Serve the sample site of a demo workspace; ``growth up --sandbox`` does it too. Example: growth -C demo demo site"""
    from growth.cli.demo_world import serve_site

    serve_site(toolkit.workspace())


@app.command()
def clear(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help=_("The demo's workspace."))] = None,
    yes: toolkit.yes_option = False,
    dry_run: toolkit.dry_run_option = False,
) -> None:
    """Remove the demo's workspace with its database and reports; only one that `--demo` made. Example: growth demo clear --yes"""
    import shutil

    from growth.cli.demo_world import is_demo

    root = (folder or current().workspace or Path("demo")).expanduser().absolute()
    if not root.is_dir():
        toolkit.emit({"removed": False, "workspace": str(root)}, text=_("{root} is not there; nothing to remove.", root=root))
        return
    if not is_demo(root):
        raise GrowthError(_("{root} is not the demo's workspace; it stays", root=root), fix=_("remove it by hand if you are sure"))
    if not dry_run:
        toolkit.confirm(root.name, yes=yes, consequence=_("This removes {root} with its database and reports.", root=root))
        shutil.rmtree(root)
    toolkit.emit(
        {"removed": not dry_run, "workspace": str(root)},
        text=_("Removed {root}.", root=root) if not dry_run else _("Would remove {root}.", root=root),
    )
