"""Which campaign and period an address names."""

from __future__ import annotations

from campaigns.campaign import Campaign, UnknownCampaign, campaign
from growth.jobs import Period, UnknownPeriod
from growth.messaging import mailings_of
from growth.web import Missing, Viewer

#: who may look
ROLES = ("marketer", "approver", "director", "viewer")


def chosen(viewer: Viewer, name: str, period: str | None) -> tuple[Campaign, Period]:
    """The campaign and the period; without one the latest that was begun, else the schedule's. Raises Missing."""
    try:
        found = campaign(viewer.workspace, name)
        if period is None:
            with viewer.database.read() as session:
                period = next((view.occurrence for view in mailings_of(session, found.stream)), None)
        return found, found.period(viewer.workspace, period, now=viewer.now)
    except (UnknownCampaign, UnknownPeriod) as fault:
        raise Missing(fault.message) from fault
