"""The demo's workspace is one that growth takes; its contacts and its past are the same each time and hold together."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from growth.sandbox.demo import (
    History,
    history,
    sample_contacts,
    unsubscribed,
    write_access_logs,
    write_contacts,
    write_demo_workspace,
    write_history,
    write_positions,
)
from growth.sandbox.demo.contacts import HEADER

TODAY = date(2026, 11, 24)
UNTIL = datetime(2026, 11, 24, 8, tzinfo=UTC)
CHANNELS = ("poster-subway", "leaflet-market", "newsletter", "article-finance", "zhihu", "partner-accounting")
TOKENS = {name: f"tok{number}" for number, name in enumerate(CHANNELS)}
CONTACTS = sample_contacts(today=TODAY)


@pytest.fixture(scope="module")
def past() -> History:
    return history(until=UNTIL, site_url="http://127.0.0.1:8024/", tokens=TOKENS, contacts=CONTACTS)


def write(folder: Path) -> dict[str, str]:
    addresses = {"site_url": "http://127.0.0.1:1111", "sandbox_url": "http://127.0.0.1:2222", "public_url": "http://127.0.0.1:4444"}
    return write_demo_workspace(folder, **addresses, smtp_port=3333, today=TODAY)


def test_no_mark_is_left_in_the_written_workspace(tmp_path: Path) -> None:
    variables = write(tmp_path)
    written = {path.name: path.read_text("utf-8") for path in tmp_path.rglob("*") if path.is_file()}
    assert {
        "growth.yaml",
        "channels.yaml",
        "placements.yaml",
        "wechat.yaml",
        "segments.yaml",
        "monthly.yaml",
        "service-notice.yaml",
    } <= set(written)
    assert "env" not in written
    for text in [*written.values(), *variables.values()]:
        assert "_URL@" not in text
        assert "_PORT@" not in text
    assert "port: 3333" in written["growth.yaml"]
    assert "public_url: http://127.0.0.1:4444/\n" in written["growth.yaml"]
    assert variables["BAIDU_PUSH_TOKEN"]


def test_growth_takes_the_workspace_without_an_error(tmp_path: Path) -> None:
    from growth.security import fresh_key
    from growth.workspace.check import check_workspace

    variables = {**write(tmp_path), "GROWTH_KEYS": f"k1:{fresh_key()}", "GROWTH_INDEX_KEY": fresh_key(), "GROWTH_SIGNING_KEY": fresh_key()}
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in variables.items()), "utf-8")
    assert [str(problem) for problem in check_workspace(tmp_path) if problem.severity == "error"] == []


def test_the_contacts_are_the_same_each_time_and_nobody_has_neither_address() -> None:
    assert sample_contacts(today=TODAY) == CONTACTS
    assert len(CONTACTS) == 200
    assert all(contact.email or contact.phone for contact in CONTACTS)
    assert len({contact.email for contact in CONTACTS if contact.email}) == sum(bool(contact.email) for contact in CONTACTS)
    assert Counter(contact.email_consent for contact in CONTACTS) == {"yes": 140, "no": 20, "": 40}
    domains = {contact.email.partition("@")[2] for contact in CONTACTS if contact.email}
    assert all(domain.split(".")[-2] == "example" for domain in domains)


def test_some_who_agreed_have_unsubscribed_since() -> None:
    gone = unsubscribed(CONTACTS)
    assert len(gone) == 7
    assert all(contact.email_consent == "yes" for contact in CONTACTS if contact.email in gone)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_the_table_reads_back_in_either_encoding(tmp_path: Path, encoding: str) -> None:
    write_contacts(tmp_path / "contacts.csv", CONTACTS, encoding=encoding)
    with (tmp_path / "contacts.csv").open(encoding=encoding, newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == list(HEADER)
    assert len(rows) == 201
    assert rows[1][2] == CONTACTS[0].name


def test_the_past_is_the_same_each_time_and_ends_before_its_day(past: History) -> None:
    assert history(until=UNTIL, site_url="http://127.0.0.1:8024/", tokens=TOKENS, contacts=CONTACTS) == past
    times = [datetime.fromisoformat(event["at"]) for event in past.events]
    assert times == sorted(times)
    assert times[-1] < UNTIL
    assert times[0] > UNTIL - timedelta(days=94)
    assert 5000 < len(past.events) < 12000


def test_events_are_beacons_with_their_own_ids(past: History) -> None:
    allowed = {"page", "leave", "outbound", "missing", "error", "click", "step", "form", "contact"}
    assert {event["type"] for event in past.events} <= allowed
    assert len({event["id"] for event in past.events}) == len(past.events)
    for event in past.events:
        assert event["url"].startswith("http://127.0.0.1:8024/")
        assert {"at", "ip", "user_agent", "page"} <= set(event)
    pages = {event["page"] for event in past.events if event["type"] in ("page", "missing")}
    assert all(event["page"] in pages for event in past.events)


def test_visits_come_by_many_ways_and_by_our_own_tokens(past: History) -> None:
    urls = [event["url"] for event in past.events if event["type"] == "page"]
    for token in TOKENS.values():
        assert any(f"?g={token}" in url for url in urls), token
    assert any("bd_vid=" in url for url in urls)
    assert any("MicroMessenger" in event["user_agent"] for event in past.events)
    assert any("Baiduspider" in event["user_agent"] for event in past.events)
    assert len({event["visitor"] for event in past.events if "visitor" in event}) > 500


def test_channels_without_a_token_are_left_out() -> None:
    found = history(until=UNTIL, site_url="http://127.0.0.1:8024/", tokens={}, days=20)
    assert not any("?g=" in event["url"] for event in found.events)
    assert found.events


def test_every_sign_up_follows_a_submitted_form_of_its_visitor(past: History) -> None:
    forms = [event for event in past.events if event["type"] == "form" and event["name"] == "register submit"]
    submitted = {(event["visitor"], event["page"]): event["at"] for event in forms}
    signups = [entry for entry in past.signups if "id" in entry]
    assert len(signups) > 60
    assert len({entry["id"] for entry in signups}) == len(signups)
    for entry in signups:
        assert submitted[entry["visitor"], entry["page"]] == entry["at"]


def test_later_steps_belong_to_a_sign_up_and_come_after_it(past: History) -> None:
    at = {entry["id"]: entry["at"] for entry in past.signups if "id" in entry}
    steps = [entry for entry in past.signups if "step" in entry]
    assert {"real_name", "first_bid", "loan"} <= {entry["step"] for entry in steps}
    for entry in steps:
        assert datetime.fromisoformat(entry["at"]) > datetime.fromisoformat(at[entry["signup"]])


def test_the_files_are_written_whole_and_read_back(tmp_path: Path, past: History) -> None:
    events, signups, costs = write_history(tmp_path, past)
    assert [json.loads(line) for line in events.read_text("utf-8").splitlines()] == past.events
    assert len(signups.read_text("utf-8").splitlines()) == len(past.signups)
    with costs.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(past.costs)
    assert {row["渠道"] for row in rows} == {"baidu-paid"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["costs.csv", "events.jsonl", "signups.jsonl"]


def test_positions_and_logs_of_a_day_are_the_same_each_time_and_speak_of_this_site(tmp_path: Path) -> None:
    write(tmp_path / "demo")
    declared = YAML(typ="safe").load((tmp_path / "demo" / "keywords.yaml").read_text("utf-8"))["keywords"]
    tables = [write_positions(tmp_path / name, today=TODAY, site_url="http://127.0.0.1:1111/").read_text("utf-8-sig") for name in "ab"]
    assert tables[0] == tables[1]
    rows = list(csv.DictReader(tables[0].splitlines()))
    assert {row["关键词"] for row in rows} == set(declared)
    assert {row["URL"] for row in rows} == {f"http://127.0.0.1:1111{entry['page']}" for entry in declared.values()}
    assert max(row["日期"] for row in rows) == "2026-11-23"
    logs = write_access_logs(tmp_path / "a", today=TODAY)
    later = {path.name: path.read_text() for path in write_access_logs(tmp_path / "b", today=TODAY + timedelta(days=3))}
    shared = [path for path in logs if path.name in later]
    assert len(shared) == len(logs) - 3
    assert all(path.read_text() == later[path.name] for path in shared)
    assert "Baiduspider" in logs[0].read_text()
    assert " 404 " in "".join(path.read_text() for path in logs)
