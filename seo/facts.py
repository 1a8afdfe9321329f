"""What growth.yaml says of the site, as checks and the crawl want it."""

from __future__ import annotations

from urllib.parse import urljoin

from growth import __version__, urls
from growth.outbound import site_is_local
from growth.workspace import MissingSecret, Workspace
from seo.crawl.scope import hosts_of, netloc
from seo.page import SiteFacts
from seo.ranking.settings import KeywordsFile
from seo.reading.text import folded
from seo.settings import SeoSettings
from seo.submission.settings import SubmitSettings


def seo_settings(workspace: Workspace) -> SeoSettings:
    """The section ``seo:``."""
    return workspace.section("seo", SeoSettings)


def site_facts(workspace: Workspace, start_url: str | None = None) -> SiteFacts:
    """The facts for an audit that starts at `start_url` (the site's own address by default)."""
    site = workspace.settings.site
    settings = seo_settings(workspace)
    submit = workspace.section("submit", SubmitSettings)
    own = urls.normal(site.url)
    start = urls.normal(start_url or site.url)
    # an audit of another site than growth.yaml's knows only its address
    home = own if netloc(start) in hosts_of(own, site.own_hosts) else start
    names = dict.fromkeys([site.name, *site.names.values()])
    return SiteFacts(
        home=home,
        hosts=hosts_of(own, site.own_hosts) if home == own else hosts_of(home, ()),
        names=tuple(name for name in names if name),
        mainland=site.mainland,
        icp=site.icp or None,
        police=site.police_filing or None,
        phone=site.phone or None,
        goals=tuple(goal if "://" in goal else urljoin(home, goal) for goal in settings.goals),
        expects=tuple((one.page, one.contains) for one in settings.expect),
        engines=tuple(name for name in ("baidu", "indexnow", "bing") if getattr(submit, name) is not None),
        indexnow_key=_key(workspace, submit),
        locale=site.locale,
        script=urls.normal(urljoin(workspace.settings.public_url, "t.js")) if site_is_local(home) else "",
        keywords=tuple(sorted({folded(word) for word in workspace.one("keywords", KeywordsFile).keywords})),
    )


def _key(workspace: Workspace, submit: SubmitSettings) -> str | None:
    """The IndexNow key, where it is set and its variable is known."""
    if submit.indexnow is None or submit.indexnow.key_location:
        return None
    try:
        return workspace.resolve(submit.indexnow.key)
    except MissingSecret:
        return None


def user_agent(workspace: Workspace) -> str:
    """How the crawl introduces itself: a name for robots.txt and an address for whoever wonders."""
    return (
        seo_settings(workspace).crawl.user_agent or f"Mozilla/5.0 (compatible; GrowthSuite/{__version__}; +{workspace.settings.site.url})"
    )


def own_headers(workspace: Workspace) -> dict[str, str]:
    """What is sent to the site itself only: headers and cookies of ``seo.crawl``, secrets filled in. Raises MissingSecret."""
    settings = seo_settings(workspace).crawl
    headers = {name: workspace.resolve(value) for name, value in settings.headers.items()}
    if settings.cookies:
        headers["Cookie"] = "; ".join(f"{name}={workspace.resolve(value)}" for name, value in settings.cookies.items())
    return headers
