"""Events from a file: through the same pipeline, streamed, once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from growth.db import Database
from growth.errors import GrowthError
from growth.language import speaking
from growth.traffic import import_events, importing, judging, visits
from tests.journeys import PHONE, Site

AT = "2026-11-20T10:00:00+08:00"
URL = "https://www.example.com/"


def written(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n", "utf-8")
    return path


def test_history_becomes_visits_as_if_it_had_come_live(site: Site, tmp_path: Path) -> None:
    code = site.link("poster")
    path = written(
        tmp_path / "log.jsonl",
        {"type": "page", "id": "1", "visitor": "v1", "url": f"{URL}register?g={code}", "at": AT, "user_agent": PHONE, "ip": "203.0.113.9"},
        {"type": "leave", "id": "2", "visitor": "v1", "url": f"{URL}register", "at": "2026-11-20T10:00:30+08:00", "duration_ms": 30000},
        {"type": "page", "id": "3", "url": URL, "at": AT, "user_agent": "Baiduspider/2.0"},
        {"type": "page", "id": "4", "url": URL, "at": AT, "ip": "203.0.113.9"},
    )
    done = import_events(site.database, path, now=site.start)
    assert (done.lines, done.stored, done.repeated, dict(done.dropped), done.rejected) == (4, 3, 0, {"ua_list": 1}, 0)
    with site.database.read() as session:
        found = {visit.visitor[:1]: visit for visit in visits(session)}
    assert (found["v"].channel, found["v"].landing, found["v"].engaged_ms) == ("poster", "/register", 30000)
    assert found["~"].medium == "direct"


def test_a_second_import_changes_nothing_with_and_without_ids(site: Site, tmp_path: Path) -> None:
    lines = [{"type": "page", "url": URL, "at": f"2026-11-20T10:{minute:02}:00+08:00", "ip": "203.0.113.9"} for minute in range(10)]
    path = written(tmp_path / "log.jsonl", *lines, {"type": "page", "id": "x", "url": URL, "at": AT})
    assert import_events(site.database, path, now=site.start).stored == 11
    with site.database.read() as session:
        before = list(visits(session))
    again = import_events(site.database, path, now=site.start)
    assert (again.stored, again.repeated) == (0, 11)
    with site.database.read() as session:
        assert list(visits(session)) == before


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        '"page"',
        '{"type": "page"}',
        '{"type": "what", "url": "https://www.example.com/", "at": "2026-11-20T10:00:00+08:00"}',
        '{"type": "page", "url": "ftp://www.example.com/", "at": "2026-11-20T10:00:00+08:00"}',
        '{"type": "page", "url": "https://www.example.com/"}',
        '{"type": "page", "url": "https://www.example.com/", "at": "2026-11-20T10:00:00"}',
        '{"type": "page", "url": "https://www.example.com/", "at": "soon"}',
        '{"type": "page", "url": "https://www.example.com/", "at": 5}',
        "[" * 100_000,
    ],
)
def test_a_broken_line_is_left_out_with_its_number_and_stops_no_other(site: Site, tmp_path: Path, line: str) -> None:
    path = written(tmp_path / "log.jsonl", {"type": "page", "url": URL, "at": AT}, line, {"type": "page", "url": f"{URL}x", "at": AT})
    done = import_events(site.database, path, now=site.start)
    assert (done.lines, done.stored, done.rejected) == (3, 2, 1)
    assert [row.line for row in done.reasons] == [2]


def test_what_is_too_long_is_cut_what_is_too_large_clamped_what_nobody_knows_counted(site: Site, tmp_path: Path) -> None:
    event = {"type": "page", "url": URL + "x" * 5000, "title": "题" * 1000, "at": AT, "seq": -5, "load_ms": 1e30}
    event |= {"colour": "red", "size": 1}
    done = import_events(site.database, written(tmp_path / "log.jsonl", event), now=site.start)
    assert (done.stored, done.unknown_fields) == (1, 2)
    with site.database.read() as session:
        (visit,) = visits(session)
    assert len(visit.landing) == 500


def test_gzip_a_bom_and_windows_line_ends_are_read(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl.gz"
    line = json.dumps({"type": "page", "url": URL, "at": AT})
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + line.encode() + b"\r\n\r\n"))
    assert import_events(site.database, path, now=site.start).stored == 1


def test_a_dry_run_says_what_would_happen_and_writes_nothing(site: Site, tmp_path: Path) -> None:
    path = written(
        tmp_path / "log.jsonl", {"type": "page", "url": URL, "at": AT}, {"type": "page", "url": "https://other.example/", "at": AT}
    )
    done = import_events(site.database, path, now=site.start, dry_run=True)
    assert (done.stored, dict(done.dropped)) == (1, {"foreign": 1})
    assert import_events(site.database, path, now=site.start).stored == 1


def test_a_file_that_is_not_there_is_an_error_with_its_name(site: Site, tmp_path: Path) -> None:
    with pytest.raises(GrowthError) as refused:
        import_events(site.database, tmp_path / "nothing.jsonl", now=site.start)
    assert "nothing.jsonl" in str(refused.value)


def test_a_long_file_judged_by_a_second_process_gives_what_one_process_gives(
    copied: Callable[[], Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[object] = [
        {"type": "page", "url": f"{URL}{n % 7}?bd_vid={n}", "at": f"2026-11-20T10:{n // 3:02}:00+08:00", "ip": f"203.0.113.{n % 5}"}
        for n in range(90)
    ]
    lines[20] = "{broken"
    lines[70] = {"type": "page", "url": "https://other.example/", "at": AT}
    path = written(tmp_path / "log.jsonl", *lines)
    monkeypatch.setattr(importing, "BATCH", 25)
    told = []
    for chunks in (100, 1):
        monkeypatch.setattr(judging, "SHORT", chunks)
        site = Site(copied())
        with speaking("zh-CN"):
            done = import_events(site.database, path, now=site.start)
        with site.database.read() as session:
            found = [(visit.started_at, visit.pages, visit.channel, visit.click_id) for visit in visits(session)]
        told.append((done, sorted(found, key=str)))
    assert told[0] == told[1]
    assert (told[0][0].lines, told[0][0].stored, told[0][0].rejected) == (90, 88, 1)
