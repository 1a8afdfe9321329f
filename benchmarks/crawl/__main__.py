"""``python -m benchmarks.crawl``: the audit beside plain Scrapy, LinkChecker and advertools, one after the other, and where its time goes.

``--pages N`` and ``--links N`` change the site; ``--folder DIR`` crawls real files instead, ``--package NAME`` those of a documentation
package of Debian, which apt fetches (``python3.11-doc``). LinkChecker and advertools, which take minutes for what the others do in seconds,
walk over a site of ``--peer-pages`` pages of the made site; rates are compared.
``--memory`` crawls a site five times as large as well, and compares the memory.
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
from benchmarks.crawl.peers import measured_advertools, measured_linkchecker
from benchmarks.crawl.site import write_site

GROWTH = """site: {{name: Benchmark, url: '{url}', locale: en}}
seo: {{crawl: {{requests_per_second: 100000, concurrency: 32, retry_after: 0s, external_links: false}}}}
"""


#: times plain Scrapy, LinkChecker and advertools that the audit shall reach; MB, and MB more on a site five times as large (issue 4)
TIMES = {"plain Scrapy": 2.0, "LinkChecker": 10.0, "advertools": 6.0}
MOST_MB, MOST_MB_MORE = 200, 60


def main(arguments: list[str]) -> int:
    """Run and print; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl", description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--links", type=int, default=30)
    parser.add_argument("--peer-pages", type=int, default=500)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--package")
    parser.add_argument("--peers", type=Path, default=Path(sys.prefix) / "peers" / "bin")
    parser.add_argument("--only", choices=("ours", "plain"))
    parser.add_argument("--memory", action="store_true")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as base:
        real = unpacked(wanted.package, Path(base) / "package") if wanted.package else wanted.folder
        site = real or made_site(Path(base) / "site", wanted.pages, wanted.links)
        small = real or made_site(Path(base) / "small", wanted.peer_pages, wanted.links)
        rates = {} if wanted.only == "ours" else others(site, small, wanted.peers, Path(base), whole=wanted.only is None)
        if wanted.only == "plain":
            return 0
        rate, peak_mb = ours(site, Path(base) / "workspace")
        met = not [name for name, other in rates.items() if not told(name, rate / other, TIMES[name])]
        met = peak_mb <= MOST_MB and met
        say(f"  {peak_mb:.0f} MB (target: {MOST_MB})")
        if wanted.memory:
            _rate, more_mb = ours(made_site(Path(base) / "large", wanted.pages * 5, wanted.links), Path(base) / "large-workspace")
            say(f"  {more_mb - peak_mb:.0f} MB more for five times the pages (target: {MOST_MB_MORE})")
            met = more_mb - peak_mb <= MOST_MB_MORE and met
    return 0 if met else 1


def made_site(folder: Path, pages: int, links: int) -> Path:
    """The synthetic site."""
    truth = write_site(folder, pages=pages, links=links)
    say(f"site: {truth.pages} pages, {truth.links} links, {truth.missing} missing and {truth.redirects} redirecting addresses")
    return folder


def unpacked(package: str, folder: Path) -> Path:
    """The files of a documentation package of Debian: the folder of its first page."""
    folder.mkdir()
    subprocess.run(["apt-get", "download", "--quiet", package], cwd=folder, check=True, capture_output=True)
    (archive,) = folder.glob("*.deb")
    subprocess.run(["dpkg", "-x", str(archive), str(folder)], check=True)
    top = min(folder.rglob("index.html"), key=lambda page: len(page.parts)).parent
    say(f"site: {archive.name}, {sum(1 for _page in top.rglob('*.html'))} files of HTML")
    return top


def others(site: Path, small: Path, peers: Path, base: Path, *, whole: bool) -> dict[str, float]:
    """Pages a second of what stands beside."""
    with served(site) as url:
        plain = measured([sys.executable, "-m", "benchmarks.crawl.plain", url])
    rates = {"plain Scrapy": report("plain Scrapy + parsel", plain, int(plain.output))}
    if whole and not (peers / "linkchecker").exists():
        say("left out: LinkChecker and advertools (make peers installs them)")
    elif whole:
        with served(small) as url:
            cost, addresses = measured_linkchecker(peers, url, base)
            pages = sum(1 for _page in small.rglob("*.html"))
            say(f"LinkChecker: {addresses} addresses checked")
            rates["LinkChecker"] = report("LinkChecker, 16 threads", cost, pages)
            cost, pages = measured_advertools(peers, url, base)
            rates["advertools"] = report("advertools", cost, pages)
    return rates


def ours(site: Path, workspace: Path) -> tuple[float, float]:
    """Pages a second and MB of the audit."""
    workspace.mkdir()
    growth = str(Path(sys.executable).with_name("growth"))
    with served(site) as url:
        (workspace / "growth.yaml").write_text(GROWTH.format(url=url))
        cost = measured([growth, "-C", str(workspace), "seo", "audit", "--max-pages", "1000000", "--json"])
    result = json.loads(cost.output)
    rate = report("growth seo audit", cost, result["crawl"]["pages"])
    say("  on the wall: " + where_time_goes(growth, workspace))
    judging, fetching = (*cost.by_process, 0.0, 0.0)[:2]
    say(f"  of the processor: {judging:.1f} s to judge, settle and store, {fetching:.1f} s to fetch and read")
    stored = result["crawl"]["links"]
    size = sum(file.stat().st_size for file in workspace.rglob("growth-crawl.db*"))
    issues = sum(result["issues"].values())
    say(f"  {stored} links and {issues} issues stored, {size / max(1, stored):.1f} bytes a link with pages and findings")
    return rate, cost.peak_mb


def told(name: str, times: float, wanted: float) -> bool:
    """Print how many times as fast as another; whether that is enough."""
    say(f"  {times:.2f} times {name} (target: {wanted:.0f})")
    return times >= wanted


def where_time_goes(growth: str, workspace: Path) -> str:
    """The parts of the judging process's time, as it counted them itself."""
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


def report(name: str, cost: Cost, pages: int) -> float:
    """One line a crawler; its pages a second."""
    rate = pages / cost.seconds
    say(
        f"{name}: {pages} pages in {cost.seconds:.1f} s = {rate:.0f} pages/s, "
        f"{cost.cpu / max(1, pages) * 1000:.2f} s CPU per 1,000 pages, {cost.peak_mb:.0f} MB"
    )
    return rate


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
