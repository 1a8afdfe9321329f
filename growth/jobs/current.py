"""The catalogue of jobs as the workspace's files are now; a broken file keeps the last good one and is told once."""

from __future__ import annotations

import logging
from datetime import datetime

from growth.alerts import close_alert, raise_alert
from growth.db import Database
from growth.errors import GrowthError
from growth.jobs.catalogue import Catalogue, read_catalogue
from growth.language import _, speaking
from growth.workspace import Problem, Severity, Watched

log = logging.getLogger("growth.jobs")

_BROKEN = "workspace_broken"


class Current:
    """Asked before every turn. The first reading raises what is wrong."""

    def __init__(self, database: Database, watched: Watched | None = None) -> None:
        self._database = database
        self._watched = watched or Watched(database.workspace.root, database.workspace)
        self._catalogue = read_catalogue(self._watched.get())
        self._told: tuple[str, ...] = ()

    def get(self) -> Catalogue:
        """The catalogue; read anew where a file changed."""
        workspace = self._watched.get()
        if workspace is not self._catalogue.workspace:
            try:
                self._catalogue = read_catalogue(workspace)
                self._database.workspace = workspace
                log.info("the workspace was read anew (%s)", workspace.hash[:8])
            except GrowthError as fault:
                log.error("the jobs of the changed workspace cannot be read: %s", fault)
        return self._catalogue

    def tell_problems(self, *, now: datetime) -> None:
        """An alert while a file is broken; closed once it is mended."""
        problems = self._watched.problems
        words = tuple(str(problem) for problem in problems)
        if words == self._told:
            return
        with speaking(self._catalogue.workspace.settings.site.locale), self._database.write() as session:
            if problems:
                raise_alert(
                    session,
                    kind=_BROKEN,
                    title=_("{file} cannot be used; its last good version is", file=_first(problems)),
                    detail="\n".join(words),
                    dedupe=_BROKEN,
                    now=now,
                    severity=Severity.ERROR,
                )
            else:
                close_alert(session, dedupe=_BROKEN, now=now, tell_targets=True)
        self._told = words


def _first(problems: tuple[Problem, ...]) -> str:
    return problems[0].file
