"""Files are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from growth.errors import ExitCode, GrowthError
from growth.language import _


class CannotWrite(GrowthError):
    """A file could not be written; what stood there before still stands."""

    exit_code = ExitCode.REFUSED


def write_whole(path: Path, content: bytes) -> Path:
    """Put `content` at `path` in one step: written beside it, synced, renamed. Missing folders are made. Raises CannotWrite.

    Whoever reads at any moment, and whatever breaks, finds the old file or the new one, never half of one.
    """
    beside: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
        beside = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, _mode(path))
        os.replace(beside, path)
        _sync_folder(path.parent)
    except OSError as fault:
        if beside is not None:
            beside.unlink(missing_ok=True)
        raise CannotWrite(
            _("{path} cannot be written: {why}", path=path, why=fault.strerror or fault), fix=_("choose another place, or free some space")
        ) from fault
    return path


def _mode(path: Path) -> int:
    """The mode of the file that is replaced, else what a new file gets."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Make the rename last, where the system can open folders."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
