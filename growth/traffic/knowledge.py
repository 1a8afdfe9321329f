"""What the pipeline knows of a workspace: the site's domains and settings, its links and channels. Made anew when the files change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from growth.channels import ChannelEntry, ChannelMatch, ChannelView, channels, declared_channels, ensure_channels, resolve_link
from growth.db import Database
from growth.traffic.clue import Clue
from growth.traffic.rules import Verdict
from growth.traffic.sources import registered_domain
from growth.workspace import Workspace
from growth.workspace.site import DoNotTrack

#: codes that are remembered, unknown ones too: somebody may send us any
_REMEMBERED: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLink:
    """A tracked link as an event needs it. `campaign` is what the label says, ``campaign:monthly/2026-11`` → ``monthly``."""

    id: int
    channel_id: int
    medium: str
    campaign: str
    contact_id: UUID | None


@dataclass(slots=True, kw_only=True)
class Knowledge:
    """Settings of a workspace and look-ups that are remembered."""

    database: Database
    own_domains: frozenset[str]
    ignored_referrers: frozenset[str]
    staff: frozenset[str]
    obeys_no_track: bool
    declared: dict[str, ChannelEntry]
    by_name: dict[str, ChannelView]
    _links: OrderedDict[str, KnownLink | None] = field(default_factory=OrderedDict)

    def link(self, code: str) -> KnownLink | None:
        """The link behind a code, or None. Unknown codes are asked again each time they come after a while: one may be made any moment."""
        if code in self._links:
            self._links.move_to_end(code)
            return self._links[code]
        with self.database.read() as session:
            found = resolve_link(session, code)
        known = None
        if found is not None:
            known = KnownLink(
                id=found.id,
                channel_id=found.channel_id,
                medium=found.medium,
                campaign=campaign_of_label(found.label),
                contact_id=found.contact_id,
            )
            self._links[code] = known
            if len(self._links) > _REMEMBERED:
                self._links.popitem(last=False)
        return known

    def channel_of(self, verdict: Verdict, clue: Clue) -> ChannelView | None:
        """The channel of ours that a visit without our token belongs to.

        By `match` of channels.yaml; else one that utm_campaign or utm_source call by its name, where the medium does not speak against it.
        """
        for name, entry in self.declared.items():
            if entry.match and any(_matches(match, verdict, clue) for match in entry.match):
                return self.by_name.get(name)
        for name in (clue.campaign, clue.source):
            channel = self.by_name.get(name) if name else None
            if channel is not None and not channel.retired and verdict.medium.value in ("unassigned", channel.medium):
                return channel
        return None


def know(database: Database, workspace: Workspace, *, now: datetime, sync: bool = True) -> Knowledge:
    """Look at the workspace and the catalogue; with `sync` the catalogue follows channels.yaml first."""
    site, traffic = workspace.settings.site, workspace.settings.traffic
    with database.write() if sync else database.read() as session:
        if sync:
            ensure_channels(session, workspace=workspace, now=now)
        views = channels(session)
    return Knowledge(
        database=database,
        own_domains=frozenset(registered_domain(host) for host in site.hosts),
        ignored_referrers=frozenset(site.ignore_referrers),
        staff=frozenset(traffic.staff_addresses),
        obeys_no_track=traffic.do_not_track is DoNotTrack.OBEY,
        declared=declared_channels(workspace),
        by_name={view.name: view for view in views},
    )


def campaign_of_label(label: str) -> str:
    """The campaign that a link's label names, without its period; empty for other labels."""
    kind, _colon, rest = label.partition(":")
    return rest.partition("/")[0] if kind == "campaign" else ""


def _matches(match: ChannelMatch, verdict: Verdict, clue: Clue) -> bool:
    wanted: Sequence[tuple[object, bool]] = (
        (match.medium, match.medium is verdict.medium),
        (match.source, match.source is not None and match.source.lower() == verdict.source),
        (match.campaign, match.campaign == verdict.campaign),
        (match.referrer, match.referrer is not None and f".{clue.referrer_host}".endswith(f".{match.referrer}")),
    )
    return all(holds for condition, holds in wanted if condition)
