"""Stores the crawl as it comes: everything since the last flush in one transaction, every half second or 200 pages (promise 3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from growth.db import Database
from seo import links as stored
from seo.answer import Answer
from seo.bulk import insert_rows, lean, update_rows
from seo.crawl.frontier import Frontier
from seo.models import FindingRow, LinkRow, OriginRow, PageRow, SitemapEntryRow, SitemapRow, TextRow, UrlRow
from seo.page import Link
from seo.picture import size_of
from seo.readout import Readout
from seo.sitemap import Sitemap
from seo.summary import PAGE_COLUMNS

#: pages and seconds after which what has come is committed
FLUSH_PAGES = 200
FLUSH_SECONDS = 0.5
#: different anchor texts that are remembered; beyond, a text may be stored twice
MOST_TEXTS = 200_000
_URL_NEW = ("crawl_id", "id", "url", "internal", "kind", "state", "reason", "depth", "hops", "found_by", "found_from", "rank", "attempts")
_ANSWER = (
    "status",
    "fault",
    "fault_text",
    "verdict",
    "media_type",
    "size_bytes",
    "wire_bytes",
    "ttfb_ms",
    "total_ms",
    "redirect_to",
    "fetched_at",
    "picture",
)
_URL_DONE = ("state", *_ANSWER, "attempts")
_LINK = ("crawl_id", "source", "position", "target", "kind", "text_id", "flags", "line", "column", "fragment", "href")
_FINDING = ("crawl_id", "url_id", "number", "check_id", "severity", "cause", "detail", "whole_site")
_SITEMAP = ("crawl_id", "id", "kind", "level", "entries", "size_bytes", "problems")
_ENTRY = ("crawl_id", "sitemap_id", "position", "target", "lastmod")


class Recorder:
    """Gathers rows and writes them. The only writer of the crawl store while a crawl runs."""

    def __init__(
        self, database: Database, frontier: Frontier, *, last_text: int = 0, still_ours: Callable[[], None] = lambda: None
    ) -> None:
        self.store = database.store("crawl")
        self.still_ours = still_ours
        self.frontier = frontier
        self.crawl_id = frontier.crawl_id
        self.pages_waiting = 0
        self._last_text = last_text
        self._text_ids: dict[str, int] = {}
        self._done: dict[int, tuple[Any, ...]] = {}
        self._pages: list[tuple[Any, ...]] = []
        self._links: list[tuple[Any, ...]] = []
        self._texts: list[tuple[Any, ...]] = []
        self._findings: list[tuple[Any, ...]] = []
        self._sitemaps: list[tuple[Any, ...]] = []
        self._entries: list[tuple[Any, ...]] = []
        self._origins: list[OriginRow] = []

    def answer(self, id: int, answer: Answer, *, verdict: str | None, redirect_to: int | None, attempts: int, at_micros: int) -> None:
        """What came back for a URL."""
        self._done[id] = (
            "fetched",
            answer.status or None,
            answer.fault.value if answer.fault else None,
            answer.fault_text[:300] or None,
            verdict,
            answer.media_type or None,
            None if answer.cut else answer.size_bytes,
            _length(answer),
            answer.ttfb_ms,
            answer.total_ms,
            redirect_to,
            at_micros,
            _picture(answer),
            attempts,
        )

    def page(self, id: int, readout: Readout, canonical: int | None) -> None:
        """A page that was read, and what the page checks found."""
        self._pages.append((self.crawl_id, id, canonical, *readout.values))
        self._findings += [(self.crawl_id, id, number, *one, False) for number, one in enumerate(readout.findings)]
        self.pages_waiting += 1

    def links(self, source: int, links: Iterable[tuple[Link, int | None]]) -> None:
        """The links of a page in order, each with the number of its target."""
        append, crawl_id, number_of, flags_of = self._links.append, self.crawl_id, stored.KIND_NUMBER, stored.flags_of
        for position, (link, target) in enumerate(links):
            href = None if target is not None and link.fault is None and link.href == link.href.strip() else link.href
            text = self._text(link.text) if link.text else None
            row = (crawl_id, source, position, target, number_of[link.kind], text, flags_of(link), link.line, link.column)
            append((*row, link.fragment or None, href))

    def origin(self, origin: str, url_id: int, answer: Answer, text: str) -> None:
        """The robots.txt of an origin."""
        self._origins.append(
            OriginRow(
                crawl_id=self.crawl_id,
                origin=origin,
                robots_url_id=url_id,
                robots_status=answer.status,
                robots_fault=answer.fault.value if answer.fault else None,
                robots_text=text,
                facts={"headers": {name: answer.headers[name] for name in ("last-modified", "content-type") if name in answer.headers}},
            )
        )

    def sitemap(self, id: int, sitemap: Sitemap, level: int, targets: list[tuple[int, str | None]]) -> None:
        """A sitemap file and the URLs it lists."""
        problems = json.dumps(
            [{"fault": one.fault.value, "line": one.line, "text": one.text} for one in sitemap.problems], ensure_ascii=False
        )
        self._sitemaps.append((self.crawl_id, id, sitemap.kind.value, level, sitemap.count, sitemap.size_bytes, problems))
        self._entries += [(self.crawl_id, id, position, target, lastmod) for position, (target, lastmod) in enumerate(targets)]

    def flush(self) -> None:
        """Commit everything that has come. Raises LockLost, and writes nothing, where the crawl may be another process's by now."""
        self.still_ours()
        new, changed = self.frontier.take_rows()
        done, self._done = self._done, {}
        pages, self._pages = self._pages, []
        links, self._links = self._links, []
        texts, self._texts = self._texts, []
        findings, self._findings = self._findings, []
        sitemaps, self._sitemaps = self._sitemaps, []
        entries, self._entries = self._entries, []
        origins, self._origins = self._origins, []
        self.pages_waiting = 0
        if not (new or changed or done or pages or links or findings or sitemaps or origins):
            return
        with self.store.write() as session:
            lean(session)
            insert_rows(session, UrlRow, _URL_NEW, [_new_row(row) for row in new])
            by_columns: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
            for id, values in changed.items():
                by_columns.setdefault(tuple(values), []).append((*map(_plain, values.values()), self.crawl_id, id))
            for columns, rows in by_columns.items():
                update_rows(session, UrlRow, ("crawl_id", "id"), columns, rows)
            update_rows(session, UrlRow, ("crawl_id", "id"), _URL_DONE, [(*values, self.crawl_id, id) for id, values in done.items()])
            insert_rows(session, TextRow, ("crawl_id", "id", "text"), texts)
            insert_rows(session, PageRow, PAGE_COLUMNS, pages)
            insert_rows(session, LinkRow, _LINK, links)
            insert_rows(session, FindingRow, _FINDING, findings)
            insert_rows(session, SitemapRow, _SITEMAP, sitemaps)
            insert_rows(session, SitemapEntryRow, _ENTRY, entries)
            for origin in origins:
                session.merge(origin)

    def _text(self, text: str) -> int:
        known = self._text_ids.get(text)
        if known is None:
            self._last_text += 1
            known = self._last_text
            self._texts.append((self.crawl_id, known, text))
            if len(self._text_ids) < MOST_TEXTS:
                self._text_ids[text] = known
        return known


def _new_row(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(_plain(row[column]) for column in _URL_NEW)


def _plain(value: Any) -> Any:
    """Enums as their text: drivers have ideas of their own about them."""
    return value.value if hasattr(value, "value") else value


def _length(answer: Answer) -> int | None:
    """Bytes on the wire; of what was only looked at, what the header says."""
    if not answer.cut:
        return answer.wire_bytes
    said = answer.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None


def _picture(answer: Answer) -> str | None:
    """``1200x630`` of a picture that was fetched whole."""
    if not answer.body or not answer.media_type.startswith("image/"):
        return None
    size = size_of(answer.body)
    return f"{size[0]}x{size[1]}" if size else None
