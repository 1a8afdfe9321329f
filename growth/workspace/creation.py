"""`growth init`: a workspace with fresh keys, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from growth.errors import GrowthError
from growth.language import _
from growth.workspace.fields import checked_url
from growth.workspace.files import write_file
from growth.workspace.loading import MARKER
from growth.workspace.schemas import write_schemas

#: files whose names cannot be shipped as they are called in a workspace
_RENAMED: Final = {"gitignore": ".gitignore", "env.example": ".env.example"}
#: folders of an empty workspace
_FOLDERS: Final = ("campaigns", "activities", "surveys", "templates", "public")


class FolderTaken(GrowthError):
    """The folder is a workspace already, or holds files that would be overwritten."""


@contextmanager
def drafted(folder: Path, *, keep: bool = True) -> Iterator[Path]:
    """A folder beside `folder` to write a workspace into; at the end of the block it becomes `folder`, on an error it goes.

    `folder` may be there where it holds nothing that the draft has too. Without `keep` the draft goes in any case. Raises FolderTaken.
    """
    folder = folder.expanduser().absolute()
    if (folder / MARKER).exists():
        raise FolderTaken(
            _("{folder} is a workspace already", folder=folder),
            fix=_("choose another folder, or use it: growth -C {folder} check", folder=folder),
        )
    if folder.exists() and not folder.is_dir():
        raise FolderTaken(_("{folder} is a file", folder=folder), fix=_("choose another name"))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as fault:
        raise FolderTaken(
            _("{folder} cannot be made: {why}", folder=folder, why=fault.strerror or str(fault)), fix=_("choose another folder")
        ) from fault
    try:
        draft.chmod(0o755)
        yield draft
        if keep:
            _take_place(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_files(root: Path, *, site_url: str, language: str = "zh-CN") -> None:
    """Write the files of an empty workspace for the site at `site_url` (`site_address`) into the empty folder `root`."""
    for folder in _FOLDERS:
        (root / folder).mkdir(exist_ok=True)
        write_file(root / folder / ".gitkeep", "")
    for name, text in _shipped(language).items():
        write_file(root / name, text.replace("@SITE_URL@", site_url))
    (root / ".growth").mkdir(mode=0o700, exist_ok=True)
    write_schemas(root)


def site_address(text: str) -> str:
    """`text` as the address of a site in normal form. Raises GrowthError saying how to write it."""
    try:
        return checked_url(text)
    except ValueError as fault:
        raise GrowthError(f"--site: {fault}", fix=_("growth init DIR --site https://www.example.com/")) from None


def write_environment(root: Path, variables: Mapping[str, str]) -> None:
    """Write ``.env``, readable by its owner only."""
    lines = [
        _("# Secrets of this workspace. Never in git. Without the three GROWTH_ keys the database cannot be read: keep a copy elsewhere."),
        *(f"{name}={value}" for name, value in variables.items()),
    ]
    write_file(root / ".env", "\n".join(lines) + "\n", mode=0o600)


def _shipped(language: str) -> dict[str, str]:
    """The shipped files by the name they get, in one of the languages; what has no language of its own is for both."""
    found: dict[str, str] = {}
    shipped = resources.files("templates") / "workspace"
    for folder in (shipped / "init", shipped / "init" / ("zh" if language == "zh-CN" else "en")):
        for entry in folder.iterdir():
            if entry.is_file():
                found[_RENAMED.get(entry.name, entry.name)] = entry.read_text("utf-8")
    return found


def _take_place(draft: Path, folder: Path) -> None:
    """The draft becomes `folder`; where that holds other things, its entries move in one by one, back again on an error."""
    if not folder.exists() or not any(folder.iterdir()):
        if folder.exists():
            folder.rmdir()
        os.replace(draft, folder)
        return
    entries = sorted(draft.iterdir())
    if taken := [entry.name for entry in entries if (folder / entry.name).exists() and entry.name not in (".gitignore", *_FOLDERS)]:
        raise FolderTaken(
            _("{folder} has files of the same names already: {names}", folder=folder, names=", ".join(taken)),
            fix=_("choose an empty folder, or move them away"),
        )
    moved: list[Path] = []
    try:
        for entry in entries:
            target = folder / entry.name
            if not target.exists():
                os.replace(entry, target)
                moved.append(target)
            elif entry.name == ".gitignore":
                _add_lines(target, entry.read_text("utf-8"))
    except OSError:
        for target in moved:
            shutil.rmtree(target) if target.is_dir() else target.unlink()
        raise


def _add_lines(target: Path, text: str) -> None:
    """Lines of `text` that `target` does not have yet, put at its end: a .gitignore must keep `.env` out whatever it was."""
    present = target.read_text("utf-8")
    missing = [line for line in text.split("\n") if line and line not in present.split("\n")]
    if missing:
        write_file(target, present.rstrip("\n") + "\n" + "\n".join(missing) + "\n")
