"""``growth events import`` of a made-up month, and what classifying one page view costs."""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.crawl.measure import measured, say
from benchmarks.traffic.events import agents, as_lines, made_events
from benchmarks.workspace import fresh_database
from growth.traffic import bot_reason, classify

#: events a second (issue 6)
MOST_EVENTS = 20_000
#: microseconds that a user agent costs that was seen before
MOST_MICROS = 10.0


def imports(lines: int) -> bool:
    """Import; whether the target is met."""
    growth = str(Path(sys.executable).with_name("growth"))
    with fresh_database() as (database, folder), tempfile.TemporaryDirectory() as base:
        database.close()
        file = Path(base) / "events.jsonl"
        with file.open("w", encoding="utf-8") as stream:
            stream.writelines(as_lines(made_events(lines)))
        cost = measured([growth, "-C", str(folder), "events", "import", str(file), "--json"])
        done = json.loads(cost.output)
    say(f"events import: {done['lines']:,} events in {cost.seconds:.1f} s = {done['lines'] / cost.seconds:,.0f} events/s")
    say(f"  {done['lines'] / cost.cpu:,.0f} events per second of CPU, start and visits included; {cost.peak_mb:.0f} MB")
    say(f"  target: {MOST_EVENTS:,} events/s")
    return bool(done["lines"] / cost.seconds >= MOST_EVENTS)


def classification(count: int = 20_000) -> bool:
    """User agents, new and seen before, and whole page views; whether one that was seen costs microseconds."""
    known = list(dict.fromkeys(agents(random.Random(2))))
    begun = time.process_time()
    for agent in known:
        bot_reason(agent)
    new = (time.process_time() - begun) / len(known) * 1e6
    begun = time.process_time()
    for number in range(count):
        bot_reason(known[number % len(known)])
    seen = (time.process_time() - begun) / count * 1e6
    views = [event for event in made_events(count) if event["type"] == "page"]
    begun = time.process_time()
    for view in views:
        classify(view["url"], view["referrer"], view["user_agent"], own_domains=frozenset({"example.com"}))
    whole = (time.process_time() - begun) / len(views) * 1e6
    say(f"classification: a user agent {new:.0f} µs the first time, {seen:.1f} µs when seen before; a page view {whole:.0f} µs")
    return seen <= MOST_MICROS
