"""What traffic keeps of people, for the lists that 网络数据安全管理条例 21 asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select

from growth import clock
from growth.app import Collected, Recipient
from growth.db import Database
from growth.language import _, ngettext
from growth.traffic.conversions import platforms_in_use
from growth.traffic.models import Event
from growth.workspace import Workspace
from growth.workspace.site import Identity

#: the nightly job clears what is past its time; before its next turn nothing is late
_GRACE = timedelta(days=2)


def kept(workspace: Workspace) -> Iterator[Collected | Recipient]:
    """Visits, sign-ups, calls; the ad platforms that are told of conversions."""
    retention = workspace.settings.retention.events
    if workspace.settings.traffic.identity is Identity.COOKIE:
        what = _("Visits: pages, time, where from, browser; a random number in a cookie")
    else:
        what = _("Visits: pages, time, where from, browser; a number made of address and browser that changes each day")
    yield Collected(
        what=what,
        purpose=_("counting visits by channel; the IP address is used for that and not kept"),
        basis=_("the site's notice or consent (traffic.consent), Do-Not-Track is heeded as traffic.do_not_track says"),
        kept=ngettext(
            "raw events {n} day, sums by day without a person for good",
            "raw events {n} days, sums by day without a person for good",
            retention.days,
        ),
        overdue=lambda database, now: _old_events(database, now - retention - _GRACE),
    )
    yield Collected(
        what=_("Sign-ups and steps: the site's own number of the person, role, time, value"),
        purpose=_("saying which channel brought whom"),
        basis=_("contract (PIPL 13(2))"),
        kept=_("until the person is erased; then as counts without a name"),
    )
    yield Collected(
        what=_("Phone calls: what the caller wished, the channel named, the day to call back"),
        purpose=_("calling back, counting channels that are not clicked"),
        basis=_("consent (PIPL 13(1))"),
        kept=_("until the person is erased"),
    )
    for platform in platforms_in_use(workspace):
        yield Recipient(
            name=str(platform.meta.title),
            what=_("the click id of the advert, the step and its time; nothing that names the person"),
            purpose=_("telling the ad platform which clicks led to sign-ups"),
        )


def _old_events(database: Database, before: datetime) -> int:
    with database.store("events").read() as session:
        return session.scalar(select(func.count()).select_from(Event).where(Event.at_micros < clock.to_micros(before))) or 0
