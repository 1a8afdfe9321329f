"""What proves an issue, in words: facts, and lists as tables (links with anchor and position, pages that share something, hops)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.language import _
from growth.reporting import Column, Kind, Table
from seo.crawls import Crawl
from seo.issues import Issue, IssueState, matching
from seo.models import IssueRow
from seo.report.document import cost_words
from seo.robots import path_of
from seo.wording import fault_word, found_word, kind_word, place_word, profile_word

#: lists of a detail that are tables, in this order
_LISTS = ("links", "hops", "images", "fields", "lines", "things")
#: what a phone's card shows beside the row's name
_TELLING = ("status", "anchor", "line", "missing", "found")
#: values longer than this are cut
_MOST = 500


def page_link(url: str) -> str:
    """The address of a page's sheet."""
    return f"/seo/page?url={quote(url, safe='')}"


def shown_url(url: str, home: str) -> str:
    """An address on the screen: its path where it is on the audited site's own origin `home`, which leaves room for the words."""
    return path_of(url) if home and url.startswith(f"{home}/") else url


def place_of(session: Session, found: Issue, crawl: Crawl) -> tuple[int, int, bool] | None:
    """The place of an open issue among all open ones by weight, how many these are, and whether weights are sign-ups; None for others."""
    if found.state is IssueState.FIXED or found.accepted:
        return None
    heavier = func.count().filter(IssueRow.weight > found.weight)
    before, of = session.execute(matching(select(heavier, func.count()), crawl_id=crawl.id)).tuples().one()
    return before + 1, of, bool(crawl.totals.get("measured"))


def issue_facts(found: Issue, place: tuple[int, int, bool] | None, *, zone: tzinfo) -> list[tuple[str, str]]:
    """(words, value): when it was first seen, what it costs, what the check noted."""
    facts = [(_("First seen"), f"{found.first_seen.astimezone(zone):%Y-%m-%d %H:%M}")]
    if place is not None:
        number, of, measured = place
        rank = _("no. {n} of {m} open issues", n=number, m=of)
        if measured:
            facts.append((_("What it costs"), _("{cost}; {rank}", cost=cost_words(found.weight, number, measured=True), rank=rank)))
        else:
            facts.append((_("Priority"), _("{rank}, by link equity: no visits were counted yet", rank=rank)))
    facts += [(_words_of(name), said) for name, value in found.detail.items() if (said := _said(name, value))]
    if found.accepted:
        facts.append((_("Accepted because"), found.accepted))
    return facts


def detail_tables(detail: Mapping[str, Any]) -> list[Table]:
    """Lists of a detail as tables."""
    tables = []
    for name in _LISTS:
        rows = [row for row in detail.get(name) or () if isinstance(row, dict)]
        if rows:
            keys = list(dict.fromkeys(key for row in rows for key in row))
            # the column that names the row opens the page's sheet, so it is no link of its own
            lead = next((key for key in keys if key == "url"), keys[0])
            columns = [
                Column(id=key, label=_words_of(key), kind=_kind_of(key, lead), key=key == lead, lead=key in _TELLING) for key in keys
            ]
            shown = [{key: _cell(key, value) for key, value in row.items()} for row in rows]
            linked = [{**row, "href": page_link(str(row["url"]))} if "url" in row else row for row in shown]
            tables.append(Table(id=name, title=_words_of(name), columns=columns, rows=linked, size=max(len(rows), 1)))
    if not detail.get("links"):
        urls = [url for url in (detail.get("urls") or detail.get("sources") or ()) if isinstance(url, str)]
        if urls:
            columns = [Column(id="url", label=_("Page"), kind=Kind.TEXT, key=True)]
            rows = [{"url": url, "href": page_link(url)} for url in urls]
            tables.append(Table(id="urls", title=_("Pages"), columns=columns, rows=rows, size=max(len(rows), 1)))
    return tables


def _said(name: str, value: Any) -> str:
    """A value of a detail in words; empty where it says nothing, or is a table of its own."""
    if isinstance(value, list):
        plain = [one for one in value if isinstance(one, str | int | float)]
        if name in ("urls", "sources") or len(plain) < len(value):
            return ""
        return " · ".join(str(one) for one in plain)[:_MOST]
    if value is None or value == "" or isinstance(value, dict):
        return ""
    return str(_cell(name, value))[:_MOST]


def _cell(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if not isinstance(value, str):
        return value
    words = {"kind": kind_word, "place": place_word, "fault": fault_word, "found": found_word, "profile": profile_word}
    return words[name](value) if name in words else value


def _words_of(name: str) -> str:
    words = {
        "target": _("Leads to"),
        "status": _("Status"),
        "fault": _("Fault"),
        "anchor": _("Text"),
        "line": _("Line"),
        "column": _("Column"),
        "place": _("Part of the page"),
        "kind": _("Kind"),
        "url": _("Page"),
        "urls": _("Pages"),
        "links": _("Links"),
        "hops": _("Redirects"),
        "images": _("Images"),
        "src": _("Image"),
        "fields": _("Fields"),
        "name": _("Name"),
        "lines": _("Lines"),
        "count": _("How many"),
        "source_count": _("Pages that link"),
        "link_count": _("Links"),
        "text": _("Text"),
        "texts": _("Texts"),
        "titles": _("Titles"),
        "value": _("Value"),
        "found": _("Found"),
        "missing": _("Missing"),
        "things": _("Structured data"),
        "type": _("Type"),
        "location": _("Ends at"),
        "px": _("Width in pixels"),
        "fw": _("Width in full-width characters"),
        "length": _("Length"),
        "size_bytes": _("Bytes"),
        "bytes": _("Bytes in GBK"),
        "script_bytes": _("Bytes of scripts"),
        "image_bytes": _("Bytes of the image"),
        "href": _("Address as written"),
        "han": _("Han characters"),
        "words": _("Words"),
        "profile": _("Limits of"),
        "sitemap": _("Sitemap"),
        "seconds": _("Seconds"),
        "ttfb_ms": _("First byte after (ms)"),
        "separators": _("Separators"),
        "redirects": _("Counts as a redirect"),
        "noindex": _("Pages that say noindex"),
        "rendered": _("Shown in a browser"),
    }
    return words.get(name, name)


def _kind_of(name: str, lead: str) -> Kind:
    if name in ("url", "target", "src"):
        return Kind.TEXT if name == lead else Kind.URL
    return Kind.NUMBER if name in ("line", "column", "status") else Kind.PROSE if name in ("anchor", "text") else Kind.TEXT
