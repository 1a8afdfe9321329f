"""F20: killed or stopped at any time, a crawl that is resumed ends with the pages and issues of an undisturbed one."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from seo.audit import AuditStopped, run_audit
from seo.listing import list_issues, list_pages
from tests.conftest import NOW, POSTGRES
from tests.sites.served import LocalFetcher, Loopback, Served, files
from tests.sites.worlds import sitemap

GROWTH = str(Path(sys.executable).with_name("growth"))
YAML = "site: {{name: 诚信贷, url: '{base}'}}\nseo: {{crawl: {{requests_per_second: {pace}, retry_after: 0s}}}}\n"


def branching(size: int) -> dict[str, Any]:
    """A site of `size` pages: each links to three more, one in seven to something broken, one in eleven through a redirect."""
    resources: dict[str, Any] = {"/": {"links": ["/p/1.html", "/p/2.html", "/p/3.html"]}}
    for number in range(1, size + 1):
        links = ["/", *(f"/p/{3 * number + more}.html" for more in (1, 2, 3) if 3 * number + more <= size)]
        links += [f"/gone/{number % 5}.html"] if number % 7 == 0 else []
        links += [f"/r/{number}"] if number % 11 == 0 else []
        resources[f"/p/{number}.html"] = {"links": links, **({"title": ""} if number % 13 == 0 else {})}
        resources[f"/r/{number}"] = {"location": f"/p/{number}.html"}
    resources["/orphan.html"] = {}
    resources["/sitemap.xml"] = {"text": sitemap(["/", "/p/1.html", "/orphan.html"]), "type": "application/xml"}
    return resources


def outcome(database: Any) -> tuple[list[Any], list[Any]]:
    """Pages and issues as they can be compared: without times."""
    timed = {"ttfb_ms", "size_bytes"}
    pages = [tuple(sorted((name, str(value)) for name, value in row.items() if name not in timed)) for row in list_pages(database)]
    issues = [
        (issue.check, issue.severity, issue.url, json.dumps(issue.detail, sort_keys=True, default=str)) for issue in list_issues(database)
    ]
    return sorted(pages), sorted(issues)


@pytest.mark.parametrize("after", [1, 3, 12])
def test_a_stopped_crawl_ends_like_an_undisturbed_one(after: int, audit_of: Callable[..., Any], open_workspace: Callable[..., Any]) -> None:
    base = "https://www.cut.test/"
    site = Served(base=base, resources={**files(base), **branching(40)})
    whole, _result = audit_of(site)
    database = open_workspace(YAML.format(base=base, pace=100_000))
    takes = 0

    class Slow(LocalFetcher):
        def take(self, wait_s: float) -> list[Any]:
            nonlocal takes
            takes += 1
            done, self._done = self._done[:4], self._done[4:]
            return done

    def fetching(job: Any) -> Slow:
        return Slow(site, job)

    with pytest.raises(AuditStopped):
        run_audit(database, now=NOW, fetching=fetching, stopped=lambda: takes >= after)
    run_audit(database, now=NOW, fetching=fetching, resume=True)
    assert outcome(database) == outcome(whole)


def test_the_same_pages_are_read_whatever_order_the_answers_come_in(
    audit_of: Callable[..., Any], open_workspace: Callable[..., Any]
) -> None:
    base = "https://www.order.test/"
    site = Served(base=base, resources={**files(base), **branching(60)})
    first, _result = audit_of(site, max_pages=25)

    class Backwards(LocalFetcher):
        def take(self, wait_s: float) -> list[Any]:
            done, self._done = self._done[::-1], []
            return done

    database = open_workspace(YAML.format(base=base, pace=100_000))
    result = run_audit(database, now=NOW, fetching=lambda job: Backwards(site, job), max_pages=25)
    assert result.crawl.state == "limited"
    assert result.crawl.pages == 25
    assert outcome(database)[0] == outcome(first)[0]


def test_a_limited_crawl_reads_the_rest_when_it_is_resumed(audit_of: Callable[..., Any], open_workspace: Callable[..., Any]) -> None:
    base = "https://www.limit.test/"
    site = Served(base=base, resources={**files(base), **branching(30)})
    whole, _result = audit_of(site)
    database = open_workspace(YAML.format(base=base, pace=100_000))
    run_audit(database, now=NOW, fetching=lambda job: LocalFetcher(site, job), max_pages=7)
    result = run_audit(database, now=NOW, fetching=lambda job: LocalFetcher(site, job), resume=True)
    assert result.crawl.state == "done"
    assert outcome(database) == outcome(whole)


@pytest.mark.parametrize("share", [0.5, pytest.param(0.1, marks=pytest.mark.slow), pytest.param(0.9, marks=pytest.mark.slow)])
def test_kill_9_loses_nothing(share: float, serve: Callable[..., Loopback], tmp_path: Path) -> None:
    size = 120
    site = serve(branching(size))
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    for folder in (undisturbed, killed):
        folder.mkdir()
        (folder / "growth.yaml").write_text(YAML.format(base=site.url, pace=60 if folder is killed else 1000))
    growth(undisturbed, "seo", "audit", "--quiet")
    process = start(killed, "seo", "audit", "--quiet")
    wait_for_pages(killed, int(size * share), process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    again = growth(killed, "seo", "audit", "--resume", "--json", "--quiet")
    assert json.loads(again)["crawl"]["status"] == "done"
    for listing in ("pages", "issues"):
        assert comparable(growth(killed, "seo", listing, "--jsonl")) == comparable(growth(undisturbed, "seo", listing, "--jsonl"))


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_ctrl_c_and_sigterm_stop_cleanly_and_say_how_to_go_on(
    asked: signal.Signals, serve: Callable[..., Loopback], tmp_path: Path
) -> None:
    site = serve(branching(120))
    (tmp_path / "growth.yaml").write_text(YAML.format(base=site.url, pace=40))
    process = start(tmp_path, "seo", "audit", "--quiet")
    wait_for_pages(tmp_path, 10, process)
    process.send_signal(asked)
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "growth seo audit --resume" in err


def test_a_disk_that_takes_no_more_stops_the_crawl_with_words_and_costs_nothing(serve: Callable[..., Loopback], tmp_path: Path) -> None:
    """F18. A limit on the size of files stands for the full disk: it needs no rights."""
    site = serve(branching(120))
    undisturbed, full = tmp_path / "undisturbed", tmp_path / "full"
    for folder in (undisturbed, full):
        folder.mkdir()
        (folder / "growth.yaml").write_text(YAML.format(base=site.url, pace=1000))
    growth(undisturbed, "seo", "audit", "--quiet")
    growth(full, "db", "upgrade")
    # what such a crawl adds to a write-ahead log is more; larger files that are there already are only read
    most = 150_000
    stopped = subprocess.run(
        [GROWTH, "-C", str(full), "--lang", "en", "seo", "audit", "--quiet"],
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    assert stopped.returncode == 3
    assert stopped.stderr.startswith("error: ")
    assert "Traceback" not in stopped.stderr
    growth(full, "seo", "audit", "--resume", "--quiet")
    for listing in ("pages", "issues"):
        assert comparable(growth(full, "seo", listing, "--jsonl")) == comparable(growth(undisturbed, "seo", listing, "--jsonl"))


@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize(
    "gone", [pytest.param(False, id="connections dropped", marks=pytest.mark.slow), pytest.param(True, id="database gone")]
)
def test_a_database_that_goes_away_stops_the_crawl_with_words_and_costs_nothing(
    gone: bool, serve: Callable[..., Loopback], open_workspace: Callable[..., Any], database_url: str, tmp_path: Path
) -> None:
    """F19: a restart drops every connection; while it lasts, none is let in."""
    site = serve(branching(120))
    undisturbed, folder = tmp_path / "undisturbed", open_workspace(YAML.format(base=site.url, pace=60)).workspace.root
    undisturbed.mkdir()
    (undisturbed / "growth.yaml").write_text(YAML.format(base=site.url, pace=1000))
    growth(undisturbed, "seo", "audit", "--quiet")
    process = start(folder, "--lang", "en", "seo", "audit", "--quiet")
    database, server = sqlalchemy.make_url(database_url), sqlalchemy.make_url(POSTGRES).set(drivername="postgresql+psycopg")
    looks = sqlalchemy.create_engine(database.set(drivername="postgresql+psycopg"), poolclass=sqlalchemy.NullPool)
    admin = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")

    def pages() -> int:
        with looks.connect() as connection:
            return int(connection.scalar(sqlalchemy.text("SELECT count(*) FROM crawl.seo_page")) or 0)

    until = time.monotonic() + 60
    while pages() < 40 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    with admin.connect() as connection:
        if gone:
            connection.execute(sqlalchemy.text(f'ALTER DATABASE "{database.database}" ALLOW_CONNECTIONS false'))
        drop = sqlalchemy.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        connection.execute(drop, {"name": database.database})
        _out, err = process.communicate(timeout=60) if gone else ("", "")
        connection.execute(sqlalchemy.text(f'ALTER DATABASE "{database.database}" ALLOW_CONNECTIONS true'))
    if not gone:
        _out, err = process.communicate(timeout=60)
    admin.dispose()
    assert "Traceback" not in err
    if gone or process.returncode:
        assert process.returncode == 3, err
        assert err.startswith("error: "), err
        growth(folder, "seo", "audit", "--resume", "--quiet")
    for listing in ("pages", "issues"):
        assert comparable(growth(folder, "seo", listing, "--jsonl")) == comparable(growth(undisturbed, "seo", listing, "--jsonl"))


def growth(folder: Path, *words: str) -> str:
    """The output of a command that must succeed."""
    done = subprocess.run([GROWTH, "-C", str(folder), *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """A command that runs."""
    return subprocess.Popen([GROWTH, "-C", str(folder), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_pages(folder: Path, pages: int, process: subprocess.Popen[str]) -> None:
    """Until so many pages are committed."""
    path = folder / ".growth" / "growth-crawl.db"
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
                if connection.execute("SELECT count(*) FROM seo_page").fetchone()[0] >= pages:
                    return
        except sqlite3.OperationalError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"never came to {pages} pages: {process.communicate()[1] if process.poll() is not None else ''}")


def comparable(lines: str) -> list[str]:
    """JSON lines without what depends on the moment: times, ids, and how quick the machine was."""
    left_out = {"ttfb_ms", "first_seen", "id"}
    found = [{name: value for name, value in json.loads(line).items() if name not in left_out} for line in lines.splitlines()]
    return sorted(json.dumps(one, sort_keys=True) for one in found if one.get("check") != "slow-response")
