"""Is it working? What came last by which way, and what is wrong where nothing comes, with the way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth import clock
from growth.accounts import Scope, list_keys
from growth.db import Database
from growth.language import _, ngettext
from growth.traffic.funnels import REGISTER_STEP, VISIT_STEP
from growth.traffic.hit import Drop
from growth.traffic.models import Signup, Step, VisitorStep, WaitingStep
from growth.traffic.way import Way
from growth.traffic.website import last_event_at, left_out
from growth.workspace import Workspace

#: without an event for so long something is probably wrong with the script
SILENT: Final = timedelta(days=2)
#: without a sign-up for so long, while visits come, the call is looked at
_NO_SIGNUP: Final = timedelta(days=14)
#: sign-ups from which on a share says something
_ENOUGH: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came last: `name` of a step, when it happened, by which way."""

    at: datetime
    way: Way
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Something that is wrong, in a sentence, and what to do."""

    what: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """What came last, None where nothing ever did; and what is wrong, the weightiest first."""

    event: datetime | None
    signup: Came | None
    step: Came | None
    wrong: tuple[Wrong, ...]

    def events_come(self, now: datetime) -> bool:
        """Whether the script is heard."""
        return self.event is not None and now - self.event < SILENT


def working(database: Database, *, now: datetime) -> Working:
    """How the collection of data stands. Read after `catch_up`."""
    workspace = database.workspace
    last = last_event_at(database)
    event = clock.from_micros(last) if last is not None else None
    today = clock.site_day(now, workspace.zone)
    dropped = left_out(database, from_day=today - timedelta(days=6), until_day=today)
    with database.read() as session:
        signup, step = _last_signup(session), _last_step(session)
        wrong = [
            *_script(event, dropped, workspace, now),
            *_signups(session, signup, event, workspace, now),
            *_steps(session, workspace),
        ]
    return Working(event=event, signup=signup, step=step, wrong=tuple(wrong))


def _last_signup(session: Session) -> Came | None:
    row = session.execute(select(Signup.at, Signup.way).order_by(Signup.at.desc(), Signup.id.desc()).limit(1)).one_or_none()
    return Came(at=row.at, way=Way(row.way)) if row else None


def _last_step(session: Session) -> Came | None:
    told = session.execute(select(Step.name, Step.at, Step.way).order_by(Step.at.desc(), Step.id.desc()).limit(1)).one_or_none()
    seen = session.execute(
        select(VisitorStep.name, VisitorStep.at).order_by(VisitorStep.at.desc(), VisitorStep.id.desc()).limit(1)
    ).one_or_none()
    found = [Came(at=told.at, way=Way(told.way), name=told.name)] if told else []
    if seen:
        found.append(Came(at=seen.at, way=Way.SCRIPT, name=seen.name))
    return max(found, key=lambda came: came.at, default=None)


def _script(event: datetime | None, dropped: Mapping[str, int], workspace: Workspace, now: datetime) -> Iterator[Wrong]:
    address = workspace.settings.public_url
    if dropped.get(Drop.FOREIGN):
        what = ngettext(
            "{n} event of this week came from another host than the site's.",
            "{n} events of this week came from another host than the site's.",
            dropped[Drop.FOREIGN],
        )
        yield Wrong(what=what, fix=_("Is it the site's too? Add it to site.own_hosts in growth.yaml."))
    if dropped.get(Drop.FUTURE):
        yield Wrong(what=_("Events come from a time that has not come yet."), fix=_("Set the clock of this machine: growth doctor"))
    if dropped.get("full"):
        what = _("Beacons were refused because the buffer was full.")
        yield Wrong(what=what, fix=_("Look at disk and load: growth status; more web processes take more."))
    if event is not None and now - event < SILENT:
        return
    if sum(dropped.values()) and event is None:
        reason = max(dropped, key=lambda name: dropped[name])
        what = _("Events come, and every one is left out, most as “{reason}”.", reason=reason)
        yield Wrong(what=what, fix=_("The table below says what it means; open the site from outside the team's addresses."))
        return
    what = _("No event has come yet.") if event is None else _("No event has come for {n} days.", n=(now - event).days)
    fix = _(
        "Open a page of the site and look at the browser's network list: {script} must answer 200 and be allowed by the page's "
        "Content-Security-Policy, and POST {collect} must answer 204.",
        script=f"{address}t.js",
        collect=f"{address}collect",
    )
    yield Wrong(what=what, fix=fix)


def _signups(session: Session, last: Came | None, event: datetime | None, workspace: Workspace, now: datetime) -> Iterator[Wrong]:
    if last is None:
        keys = [key for key in list_keys(session) if key.state == "active" and Scope.SIGNUPS in key.scopes]
        if not keys:
            yield Wrong(
                what=_("No sign-up has come yet, and the site's server has no key."), fix="growth key create website --scope signups,events"
            )
        elif all(key.used_at is None for key in keys):
            fix = _(
                "Call POST {address} after registration; the lines below are an example.",
                address=f"{workspace.settings.public_url}api/v1/signups",
            )
            yield Wrong(what=_("No sign-up has come yet: the key “{name}” was never used.", name=keys[0].name), fix=fix)
        else:
            fix = _("Look at the answers that the site's server gets: a 4xx says which field is wrong, and nothing of it is booked.")
            yield Wrong(what=_("The key “{name}” was used, but no sign-up is booked.", name=keys[0].name), fix=fix)
        return
    if event is not None and now - event < SILENT and now - last.at > _NO_SIGNUP:
        what = _("Visits come, but no sign-up for {n} days.", n=(now - last.at).days)
        yield Wrong(what=what, fix=_("Is the call from the site's server still made? Register a test user."))
    since = clock.site_day(now, workspace.zone) - timedelta(days=29)
    of_month = select(func.count()).select_from(Signup).where(Signup.day >= since)
    total = session.scalar(of_month) or 0
    nameless = session.scalar(of_month.where(Signup.view == 0, Signup.visitor_id.is_(None))) or 0
    if total >= _ENOUGH and nameless * 2 > total:
        what = _("{n} of {m} sign-ups of thirty days say neither page nor visitor, so they join no visit.", n=nameless, m=total)
        fix = _('Put <input type="hidden" name="page" data-growth="page"> into the form, and pass it on with the call.')
        yield Wrong(what=what, fix=fix)


def _steps(session: Session, workspace: Workspace) -> Iterator[Wrong]:
    """Steps of the funnels that never came; ones whose sign-up is not known."""
    signup = workspace.settings.signup
    known = set(session.scalars(select(Step.name).distinct())) | set(session.scalars(select(VisitorStep.name).distinct()))
    never = [name for name in signup.steps if name not in known and name not in (VISIT_STEP, REGISTER_STEP)]
    if never and known:
        what = _("Steps of the funnel that never came: {names}.", names=", ".join(never))
        yield Wrong(
            what=what,
            fix=_("Is each called so by the site (POST …/api/v1/events, data-growth-step)? Else change signup.funnel in growth.yaml."),
        )
    waiting = session.scalar(select(func.count()).select_from(WaitingStep)) or 0
    if waiting:
        what = ngettext("{n} step waits for a sign-up that has not come.", "{n} steps wait for a sign-up that has not come.", waiting)
        yield Wrong(what=what, fix=_("Is `signup` in the call of the step the same id as `id` in the call of the sign-up?"))
