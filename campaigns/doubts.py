"""The alert `delivery_uncertain`: messages of a period were handed over, and nobody knows whether they went."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from campaigns.campaign import read_stream
from growth.alerts import alerts, close_alert, raise_alert
from growth.language import _, ngettext
from growth.messaging import in_doubt

KIND = "delivery_uncertain"
#: a provider's report may settle a doubt within this span; before it nobody is told
SETTLES_BY_ITSELF = timedelta(minutes=2)
#: a doubt that is older is nobody's to settle: off the to-do list, its alert over; the period's page shows it for ever
SHOWN = timedelta(days=30)


def watch_doubts(session: Session, *, now: datetime) -> int:
    """Raise an alert for each period with doubts, keep its count, close it once they are settled or old; how many were opened."""
    lasting = {alert.dedupe: alert.title for alert in alerts(session, open_only=True) if alert.kind == KIND}
    opened, found = 0, set()
    for stream, occurrence, count, since in in_doubt(session):
        read = read_stream(stream)
        dedupe = f"{KIND}:{stream}:{occurrence}"
        if read is None or since < now - SHOWN or (since > now - SETTLES_BY_ITSELF and dedupe not in lasting):
            continue
        found.add(dedupe)
        name, step = read
        title = doubt_words(name, occurrence, count)
        if lasting.get(dedupe) == title:
            continue
        command = f"growth campaign deliveries {name} --period {occurrence}{f' --step {step}' if step > 1 else ''} --state uncertain"
        opened += raise_alert(
            session,
            kind=KIND,
            title=title,
            detail=_(
                "They are not sent again by themselves; a report of the provider may settle them. Who they are: {command}", command=command
            ),
            dedupe=dedupe,
            now=now,
            link=f"/campaigns/{name}/{occurrence}/deliveries?state=uncertain{f'&step={step}' if step > 1 else ''}",
        )
    for dedupe in lasting.keys() - found:
        close_alert(session, dedupe=dedupe, now=now, tell_targets=True)
    return opened


def doubt_words(name: str, period: str, count: int) -> str:
    """What the to-do list and the alert say of a period's doubts."""
    return ngettext(
        "{n} message of {name} {period} may or may not have arrived",
        "{n} messages of {name} {period} may or may not have arrived",
        count,
        name=name,
        period=period,
    )
