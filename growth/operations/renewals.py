"""What runs out (``renewals:`` of growth.yaml): warned of 60, 30 and 7 days ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from growth import clock
from growth.alerts import close_alert, raise_alert
from growth.jobs import JobRun
from growth.language import _, ngettext, speaking
from growth.workspace import Severity, Workspace

#: days ahead at which a person is told
AHEAD = (60, 30, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that runs out on `on`, `left` days from now (below 0: it has)."""

    what: str
    on: date
    left: int
    note: str = ""

    @property
    def words(self) -> str:
        """“公众号认证 runs out on 2027-03-01, in 30 days”."""
        if self.left < 0:
            return _("{what} ran out on {day}", what=self.what, day=self.on.isoformat())
        span = ngettext("in {n} day", "in {n} days", self.left)
        return _("{what} runs out on {day}, {span}", what=self.what, day=self.on.isoformat(), span=span)

    @property
    def severity(self) -> str:
        """How grave it is by the days that are left."""
        return "error" if self.left < 0 else "warning" if self.left <= AHEAD[-1] else "notice"


def due_renewals(workspace: Workspace, *, today: date) -> Iterator[Due]:
    """What runs out within the first warning's time, or did, soonest first."""
    for entry in sorted(workspace.settings.renewals, key=lambda entry: entry.on):
        left = (entry.on - today).days
        if left <= AHEAD[0]:
            yield Due(what=entry.what, on=entry.on, left=left, note=entry.note)


def remind(run: JobRun) -> str:
    """Tell the team of what runs out: once 60 days ahead, once 30, once 7, and when it has run out."""
    today = clock.site_day(run.now, run.workspace.zone)
    told = 0
    with speaking(run.workspace.settings.site.locale), run.database.write() as session:
        wanted = set()
        for due in due_renewals(run.workspace, today=today):
            step = next((days for days in reversed(AHEAD) if due.left <= days), AHEAD[0]) if due.left >= 0 else 0
            dedupe = f"renewal_due:{due.what}:{due.on.isoformat()}"
            wanted.add(f"{dedupe}:{step}")
            for other in (*AHEAD, 0):
                if other != step:
                    close_alert(session, dedupe=f"{dedupe}:{other}", now=run.now)
            severity = Severity.ERROR if step == 0 else Severity.WARNING
            told += raise_alert(
                session,
                kind="renewal_due",
                title=due.words,
                detail=due.note,
                dedupe=f"{dedupe}:{step}",
                now=run.now,
                link="/calendar",
                severity=severity,
            )
    return _("{n} reminders", n=told)
