"""``python -m benchmarks.campaign``: building, sending, importing, counting and freezing, each beside its target, all in one run.

``--only build|send|people``; ``--messages N`` and ``--people N`` change the size; ``--postgres URL`` adds one worker and two on PostgreSQL
(an empty database).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from benchmarks.campaign.building import rates
from benchmarks.campaign.desk import growth, make_workspace, sink, write_people
from benchmarks.crawl.measure import measured, say


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
    with sink() as port, tempfile.TemporaryDirectory() as base:
        for how, title in (("reconnect", "smtplib, a connection a mail"), ("pooled", "smtplib, 16 connections")):
            few = messages if how == "pooled" else messages // 4
            cost = measured([sys.executable, "-m", "benchmarks.campaign.naive", how, str(few), str(port)])
            say(f"{title}: {few / cost.seconds:.0f} messages/s, {cost.cpu / few * 1000:.2f} ms CPU each, no ledger")
        folder = Path(base) / "sqlite"
        one = _sent(folder, port, messages, workers=1)
        say(f"growth campaign send, SQLite: {one:.0f} messages/s with ledger, personalisation, tracked links, unsubscribe (target: 1500)")
        met = one >= 1500
        if postgres:
            single = _sent(Path(base) / "single", port, messages, workers=1, database=postgres)
            double = _sent(Path(base) / "single", port, messages, workers=2, period="2026-11-25")
            say(f"PostgreSQL: one worker {single:.0f}, two {double:.0f} messages/s, {double / single:.2f} times (target: 1.5)")
            met &= double >= 1.5 * single
        return met


def _sent(folder: Path, port: int, messages: int, *, workers: int, database: str = "", period: str = "2026-11-24") -> float:
    """Messages a second between the first and the last, by so many processes at once: what the ledger says."""
    if not folder.exists():
        make_workspace(folder, port=port, database=database)
        write_people(folder / "people.csv", messages)
        subprocess.run(
            growth("-C", str(folder), "contacts", "import", str(folder / "people.csv"), "--json"), check=True, capture_output=True
        )
    command = growth("-C", str(folder), "campaign", "send", "monthly", "--period", period, "--json")
    senders = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True)]
    if workers > 1:
        _wait_until_it_sends(folder, period)
        senders += [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _more in range(workers - 1)]
    told = [json.loads(process.communicate()[0]) for process in senders]
    assert told[0]["counts"]["accepted"] == messages, told[0]
    begun, ended = (datetime.fromisoformat(told[0][key]) for key in ("started_at", "finished_at"))
    return messages / (ended - begun).total_seconds()


def _wait_until_it_sends(folder: Path, period: str) -> None:
    command = growth("-C", str(folder), "campaign", "status", "monthly", "--period", period, "--json")
    for _turn in range(200):
        told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        if told["started_at"]:
            return
        time.sleep(0.2)


def people(count: int) -> bool:
    """Import, count, freeze."""
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base) / "workspace"
        make_workspace(folder, port=25)
        write_people(folder / "people.csv", count)
        cost = measured(growth("-C", str(folder), "contacts", "import", str(folder / "people.csv"), "--json"))
        rate = count / cost.seconds
        say(f"importing {count} people from CSV: {cost.seconds:.1f} s = {rate:.0f} rows/s (target: 10000), {cost.peak_mb:.0f} MB")
        counted = json.loads(measured([sys.executable, "-m", "benchmarks.campaign.people", "count", str(folder)]).output)
        del counted["peak_mb"]
        for name, (found, seconds) in counted.items():
            say(f"  segment by {name}: {found} people in {seconds} s")
        slow = [name for name, (_found, seconds) in counted.items() if seconds >= 1 and "no index" not in name]
        frozen = json.loads(measured([sys.executable, "-m", "benchmarks.campaign.people", "freeze", str(folder)]).output)
        took = f"{frozen['seconds']:.1f} s (target: 30), {frozen['peak_mb']:.0f} MB (target: 300)"
        say(f"freezing an audience of {frozen['recipients']}: {took}")
        return rate >= 10_000 and not slow and frozen["seconds"] < 30 and frozen["peak_mb"] <= 300


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
