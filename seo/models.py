"""Rows of the audit. What joins with the rest (crawls, issues) is in the main store; the bulk (URLs, pages, links, findings) in the store
``crawl``.

In the bulk every URL of a crawl has one row and a small number, given in the order of discovery; links, pages and findings use the number.
The crawl's queue is not kept anywhere: it is the URLs in state ``queued``, in the order of their numbers, so that a killed crawl can go
on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base
from seo.packed_column import Packed

CRAWL: dict[str, Any] = {"schema": "crawl"}
#: on SQLite a table whose rows lie in its primary key: no second tree, 40 % smaller
COMPACT: dict[str, Any] = {"schema": "crawl", "sqlite_with_rowid": False}


class CrawlRow(Base):
    """One walk over the site. `state` is a `seo.crawls.CrawlState`; `totals` keeps what trends need after the bulk is gone."""

    __tablename__ = "seo_crawl"

    id: Mapped[int] = mapped_column(primary_key=True)
    start_url: Mapped[str] = mapped_column(Text)
    state: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime]
    #: time spent, over all resumptions
    seconds: Mapped[float] = mapped_column(default=0.0)
    max_pages: Mapped[int]
    pages: Mapped[int] = mapped_column(default=0)
    requests: Mapped[int] = mapped_column(default=0)
    links: Mapped[int] = mapped_column(default=0)
    urls: Mapped[int] = mapped_column(default=0)
    queued: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    errors: Mapped[int] = mapped_column(default=0)
    warnings: Mapped[int] = mapped_column(default=0)
    notices: Mapped[int] = mapped_column(default=0)
    workspace_hash: Mapped[str]
    #: ``command``, or the job and period that asked for it
    asked_by: Mapped[str]
    stopped_because: Mapped[str | None] = mapped_column(Text)
    totals: Mapped[dict[str, Any]]
    #: whether pages and links are still there
    kept: Mapped[bool] = mapped_column(default=True)


#: all that lists and counts of issues ask for but the rows they show; `accepted`, always empty here, makes the index enough by itself
_OPEN_ISSUES = Index(
    "ix_seo_issue_open",
    *("check_id", "severity", "state", "last_crawl_id", "weight", "accepted"),
    sqlite_where=text("accepted IS NULL"),
    postgresql_where=text("accepted IS NULL"),
)


class IssueRow(Base):
    """One issue over all crawls. `identity` is the hash of check and cause (or page); `state` a `seo.issues.IssueState`."""

    __tablename__ = "seo_issue"
    __table_args__ = (
        UniqueConstraint("identity"),
        _OPEN_ISSUES,
        Index("ix_seo_issue_url", "url_hash"),
        Index("ix_seo_issue_state", "state", "last_crawl_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[bytes]
    check_id: Mapped[str]
    severity: Mapped[str]
    url: Mapped[str] = mapped_column(Text)
    url_hash: Mapped[int]
    cause: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Packed)
    state: Mapped[str]
    first_seen: Mapped[datetime]
    first_crawl_id: Mapped[int]
    last_crawl_id: Mapped[int]
    fixed_at: Mapped[datetime | None]
    fixed_crawl_id: Mapped[int | None]
    #: reason, where growth.yaml accepts it
    accepted: Mapped[str | None] = mapped_column(Text)
    #: sign-ups lost a month, by estimate
    weight: Mapped[float] = mapped_column(default=0.0)
    assigned_to: Mapped[str | None]


class ExternalFault(Base):
    """A link to another site that did not work when last looked at: broken only after a second look in a later pass."""

    __tablename__ = "seo_external_fault"
    __table_args__ = (COMPACT,)

    url_hash: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    looked_at: Mapped[datetime]
    crawl_id: Mapped[int]


class UrlRow(Base):
    """A URL that a crawl knows. `kind` is a `seo.crawl.frontier.Kind`, `state` queued, fetched or skipped (then with `reason`)."""

    __tablename__ = "seo_url"
    __table_args__ = (Index("ix_seo_url_queue", "crawl_id", "state", "kind"), COMPACT)

    crawl_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    internal: Mapped[bool]
    kind: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    depth: Mapped[int]
    #: redirects followed to get here
    hops: Mapped[int]
    #: place in the order in which pages are fetched; None where links have not led here yet
    rank: Mapped[int | None]
    found_by: Mapped[str]
    found_from: Mapped[int | None]
    status: Mapped[int | None]
    fault: Mapped[str | None]
    fault_text: Mapped[str | None] = mapped_column(Text)
    verdict: Mapped[str | None]
    media_type: Mapped[str | None]
    size_bytes: Mapped[int | None]
    wire_bytes: Mapped[int | None]
    ttfb_ms: Mapped[int | None]
    total_ms: Mapped[int | None]
    redirect_to: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    fetched_at: Mapped[datetime | None]
    #: width and height of a picture that was fetched whole
    picture: Mapped[str | None]


class PageRow(Base):
    """An HTML page of the site that answered 2xx; `id` is that of its URL. `sheet` is the rest of what the crawler saw (JSON, packed)."""

    __tablename__ = "seo_page"
    __table_args__ = (COMPACT,)

    crawl_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    title_px: Mapped[int]
    description: Mapped[str] = mapped_column(Text)
    description_px: Mapped[int]
    h1: Mapped[str] = mapped_column(Text)
    h2: Mapped[str] = mapped_column(Text)
    lang: Mapped[str | None]
    charset: Mapped[str]
    #: URL number of the canonical target
    canonical: Mapped[int | None]
    noindex: Mapped[bool]
    nofollow: Mapped[bool]
    words: Mapped[int]
    han: Mapped[int]
    elements: Mapped[int]
    images: Mapped[int]
    links_internal: Mapped[int]
    links_external: Mapped[int]
    #: hash of the folded main text, and the sketch of its shingles
    text_hash: Mapped[int]
    sketch: Mapped[bytes]
    #: ICP number on the page, and the analytics that it loads, by name with commas
    icp: Mapped[str | None]
    tags: Mapped[str]
    #: ids that fragments may point at (zlib)
    anchors: Mapped[bytes | None]
    sheet: Mapped[bytes]
    #: found when the walk is over
    click_depth: Mapped[int | None]
    inlinks: Mapped[int] = mapped_column(default=0)
    equity: Mapped[float] = mapped_column(default=0.0)


class LinkRow(Base):
    """One link on a page, in order. `kind`, `place`, `fault` are positions in the lists of `seo.links`; `target` is None where there is
    none.
    """

    __tablename__ = "seo_link"
    __table_args__ = (COMPACT,)

    crawl_id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[int | None]
    kind: Mapped[int]
    text_id: Mapped[int | None]
    flags: Mapped[int]
    line: Mapped[int]
    column: Mapped[int]
    fragment: Mapped[str | None] = mapped_column(Text)
    #: as written, where it is not plainly the target
    href: Mapped[str | None] = mapped_column(Text)


class InlinkRow(Base):
    """The links by target; written in order when the walk is over, which is 2.4 times quicker than an index kept up all the time."""

    __tablename__ = "seo_inlink"
    __table_args__ = (COMPACT,)

    crawl_id: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)


class TextRow(Base):
    """An anchor text; each once a crawl."""

    __tablename__ = "seo_text"
    __table_args__ = (COMPACT,)

    crawl_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class FindingRow(Base):
    """What a check found in a crawl. `number` counts within the page; those of site checks have `whole_site`."""

    __tablename__ = "seo_finding"
    __table_args__ = (Index("ix_seo_finding_check", "crawl_id", "check_id"), COMPACT)

    crawl_id: Mapped[int] = mapped_column(primary_key=True)
    url_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[str]
    severity: Mapped[str]
    cause: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Packed)
    whole_site: Mapped[bool]


class ProposalRow(Base):
    """A page of a crawl that deserves links, with the pages that should give them: `seo.equity.LinkProposal`, packed."""

    __tablename__ = "seo_link_proposal"
    __table_args__ = (COMPACT,)

    crawl_id: Mapped[int] = mapped_column(primary_key=True)
    #: the one that lacks most is 1
    place: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[bytes]


class OriginRow(Base):
    """Scheme, host and port of the site: its robots.txt, its certificate, what it answers to addresses that cannot exist."""

    __tablename__ = "seo_origin"
    __table_args__ = (COMPACT,)

    crawl_id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(primary_key=True)
    robots_url_id: Mapped[int]
    robots_status: Mapped[int]
    robots_fault: Mapped[str | None]
    robots_text: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]]


class SitemapRow(Base):
    """A sitemap file that was read; `id` is that of its URL."""

    __tablename__ = "seo_sitemap"
    __table_args__ = (COMPACT,)

    crawl_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    level: Mapped[int]
    entries: Mapped[int]
    size_bytes: Mapped[int]
    #: [{fault, line, text}]
    problems: Mapped[str] = mapped_column(Text)


class SitemapEntryRow(Base):
    """A URL that a sitemap lists."""

    __tablename__ = "seo_sitemap_entry"
    __table_args__ = (COMPACT,)

    crawl_id: Mapped[int] = mapped_column(primary_key=True)
    sitemap_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[int]
    lastmod: Mapped[str | None]
