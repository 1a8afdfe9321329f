"""The queue is filled and sent every minute, where growth.yaml turns a platform on; and whether that goes well."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from growth.app import Diagnosis, Level
from growth.db import Database
from growth.errors import GrowthError
from growth.jobs import ChoreRun
from growth.language import _
from growth.traffic.conversions.models import Conversion
from growth.traffic.conversions.platform import platforms_in_use
from growth.traffic.conversions.queue import queue_conversions
from growth.traffic.conversions.sending import send_conversions
from growth.traffic.conversions.state import ConversionState
from growth.workspace import Workspace


def hand_back(run: ChoreRun) -> None:
    """One turn."""
    platforms = platforms_in_use(run.workspace)
    if not platforms:
        return
    with run.database.write() as session:
        queue_conversions(session, platforms=platforms, workspace=run.workspace, now=run.now)
    send_conversions(run.database, platforms, now=run.now, should_stop=run.should_stop)


def diagnose(workspace: Workspace, database: Database | None) -> Iterator[Diagnosis]:
    """One line a platform that is on."""
    try:
        platforms = platforms_in_use(workspace)
    except GrowthError as fault:
        yield Diagnosis(id="conversions", level=Level.FAIL, message=str(fault), fix=fault.fix)
        return
    if database is None:
        return
    for platform in platforms:
        id = f"conversions.{platform.meta.id}"
        with database.read() as session:
            of = Conversion.platform == platform.meta.id
            stuck = session.execute(
                select(func.count(), func.max(Conversion.message)).where(
                    of, Conversion.state == ConversionState.WAITING.value, Conversion.message != ""
                )
            ).one()
            bad = session.scalar(
                select(func.count()).where(of, Conversion.state.in_((ConversionState.REFUSED.value, ConversionState.UNCERTAIN.value)))
            )
        if stuck[0]:
            message = _("{n} conversions wait: {why}", n=stuck[0], why=stuck[1])
            yield Diagnosis(id=id, level=Level.WARN, message=message, fix="growth conversions list --state waiting")
        elif bad:
            message = _("{n} conversions were refused, or nobody knows whether they arrived", n=bad)
            yield Diagnosis(id=id, level=Level.WARN, message=message, fix="growth conversions list")
        else:
            yield Diagnosis(id=id, level=Level.OK, message=_("conversions are handed back to {platform}", platform=platform.meta.title))
