"""``python -m benchmarks.store``: 100,000 pages of 30 links through the frontier and the recorder of the audit into the real tables.

The page that is stored is one that the reader made; pages differ in title, address and links, and come in the order of the crawl.
Making them is not counted.
"""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.crawl.measure import say
from benchmarks.workspace import fresh_database
from growth import clock
from growth.db import Database
from seo.answer import Answer
from seo.crawl.frontier import FoundBy, Frontier
from seo.crawl.record import FLUSH_PAGES, Recorder
from seo.crawl.scope import Scope
from seo.finish import store_inlinks
from seo.page import Link, LinkKind, Place, SiteFacts
from seo.readout import Readout, read_out
from seo.rules import Rules
from seo.settings import CrawlSettings
from seo.spent import Spent

HOME = "https://www.example.com/"
#: what is stored of a page itself, with one of its texts in full and what the dashboard shows of it
_PAGES = frozenset({"seo_page"})
#: seconds and bytes a link that a crawl of three million links may take (issue 4)
MOST_SECONDS, MOST_BYTES = 30.0, 65.0
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Product number {n} of the shop</title>
<meta name="description" content="A meta description of usual length, of which every page of the shop has one of its own, number {n}.">
<link rel="canonical" href="/category/product-{n}/detail.html"></head><body><h1>Product {n}</h1><h2>What it is for</h2>{text}</body>"""
WORDS = ("growth", "campaign", "visitor", "channel", "audience", "funnel", "report", "email", "landing", "word", "shop", "price", "order")


def main(arguments: list[str]) -> int:
    """Store and print; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store", description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--links", type=int, default=30)
    wanted = parser.parse_args(arguments)
    with fresh_database() as (database, folder):
        seconds, cpu, waited = store(database, wanted.pages, wanted.links)
        links = wanted.pages * wanted.links
        file = folder / ".growth" / "growth-crawl.db"
        tables = _tables(file)
        size = sum(share for name, share in tables if name not in _PAGES) / links
        say(f"{links} links of {wanted.pages} pages in {seconds:.1f} s ({cpu:.1f} s CPU) = {links / seconds:,.0f} links/s")
        say("  of it " + ", ".join(f"{part} {took:.1f} s" for part, took in waited.items()))
        say(
            f"  {size:.1f} bytes a link for links, their texts, addresses and the order by target; with the pages' own rows "
            f"{file.stat().st_size / links:.1f}"
        )
        say(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        for name, share in tables:
            say(f"    {name:24} {share / links:5.1f} bytes a link")
        say(f"  targets: {MOST_SECONDS:.0f} s, {MOST_BYTES:.0f} bytes a link for 3,000,000 links")
        return 0 if seconds <= MOST_SECONDS and size <= MOST_BYTES else 1


def store(database: Database, pages: int, links: int) -> tuple[float, float, dict[str, float]]:
    """Store a crawl; seconds, seconds of processor time, and the parts of the former."""
    frontier = Frontier(Scope(hosts=frozenset({"www.example.com"}), settings=CrawlSettings()), 1)
    recorder = Recorder(database, frontier)
    frontier.admit(HOME, found_by=FoundBy.START, found_from=None, depth=0)
    spent = {"numbering and making rows": 0.0, "writing": 0.0, "by target": 0.0}
    cpu = 0.0

    def on(part: str, begun: tuple[float, float]) -> None:
        nonlocal cpu
        spent[part] += time.perf_counter() - begun[0]
        cpu += time.process_time() - begun[1]

    page = page_maker(pages, links)
    stored = 0
    while frontier.pages and stored < pages:
        item = frontier.pages.popleft()
        answer, readout = page(item.url)
        begun = now()
        targets = [
            frontier.admit(link.target or "", found_by=link.kind, found_from=item.id, depth=item.depth + 1) for link in readout.links
        ]
        recorder.answer(item.id, answer, verdict=None, redirect_to=None, attempts=1, at_micros=1_700_000_000_000_000)
        recorder.page(item.id, readout, item.id)
        recorder.links(item.id, zip(readout.links, targets, strict=True))
        on("numbering and making rows", begun)
        stored += 1
        if stored % FLUSH_PAGES == 0 or stored == pages:
            begun = now()
            recorder.flush()
            on("writing", begun)
    begun = now()
    store_inlinks(database, 1)
    with database.store("crawl").engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    on("by target", begun)
    return sum(spent.values()), cpu, spent


def now() -> tuple[float, float]:
    """Time on the wall and of the processor."""
    return time.perf_counter(), time.process_time()


def page_maker(pages: int, links: int) -> Callable[[str], tuple[Answer, Readout]]:
    """Makes pages by address as the reader hands them over; every two hundredth is really read, the others are its likes."""
    chance = random.Random(1)
    rules = Rules(page=(), site=())
    site = SiteFacts(home=HOME, hosts=frozenset({"www.example.com"}))
    made = 0
    body, answer, read = b"", Answer(url=HOME, status=200), Readout((), None, (), ())

    def page(url: str) -> tuple[Answer, Readout]:
        nonlocal made, body, answer, read
        if made % 200 == 0:
            text = "".join(f"<p>{' '.join(chance.choices(WORDS, k=30))}</p>" for _ in range(20))
            body = PAGE.format(n=made, text=text).encode()
            answer = Answer(url=url, status=200, headers={"content-type": "text/html; charset=utf-8"}, body=body, wire_bytes=len(body))
            read = read_out(answer, site, rules, Spent(), read_at=clock.now(), depth=1)
        values = (f"Product number {made} of the shop", *read.values[1:])
        made += 1
        return (
            Answer(url=url, status=200, headers=answer.headers, wire_bytes=len(body), ttfb_ms=20, total_ms=30, body_bytes=len(body)),
            Readout(tuple(_links(chance, pages, links)), url, values, ()),
        )

    return page


def _links(chance: random.Random, pages: int, links: int) -> Iterator[Link]:
    for place in range(links):
        to = chance.randrange(pages)
        href = f"/category/product-{to}/detail.html"
        text = f"Product number {to} of the shop" if place % 3 else WORDS[place % len(WORDS)]
        yield Link(
            LinkKind.A, href, f"{HOME}{href[1:]}", text=text, line=12 + place, column=17, place=Place.MAIN if place > 9 else Place.NAV
        )


def _tables(file: Path) -> Sequence[tuple[str, int]]:
    """Bytes of each table and index, the largest first; nothing where SQLite was built without dbstat."""
    with sqlite3.connect(file) as connection:
        try:
            rows: list[tuple[str, int]] = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
        except sqlite3.OperationalError:
            return ()
    return sorted((row for row in rows if row[1] > 100_000), key=lambda row: -row[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
