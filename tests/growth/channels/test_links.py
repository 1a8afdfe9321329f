"""Tracked links and QR codes lead to their registered target and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from growth.channels import (
    BadTarget,
    UnknownChannel,
    clicks_by_channel,
    ensure_channels,
    form_of,
    qr_code,
    record_click,
    resolve_link,
    touch_count,
    tracked_link,
)
from growth.db import Database
from growth.errors import GrowthError
from growth.urls import parameters

MING = UUID("0190c0de-0000-7000-8000-000000000001")
YAML = "site: {name: 诚信贷, url: 'https://www.example.com/', own_hosts: [m.example.com]}\npublic_url: https://go.example.com/\n"
CHANNELS = "channels:\n  hao123: {medium: directory}\n  poster: {medium: offline, to: /register}\n"


@pytest.fixture
def database(open_workspace: Callable[..., Database], now: datetime) -> Database:
    found = open_workspace(YAML, files={"channels.yaml": CHANNELS})
    with found.write() as session:
        ensure_channels(session, workspace=found.workspace, now=now)
    return found


def test_a_link_is_the_same_each_time_and_carries_its_token(database: Database, now: datetime) -> None:
    with database.write() as session:
        one = tracked_link(session, channel="poster", target=None, workspace=database.workspace, now=now)
        two = tracked_link(session, channel="poster", target="/register", workspace=database.workspace, now=now)
        other = tracked_link(session, channel="poster", target="/invest", workspace=database.workspace, now=now)
    assert one == two
    assert other.code != one.code
    assert one.url == f"https://go.example.com/l/{one.code}"
    assert one.target == f"https://www.example.com/register?g={one.code}"


def test_labels_tell_links_of_one_channel_apart(database: Database, now: datetime) -> None:
    with database.write() as session:
        codes = {
            tracked_link(session, channel="hao123", target="/", workspace=database.workspace, now=now, label=label, via=via).code
            for label, via in (("", "link"), ("placement:a", "link"), ("placement:b", "link"), ("placement:b", "qr"))
        }
    assert len(codes) == 4


def test_other_sites_are_not_told_who_comes(database: Database, now: datetime) -> None:
    with database.write() as session:
        foreign = tracked_link(session, channel="hao123", target="https://news.example.net/a?x=1", workspace=database.workspace, now=now)
        ours = tracked_link(session, channel="hao123", target="https://m.example.com/a?x=1", workspace=database.workspace, now=now)
    assert foreign.target == "https://news.example.net/a?x=1"
    assert parameters(ours.target) == {"x": "1", "g": ours.code}


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "ftp://example.com/", "https://", "mailto:a@b.c"])
def test_what_is_no_web_address_becomes_no_link(database: Database, now: datetime, target: str) -> None:
    with database.write() as session, pytest.raises(BadTarget):
        tracked_link(session, channel="hao123", target=target, workspace=database.workspace, now=now)


def test_an_unknown_channel_gets_a_link_only_with_a_medium(database: Database, now: datetime) -> None:
    with database.write() as session:
        with pytest.raises(UnknownChannel):
            tracked_link(session, channel="monthly", target="/", workspace=database.workspace, now=now)
        made = tracked_link(session, channel="monthly", target="/", workspace=database.workspace, now=now, medium="email")
        assert resolve_link(session, made.code).medium == "email"


@pytest.mark.parametrize("short", [False, True])
def test_a_personal_link_names_its_person_and_cannot_be_made_for_another(database: Database, now: datetime, short: bool) -> None:
    with database.write() as session:
        link = tracked_link(session, channel="hao123", target="/", workspace=database.workspace, now=now, contact=MING, short=short)
        assert resolve_link(session, link.code).contact_id == MING
        assert len(link.code) == (12 if short else 36)
        last = "2" if link.code[-1] != "2" else "3"
        forged = resolve_link(session, link.code[:-1] + last)
    assert forged is None if short else forged.contact_id is None


@pytest.mark.parametrize("code", ["", "-", "x" * 300, "a-b", "../../etc", "%00", "０１２", "0OIl"])
def test_a_code_that_we_did_not_make_stands_for_nothing(database: Database, code: str) -> None:
    with database.read() as session:
        assert resolve_link(session, code) is None


def test_clicks_of_bots_are_counted_apart_and_touch_nobody(database: Database, now: datetime) -> None:
    with database.write() as session:
        made = tracked_link(session, channel="hao123", target="/", workspace=database.workspace, now=now, contact=MING)
        link = resolve_link(session, made.code)
        record_click(session, link=link, at=now, bot=None, workspace=database.workspace)
        record_click(session, link=link, at=now, bot="ua_list", workspace=database.workspace)
    with database.read() as session:
        counted = clicks_by_channel(session)["hao123"]
        assert (counted.people, counted.bots) == (1, 1)
        assert touch_count(session, f"contact:{MING}") == 1


@pytest.mark.parametrize(("form", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_a_qr_code_is_drawn_in_each_form(form: str, start: bytes) -> None:
    assert qr_code("https://go.example.com/q/abc", form=form).startswith(start)


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(GrowthError):
        form_of(Path("poster.jpg"))
