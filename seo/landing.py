"""Pages that people are sent to whether the site links to them or not: goals, pages with expectations, landing pages of channels and placements."""

from __future__ import annotations

from urllib.parse import urljoin

from sqlalchemy.orm import Session

from growth import urls
from growth.channels import ChannelsFile
from growth.placements import placements
from growth.workspace import Workspace
from seo.page import SiteFacts


def landing_urls(workspace: Workspace, facts: SiteFacts) -> list[str]:
    """Addresses on the site, in normal form, each once; patterns are left out."""
    wanted = [*facts.goals, *(page for page, _words in facts.expects), *_channel_targets(workspace)]
    found: dict[str, None] = {}
    for one in wanted:
        if "*" in one or "$" in one:
            continue
        try:
            url = urls.normal(urljoin(facts.home, one))
        except urls.NotAUrl:
            continue
        if facts.is_internal(url):
            found[url] = None
    return list(found)


def _channel_targets(workspace: Workspace) -> list[str]:
    """`to` of the channels in channels.yaml."""
    return [channel.to for channel in workspace.one("channels", ChannelsFile).channels.values() if channel.to]


def published_links(session: Session) -> list[str]:
    """Addresses that placements link to: money is spent on them (check campaign-link-broken)."""
    return list(dict.fromkeys(one.link_to for one in placements(session) if one.link_to))
