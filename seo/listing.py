"""The crawl's tables as rows for commands, exports and the API: streamed, whatever their length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from growth.db import Database
from seo import links as stored
from seo.check import catalogue
from seo.crawl.frontier import Kind, State
from seo.crawls import Crawl, crawls, find_crawl, judged_before
from seo.issues import Issue, IssueState, findings_of, issue_of, issues, message_of
from seo.link_counts import LinkCounts, link_counts
from seo.models import IssueRow, LinkRow, PageRow, TextRow, UrlRow
from seo.severity import Severity
from seo.summary import NOTHING_TOLD, told_of
from seo.verdict import Verdict


def list_issues(
    database: Database,
    *,
    crawl_id: int | None = None,
    check: str | None = None,
    severity: str | None = None,
    state: str | None = None,
    accepted: bool = False,
    limit: int | None = None,
) -> Iterator[Issue]:
    """Issues as they stood after a crawl, heaviest first. Raises GrowthError where there was none."""
    with database.read() as session:
        crawl = find_crawl(session, crawl_id)
        newest = find_crawl(session)
        if crawl.id == newest.id:
            yield from issues(session, crawl_id=crawl.id, check=check, severity=severity, state=state, accepted=accepted, limit=limit)
            return
    yield from _issues_then(database, crawl, check=check, severity=severity, state=state, limit=limit)


def list_pages(database: Database, *, crawl_id: int | None = None, counted: bool = False) -> Iterator[dict[str, Any]]:
    """Every document of the site that was fetched, in the order of discovery. With `counted` also what the report alone tells: when it was
    fetched, its bytes on the wire, and its links counted, for which each is looked at.
    """
    with database.read() as session:
        crawl = find_crawl(session, crawl_id)
    canonical, redirect = aliased(UrlRow), aliased(UrlRow)
    with database.store("crawl").read() as session:
        counts = link_counts(session, crawl.id) if counted else None
        query = (
            select(UrlRow, PageRow, canonical.url, redirect.url)
            .outerjoin(PageRow, (PageRow.crawl_id == UrlRow.crawl_id) & (PageRow.id == UrlRow.id))
            .outerjoin(canonical, (canonical.crawl_id == PageRow.crawl_id) & (canonical.id == PageRow.canonical))
            .outerjoin(redirect, (redirect.crawl_id == UrlRow.crawl_id) & (redirect.id == UrlRow.redirect_to))
            .where(
                UrlRow.crawl_id == crawl.id, UrlRow.internal.is_(True), UrlRow.kind == Kind.PAGE.value, UrlRow.state == State.FETCHED.value
            )
            .order_by(UrlRow.id)
        )
        for url, page, canonical_url, redirect_url in session.execute(query.execution_options(yield_per=2000)):
            yield page_json(url, page, canonical_url, redirect_url, counts)


def page_json(
    url: UrlRow, page: PageRow | None, canonical_url: str | None, redirect_url: str | None, counts: LinkCounts | None = None
) -> dict[str, Any]:
    """One row of ``growth seo pages``."""
    status = indexability(url, page)
    told = told_of(page.sheet) if page else NOTHING_TOLD
    return {
        "url": url.url,
        "status": url.status,
        "fault": url.fault,
        "title": page.title if page else None,
        "depth": page.click_depth if page and page.click_depth is not None else url.depth,
        "indexable": status == "indexable",
        "indexability": status,
        "media_type": url.media_type,
        "size_bytes": url.size_bytes,
        "ttfb_ms": url.ttfb_ms,
        "title_px": page.title_px if page else None,
        "description": page.description if page else None,
        "description_px": page.description_px if page else None,
        "h1": page.h1 if page else None,
        "h2": page.h2 if page else None,
        "canonical": canonical_url,
        "redirect_url": redirect_url,
        "lang": page.lang if page else None,
        "words": page.words if page else None,
        "han": page.han if page else None,
        "inlinks": page.inlinks if page else counts.linking[url.id] if counts else None,
        "links_internal": page.links_internal if page else None,
        "links_external": page.links_external if page else None,
        "equity": page.equity if page else None,
        "found_by": url.found_by,
        **told,
        **(_counted(url, counts, read=page is not None) if counts else {}),
    }


def _counted(url: UrlRow, counts: LinkCounts, *, read: bool) -> dict[str, Any]:
    return {"wire_bytes": url.wire_bytes, "fetched_at": url.fetched_at, **counts.of(url.id, read=read)}


def indexability(url: UrlRow, page: PageRow | None) -> str:
    """``indexable``, or why engines will not take this URL."""
    if url.redirect_to is not None:
        return "redirect"
    if url.fault and not url.status:
        return "no-response"
    if url.verdict == Verdict.BLOCKED:
        return "blocked"
    if (url.status or 0) >= 400:
        return "error"
    if page is None:
        return "not-html"
    if page.noindex:
        return "noindex"
    return "indexable" if page.canonical in (None, page.id) else "canonicalised"


def list_links(database: Database, *, crawl_id: int | None = None, broken: bool = False) -> Iterator[dict[str, Any]]:
    """Links with what they lead to, by page and place."""
    with database.read() as session:
        crawl = find_crawl(session, crawl_id)
    source, target = aliased(UrlRow), aliased(UrlRow)
    with database.store("crawl").read() as session:
        query = (
            select(LinkRow, source.url, target, TextRow.text)
            .join(source, (source.crawl_id == LinkRow.crawl_id) & (source.id == LinkRow.source))
            .outerjoin(target, (target.crawl_id == LinkRow.crawl_id) & (target.id == LinkRow.target))
            .outerjoin(TextRow, (TextRow.crawl_id == LinkRow.crawl_id) & (TextRow.id == LinkRow.text_id))
            .where(LinkRow.crawl_id == crawl.id)
            .order_by(LinkRow.source, LinkRow.position)
        )
        if broken:
            query = query.where(target.verdict == Verdict.BROKEN.value)
        for link, page, to, text in session.execute(query.execution_options(yield_per=2000)):
            yield link_json(link, page, to, text)


def link_json(link: LinkRow, page: str, to: UrlRow | None, text: str | None) -> dict[str, Any]:
    """One row of ``growth seo links``."""
    fault = stored.fault_of(link.flags)
    return {
        "source": page,
        "target": (f"{to.url}#{link.fragment}" if link.fragment else to.url) if to is not None else link.href,
        "kind": stored.KINDS[link.kind].value,
        "anchor": text or "",
        "line": link.line,
        "column": link.column,
        "place": stored.place_of(link.flags).value,
        "rel": stored.rel_words(link.flags),
        "status": to.status if to is not None else None,
        "verdict": to.verdict if to is not None else None,
        "fault": fault.value if fault else (to.fault if to is not None else None),
        "skipped": to.reason if to is not None else None,
    }


def list_checks() -> Iterator[dict[str, Any]]:
    """The catalogue."""
    for check in catalogue().values():
        meta = check.meta
        yield {
            "id": meta.id,
            "severity": meta.severity.value,
            "group": meta.group.value,
            "needs": meta.needs.value,
            "title": str(meta.title_bad),
            "why": str(meta.why),
            "mend": str(meta.mend),
            "source": str(meta.source),
            "limits": {name: list(value) if isinstance(value, tuple | frozenset) else value for name, value in meta.limits.items()},
        }


def list_crawls(database: Database) -> Iterator[dict[str, Any]]:
    """The crawls, newest first."""
    with database.read() as session:
        for crawl in crawls(session):
            yield {
                "id": str(crawl.id),
                "status": crawl.state.value,
                "start_url": crawl.start_url,
                "started_at": crawl.started_at,
                "finished_at": crawl.finished_at,
                "seconds": round(crawl.seconds, 2),
                "pages": crawl.pages,
                "requests": crawl.requests,
                "links": crawl.links,
                "errors": crawl.errors,
                "warnings": crawl.warnings,
                "notices": crawl.notices,
                "because": crawl.stopped_because,
                "kept": crawl.kept,
                "spent": crawl.totals.get("spent", {}),
            }


def _issues_then(
    database: Database, crawl: Crawl, *, check: str | None, severity: str | None, state: str | None, limit: int | None
) -> Iterator[Issue]:
    """What a crawl of the past had found, as far as its findings are still there; states by comparison with the crawl before it."""
    import json

    with database.read() as session:
        before = judged_before(session, crawl.id)
        with database.store("crawl").read() as bulk:
            earlier = {identity for identity, *_rest in findings_of(bulk, crawl_id=before.id)} if before and before.kept else set()
        number = 0
        with database.store("crawl").read() as bulk:
            for identity, check_id, weight_of, _url, detail in findings_of(bulk, crawl_id=crawl.id):
                now = IssueState.OPEN if identity in earlier else IssueState.NEW
                if (check and check_id != check) or (severity and weight_of != severity) or (state and now != state):
                    continue
                number += 1
                if limit is not None and number > limit:
                    return
                row = session.query(IssueRow).filter_by(identity=identity).one_or_none()
                if row is not None:
                    known = issue_of(row)
                    yield Issue(
                        **{
                            **{name: getattr(known, name) for name in Issue.__dataclass_fields__},
                            "state": now,
                            "detail": json.loads(detail),
                            "severity": Severity(weight_of),
                            "message": message_of(check_id, json.loads(detail)),
                        }
                    )
