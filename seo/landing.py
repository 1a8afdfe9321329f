"""Pages that people are sent to whether the site links to them or not: landing pages of channels and placements, pages with
expectations.
"""

from __future__ import annotations

from urllib.parse import urljoin

from sqlalchemy.orm import Session

from growth import urls
from growth.channels import ChannelsFile
from growth.placements import placements
from growth.workspace import Workspace
from seo.facts import site_facts


def landing_urls(session: Session, workspace: Workspace, start_url: str) -> list[str]:
    """Addresses on the site that channels, placements and expectations name: in normal form, each once; patterns are left out.

    Goals are no landing pages: people arrive there from the site itself. Who wants them too takes `SiteFacts.goals`.
    """
    facts = site_facts(workspace, start_url)
    placed = [one.link_to for one in placements(session) if one.link_to]
    channels = [channel.to for channel in workspace.one("channels", ChannelsFile).channels.values() if channel.to]
    found: dict[str, None] = {}
    for one in (*placed, *channels, *(page for page, _words in facts.expects)):
        if "*" in one or "$" in one:
            continue
        try:
            url = urls.normal(urljoin(facts.home, one))
        except urls.NotAUrl:
            continue
        if facts.is_internal(url):
            found[url] = None
    return list(found)
