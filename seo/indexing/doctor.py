"""Whether the logs that growth.yaml names are there and may be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from growth import clock
from growth.app import Diagnosis, Level
from growth.db import Database
from growth.errors import GrowthError
from growth.language import _
from growth.traffic.serverlog import open_log
from growth.workspace import Workspace
from seo.indexing.engines import engines
from seo.indexing.jobs import named_logs
from seo.indexing.published import lists_in_force
from seo.settings import SeoSettings

#: a list of crawlers' addresses that is older than this may call genuine ones forged
OLD: Final = timedelta(days=180)


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
    if database is not None:
        yield from _lists(database)


def _lists(database: Database) -> Iterator[Diagnosis]:
    """A list that an engine calls whole makes forged what stands outside: so it must be of late."""
    today = clock.now().date()
    with database.read() as session:
        old = [row for row in lists_in_force(session) if engines()[row["engine"]].list_tells and row["seen"] and today - row["seen"] > OLD]
    if old:
        names = ", ".join(f"{row['engine']} {row['seen']}" for row in old)
        message = _("the lists of crawlers' addresses are old: {names}", names=names)
        yield Diagnosis(id="seo.ranges", level=Level.WARN, message=message, fix="growth seo ranges update")
