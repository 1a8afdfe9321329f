"""Judging one page, or a draft that is not online yet, with the code that judges the whole site."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from growth import urls
from growth.errors import GrowthError, Unreachable
from growth.language import _
from growth.outbound import FetchFailed, Reach, fetch
from growth.rendering.states import state_word
from growth.workspace import Workspace
from seo.answer import Answer
from seo.check import Check
from seo.crawl.fetcher import Fetcher
from seo.crawl.plan import Plan, reading_of
from seo.crawl.rendering import browser_path
from seo.crawl.wire import Order
from seo.facts import own_headers, seo_settings, site_facts, user_agent
from seo.issues import message_of
from seo.page import Page, SiteFacts
from seo.reading import read_page
from seo.rules import Judged, Rules, judge_page, passed_and_failed, rules_of
from seo.severity import Severity
from seo.width import DESCRIPTION_PX, TITLE_PX, pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVerdict:
    """One page with what was found, and how each check turned out."""

    page: Page
    issues: tuple[Judged, ...]
    outcomes: tuple[tuple[Check, str], ...]

    def as_json(self) -> dict[str, Any]:
        """For ``growth seo page --json``."""
        page = self.page
        counts = {severity.value: sum(1 for one in self.issues if one.severity is severity) for severity in Severity}
        return {
            "url": page.url,
            "status": page.status,
            "title": page.title,
            "title_px": pixels(page.title, TITLE_PX),
            "description": page.description,
            "description_px": pixels(page.description, DESCRIPTION_PX),
            "h1": page.h1,
            "lang": page.lang,
            "canonical": page.canonical,
            "indexable": page.indexable,
            "words": page.words,
            "han": page.han,
            "links": len(page.links),
            "images": len(page.images),
            "rendered": _rendered_json(page),
            "issues": counts,
            "findings": [
                {
                    "check": one.check_id,
                    "severity": one.severity.value,
                    "message": message_of(one.check_id, one.detail),
                    "detail": one.detail,
                }
                for one in self.issues
            ],
            "checks": {check.meta.id: outcome for check, outcome in self.outcomes},
        }

    def lines(self) -> list[str]:
        """For people."""
        page, document = self.page, self.as_json()
        found = document["findings"]
        passed = sum(1 for _check, outcome in self.outcomes if outcome == "passed")
        return [
            page.url,
            f"  {_('Title')}: {page.title} ({document['title_px']} px)",
            f"  H1: {page.h1}",
            *_in_a_browser(page),
            *(f"  {state_word(one['severity'])} {one['check']:<28} {one['message']}" for one in found),
            _("{n} checks passed, {m} found something", n=passed, m=len({one["check"] for one in found})),
        ]


def _in_a_browser(page: Page) -> list[str]:
    """What scripts made of a page, where a browser was asked."""
    made, without = page.rendered, page.unrendered
    if made is None:
        return []
    if without is None:
        return ["  " + _("not rendered: {why}", why=made.fault)]
    asked = _(
        "rendered; {own} requests to the site, {foreign} to others, {blocked} refused",
        own=made.requests,
        foreign=made.foreign,
        blocked=made.blocked,
    )
    return [f"  {asked}", f"  {_('Title without scripts')}: {without.title or '–'}", f"  {_('H1 without scripts')}: {without.h1 or '–'}"]


def _rendered_json(page: Page) -> dict[str, Any] | None:
    """What a browser made of the page, and what it says without its scripts; None where none was asked."""
    made, without = page.rendered, page.unrendered
    if made is None:
        return None
    plain = {"title": without.title, "description": without.description, "h1": without.h1, "links": without.links} if without else None
    asked = {"requests": made.requests, "foreign": made.foreign, "blocked": made.blocked, "ms": made.ms}
    return {**asked, "fault": made.fault or None, "without_scripts": plain}


def judge_one(workspace: Workspace, url_or_file: str, *, now: datetime) -> PageVerdict:
    """Fetch a page of any site (or read a file) and judge it by the page checks.

    A page of the site that `seo.crawl.javascript` names is shown to a browser, as the audit does. Raises GrowthError, Unreachable,
    RenderingUnavailable.
    """
    answer = _answer_of(workspace, url_or_file)
    facts = site_facts(workspace)
    if "://" in url_or_file and not facts.is_internal(answer.url):
        facts = site_facts(workspace, answer.url)
    rules = rules_of(seo_settings(workspace).checks)
    if "://" in url_or_file:
        answer = shown(workspace, answer, facts, rules)
    page = read_page(answer, facts, read_at=now)
    issues = sorted(judge_page(page, rules), key=lambda one: (one.severity.rank, one.check_id))
    return PageVerdict(page=page, issues=tuple(issues), outcomes=tuple(passed_and_failed(page, rules)))


def _answer_of(workspace: Workspace, url_or_file: str) -> Answer:
    if "://" not in url_or_file:
        return draft(workspace, Path(url_or_file))
    settings = seo_settings(workspace).crawl
    site = workspace.settings.site
    reach = Reach.of_site(site.url, *site.own_hosts, allow_private=settings.allow_private)
    try:
        found = fetch(urls.normal(url_or_file), reach=reach, headers={"user-agent": user_agent(workspace)})
    except urls.NotAUrl as fault:
        raise GrowthError(_("“{url}” is not a web address", url=url_or_file), fix="growth seo page https://www.example.com/") from fault
    except FetchFailed as fault:
        raise Unreachable(str(fault), fix=fault.fix) from fault
    took = round(found.elapsed.total_seconds() * 1000)
    answer = Answer(
        url=urls.normal(found.url),
        status=found.status,
        headers=found.headers,
        body=found.content,
        wire_bytes=len(found.content),
        ttfb_ms=took,
        total_ms=took,
    )
    if not answer.ok:
        raise GrowthError(
            _("{url} answers {status}", url=answer.url, status=answer.status), fix=_("give the address of a page that answers 200")
        )
    if not answer.is_html:
        raise GrowthError(
            _("{url} is no HTML page but {kind}", url=answer.url, kind=answer.media_type or "–"), fix=_("give the address of a page")
        )
    return answer


def shown(workspace: Workspace, answer: Answer, facts: SiteFacts, rules: Rules) -> Answer:
    """The answer with what a browser makes of it, where growth.yaml has such pages rendered; by the audit's own fetching child.

    Raises RenderingUnavailable.
    """
    settings = seo_settings(workspace)
    if not settings.crawl.javascript or not site_facts(workspace).is_internal(answer.url):
        return answer
    plan = Plan(
        crawl_id=0,
        start=facts.home,
        settings=settings.crawl,
        site=facts,
        user_agent=user_agent(workspace),
        max_pages=1,
        headers=own_headers(workspace),
        reading=reading_of(facts, rules, settings.checks),
        browser=browser_path(),
    )
    if not plan.renders(answer.url):
        return answer
    with Fetcher(plan.job) as fetcher:
        fetcher.send(Order(id=1, url=answer.url, render=True))
        while not (came := fetcher.take(1.0)):
            pass
    made = came[0].answer.rendered
    return replace(answer, rendered=made) if made is not None else answer


def draft(workspace: Workspace, path: Path) -> Answer:
    """A file as if it stood on the site. Raises GrowthError where it cannot be read."""
    try:
        body = path.read_bytes()
    except OSError as fault:
        raise GrowthError(
            _("{path} cannot be read: {why}", path=str(path), why=fault.strerror), fix=_("give a file or an address")
        ) from fault
    return draft_of(workspace, path.name, body)


def draft_of(workspace: Workspace, name: str, body: bytes) -> Answer:
    """HTML as if it stood on the site, compressed and quickly answered: what only the server can do is not held against a draft."""
    url = urls.normal(name, base=workspace.settings.site.url)
    return Answer(url=url, status=200, headers={"content-type": "text/html", "content-encoding": "gzip"}, body=body, wire_bytes=len(body))
