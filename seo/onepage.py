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
from growth.workspace import Workspace
from seo.answer import Answer
from seo.check import Check
from seo.facts import seo_settings, site_facts, user_agent
from seo.issues import message_of
from seo.page import Page
from seo.reading import read_page
from seo.rules import Judged, judge_page, passed_and_failed, rules_of
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


def judge_one(workspace: Workspace, url_or_file: str, *, now: datetime) -> PageVerdict:
    """Fetch a page of any site (or read a file) and judge it by the page checks. Raises GrowthError, Unreachable."""
    answer = _answer_of(workspace, url_or_file)
    facts = site_facts(workspace)
    if "://" in url_or_file and not facts.is_internal(answer.url):
        facts = site_facts(workspace, answer.url)
    page = read_page(answer, facts, read_at=now)
    rules = rules_of(seo_settings(workspace).checks)
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


def draft(workspace: Workspace, path: Path) -> Answer:
    """A file as if it stood on the site, compressed and quickly answered: what only the server can do is not held against a draft."""
    try:
        body = path.read_bytes()
    except OSError as fault:
        raise GrowthError(
            _("{path} cannot be read: {why}", path=str(path), why=fault.strerror), fix=_("give a file or an address")
        ) from fault
    url = urls.normal(path.name, base=workspace.settings.site.url)
    answer = Answer(url=url, status=200, headers={"content-type": "text/html", "content-encoding": "gzip"}, body=body, wire_bytes=len(body))
    return replace(answer)
