"""Look at a placement's page and take its life a step: live, changed or lost, with what was seen as evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from growth import urls
from growth.clock import site_day
from growth.db import Database
from growth.errors import GrowthError
from growth.language import Text, _
from growth.placements import store
from growth.placements.life import PlacementState, UnknownPlacement, move
from growth.placements.listing import ListingFound, find_listing
from growth.placements.settings import PlacementsFile, is_over
from growth.placements.store import PlacementView
from growth.workspace import Workspace

if TYPE_CHECKING:
    from growth.outbound import Reach

#: days after a step at which the page is looked at again (reference: 3, 7, 14, 30, then monthly)
LOOKS = (3, 7, 14, 30)
#: looks in a row that must miss the link before it is lost: editors rebuild pages
MISSES_UNTIL_LOST = 2
#: looks in a row without an answer before it is lost: the fault may be their server's, or our own line's
SILENCES_UNTIL_LOST = 7
#: a page that is gone for good
_GONE = frozenset({404, 410})


class Verdict(StrEnum):
    """What a look at the page found."""

    #: our link is there as it should be
    LISTED = "listed"
    #: our link is there, with another rel or another target
    DIFFERENT = "different"
    #: the page answers without our link, or is gone
    ABSENT = "absent"
    #: the page does not answer
    UNREACHABLE = "unreachable"
    #: the page answers, but not to a program: nothing can be said
    CLOSED = "closed"
    #: no page is known yet
    NO_PAGE = "no-page"
    #: a dry run did not look
    NOT_LOOKED = "not-looked"


_TITLES = {
    Verdict.LISTED: Text("Listed", "已收录"),
    Verdict.DIFFERENT: Text("Listed differently", "收录有出入"),
    Verdict.ABSENT: Text("Not there", "没有我们的链接"),
    Verdict.UNREACHABLE: Text("Does not answer", "页面打不开"),
    Verdict.CLOSED: Text("Closed to programs", "拒绝程序访问"),
    Verdict.NO_PAGE: Text("No page known", "没有页面地址"),
    Verdict.NOT_LOOKED: Text("Not looked at", "未查看"),
}


def verdict_title(verdict: str) -> str:
    """A verdict in words; another one as it is."""
    return str(_TITLES[Verdict(verdict)]) if verdict in list(Verdict) else verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look found, and the state that follows."""

    id: str
    verdict: Verdict
    state: PlacementState
    at: str | None
    evidence: str


def due_for_check(view: PlacementView, *, now: datetime) -> bool:
    """Whether it is time to look again."""
    if (
        view.retired
        or view.at is None
        or view.state in (PlacementState.PLANNED, PlacementState.PREPARED, PlacementState.REFUSED, PlacementState.EXPIRED)
    ):
        return False
    if view.checked_at is None or view.misses:
        return True
    age = view.checked_at - view.since
    wait = next((timedelta(days=days) - age for days in LOOKS if timedelta(days=days) > age), timedelta(days=30))
    return now >= view.checked_at + wait


def verify_placement(database: Database, *, id: str, now: datetime, actor: str) -> Look:
    """Fetch the page, find our link, keep what was seen, move the placement. Raises UnknownPlacement."""
    with database.read() as session:
        view = store.placement(session, id=id)
    if view is None:
        raise UnknownPlacement(_("there is no placement “{id}”", id=id), fix="growth placement list")
    if view.at is None:
        return Look(
            id=id, verdict=Verdict.NO_PAGE, state=view.state, at=None, evidence=_("no page is known; give `at:` in placements.yaml")
        )
    verdict, found, problem = _look(database, view)
    evidence = _evidence(view, verdict, found, problem)
    seen: dict[str, object] = {"page": view.at, "problem": problem}
    if found:
        seen |= {
            "href": found.href,
            "target": found.target,
            "anchor": found.anchor,
            "rel": sorted(found.rel),
            "description": found.description,
        }
    missed = {Verdict.ABSENT: True, Verdict.UNREACHABLE: True, Verdict.CLOSED: None}.get(verdict, False)
    with database.write() as session:
        misses = store.note_check(session, id=id, at=now, verdict=verdict, seen=seen, missed=missed)
        state = view.state if _is_over(database.workspace, view, now) else _next_state(view.state, verdict, misses)
        if state is not view.state:
            move(session, id=id, to=state, at=now, evidence=evidence, actor=actor)
    return Look(id=id, verdict=verdict, state=state, at=view.at, evidence=evidence)


def _is_over(workspace: Workspace, view: PlacementView, now: datetime) -> bool:
    """Whether its time has passed: what is still shown then is a present, and no life begins anew."""
    entry = next((entry for entry in workspace.one("placements", PlacementsFile).placements if entry.id == view.id), None)
    return entry is not None and view.state is PlacementState.EXPIRED and is_over(entry, site_day(now, workspace.zone))


def _look(database: Database, view: PlacementView) -> tuple[Verdict, ListingFound | None, str | None]:
    hosts = our_hosts(database.workspace)
    assert view.at is not None
    from growth.outbound import fetch  # heavy, and needed only here: placements.yaml is read by every command

    reach = reach_of(database.workspace)
    try:
        answer = fetch(view.at, reach=reach)
    except GrowthError as fault:
        return Verdict.UNREACHABLE, None, fault.message
    if answer.status in _GONE:
        return Verdict.ABSENT, None, f"HTTP {answer.status}"
    if answer.status != 200:
        return (Verdict.UNREACHABLE if answer.status >= 500 else Verdict.CLOSED), None, f"HTTP {answer.status}"
    site = database.workspace.settings.site
    names = [name for name in (site.name, *site.names.values()) if name]
    links = find_listing(answer.text, page_url=answer.url, our_hosts=hosts, names=names, lead=lambda url: _leads_to(url, reach))
    if not links:
        return Verdict.ABSENT, None, None
    wanted = urls.normal(view.link_to) if view.link_to else None
    best = min(links, key=lambda link: (wanted is not None and _plain(link.target) != _plain(wanted), not link.follow))
    different = (wanted is not None and _plain(best.target) != _plain(wanted)) or not _rel_fits(view.rel, best)
    return (Verdict.DIFFERENT if different else Verdict.LISTED), best, None


def _leads_to(url: str, reach: Reach) -> str | None:
    """Where one redirect leads, or None."""
    from growth.outbound import fetch

    try:
        answer = fetch(url, reach=reach, follow=False)
        return urls.normal(answer.headers.get("location", ""), base=url) if 300 <= answer.status < 400 else None
    except (GrowthError, urls.NotAUrl):
        return None


def our_hosts(workspace: Workspace) -> frozenset[str]:
    """The site's hosts, each with its port where that is not the usual one."""
    site = workspace.settings.site
    return frozenset({urlsplit(urls.normal(site.url)).netloc, *site.own_hosts})


def reach_of(workspace: Workspace) -> Reach:
    """What may be fetched for this site: a site on this machine (the demo) has its directories there too."""
    from growth.outbound import Reach, site_is_local

    site = workspace.settings.site
    return Reach.of_site(site.url, *site.own_hosts, allow_private=site_is_local(site.url))


def _plain(url: str) -> str:
    """A target without what tracking added to it."""
    parts = urlsplit(url)
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}"


def _rel_fits(wanted: str, found: ListingFound) -> bool:
    return {"any": True, "follow": found.follow}.get(wanted, wanted in found.rel)


def _next_state(state: PlacementState, verdict: Verdict, misses: int) -> PlacementState:
    if verdict is Verdict.LISTED:
        return PlacementState.LIVE
    if verdict is Verdict.DIFFERENT:
        return PlacementState.CHANGED
    limit = SILENCES_UNTIL_LOST if verdict is Verdict.UNREACHABLE else MISSES_UNTIL_LOST
    if verdict is not Verdict.CLOSED and misses >= limit and state in (PlacementState.LIVE, PlacementState.CHANGED):
        return PlacementState.LOST
    return state


def _evidence(view: PlacementView, verdict: Verdict, found: ListingFound | None, problem: str | None) -> str:
    if found:
        rel = " ".join(sorted(found.rel)) or "follow"
        return _("{page} links to {target} as “{anchor}” ({rel})", page=view.at, target=found.target, anchor=found.anchor, rel=rel)
    if verdict is Verdict.ABSENT and problem:
        return _("{page} is gone ({problem})", page=view.at, problem=problem)
    if verdict is Verdict.ABSENT:
        return _("{page} answers, without a link to us", page=view.at)
    if verdict is Verdict.CLOSED:
        return _("{page} does not let a program in ({problem}); look yourself", page=view.at, problem=problem)
    return _("{page} could not be read: {problem}", page=view.at, problem=problem)
