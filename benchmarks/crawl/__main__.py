"""``python -m benchmarks.crawl``: the audit beside plain Scrapy on the same site, one after the other, and where the audit's time goes.

``--pages N`` and ``--links N`` change the site; ``--folder DIR`` crawls real files instead (a documentation package, say).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.crawl.measure import Cost, measured, say
from benchmarks.crawl.site import write_site

GROWTH = """site: {{name: Benchmark, url: '{url}', locale: en}}
seo: {{crawl: {{requests_per_second: 100000, concurrency: 32, retry_after: 0s, external_links: false}}}}
"""


def main(arguments: list[str]) -> int:
    """Run and print; 1 where the audit is less than twice as fast as plain Scrapy or holds too much memory."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl", description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--links", type=int, default=30)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", choices=("ours", "plain"))
    wanted = parser.parse_args(arguments)
    return 0 if beside(wanted.pages, wanted.links, wanted.folder, wanted.only) else 1


def beside(pages: int, links: int, folder: Path | None, only: str | None) -> bool:
    """Both crawlers on one site; True where the targets are met."""
    with tempfile.TemporaryDirectory() as base:
        if folder is None:
            folder = Path(base) / "site"
            truth = write_site(folder, pages=pages, links=links)
            say(f"site: {truth.pages} pages, {truth.links} links, {truth.missing} missing and {truth.redirects} redirecting addresses")
        with served(folder) as url:
            plain = ours = None
            if only != "ours":
                plain = measured([sys.executable, "-m", "benchmarks.crawl.plain", url])
                report("plain Scrapy + parsel", plain, int(plain.output))
            if only != "plain":
                workspace = Path(base) / "workspace"
                workspace.mkdir()
                (workspace / "growth.yaml").write_text(GROWTH.format(url=url))
                growth = str(Path(sys.executable).with_name("growth"))
                ours = measured([growth, "-C", str(workspace), "seo", "audit", "--max-pages", "1000000", "--json"])
                result = json.loads(ours.output)
                report("growth seo audit", ours, result["crawl"]["pages"])
                say("  " + where_time_goes(growth, workspace))
                issues = sum(result["issues"].values())
                stored = result["crawl"]["links"]
                size = sum(file.stat().st_size for file in workspace.rglob("growth-crawl.db*"))
                say(f"  {stored} links and {issues} issues stored, {size / max(1, stored):.1f} bytes a link")
        if plain is None or ours is None:
            return True
        ratio = (result["crawl"]["pages"] / ours.seconds) / (int(plain.output) / plain.seconds)
        say(f"  {ratio:.2f} times plain Scrapy (target: 2, aim: 3), {ours.peak_mb:.0f} MB (target: 200)")
        return ratio >= 2 and ours.peak_mb <= 200


def where_time_goes(growth: str, workspace: Path) -> str:
    """The parts of the audit's time, as the audit itself counted them."""
    crawls = json.loads(subprocess.run([growth, "-C", str(workspace), "seo", "crawls", "--json"], capture_output=True, check=True).stdout)
    spent = crawls[0]["spent"]
    return ", ".join(f"{part} {seconds:.1f} s" for part, seconds in spent.items())


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder on loopback by a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.crawl.serve", str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/"
    finally:
        process.terminate()
        process.wait()


def report(name: str, cost: Cost, pages: int) -> None:
    """One line a crawler."""
    say(
        f"{name}: {pages} pages in {cost.seconds:.1f} s = {pages / cost.seconds:.0f} pages/s, "
        f"{cost.cpu / max(1, pages) * 1000:.2f} s CPU per 1,000 pages, {cost.peak_mb:.0f} MB"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
