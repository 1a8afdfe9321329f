"""Keys of one person are joined by evidence, and joins can be taken back."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from growth.channels import BadEvidence, BadKey, join, joins_of_person, keys_of_person, record_touch, touch_count, undo_join
from growth.channels.models import Identity
from growth.db import Database

MING = "contact:0190c0de-0000-7000-8000-000000000001"


def test_joined_keys_are_one_person_whatever_the_order(database: Database, now: datetime) -> None:
    with database.write() as session:
        join(session, one="signup:u1", other="visitor:a", evidence="signup:1", at=now)
        join(session, one=MING, other="visitor:b", evidence="link:1", at=now)
        assert keys_of_person(session, "visitor:a") == ["signup:u1", "visitor:a"]
        join(session, one="visitor:b", other="signup:u1", evidence="signup:2", at=now)
        assert set(keys_of_person(session, MING)) == {"signup:u1", "visitor:a", "visitor:b", MING}


def test_a_join_that_is_taken_back_parts_them_again_and_stays_on_record(database: Database, now: datetime) -> None:
    with database.write() as session:
        join(session, one="visitor:a", other="signup:1", evidence="signup:1", at=now)
        join(session, one="visitor:b", other="signup:1", evidence="signup:1", at=now)
        assert undo_join(session, one="visitor:b", other="signup:1", now=now) == 1
        assert keys_of_person(session, "visitor:b") == ["visitor:b"]
        assert set(keys_of_person(session, "signup:1")) == {"signup:1", "visitor:a"}
        assert [entry.undone for entry in joins_of_person(session, "signup:1")] == [False, True]


def test_openids_and_addresses_are_not_kept_in_the_clear(database: Database, now: datetime) -> None:
    with database.write() as session:
        record_touch(session, at=now, channel="wechat", kind="follow", key="openid:oABCDEF", evidence="wx_event:1")
        join(session, one="phone:+8613800138000", other="openid:oABCDEF", evidence="wx_bind:1", at=now)
        stored = " ".join(session.scalars(select(Identity.key)))
        assert touch_count(session, "openid:oABCDEF") == 1
        assert len(keys_of_person(session, "phone:+8613800138000")) == 2
    assert "oABCDEF" not in stored
    assert "13800138000" not in stored


@pytest.mark.parametrize("key", ["", "ming", "name:ming", "visitor:", "visitor: x", "visitor:" + "x" * 300, "visitor:a\nb", "contact:ming"])
def test_a_text_that_names_no_identity_is_refused(database: Database, now: datetime, key: str) -> None:
    with database.write() as session, pytest.raises(BadKey):
        record_touch(session, at=now, channel="wechat", kind="follow", key=key, evidence="wx_event:1")


def test_a_touch_needs_a_row_that_proves_it_and_counts_once(database: Database, now: datetime) -> None:
    with database.write() as session:
        with pytest.raises(BadEvidence):
            record_touch(session, at=now, channel="wechat", kind="follow", key="visitor:a", evidence="because")
        for _time in range(3):
            record_touch(session, at=now, channel="wechat", kind="follow", key="visitor:a", evidence="wx_event:1")
        assert touch_count(session, "visitor:a") == 1


NAMES = [f"visitor:{letter}" for letter in "abcdef"]
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=12)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=PAIRS, undone=st.lists(st.integers(0, 11), max_size=6))
def test_groups_are_the_connected_parts_of_the_joins_that_hold(
    database: Database, now: datetime, pairs: list[tuple[str, str]], undone: list[int]
) -> None:
    with database.read() as session:  # what a read session changes is not kept
        for one, other in pairs:
            join(session, one=one, other=other, evidence="row:1", at=now)
        taken_back = {tuple(sorted(pairs[number])) for number in undone if number < len(pairs)}
        for one, other in taken_back:
            undo_join(session, one=one, other=other, now=now)
        holding = [pair for pair in pairs if tuple(sorted(pair)) not in taken_back]
        for name in {name for pair in pairs for name in pair if pair[0] != pair[1]}:
            group, before = {name}, set()
            while group != before:
                before = set(group)
                group |= {end for pair in holding if group & set(pair) for end in pair}
            assert set(keys_of_person(session, name)) == group
