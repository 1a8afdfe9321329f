"""``python -m benchmarks.logs``: ``growth seo coverage`` on a log beside advertools' ``logs_to_df`` and GoAccess, in turn.

advertools is looked for in `--python` (a Python that has it; it is no part of this project), GoAccess on the path; what is not there is
left out with a line. Twice the lines tell whether memory stays flat.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.crawl.measure import Cost, measured

GROWTH = "site: {name: Benchmark, url: 'https://www.example.com/', locale: en}\nseo: {logs: {dns: false}}\n"
ADVERTOOLS = "import sys, advertools; advertools.logs_to_df(sys.argv[1], sys.argv[2], sys.argv[3], log_format='combined')"
CRAWLERS = (
    ("66.249.66.{}", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    ("220.181.108.{}", "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"),
    ("157.55.39.{}", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
)
#: share of crawlers among the lines
SHARE = 0.15
#: how quick we are at least beside advertools, which turns lines into columns and neither tells forged crawlers nor keeps sums
RATIO = 0.8


def main(arguments: list[str]) -> int:
    """Run and print; 1 where we are slower than `RATIO` says or memory grows with the log."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.logs", description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--lines", type=int, default=500_000)
    parser.add_argument("--python", default=sys.executable, help="a Python that has advertools")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        log, half = base / "access.log", base / "half.log"
        write_log(log, wanted.lines)
        write_log(half, wanted.lines // 2)
        small, ours = coverage(base / "small", half), coverage(base / "whole", log)
        report("growth seo coverage", ours, wanted.lines)
        say(f"  half of the lines: {small.peak_mb:.0f} MB; all: {ours.peak_mb:.0f} MB")
        ratio = None
        if has_advertools(wanted.python):
            out = [str(base / "out.parquet"), str(base / "errors.txt")]
            theirs = measured([wanted.python, "-c", ADVERTOOLS, str(log), *out])
            report("advertools logs_to_df", theirs, wanted.lines)
            ratio = theirs.cpu / ours.cpu
            say(
                f"  {ratio:.2f} times advertools by processor time (target: {RATIO}), {theirs.peak_mb / ours.peak_mb:.1f} times less memory"
            )
        else:
            say("advertools is not in --python: pip install advertools")
        if program := shutil.which("goaccess"):
            them = measured([program, str(log), "--log-format=COMBINED", "--no-progress", "-o", str(base / "out.json")])
            report("GoAccess (C; counts only)", them, wanted.lines)
            say(f"  {them.cpu / ours.cpu:.2f} times GoAccess by processor time")
        else:
            say("GoAccess is not on the path: apt-get install goaccess")
        return 0 if (ratio is None or ratio >= RATIO) and ours.peak_mb < small.peak_mb + 30 else 1


def write_log(path: Path, lines: int) -> None:
    """An access log of 28 days, the same each time."""
    chance = random.Random(7)
    with path.open("w") as stream:
        for number in range(lines):
            if chance.random() < SHARE:
                address, agent = chance.choice(CRAWLERS)
                address = address.format(chance.randrange(1, 250))
            else:
                address = ".".join(str(chance.randrange(1, 200)) for _part in range(4))
                agent = f"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/{chance.randrange(90, 130)}.0.0.0 Safari/537.36"
            hour, minute, second = chance.randrange(24), chance.randrange(60), chance.randrange(60)
            at = f"{1 + number * 28 // lines:02}/Nov/2026:{hour:02}:{minute:02}:{second:02} +0800"
            target = f"/{chance.choice(('news', 'loan', 'help', 'invest'))}/{chance.randrange(20_000)}.html?p={chance.randrange(3)}"
            status, size = chance.choice((200, 200, 200, 200, 200, 200, 200, 200, 301, 404)), chance.randrange(90_000)
            stream.write(f'{address} - - [{at}] "GET {target} HTTP/1.1" {status} {size} "https://www.example.com/" "{agent}"\n')


def coverage(workspace: Path, log: Path) -> Cost:
    """``growth seo coverage`` in a new workspace. Raises RuntimeError where a line was not read."""
    workspace.mkdir()
    (workspace / "growth.yaml").write_text(GROWTH)
    growth = str(Path(sys.executable).with_name("growth"))
    subprocess.run([growth, "-C", str(workspace), "db", "upgrade"], check=True, capture_output=True)
    cost = measured([growth, "-C", str(workspace), "seo", "coverage", "--log", str(log), "--json"])
    if json.loads(cost.output)["unreadable"]:
        raise RuntimeError("a line was not read")
    return cost


def has_advertools(python: str) -> bool:
    """Whether that Python has advertools."""
    return subprocess.run([python, "-c", "import advertools"], capture_output=True, check=False).returncode == 0


def report(name: str, cost: Cost, lines: int) -> None:
    """One line a program."""
    rate = lines / cost.cpu
    say(f"{name}: {lines} lines in {cost.seconds:.1f} s, {cost.cpu:.1f} s CPU = {rate:,.0f} lines a CPU second, {cost.peak_mb:.0f} MB")


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
