"""Where the links of a campaign lead: each is fetched as a phone and as WeChat's browser, and looked at as a reader there would see it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs, urljoin, urlsplit

from campaigns.compiled import Compiled
from campaigns.findings import Finding
from growth import urls
from growth.channels import TOKEN_PARAMETER
from growth.errors import GrowthError
from growth.language import _
from growth.outbound import Fetched, Fetcher, Reach, site_is_local
from growth.workspace import Workspace

#: how a phone and WeChat's own browser name themselves
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
PHONE = f"{_IPHONE} Version/18.5 Mobile/15E148 Safari/604.1"
WECHAT = f"{_IPHONE} Mobile/15E148 MicroMessenger/8.0.55 NetType/WIFI Language/zh_CN"
#: pages that are looked through for a link to a goal, for each link of the campaign
MOST_PAGES = 8
_TOKEN = "preflight"  # noqa: S105 - a value that is looked for in the address again
_VIEWPORT = re.compile(r"<meta\b[^>]*\bname\s*=\s*[\"']?viewport\b[^>]*>", re.I)
_HREF = re.compile(r"<a\b[^>]*?\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.I)


def link_findings(workspace: Workspace, compiled: Compiled) -> Iterator[Finding]:
    """What is wrong with the pages behind the links, all of it warnings. Our own `public_url` is not fetched."""
    own, site = urlsplit(workspace.settings.public_url).netloc, workspace.settings.site
    local = site_is_local(site.url)
    every = [compiled, *(later.content for later in compiled.then)]
    with Fetcher(reach=Reach.of_site(site.url, *site.own_hosts, allow_private=local)) as fetcher:
        for address in dict.fromkeys(address for message in every for address in message.links):
            if urlsplit(address).netloc == own:
                continue
            if urlsplit(address).scheme != "https" and not local:
                yield _warning("link-not-https", _("{url} is not https", url=address))
            yield from _page(workspace, fetcher, address)


def _page(workspace: Workspace, fetcher: Fetcher, address: str) -> Iterator[Finding]:
    ours = urls.host_of(address) in workspace.settings.site.hosts
    asked = urls.with_parameters(address, {TOKEN_PARAMETER: _TOKEN}) if ours else address
    answer = None
    for agent, title in ((PHONE, _("a phone")), (WECHAT, _("WeChat"))):
        try:
            answer = fetcher.fetch(asked, headers={"User-Agent": agent})
        except GrowthError as fault:
            yield _warning("link-unreachable", _("{url} cannot be reached as {who}: {why}", url=address, who=title, why=fault.message))
            return
        if answer.status != 200:
            yield _warning("link-unreachable", _("{url} answers {status} to {who}", url=address, status=answer.status, who=title))
            return
    if answer is not None and ours and "html" in answer.headers.get("content-type", ""):
        yield from _looked_at(workspace, fetcher, address, answer)


def _looked_at(workspace: Workspace, fetcher: Fetcher, address: str, answer: Fetched) -> Iterator[Finding]:
    """A page of the site as WeChat got it: for phones, counted, with the parameters it was asked by, near a goal."""
    page = answer.text
    if not _VIEWPORT.search(page):
        yield _warning("link-not-mobile", _("{url} is not made for phones: it has no viewport", url=address))
    if f"{workspace.settings.public_url}t.js" not in page and "/t.js" not in page:
        yield _warning("link-not-counted", _("{url} does not load our script: its visits and sign-ups are not counted", url=address))
    if parse_qs(urlsplit(answer.url).query).get(TOKEN_PARAMETER) != [_TOKEN]:
        message = _("{url} loses its parameters on the way to {to}: its visits would have no source", url=address, to=answer.url)
        yield _warning("link-loses-parameters", message)
    goals = _goals(workspace)
    if goals and not _near(fetcher, answer, goals):
        message = _("from {url} no goal is within two clicks ({goals})", url=address, goals=", ".join(goals))
        yield _warning("link-far-from-goal", message)


def _goals(workspace: Workspace) -> Sequence[str]:
    """`seo.goals` of growth.yaml, where that app is in use: pages where visitors sign up."""
    return tuple(getattr(workspace.sections.get("seo"), "goals", ()))


def _near(fetcher: Fetcher, answer: Fetched, goals: Sequence[str]) -> bool:
    """Whether the page is a goal, links to one, or to a page that does."""
    if _is_goal(answer.url, goals):
        return True
    first = _links(answer)
    if any(_is_goal(link, goals) for link in first):
        return True
    for link in first[:MOST_PAGES]:
        try:
            further = fetcher.fetch(link, headers={"User-Agent": PHONE})
        except GrowthError:
            continue
        if further.ok and any(_is_goal(each, goals) for each in _links(further)):
            return True
    return False


def _links(answer: Fetched) -> list[str]:
    """Where a page leads to on its own host, each address once."""
    host = urls.host_of(answer.url)
    found = (urljoin(answer.url, html.unescape("".join(match.groups("")))).partition("#")[0] for match in _HREF.finditer(answer.text))
    return list(dict.fromkeys(link for link in found if link.startswith(("http://", "https://")) and urls.host_of(link) == host))


def _is_goal(address: str, goals: Sequence[str]) -> bool:
    path = urlsplit(address).path.rstrip("/")
    return any(path == urlsplit(goal).path.rstrip("/") for goal in goals)


def _warning(rule: str, message: str) -> Finding:
    return Finding(rule=rule, severity="warning", message=message)
