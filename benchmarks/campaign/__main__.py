"""``python -m benchmarks.campaign``: building, sending, importing, counting and freezing, each beside its target, all in one run.

``--only build|send|people``; ``--messages N`` and ``--people N`` change the size; ``--postgres URL`` adds one worker and two on PostgreSQL
(an empty database), each with a server that answers at once and with one that takes a while.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.campaign.building import rates
from benchmarks.campaign.desk import growth, make_desk, make_workspace, sink, use_port, write_people
from benchmarks.crawl.measure import measured, say

#: how long a mail server near by takes to answer a command
DELAY_MS = 20


def main(arguments: list[str]) -> int:
    """Run and print; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.campaign", description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--only", choices=("build", "send", "people"))
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--postgres", metavar="URL")
    wanted = parser.parse_args(arguments)
    say(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    met = True
    if wanted.only in (None, "build"):
        met &= building()
    if wanted.only in (None, "send"):
        met &= sending(wanted.messages, wanted.postgres)
    if wanted.only in (None, "people"):
        met &= people(wanted.people)
    return 0 if met else 1


def building() -> bool:
    """Ten times the standard library."""
    ours, theirs = rates()
    say(f"building a 16 KB Chinese mail: ours {ours:.0f}/s, EmailMessage {theirs:.0f}/s, {ours / theirs:.1f} times (target: 10)")
    return ours >= 10 * theirs


def sending(messages: int, postgres: str | None) -> bool:
    """Ours with everything beside two scripts with nothing."""
    with tempfile.TemporaryDirectory() as base:
        with sink() as port:
            for how, title in (("reconnect", "smtplib, a connection a mail"), ("pooled", "smtplib, 16 connections")):
                few = messages if how == "pooled" else messages // 4
                cost = measured([sys.executable, "-m", "benchmarks.campaign.naive", how, str(few), str(port)])
                say(f"{title}: {few / cost.seconds:.0f} messages/s, {cost.cpu / few * 1000:.2f} ms CPU each, no ledger")
            folder = Path(base) / "sqlite"
            make_desk(folder, port, messages)
            one = _sent(folder, port, messages, workers=1, period="2026-11-01")
            say(f"growth campaign send, SQLite, with ledger, personalisation, tracked links, unsubscribe: {one} (target: 1500)")
        met = one.rate >= 1500
        if postgres:
            folder = Path(base) / "postgres"
            make_desk(folder, 25, messages, database=postgres)
            for delay_ms in (0, DELAY_MS):
                with sink(delay_ms) as port:
                    single = _sent(folder, port, messages, workers=1, period=f"2026-11-1{int(delay_ms > 0)}")
                    double = _sent(folder, port, messages, workers=2, period=f"2026-11-2{int(delay_ms > 0)}")
                say(f"PostgreSQL, a server that answers after {delay_ms} ms: one worker {single}")
                say(f"  two workers {double}, {double.rate / single.rate:.2f} times (target: 1.5)")
            met &= double.rate >= 1.5 * single.rate
        return met


@dataclass(frozen=True, slots=True)
class Sent:
    """What sending took: messages a second, and the processor's milliseconds for each in the sender and in the process that renders."""

    rate: float
    cpu_ms: float
    rendering_ms: float

    def __str__(self) -> str:
        return f"{self.rate:.0f} messages/s, {self.cpu_ms:.2f} + {self.rendering_ms:.2f} ms CPU each"


def _sent(folder: Path, port: int, messages: int, *, workers: int, period: str) -> Sent:
    """From the start that all get at once to the end of the last."""
    use_port(folder, port)
    command = [sys.executable, "-m", "benchmarks.campaign.worker", str(folder), period]
    senders = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _worker in range(workers)]
    for each in senders:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    begun = time.monotonic()
    for each in senders:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    told = [json.loads(each.communicate()[0]) for each in senders]
    seconds = time.monotonic() - begun
    assert max(one["accepted"] for one in told) == messages, told
    cpu, rendering = (sum(one[key] for one in told) / messages * 1000 for key in ("cpu", "rendering"))
    return Sent(messages / seconds, cpu, rendering)


def people(count: int) -> bool:
    """Import, count, freeze."""
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base) / "workspace"
        make_workspace(folder, port=25)
        write_people(folder / "people.csv", count)
        cost = measured(growth("-C", str(folder), "contacts", "import", str(folder / "people.csv"), "--json"))
        rate = count / cost.seconds
        each = cost.cpu / count * 1e6
        say(f"importing {count} people from CSV: {rate:.0f} rows/s (target: 10000), {each:.0f} µs CPU a row, {cost.peak_mb:.0f} MB")
        counted = json.loads(measured([sys.executable, "-m", "benchmarks.campaign.people", "count", str(folder)]).output)
        del counted["peak_mb"]
        for name, (found, seconds) in counted.items():
            say(f"  segment by {name}: {found} people in {seconds} s")
        slow = [name for name, (_found, seconds) in counted.items() if seconds >= 1 and "no index" not in name]
        frozen = json.loads(measured([sys.executable, "-m", "benchmarks.campaign.people", "freeze", str(folder)]).output)
        took = f"{frozen['seconds']:.1f} s (target for a million: 30), {frozen['cpu'] / count * 1e6:.0f} µs CPU a row"
        say(f"freezing an audience of {frozen['recipients']}: {took}, {frozen['peak_mb']:.0f} MB (target: 300)")
        return rate >= 10_000 and not slow and frozen["seconds"] < 30 and frozen["peak_mb"] <= 300


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
