"""Whether the logs that growth.yaml names are there and may be read."""

from __future__ import annotations

from collections.abc import Iterator

from growth.app import Diagnosis, Level
from growth.db import Database
from growth.errors import GrowthError
from growth.language import _
from growth.traffic.serverlog import open_log
from growth.workspace import Workspace
from seo.indexing.jobs import named_logs
from seo.settings import SeoSettings


def doctor(workspace: Workspace, database: Database | None) -> Iterator[Diagnosis]:
    """One line, where logs are named."""
    if not workspace.section("seo", SeoSettings).logs.files:
        return
    try:
        files = named_logs(workspace)
        for path in files:
            with open_log(path):
                pass
    except GrowthError as fault:
        yield Diagnosis(id="seo.logs", level=Level.FAIL, message=str(fault), fix=fault.fix or "growth seo coverage --configured")
        return
    yield Diagnosis(id="seo.logs", level=Level.OK, message=_("{n} access logs can be read", n=len(files)))
