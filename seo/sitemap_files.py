"""Writing sitemaps of the indexable pages: XML with index and gzip, within the limits of each engine, read again before they are
handed out.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from xml.sax.saxutils import escape

from sqlalchemy import select

from growth.db import Database
from growth.errors import GrowthError
from growth.language import _
from growth.reporting import write_whole
from seo.crawls import Crawl
from seo.models import PageRow, UrlRow
from seo.sitemap import NAMESPACE, read_sitemap


class For(StrEnum):
    """Whose limits a sitemap keeps to."""

    #: sitemaps.org: 50,000 addresses, 50 MB
    GOOGLE = "google"
    #: 50,000 addresses, 10 MB, no index file, not packed
    BAIDU = "baidu"
    #: 10,000 nodes a file
    TOUTIAO = "toutiao"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one engine."""

    entries: int
    size_bytes: int
    index: bool
    packed: bool
    longest_url: int


_LIMITS = {
    For.GOOGLE: Limits(entries=50_000, size_bytes=50 * 1024 * 1024, index=True, packed=True, longest_url=2047),
    For.BAIDU: Limits(entries=50_000, size_bytes=10 * 1024 * 1024, index=False, packed=False, longest_url=256),
    For.TOUTIAO: Limits(entries=10_000, size_bytes=10 * 1024 * 1024, index=False, packed=False, longest_url=2047),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written, and the addresses that did not fit the engine's limit."""

    files: tuple[Path, ...]
    urls: int
    too_long: tuple[str, ...]


def indexable_urls(database: Database, crawl: Crawl) -> list[str]:
    """The pages of a crawl that engines may take into their index, in order of their URLs."""
    with database.store("crawl").read() as session:
        query = (
            select(UrlRow.url)
            .join(PageRow, (PageRow.crawl_id == UrlRow.crawl_id) & (PageRow.id == UrlRow.id))
            .where(
                UrlRow.crawl_id == crawl.id,
                UrlRow.status == 200,
                PageRow.noindex.is_(False),
                (PageRow.canonical.is_(None)) | (PageRow.canonical == PageRow.id),
            )
            .order_by(UrlRow.url)
        )
        return list(session.scalars(query))


def write_sitemaps(urls: Sequence[str], folder: Path, *, base: str, engine: For, split: int | None = None) -> Written:
    """Write the files for `urls` into `folder`; `base` is where they will be served from. Raises GrowthError where a file
    does not read back.
    """
    limits = _LIMITS[engine]
    fitting = [url for url in urls if len(url.encode()) <= limits.longest_url]
    if not fitting:
        raise GrowthError(_("there is no indexable page to list"), fix="growth seo audit")
    parts = list(_parts(fitting, min(split or limits.entries, limits.entries), limits.size_bytes))
    suffix = "" if engine is For.GOOGLE else f"-{engine}"
    written = []
    for number, part in enumerate(parts, 1):
        name = f"sitemap{suffix}.xml" if len(parts) == 1 else f"sitemap{suffix}-{number}.xml"
        body = _urlset(part)
        _must_read_back(body, len(part), name)
        if limits.packed and len(parts) > 1:
            name, body = name + ".gz", gzip.compress(body, mtime=0)
        written.append(write_whole(folder / name, body))
    if limits.index and len(parts) > 1:
        index = _index([f"{base.rstrip('/')}/{path.name}" for path in written])
        _must_read_back(index, len(parts), "sitemap.xml")
        written.insert(0, write_whole(folder / f"sitemap{suffix}.xml", index))
    return Written(files=tuple(written), urls=len(fitting), too_long=tuple(url for url in urls if url not in set(fitting)))


def dead_urls(database: Database, crawl: Crawl) -> list[str]:
    """Addresses of the site that answer 404 or 410: what Baidu's 死链提交 takes, one a line."""
    with database.store("crawl").read() as session:
        query = select(UrlRow.url).where(
            UrlRow.crawl_id == crawl.id, UrlRow.internal.is_(True), UrlRow.kind == "page", UrlRow.status.in_((404, 410))
        )
        return list(session.scalars(query.order_by(UrlRow.url)))


def _parts(urls: Sequence[str], entries: int, size_bytes: int) -> Iterator[list[str]]:
    part: list[str] = []
    size = 200
    for url in urls:
        length = len(_entry(url).encode())
        if part and (len(part) >= entries or size + length > size_bytes):
            yield part
            part, size = [], 200
        part.append(url)
        size += length
    yield part


def _entry(url: str) -> str:
    return f"<url><loc>{escape(url)}</loc></url>\n"


def _urlset(urls: Sequence[str]) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">\n{"".join(map(_entry, urls))}</urlset>\n'.encode()


def _index(urls: Sequence[str]) -> bytes:
    entries = "".join(f"<sitemap><loc>{escape(url)}</loc></sitemap>\n" for url in urls)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{NAMESPACE}">\n{entries}</sitemapindex>\n'.encode()


def _must_read_back(body: bytes, entries: int, name: str) -> None:
    found = read_sitemap(body)
    if found.problems or len(found.entries) != entries:
        raise GrowthError(_("{name} would not be valid: {why}", name=name, why=found.problems[0].fault if found.problems else "count"))
