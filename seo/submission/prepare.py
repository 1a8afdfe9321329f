"""Is the site fit for a directory? Each requirement judged before a person sees the form, the fix named where it fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from growth import urls
from growth.clock import site_day
from growth.db import Database
from growth.errors import GrowthError
from growth.language import _
from growth.outbound import fetch, site_is_local
from growth.placements import PlacementState, PlacementView, find_listing, history, move, placements, reach_of
from growth.placements.keep import sync
from seo.submission.directories import Fitted, fit, profile
from seo.submission.settings import DirectoryProfile

#: `[province]ICP备12345678号-1` and the older 证
_ICP = re.compile(r"ICP\s*[备证]\s*\d{6,}\s*号", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One requirement of a directory and whether the site meets it; None where it cannot be told."""

    id: str
    met: bool | None
    what: str
    fix: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """Everything needed to hand the site in."""

    directory: str
    placement: str
    eligible: bool
    requirements: tuple[Requirement, ...]
    fields: tuple[Fitted, ...]
    address: str
    notes: str


class NotNow(GrowthError):
    """Handing in now would do harm: it was done before, or is under review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Home:
    status: int
    text: str
    title: str
    problem: str | None


def placement_of(database: Database, directory: str) -> PlacementView:
    """The placement that stands for a directory. Raises GrowthError with the command that makes one."""
    with database.read() as session:
        found = placements(session, target=directory)
    if not found:
        raise GrowthError(
            _("placements.yaml has no placement for {directory}", directory=directory),
            fix=f"growth placement add {directory}-home --channel {directory} --kind directory --target {directory}",
        )
    return found[0]


def prepare(database: Database, directory: str, *, now: datetime, actor: str, dry_run: bool = False) -> Preparation:
    """Judge the requirements, fit the texts, take the placement to `prepared`. Raises UnknownDirectory, NotNow."""
    chosen = profile(database.workspace, directory)
    sync(database, now=now)
    view = placement_of(database, directory)
    guard_repeat(database, view, chosen, now=now)
    requirements = tuple(_judged(database, chosen, now))
    fields = tuple(fit(database.workspace, chosen))
    eligible = all(entry.met is not False for entry in requirements) and not any(entry.problem for entry in fields)
    if (
        eligible
        and not dry_run
        and view.state in (PlacementState.PLANNED, PlacementState.LOST, PlacementState.REFUSED, PlacementState.EXPIRED)
    ):
        with database.write() as session:
            evidence = _("{n} requirements met, {m} texts fitted", n=len(requirements), m=len(fields))
            move(session, id=view.id, to=PlacementState.PREPARED, at=now, evidence=evidence, actor=actor)
    return Preparation(
        directory=directory,
        placement=view.id,
        eligible=eligible,
        requirements=requirements,
        fields=fields,
        address=chosen.submit_url or chosen.home,
        notes=chosen.notes,
    )


def guard_repeat(database: Database, view: PlacementView, chosen: DirectoryProfile, *, now: datetime) -> None:
    """Raise NotNow where the site is listed or under review, or was handed in and may be only once ever."""
    zone = database.workspace.zone
    with database.read() as session:
        handed = [step.at for step in history(session, id=view.id) if step.state == PlacementState.SUBMITTED]
    if view.state is PlacementState.LIVE:
        raise NotNow(_("{name} lists the site already", name=chosen.name), fix=f"growth submit verify {view.target}")
    if handed and chosen.once:
        raise NotNow(
            _("{name} takes a site once; it was handed in on {day}", name=chosen.name, day=site_day(handed[0], zone)),
            fix=_("write to its editors instead"),
        )
    if view.state is PlacementState.SUBMITTED and handed and (now - handed[-1]).days < chosen.review_days:
        day = site_day(handed[-1], zone)
        raise NotNow(
            _("{name} is reviewing since {day}; it takes about {n} days", name=chosen.name, day=day, n=chosen.review_days),
            fix=f"growth submit verify {view.target}",
        )


def _judged(database: Database, chosen: DirectoryProfile, now: datetime) -> list[Requirement]:
    home = _home(database)
    found = []
    for name in chosen.requires:
        id_, _colon, value = name.partition(":")
        judge = _JUDGES.get(id_)
        found.append(
            judge(database, home, chosen, value, now) if judge else Requirement(id=name, met=None, what=name, fix=_("look at it yourself"))
        )
    return found


def _home(database: Database) -> _Home:
    url = database.workspace.settings.site.url
    try:
        answer = fetch(url, reach=reach_of(database.workspace))
    except GrowthError as fault:
        return _Home(status=0, text="", title="", problem=fault.message)
    title = re.search(r"<title[^>]*>(.*?)</title>", answer.text, re.I | re.S)
    return _Home(status=answer.status, text=answer.text, title=title[1].strip() if title else "", problem=None)


def _https(database: Database, _home: _Home, _chosen: DirectoryProfile, _value: str, _now: datetime) -> Requirement:
    url = database.workspace.settings.site.url
    local = site_is_local(url)
    return Requirement(
        id="https",
        met=None if local else urlsplit(url).scheme == "https",
        what=_("the site is on https"),
        fix=_("a site on this machine is not judged") if local else _("serve the site on https, then set site.url"),
    )


def _home_200(_database: Database, home: _Home, _chosen: DirectoryProfile, _value: str, _now: datetime) -> Requirement:
    return Requirement(
        id="home-200",
        met=home.status == 200,
        what=_("the home page answers ({answer})", answer=home.problem or f"HTTP {home.status}"),
        fix=_("mend the home page"),
    )


def _icp(database: Database, home: _Home, _chosen: DirectoryProfile, _value: str, _now: datetime) -> Requirement:
    found = _ICP.search(home.text)
    dossier = database.workspace.settings.site.icp
    return Requirement(
        id="icp",
        met=bool(found and dossier),
        what=_("the ICP number is on the home page and in growth.yaml"),
        fix=_("put it at the bottom of the home page, linked to beian.miit.gov.cn, and set site.icp"),
    )


def _company_icp(database: Database, home: _Home, chosen: DirectoryProfile, value: str, now: datetime) -> Requirement:
    plain = _icp(database, home, chosen, value, now)
    company = bool(database.workspace.settings.site.company)
    return Requirement(
        id="company-icp",
        met=bool(plain.met and company),
        what=_("filed by a company, its number on the home page"),
        fix=_("set site.company and site.icp"),
    )


def _title(_database: Database, home: _Home, _chosen: DirectoryProfile, _value: str, _now: datetime) -> Requirement:
    qualifiers = [part for part in re.split(r"[-_|—–,，、]", home.title) if part.strip()]
    return Requirement(
        id="title",
        met=bool(home.title) and len(qualifiers) <= 4,
        what=_("the home page's title is the name and at most three qualifiers (“{title}”)", title=home.title[:60]),
        fix=_("write it as: name — slogan"),
    )


def _age(database: Database, _home: _Home, _chosen: DirectoryProfile, value: str, now: datetime) -> Requirement:
    founded = database.workspace.settings.site.founded
    months = int(value or 6)
    if founded is None:
        return Requirement(id="age-months", met=None, what=_("the site is {n} months old", n=months), fix=_("set site.founded"))
    today = site_day(now, database.workspace.zone)
    age = (today.year - founded.year) * 12 + today.month - founded.month
    return Requirement(id="age-months", met=age >= months, what=_("the site is {n} months old ({age})", n=months, age=age), fix=_("wait"))


def _link_back(database: Database, home: _Home, chosen: DirectoryProfile, _value: str, _now: datetime) -> Requirement:
    host = urlsplit(urls.normal(chosen.home)).netloc
    back = find_listing(home.text, page_url=database.workspace.settings.site.url, our_hosts=frozenset({host}))
    return Requirement(
        id="link-back",
        met=bool(back),
        what=_("the home page links to {host}", host=host),
        fix=_("add the link to the home page's 友情链接"),
    )


def _broken(database: Database, _home: _Home, _chosen: DirectoryProfile, value: str, _now: datetime) -> Requirement:
    from seo.submission.known import broken_share

    share = broken_share(database)
    limit = float(value or 2)
    if share is None:
        return Requirement(id="no-broken-links", met=None, what=_("at most {n} % of the links are broken", n=limit), fix="growth seo audit")
    return Requirement(
        id="no-broken-links",
        met=share * 100 <= limit,
        what=_("{share} % of the links are broken, {n} % are allowed", share=f"{share * 100:.1f}", n=limit),
        fix="growth seo issues --check link-broken-internal",
    )


_Judge = Callable[[Database, _Home, DirectoryProfile, str, datetime], Requirement]
_JUDGES: dict[str, _Judge] = {
    "https": _https,
    "home-200": _home_200,
    "icp": _icp,
    "company-icp": _company_icp,
    "title": _title,
    "age-months": _age,
    "link-back": _link_back,
    "no-broken-links": _broken,
}
