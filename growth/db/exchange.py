"""Put new SQLite files in the place of the old ones: all of them or none, whenever the program or the machine dies.

The new files are made ready in a folder beside the database. Then a note is written that says what goes where; from that moment on the
exchange happens: if it is cut off, whoever opens the database next ends it, before anything else is done.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

#: the note in the folder of the new files
NOTE = "exchange.json"


def folder_of(main: Path) -> Path:
    """Where the new files of the database `main` are made ready."""
    return main.with_name(f".{main.name}-new")


def prepare(main: Path) -> Path:
    """An empty folder for the new files, closed to others; what an earlier try left there goes."""
    folder = folder_of(main)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def abandon(main: Path) -> None:
    """Take the new files away, unless their exchange has begun: then it is to be ended."""
    folder = folder_of(main)
    if not (folder / NOTE).exists():
        shutil.rmtree(folder, ignore_errors=True)


def exchange(main: Path, *, gone: Sequence[str] = ()) -> None:
    """Put every file of the folder in the place of the one of its name; files named in `gone` are taken away."""
    folder = folder_of(main)
    names = sorted(path.name for path in folder.iterdir())
    for name in names:
        (folder / name).chmod(0o600)
        _sync(folder / name)
    draft = folder / f"{NOTE}.draft"
    draft.write_text(json.dumps({"files": names, "gone": sorted(set(gone) - set(names))}), "utf-8")
    _sync(draft)
    draft.replace(folder / NOTE)
    _sync(folder)
    finish(main)


def finish(main: Path) -> bool:
    """End an exchange that was begun; whether there was one. Others that open the database meanwhile wait."""
    folder = folder_of(main)
    try:
        note = (folder / NOTE).open("r", encoding="utf-8")
    except FileNotFoundError:
        return False
    with note:
        fcntl.flock(note, fcntl.LOCK_EX)
        if os.fstat(note.fileno()).st_nlink == 0:
            return False
        told = json.load(note)
        for name in [*told["files"], *told["gone"]]:
            # the old file was folded together before: its logs hold nothing, but the new one must not take them for its own
            if (folder / name).exists() or name in told["gone"]:
                for leftover in (f"{name}-wal", f"{name}-shm", f"{name}-journal"):
                    main.with_name(leftover).unlink(missing_ok=True)
            if name in told["gone"]:
                main.with_name(name).unlink(missing_ok=True)
            elif (folder / name).exists():
                (folder / name).replace(main.with_name(name))
        _sync(main.parent)
        (folder / NOTE).unlink()
        shutil.rmtree(folder, ignore_errors=True)
    return True


def _sync(path: Path) -> None:
    """What was written to a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
