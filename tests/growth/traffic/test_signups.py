"""Sign-ups are booked once and joined to their visit, their person and the code that was given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from growth.channels import CHANNEL, IDENTITY, ORIGIN, TOUCH, keys_of_person
from growth.contacts import Segment, contact, find_contact, segment_query
from growth.traffic import SIGNUP, STEP, BadBody, Received, catch_up, find_signup, import_signups, read_signup, read_step, visits
from tests.journeys import Site, journey


def test_a_sign_up_joins_the_visit_of_a_visitor_with_an_id(site: Site) -> None:
    journey(site, "v1").visit("/", via="poster").wait(minutes=2).go("/register").sign_up("u1", role="investor")
    with site.database.read() as session:
        (visit,) = visits(session)
        assert str(find_signup(session, "u1").visit_id) == visit.id
        assert "visitor:v1" in keys_of_person(session, "signup:u1")


def test_what_somebody_saw_before_signing_up_is_theirs_to_segments(site: Site) -> None:
    journey(site, "v1").visit("/invest/list").wait(minutes=2).go("/register").sign_up("u1", email="ming@example.com")
    catch_up(site.database)
    with site.database.read() as session:
        person = contact(session, find_contact(session, "ming@example.com"))
        assert person.last_visit is not None
        saw = Segment.model_validate({"all": [{"visited": "/invest*"}]})
        assert list(session.scalars(segment_query(session, saw, now=person.last_visit))) == [person.id]


def test_a_sign_up_joins_the_visit_by_its_page_view_where_no_id_is_kept(site: Site) -> None:
    journey(site, None).visit("/", via="poster").wait(minutes=2).go("/register").sign_up("u1")
    with site.database.read() as session:
        assert find_signup(session, "u1").visit_id is not None


def test_a_sign_up_that_comes_before_its_page_view_is_joined_when_that_comes(site: Site) -> None:
    held: list[Received] = []
    visitor = journey(site, None, held=held).visit("/register")
    visitor.sign_up("u1")
    with site.database.read() as session:
        assert find_signup(session, "u1").visit_id is None
    site.send(*held)
    with site.database.read() as session:
        assert find_signup(session, "u1").visit_id is not None
        assert len(keys_of_person(session, "signup:u1")) == 2


def test_a_visit_that_late_events_make_anew_keeps_its_sign_up(site: Site) -> None:
    held: list[Received] = []
    visitor = journey(site, "v1", held=held)
    visitor.visit("/").wait(minutes=20).go("/register").sign_up("u1")
    site.send(held[1])
    site.send(held[0])
    with site.database.read() as session:
        (visit,) = visits(session)
        assert visit.landing == "/"
        assert str(find_signup(session, "u1").visit_id) == visit.id


def test_a_second_call_adds_what_was_missing_and_changes_nothing(site: Site) -> None:
    visitor = journey(site, "v1").visit("/").sign_up("u1", role="investor", value={"amount": "100", "currency": "CNY"})
    visitor.wait(hours=1).sign_up("u1", role="borrower", email="ming@example.com")
    with site.database.read() as session:
        found = find_signup(session, "u1")
        assert (found.role, str(found.value), found.at) == ("investor", "100.00 CNY", site.start)
        assert contact(session, found.contact_id).email == "ming@example.com"
        assert len(session.execute(select(SIGNUP)).all()) == 1


def test_who_registered_becomes_a_contact_and_an_existing_one_is_found(site: Site) -> None:
    journey(site, "v1").visit("/").sign_up("u1", phone="138-0013-8000", role="investor")
    journey(site, "v2").visit("/").sign_up("u2", phone="+8613800138000", email="ming@example.com")
    with site.database.read() as session:
        person = find_contact(session, "13800138000")
        assert find_signup(session, "u1").contact_id == find_signup(session, "u2").contact_id == person
        assert {"visitor:v1", "visitor:v2"} <= set(keys_of_person(session, f"contact:{person}"))


def test_an_id_that_is_an_address_is_not_kept_in_the_clear(site: Site) -> None:
    journey(site, "v1").visit("/").sign_up("13800138000")
    with site.database.read() as session:
        assert find_signup(session, "13800138000").external_id.startswith("~")
        stored = [*session.scalars(select(SIGNUP.c.external_id)), *session.scalars(select(IDENTITY.c.key))]
    assert not any("13800138000" in text for text in stored)


@pytest.mark.parametrize(("code", "channel"), [("MING88", "poster"), ("ming88", "poster"), ("hao123", "hao123"), ("unknown", None)])
def test_a_code_given_at_sign_up_is_a_touch_of_its_channel(site: Site, code: str, channel: str | None) -> None:
    journey(site, "v1").sign_up("u1", code=code)
    with site.database.read() as session:
        query = select(CHANNEL.c.name).join(ORIGIN, ORIGIN.c.channel_id == CHANNEL.c.id).join(TOUCH, TOUCH.c.origin_id == ORIGIN.c.id)
        assert list(session.scalars(query)) == ([channel] if channel else [])


def test_the_code_of_a_tracked_link_is_a_touch_of_its_channel(site: Site) -> None:
    journey(site, "v1").sign_up("u1", code=site.link("poster", via="qr"))
    with site.database.read() as session:
        assert [row.kind for row in session.execute(select(TOUCH.c.kind))] == ["code"]


def test_steps_are_booked_once_and_wait_for_a_sign_up_that_comes_later(site: Site) -> None:
    visitor = journey(site, "v1").visit("/").step("u1", "real_name").step("u1", "real_name")
    visitor.sign_up("u1").wait(minutes=1).step("u1", "first_bid", value={"amount": "500"})
    with site.database.read() as session:
        rows = session.execute(select(STEP.c.name, STEP.c.value, STEP.c.currency).order_by(STEP.c.id)).all()
    assert [tuple(row) for row in rows] == [("real_name", None, ""), ("first_bid", 50_000, "CNY")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "id"),
        ({"id": ""}, "id"),
        ({"id": "x" * 129}, "id"),
        ({"id": "u1", "email": "ming"}, "email"),
        ({"id": "u1", "phone": "12"}, "phone"),
        ({"id": "u1", "at": "yesterday"}, "at"),
        ({"id": "u1", "at": "2026-11-23T10:00:00"}, "at"),
        ({"id": "u1", "value": {"amount": "-1", "currency": "CNY"}}, "value.amount"),
        ({"id": "u1", "value": {"amount": "NaN"}}, "value.amount"),
        ({"id": "u1", "value": {"amount": "1", "currency": "yuan"}}, "value.currency"),
        ({"id": "u1", "password": "x"}, "password"),
        ([], "body"),
        ("u1", "body"),
    ],
)
def test_a_broken_sign_up_is_refused_with_its_field(body: object, field: str) -> None:
    with pytest.raises(BadBody, match=f"^{field}"):
        read_signup(body)


@pytest.mark.parametrize(
    "body", [{"signup": "u1"}, {"step": "x"}, {"signup": "u1", "step": "a b"}, {"signup": "u1", "step": "x", "more": 1}]
)
def test_a_broken_step_is_refused(body: object) -> None:
    with pytest.raises(BadBody):
        read_step(body)


def test_a_time_to_come_is_now_and_null_is_nothing_said(site: Site) -> None:
    journey(site, "v1").sign_up("u1", at="2027-01-01T00:00:00+08:00", email=None)
    with site.database.read() as session:
        assert find_signup(session, "u1").at == site.start


def test_an_import_counts_each_line_and_a_second_one_changes_nothing(site: Site, tmp_path: Path) -> None:
    lines = [
        {"id": "u1", "visitor": "v1", "at": "2026-11-20T10:05:00+08:00"},
        {"signup": "u1", "step": "real_name", "at": "2026-11-21T10:05:00+08:00"},
        {"signup": "u9", "step": "real_name", "at": "2026-11-21T10:05:00+08:00"},
        {"id": "u1", "at": "2026-11-20T10:05:00+08:00"},
    ]
    path = tmp_path / "signups.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines) + '\n{"id": 3, "x": 1}\nnot json\n', "utf-8")
    dry = import_signups(site.database, path, now=site.start, dry_run=True)
    first = import_signups(site.database, path, now=site.start)
    again = import_signups(site.database, path, now=site.start)
    assert (first.lines, first.signups, first.steps, first.waiting, first.unchanged, first.rejected) == (6, 1, 2, 1, 1, 2)
    assert (dry.signups, dry.steps, dry.rejected) == (1, 2, 2)
    assert (again.signups, again.steps, again.unchanged, again.rejected) == (0, 0, 4, 2)
    assert [row.line for row in first.reasons] == [5, 6]
