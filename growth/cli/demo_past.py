"""The demo's past, brought in through the same functions as anybody's: contacts, channels, links, visits, sign-ups and costs."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from growth import clock

if TYPE_CHECKING:
    from growth.db import Database
    from growth.sandbox.demo import SampleContact
    from growth.workspace import Workspace


def fill(database: Database, *, now: datetime) -> None:
    """Contacts with their consents and refusals, the channels of channels.yaml with a tracked link each, and a history up to `now`."""
    from growth.sandbox.demo import history, sample_contacts, write_contacts, write_history
    from growth.traffic import import_events, import_signups

    workspace = database.workspace
    search_samples(workspace, now=now)
    people = sample_contacts(today=clock.site_day(now, workspace.zone))
    with tempfile.TemporaryDirectory(prefix="growth-demo-") as name:
        folder = Path(name)
        write_contacts(folder / "contacts.csv", people)
        _contacts(database, folder / "contacts.csv", people, now=now)
        tokens = _channels(database, now=now)
        past = history(until=now, site_url=workspace.settings.site.url, tokens=tokens, contacts=people)
        events, signups, costs = write_history(folder, past)
        import_events(database, events, now=now)
        import_signups(database, signups, now=now)
        _costs(database, costs)


def search_samples(workspace: Workspace, *, now: datetime) -> Path:
    """The demo's access logs, and a table with the positions of its words, in the workspace's state; the table's path."""
    from growth.sandbox.demo import write_access_logs, write_positions

    folder, today = workspace.state / "samples", clock.site_day(now, workspace.zone)
    write_access_logs(folder, today=today)
    return write_positions(folder, today=today, site_url=workspace.settings.site.url)


def _contacts(database: Database, path: Path, people: list[SampleContact], *, now: datetime) -> None:
    """The sample contacts; some of them have unsubscribed since by the link in a mail."""
    from growth.contacts import Medium, Purpose, Statement, find_contact, import_contacts, record_consent
    from growth.sandbox.demo import unsubscribed

    import_contacts(database, path, now=now)
    refusal = Statement(medium=Medium.EMAIL, purpose=Purpose.MARKETING, granted=False, source="unsubscribe", at=now)
    with database.write() as session:
        for address in unsubscribed(people):
            record_consent(session, find_contact(session, address), refusal)


def _channels(database: Database, *, now: datetime) -> Mapping[str, str]:
    """The channels, and by each the code that its tracked links carry."""
    from growth.channels import channels, ensure_channels, tracked_link

    workspace = database.workspace
    with database.write() as session:
        ensure_channels(session, workspace=workspace, now=now)
        names = [view.name for view in channels(session) if not view.retired]
        return {name: tracked_link(session, channel=name, target=None, workspace=workspace, now=now).code for name in names}


def _costs(database: Database, path: Path) -> None:
    from growth.channels import declared_channels, import_costs

    with database.write() as session:
        import_costs(session, path, declared=declared_channels(database.workspace))
