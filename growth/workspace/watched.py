"""A workspace that notices changed files: asked before a run or a request, it reads anew what changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from growth.errors import GrowthError
from growth.workspace.loading import MARKER, load_workspace
from growth.workspace.problems import Problem, WorkspaceInvalid
from growth.workspace.workspace import Workspace

#: a file as it stands: name, modified, size, inode
Stamp = tuple[str, int, int, int]


class Watched:
    """The workspace at `root`, current at each `get`. A broken file keeps its last good version; `problems` says what is wrong with it.

    Safe to share between threads. The first reading raises as `load_workspace` does.
    """

    def __init__(self, root: Path, workspace: Workspace | None = None) -> None:
        self._lock = threading.Lock()
        self._root = root.absolute()
        self._stamps = _stamps(self._root, workspace)
        self._workspace = workspace or load_workspace(self._root)
        if workspace is None:
            self._stamps = _stamps(self._root, self._workspace)
        self._problems: tuple[Problem, ...] = self._workspace.problems

    def get(self) -> Workspace:
        """The workspace as its files are now. Costs one look at each file where nothing changed."""
        with self._lock:
            stamps = _stamps(self._root, self._workspace)
            if stamps != self._stamps:
                self._read_anew()
                self._stamps = stamps
            return self._workspace

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files of which an older version is in use; empty where all is right."""
        with self._lock:
            return self._problems

    def _read_anew(self) -> None:
        try:
            self._workspace = load_workspace(self._root, previous=self._workspace)
            self._problems = self._workspace.problems
        except WorkspaceInvalid as fault:
            self._problems = fault.problems
        except GrowthError:
            # growth.yaml is gone for the moment (an editor that saves by renaming, a git checkout): what was read stays
            return


def _stamps(root: Path, workspace: Workspace | None) -> tuple[Stamp, ...]:
    """Every file that a workspace may be made of, as it stands."""
    return tuple(sorted(_stamp(root, path) for path in _watched_paths(root, workspace)))


def _watched_paths(root: Path, workspace: Workspace | None) -> Iterator[Path]:
    yield root / MARKER
    yield root / ".env"
    for kind in workspace.kinds.values() if workspace else ():
        if kind.many:
            folder = root / kind.pattern.rpartition("/")[0]
            yield from folder.iterdir() if folder.is_dir() else ()
        else:
            yield root / kind.pattern


def _stamp(root: Path, path: Path) -> Stamp:
    name = path.relative_to(root).as_posix()
    try:
        found = path.stat()
    except OSError:
        return name, 0, 0, 0
    return name, found.st_mtime_ns, found.st_size, found.st_ino
