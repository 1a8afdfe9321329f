"""`read_logs` and `coverage`: every line once, whatever copies are named; sums, pages, limits."""

from __future__ import annotations

import bz2
import gzip
import json
import os
import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from growth.app import Level
from growth.db import Database
from growth.errors import GrowthError
from growth.jobs import ONCE, JobRun, read_catalogue
from growth.traffic.serverlog import LogUnreadable
from growth.traffic.serverlog import file as logfile
from seo.indexing import importing, jobs, store
from seo.indexing.coverage import coverage, dead_pages, never_visited
from seo.indexing.doctor import doctor
from seo.indexing.importing import LogsRead, read_logs
from seo.indexing.models import CrawlerUrl
from seo.submission.models import Push
from tests.conftest import NOW
from tests.seo.indexing.lines import BAIDU, BAIDUS, BING, BINGS, GOOGLE, PERSON, SOMEBODYS, combined
from tests.sites.served import Served, files

TODAY = date(2026, 11, 23)
LINES = [
    combined(path="/news/1.html"),
    combined(path="/news/2.html", status=404),
    combined(SOMEBODYS, "/news/1.html"),
    combined(BAIDUS, "/loan/", BAIDU),
    combined(BAIDUS, "/loan/", BAIDU, status=500, at="24/Nov/2026:00:30:00 +0800"),
    combined(BINGS, "/", BING),
    combined("1.2.3.4", "/news/1.html", PERSON),
    "garbage\n",
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A small log."""
    path = tmp_path / "access.log"
    path.write_text("".join(LINES))
    return path


def read(database: Database, *paths: Path, **more: object) -> LogsRead:
    """Read logs, no name server asked."""
    return read_logs(database, paths, now=NOW, names=False, **more)  # type: ignore[arg-type]  # what tests vary


def document(database: Database) -> dict[str, object]:
    """What the command prints."""
    return coverage(database, today=TODAY).as_json()


def without_pages(found: dict[str, object]) -> dict[str, object]:
    """What a dry run says too: URLs are told from what is written."""
    return {key: value for key, value in found.items() if key != "pages"}


def told_dry(database: Database, log: Path) -> dict[str, object]:
    """What reading `log` in one go would give."""
    return without_pages(coverage(database, today=TODAY, dry=read(database, log, dry_run=True)).as_json())


def engine(database: Database, name: str) -> dict[str, object]:
    """The figures of one engine."""
    return next(one for one in document(database)["engines"] if one["engine"] == name)  # type: ignore[attr-defined,index]  # plain JSON


def test_visits_are_counted_by_engine_section_and_status(database: Database, log: Path) -> None:
    read(database, log)
    found = document(database)
    assert engine(database, "google") == {
        "engine": "google",
        "visits": 2,
        "verified": 2,
        "unverified": 0,
        "forged": 1,
        "statuses": {"200": 1, "404": 1},
    }
    assert engine(database, "baidu") == {
        "engine": "baidu",
        "visits": 2,
        "verified": 0,
        "unverified": 2,
        "forged": 0,
        "statuses": {"200": 1, "500": 1},
    }
    assert {(one["section"], one["engine"], one["visits"]) for one in found["sections"]} == {  # type: ignore[attr-defined]  # plain JSON
        ("/news/", "google", 2),
        ("/loan/", "baidu", 2),
        ("/", "bing", 1),
    }
    assert (found["lines"], found["unreadable"], found["logs"]) == (8, 1, 1)


def test_days_are_those_of_the_site(database: Database, log: Path) -> None:
    read(database, log)
    days = {(one.day, one.engine): one.visits for one in coverage(database, today=TODAY).days}
    assert days[date(2026, 11, 24), "baidu"] == 1
    assert days[date(2026, 11, 23), "baidu"] == 1


def test_a_second_import_changes_nothing(database: Database, log: Path) -> None:
    read(database, log)
    before = document(database)
    read(database, log)
    read(database, log, log)
    assert document(database) == before


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, bytes])
def test_a_rotated_copy_is_the_same_log(database: Database, log: Path, pack: Callable[[bytes], bytes]) -> None:
    read(database, log)
    before = document(database)
    rotated = log.with_name("access.log.2.gz")
    rotated.write_bytes(pack(log.read_bytes()))
    read(database, rotated, log)
    assert document(database) == before


def test_a_log_that_has_grown_counts_its_new_lines(database: Database, log: Path) -> None:
    read(database, log)
    with log.open("a") as stream:
        stream.write(combined(path="/help/1.html") * 3)
    rotated = log.rename(log.with_name("access.log.1"))
    read(database, rotated)
    assert engine(database, "google")["visits"] == 5
    log.write_text(combined(path="/new.html", at="25/Nov/2026:10:00:00 +0800"))
    read(database, log, rotated)
    assert engine(database, "google")["visits"] == 6
    assert (document(database)["lines"], document(database)["logs"]) == (12, 2)


def test_a_log_in_pieces_gives_what_it_gives_whole(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    text = "".join(combined(path=f"/s{n % 7}/{n}.html") for n in range(500)).encode()
    log.write_bytes(text)
    whole = told_dry(database, log)
    for cut in (1, 4000, 4096, 4097, 30_000, 30_050, len(text)):
        log.write_bytes(text[:cut])
        read(database, log)
    assert without_pages(document(database)) == whole


def test_a_line_without_its_end_is_unreadable_until_it_is_written(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    text = combined(path="/a/") + combined(path="/b/")
    log.write_text(text[:-40])
    for _time in range(2):
        read(database, log)
        assert (document(database)["lines"], document(database)["unreadable"]) == (2, 1)
    log.write_text(text)
    read(database, log)
    assert (document(database)["lines"], document(database)["unreadable"]) == (2, 0)
    assert engine(database, "google")["visits"] == 2


def test_a_last_line_without_a_line_feed_counts(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text((combined() * 2).rstrip("\n"))
    read(database, log)
    assert engine(database, "google")["visits"] == 2
    log.write_text(combined() * 3)
    read(database, log)
    assert (engine(database, "google")["visits"], document(database)["unreadable"]) == (3, 0)


def test_two_logs_of_one_day_are_two_logs(database: Database, tmp_path: Path) -> None:
    one, two = tmp_path / "web1.log", tmp_path / "web2.log"
    one.write_text(combined(path="/a/"))
    two.write_text(combined(path="/b/"))
    read(database, one, two)
    assert (engine(database, "google")["visits"], document(database)["logs"]) == (2, 2)


def test_a_dry_run_says_the_same_and_keeps_nothing(database: Database, log: Path) -> None:
    empty = document(database)
    dry = coverage(database, today=TODAY, dry=read(database, log, log, dry_run=True)).as_json()
    assert document(database) == empty
    read(database, log)
    wet = document(database)
    for key in ("engines", "sections", "lines", "unreadable", "days", "logs"):
        assert dry[key] == wet[key], key
    again = coverage(database, today=TODAY, dry=read(database, log, dry_run=True)).as_json()
    assert again["lines"] == 8


def test_a_log_that_another_process_reads_is_left_to_it(database: Database, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = store.known_log

    def late(session: object, *, log: object) -> object:
        found = known(session, log=log)  # type: ignore[arg-type]  # passed on
        if not busy:
            busy.append(True)
            read(database, path)
        return found

    busy: list[bool] = []
    path = log
    monkeypatch.setattr(store, "known_log", late)
    done = read(database, log)
    assert done.files[0].busy
    assert engine(database, "google")["visits"] == 2


def test_other_sites_of_the_server_are_left_out(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "vhosts.log"
    log.write_text(combined(host="www.example.com:443") + combined(host="example.com:80") + combined(host="other.example.org:443"))
    read(database, log)
    assert (engine(database, "google")["visits"], document(database)["other_sites"], document(database)["lines"]) == (2, 1, 3)


def test_a_log_that_never_names_our_host_is_ours(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "behind.log"
    log.write_text(combined(host="backend-1") * 2)
    read(database, log)
    assert engine(database, "google")["visits"] == 2


def test_a_bomb_is_refused_and_leaves_nothing(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("growth.traffic.serverlog.file.SUSPECT", 4 << 20)
    bomb = tmp_path / "access.log.gz"
    bomb.write_bytes(gzip.compress(b"a" * (32 << 20)))
    with pytest.raises(LogUnreadable, match="200 times its size"):
        read(database, bomb)
    assert document(database)["lines"] == 0


def test_an_endless_line_is_one_unreadable_line_in_flat_memory(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "endless.log"
    log.write_bytes(b"a" * (24 << 20) + b"\n" + combined().encode())
    tracemalloc.start()
    read(database, log)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (document(database)["lines"], document(database)["unreadable"]) == (2, 1)
    assert peak < 8 << 20


def test_a_packed_log_that_is_cut_off_gives_what_it_has(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "access.log.3.gz"
    packed = gzip.compress("".join(combined(path=f"/{os.urandom(8).hex()}/") for _number in range(3000)).encode())
    log.write_bytes(packed[: len(packed) // 2])
    done = read(database, log)
    assert done.files[0].cut_off
    assert 500 < int(str(engine(database, "google")["visits"])) < 3000


@pytest.mark.parametrize("content", [b"\xfd7zXZ\x00 nothing", b"PK\x03\x04 nothing", b"\x1f\x8b broken"])
def test_what_cannot_be_unpacked_is_refused_before_anything_is_read(database: Database, log: Path, content: bytes) -> None:
    wrong = log.with_name("wrong.log")
    wrong.write_bytes(content)
    with pytest.raises(LogUnreadable, match=r"wrong\.log"):
        read(database, log, wrong)
    with pytest.raises(LogUnreadable, match="missing"):
        read(database, log, log.with_name("missing.log"))
    assert document(database)["lines"] == 0


def test_an_endless_site_fills_no_table(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_SECTIONS", 5)
    monkeypatch.setattr(importing, "MOST_URLS", 10)
    log = tmp_path / "access.log"
    log.write_text("".join(combined(path=f"/folder-{n}/{'x' * 3000 if n % 2 else n}") for n in range(40)))
    done = read(database, log)
    sections = {one.section: one.visits for one in coverage(database, today=TODAY).sections}
    assert len(sections) == 6
    assert sections["/*/"] == 35
    assert done.urls_full
    with database.read() as session:
        assert session.query(CrawlerUrl).count() == 0


@pytest.fixture
def crawled(audit_of: Callable[..., tuple[Database, object]]) -> Database:
    """A site of four pages that was audited."""
    base = "https://www.example.com/"
    pages = ["/", "/news/1.html", "/loan/", "/never.html"]
    database, _result = audit_of(Served(base=base, resources={**files(base), **{path: {"links": pages} for path in pages}}))
    return database


def test_pages_that_no_crawler_asked_for_and_dead_ones(crawled: Database, log: Path) -> None:
    read(crawled, log)
    google = next(one for one in coverage(crawled, today=TODAY).pages if one.engine == "google")
    assert (google.indexable, google.visited, google.never, google.dead) == (4, 1, 3, 1)
    assert never_visited(crawled, engine="google")[-1].endswith("/never.html")
    with crawled.read() as session:
        assert [(one["engine"], one["url"], one["status"]) for one in dead_pages(session)] == [
            ("baidu", "https://www.example.com/loan/", 500),
            ("google", "https://www.example.com/news/2.html", 404),
        ]


def test_what_was_pushed_stands_beside_what_was_visited_since(crawled: Database, log: Path) -> None:
    with crawled.write() as session:
        for path, days in (("loan/", 1), ("never.html", 1)):
            at = NOW - timedelta(days=days)
            session.add(Push(engine="baidu", url=f"https://www.example.com/{path}", state="accepted", at=at, day=at.date(), times=1))
        store.keep_index_count(session, engine="baidu", day=TODAY, pages=2, now=NOW)
    read(crawled, log)
    found = coverage(crawled, today=TODAY)
    baidu = next(one for one in found.pages if one.engine == "baidu")
    assert (baidu.pushed, baidu.pushed_visited, baidu.indexed, baidu.indexed_on) == (2, 1, 2, TODAY)
    assert [(one.pushed, one.indexed) for one in found.days if one.engine == "baidu"] == [(2, None), (0, 2), (0, None)]


def test_the_job_reads_the_logs_that_growth_yaml_names(open_workspace: Callable[..., Database], log: Path) -> None:
    log.with_name("access.log.1").write_text(combined(path="/older/", at="22/Nov/2026:10:00:00 +0800"))
    site = "site: {name: 诚信贷, url: 'https://www.example.com/', locale: en}\n"
    database = open_workspace(
        site + f"seo: {{logs: {{files: ['{log}*'], at: '06:00', dns: false, ranges: {{baidu: [220.181.108.0/24]}}}}}}\n"
    )
    assert read_catalogue(database.workspace).job(jobs.NAME).title
    run = JobRun(job=jobs.NAME, key="2026-11-23", period=ONCE, workspace=database.workspace, database=database, now=NOW)
    assert "9 new lines" in jobs.read_job(run)
    assert engine(database, "baidu")["verified"] == 2
    assert jobs.read_job(run).startswith("2 logs: 0 new lines")


def test_the_job_says_where_a_log_is_named_that_is_not_there(open_workspace: Callable[..., Database]) -> None:
    site = "site: {name: 诚信贷, url: 'https://www.example.com/'}\n"
    database = open_workspace(site + "seo:\n  logs:\n    files: [/nowhere/access.log*]\n")
    run = JobRun(job=jobs.NAME, key="2026-11-23", period=ONCE, workspace=database.workspace, database=database, now=NOW)
    with pytest.raises(GrowthError, match=r"growth\.yaml:4:"):
        jobs.read_job(run)


def test_urls_that_nobody_asks_for_any_more_are_forgotten_the_sums_stay(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "old.log"
    log.write_text(combined(path="/old/", at="01/Jan/2026:10:00:00 +0800") + combined(path="/new/"))
    read(database, log)
    with database.write() as session:
        assert store.forget_urls(session, before=NOW - timedelta(days=90)) == 1
    assert engine(database, "google")["visits"] == 2


def test_no_address_is_kept(database: Database, log: Path) -> None:
    from seo.indexing.verify import Verification

    read(database, log)
    with database.write() as session:
        store.keep_said(session, said={("baidu", BAIDUS): Verification.VERIFIED}, now=NOW)
    with database.read() as session:
        assert store.said_of(session, engine="baidu", address=BAIDUS, now=NOW) is Verification.VERIFIED
        assert store.said_of(session, engine="baidu", address=BAIDUS, now=NOW + timedelta(days=31)) is None
    if database.is_sqlite:
        kept = b"".join(path.read_bytes() for path in database.workspace.state.glob("growth.db*"))
        assert BAIDUS.encode() not in kept
        assert SOMEBODYS.encode() not in kept


def test_json_lines_and_combined_lines_may_stand_in_one_log(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "mixed.log"
    fields = {"remote_addr": "66.249.66.3", "time_iso8601": "2026-11-23T10:00:00+08:00", "status": 200, "http_user_agent": GOOGLE}
    log.write_text(combined() + json.dumps({**fields, "request": "GET /json/ HTTP/2.0"}) + "\n")
    read(database, log)
    assert engine(database, "google")["visits"] == 2


def test_a_reader_that_dies_reads_on_where_the_books_stand(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "access.log"
    log.write_text("".join(combined(path=f"/s{n % 9}/{n}.html") for n in range(400)) + combined()[:70])
    undisturbed = told_dry(database, log)
    monkeypatch.setattr(logfile, "BLOCK", 3000)
    monkeypatch.setattr(importing, "_MOST_WAITING", 40)

    def die(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    for _time in range(3):
        with pytest.raises(KeyboardInterrupt):
            read(database, log, tell=die)  # behind a transaction
        with monkeypatch.context() as within, pytest.raises(KeyboardInterrupt):
            within.setattr(store, "add_urls", die)  # amidst one
            read(database, log)
    assert 0 < int(str(document(database)["lines"])) < 400
    read(database, log)
    assert without_pages(document(database)) == undisturbed


def test_doctor_says_whether_the_logs_can_be_read(open_workspace: Callable[..., Database], log: Path) -> None:
    site = "site: {name: 诚信贷, url: 'https://www.example.com/', locale: en}\n"
    good = open_workspace(site + f"seo: {{logs: {{files: ['{log}']}}}}\n")
    (line,) = doctor(good.workspace, good)
    assert (line.level, line.message) == (Level.OK, "1 access logs can be read")
    bad = open_workspace(site + "seo: {logs: {files: [/nowhere/access.log]}}\n")
    (line,) = doctor(bad.workspace, bad)
    assert line.level is Level.FAIL
    assert line.fix
    assert not list(doctor(open_workspace(site).workspace, None))
