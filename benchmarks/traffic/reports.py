"""Reports over a year of visits, and how each grows: the first build, each model from what is kept, a day that has changed, the sums
behind the dashboard's pages.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from benchmarks.crawl.measure import say
from benchmarks.traffic.history import DAYS, FIRST, some_visitor, write_history
from benchmarks.workspace import fresh_database
from growth import clock
from growth.attribution import all_models, attribution_report, keep_credits, keep_nulls
from growth.channels import record_touch
from growth.db import Database, open_database
from growth.traffic import (
    clicked_pages,
    contact_clicks,
    dead_ends,
    hot_page,
    pages,
    refresh_rollups,
    script_errors,
    site_sums,
    sources,
    visits_by_day,
    ways,
)
from growth.workspace import load_workspace

#: seconds a report, seconds Markov's first build, seconds a changed day, milliseconds a page's sums, MB (issue 6)
MOST_S, MOST_BUILD_S, MOST_DAY_S, MOST_MS, MOST_MB = 2.0, 20.0, 1.0, 100.0, 200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one size of the past takes: seconds on the wall, MB; and whether every target is met."""

    events: int
    seconds: dict[str, float]
    peak_mb: float
    met: bool


def reports(events: int) -> bool:
    """Measure with so many events (0.34 visits and 0.04 sign-ups to each); whether every target is met."""
    return _reports(events).met


def grown(sizes: Sequence[int]) -> bool:
    """Measure each size in a process of its own, and print how each figure grows; whether every target is met at 5,000,000."""
    told = []
    for events in sizes:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            told.append(pool.submit(_reports, events).result())
    say("| | " + " | ".join(f"{each.events:,}" for each in told) + " |")
    for name in told[0].seconds:
        say(f"| {name} | " + " | ".join(f"{each.seconds[name]:.2f} s" for each in told) + " |")
    say("| peak memory | " + " | ".join(f"{each.peak_mb:.0f} MB" for each in told) + " |")
    return all(each.met for each in told if each.events == 5_000_000)


def _reports(events: int) -> Told:
    timed = _Timed()
    with fresh_database() as (database, folder):
        writer = get_context("spawn").Process(target=_write, args=(folder, events))
        writer.start()
        writer.join()
        say(f"reports: {events:,} events, {events * 34 // 100:,} visits, {events * 4 // 100:,} sign-ups over {DAYS} days, SQLite")
        timed("roll-ups of all days", lambda: refresh_rollups(database))
        last = FIRST + timedelta(days=DAYS)
        told = timed("linear, nothing kept", lambda: _report(database, "linear"))
        timed("Markov, nothing kept", lambda: _report(database, "markov"))
        timed("Markov of 30 days, nothing kept", lambda: _report(database, "markov", from_day=last - timedelta(days=30)))
        timed("keeping all days", lambda: keep_credits(database))
        timed("keeping the paths that came to nothing", lambda: keep_nulls(database, from_day=None, until_day=last))
        for id in all_models():
            timed(f"report, {id}", lambda id=id: _report(database, id))
        assert _report(database, "linear") == told, "kept and counted figures differ"
        month = last - timedelta(days=30)
        timed("report of 30 days, last non-direct", lambda: _report(database, "last_non_direct", from_day=month))
        _changed_day(database, timed)
        pages = _pages(database, last, timed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"  peak memory {peak:.0f} MB")
    say(f"  targets: a report {MOST_S} s, first build {MOST_BUILD_S} s, a changed day {MOST_DAY_S} s, sums {MOST_MS} ms, {MOST_MB} MB")
    slowest = max(timed.seconds[f"report, {id}"] for id in all_models())
    quick = slowest <= MOST_S and timed.seconds["Markov, nothing kept"] <= MOST_BUILD_S and pages <= MOST_MS
    day = timed.seconds["making the changed day anew"]
    return Told(events=events, seconds=timed.seconds, peak_mb=peak, met=quick and day <= MOST_DAY_S and peak <= MOST_MB)


def _write(folder: Path, events: int) -> None:
    """In a process of its own: what it holds is no memory of a report."""
    database = open_database(load_workspace(folder))
    write_history(database, visits=events * 34 // 100, visitors=events * 18 // 100, signups=events * 4 // 100)
    database.close()


def _report(database: Database, model: str, **more: Any) -> Any:
    with database.read() as session:
        until = FIRST + timedelta(days=DAYS)
        return attribution_report(session, workspace=database.workspace, model=all_models()[model], until_day=until, **more)


def _changed_day(database: Database, timed: _Timed) -> None:
    """Late touches of people who signed up on one day, until it is kept again."""
    day = FIRST + timedelta(days=200)
    at = clock.day_start(day, database.workspace.zone)
    with database.write() as session:
        for number, key in enumerate(some_visitor(database, day)):
            record_touch(session, at=at, channel="email", kind="visit", key=key, evidence=f"visit:{10**9 + number}")
    timed("report with a changed day, linear", lambda: _report(database, "linear"))
    made = timed("making the changed day anew", lambda: keep_credits(database))
    say(f"    {made} day(s)")


def _pages(database: Database, last: date, timed: _Timed) -> float:
    """The sums behind the pages of *Website* and *Overview*, of a year; milliseconds of the slowest."""
    year = {"from_day": FIRST, "until_day": last}
    sums: dict[str, Callable[[Session], Any]] = {
        "sums of the site": lambda session: site_sums(session, **year),
        "visits by day": lambda session: visits_by_day(session, **year),
        "sources": lambda session: sources(session, **year),
        "pages": lambda session: pages(session, **year),
        "ways over a page": lambda session: ways(session, "/page/0", **year),
        "clicked pages": lambda session: clicked_pages(session, **year),
        "hot areas of a page": lambda session: hot_page(session, "/page/0", **year),
        "getting in touch": lambda _session: contact_clicks(database, **year),
        "dead ends": lambda _session: dead_ends(database, **year),
        "script errors": lambda _session: script_errors(database, **year),
    }
    for name, read in sums.items():
        with database.read() as session:
            timed(f"a year: {name}", lambda read=read, session=session: read(session))
    return max(timed.seconds[f"a year: {name}"] for name in sums) * 1000


@dataclass(slots=True)
class _Timed:
    """Runs something, says what it took and remembers it."""

    seconds: dict[str, float] = field(default_factory=dict)

    def __call__(self, name: str, run: Callable[[], Any]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        found = run()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        say(f"  {name}: {wall:.2f} s ({cpu:.2f} s CPU)")
        self.seconds[name] = wall
        return found
