"""The programs that the audit is set beside, as their users run them; they live in an environment of their own (``make peers``)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from benchmarks.crawl.measure import Cost, measured

LINKCHECKER = """[checking]
threads=16
maxrequestspersecond=100000
recursionlevel=-1
robotstxt=0
"""
ADVERTOOLS = """import sys, advertools
advertools.crawl(sys.argv[1], sys.argv[2], follow_links=True, allowed_domains=["127.0.0.1"], custom_settings={
    "LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS": 32, "CONCURRENT_REQUESTS_PER_DOMAIN": 32, "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False, "ROBOTSTXT_OBEY": False, "RETRY_ENABLED": False})
"""


def linkchecker_command(bin: Path, url: str, base: Path) -> tuple[list[str], Path]:
    """The command that checks a site's links as fast as it can, and the CSV of what is wrong.

    Fragments are left alone: its plug-in for them reads the target anew for each, which on a manual of 25,000 fragments takes hours.
    """
    folder = base / "linkchecker"
    folder.mkdir()
    folder.chmod(0o777)  # started as root it becomes nobody
    base.chmod(0o755)
    settings, out = folder / "rc", folder / "out.csv"
    settings.write_text(LINKCHECKER)
    return [str(bin / "linkchecker"), "-f", str(settings), "--no-status", "-F", f"csv/utf-8/{out}", url], out


def linkchecker(bin: Path, url: str, base: Path, *, most_s: float | None = None) -> tuple[Path, bool]:
    """Check a site's links; the CSV, and whether it came to its end within `most_s` seconds."""
    command, out = linkchecker_command(bin, url, base)
    return out, _came_to_its_end(command, most_s, ends=(0, 1))  # 1 where a link is broken


def advertools_command(bin: Path, url: str, base: Path) -> tuple[list[str], Path]:
    """The command that crawls a site with advertools, and the JSON lines that it writes."""
    out = base / "advertools.jl"
    path = f"{bin}:/usr/bin:/bin"
    return ["env", f"PATH={path}", str(bin / "python"), "-c", ADVERTOOLS, url, str(out)], out


def advertools(bin: Path, url: str, base: Path, *, most_s: float | None = None) -> tuple[Path, bool]:
    """Crawl a site with advertools; the JSON lines, and whether it came to its end within `most_s` seconds."""
    command, out = advertools_command(bin, url, base)
    return out, _came_to_its_end(command, most_s, ends=(0,))


def _came_to_its_end(command: list[str], most_s: float | None, *, ends: tuple[int, ...]) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=most_s)
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in ends:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return True


def measured_linkchecker(bin: Path, url: str, base: Path) -> tuple[Cost, int]:
    """What LinkChecker takes, and the addresses that it checked."""
    cost = measured(linkchecker_command(bin, url, base)[0], ends=(0, 1))
    found = re.search(r"in (\d+) URLs checked", cost.output)
    return cost, int(found[1]) if found else 0


def measured_advertools(bin: Path, url: str, base: Path) -> tuple[Cost, int]:
    """What advertools takes, and the pages that it read."""
    command, out = advertools_command(bin, url, base)
    cost = measured(command)
    return cost, sum('"status": 200' in line for line in out.read_text().splitlines())
