"""Consent, merges and their undoing."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from growth.contacts import (
    CannotUndo,
    Medium,
    PersonFacts,
    Purpose,
    Statement,
    SuppressionReason,
    UnknownContact,
    address_index,
    all_ids,
    consent_history,
    consent_of,
    contact,
    find_contact,
    keys_of,
    lift_by_confirmation,
    record_consent,
    remember,
    suppress,
    suppressed,
    suppression_of,
    undo_merge,
)
from growth.contacts.models import ContactMerge
from growth.db import Database

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def person(database: Database, **said: Any) -> UUID:
    with database.write() as session:
        return remember(session, PersonFacts(evidence="test", **said), now=NOW)


def say(granted: bool, hours: int, source: str = "form") -> Statement:
    return Statement(medium=Medium.EMAIL, purpose=Purpose.MARKETING, granted=granted, source=source, at=NOW + timedelta(hours=hours))


def counts(database: Database, id_: UUID) -> bool | None:
    with database.read() as session:
        said = consent_of(session, id_, medium=Medium.EMAIL, purpose=Purpose.MARKETING)
    return None if said is None else said.granted


def test_the_newest_statement_counts_in_whatever_order_they_arrive(database: Database) -> None:
    statements = [say(True, 1), say(False, 2), say(True, 3, "again"), say(False, 3, "same instant")]
    for number, order in enumerate(permutations(statements)):
        id_ = person(database, email=f"p{number}@x.cn")
        with database.write() as session:
            for each in order:
                record_consent(session, id_, each)
        assert counts(database, id_) is False
        with database.read() as session:
            assert len(consent_history(session, id_)) == 4


def test_the_same_statement_twice_is_one(database: Database) -> None:
    id_ = person(database, email="a@x.cn")
    with database.write() as session:
        assert record_consent(session, id_, say(True, 1))
        assert not record_consent(session, id_, say(True, 1))
        assert len(consent_history(session, id_)) == 1


def test_consent_is_by_medium_and_purpose(database: Database) -> None:
    id_ = person(database, email="a@x.cn")
    with database.write() as session:
        record_consent(session, id_, say(True, 1))
        assert consent_of(session, id_, medium=Medium.SMS, purpose=Purpose.MARKETING) is None
        assert consent_of(session, id_, medium=Medium.EMAIL, purpose=Purpose.SERVICE) is None


def test_a_form_may_give_consent_again_after_a_refusal(database: Database) -> None:
    id_ = person(database, email="a@x.cn", consents=(say(False, 0),))
    assert person(database, email="a@x.cn", consents=(say(True, 1),)) == id_
    assert counts(database, id_) is True


def test_a_merge_joins_two_people_and_its_undoing_parts_them(database: Database) -> None:
    first = person(database, email="a@x.cn", name="A", tags=("one", "both"), consents=(say(True, 1),))
    second = person(
        database,
        phone="+8613800138000",
        name="B",
        role="investor",
        tags=("two", "both"),
        attributes={"city": "北京"},
        consents=(say(False, 2),),
    )
    person(database, email="b@x.cn", keys=(("openid", "o1"),), phone="+8613800138000")
    merged = person(database, email="a@x.cn", phone="+8613800138000")
    assert merged == first
    with database.write() as session:
        found = contact(session, second)
        assert (found.id, found.name, found.role, found.phone) == (first, "A", "investor", "+8613800138000")
        assert found.tags == ("both", "one", "two")
        assert found.attributes == {"city": "北京"}
        assert set(keys_of(session, first)) == {("email", "a@x.cn"), ("email", "b@x.cn"), ("phone", "+8613800138000"), ("openid", "o1")}
        assert set(all_ids(session, first)) == {first, second}
        merge = session.scalars(select(ContactMerge)).one()
        assert (merge.kept, merge.gone, merge.evidence) == (first, second, "test")
    assert counts(database, first) is False
    with database.write() as session:
        undo_merge(session, merge.id, now=NOW)
    with database.write() as session:
        mine, theirs = contact(session, first), contact(session, second)
        assert (mine.name, mine.email, mine.phone, mine.role, mine.tags, mine.attributes) == (
            "A",
            "a@x.cn",
            None,
            None,
            ("both", "one"),
            {},
        )
        assert (theirs.name, theirs.email, theirs.phone, theirs.role) == ("B", "b@x.cn", "+8613800138000", "investor")
        assert find_contact(session, "13800138000") == second
        assert set(keys_of(session, first)) == {("email", "a@x.cn")}
        with pytest.raises(CannotUndo):
            undo_merge(session, merge.id, now=NOW)
    assert counts(database, first) is True
    assert counts(database, second) is False


def test_one_key_may_prove_three_people_to_be_one(database: Database) -> None:
    person(database, email="a@x.cn")
    person(database, phone="+8613800138000")
    person(database, keys=(("openid", "o1"),))
    one = person(database, email="a@x.cn", phone="+8613800138000", keys=(("openid", "o1"), ("signup", "42")))
    with database.read() as session:
        assert len(all_ids(session, one)) == 3
        assert set(keys_of(session, one)) == {("email", "a@x.cn"), ("openid", "o1"), ("phone", "+8613800138000"), ("signup", "42")}


def test_suppression_is_by_address_and_keeps_its_first_reason(database: Database) -> None:
    with database.write() as session:
        index = address_index(session, Medium.EMAIL, "a@x.cn")
        assert suppress(session, medium=Medium.EMAIL, address_index=index, reason=SuppressionReason.REFUSED, at=NOW)
        assert not suppress(session, medium=Medium.EMAIL, address_index=index, reason=SuppressionReason.REPLIED_STOP, at=NOW)
        other = address_index(session, Medium.EMAIL, "b@x.cn")
        assert suppressed(session, medium=Medium.EMAIL, address_indexes=[index, other]) == {index}
        assert suppressed(session, medium=Medium.SMS, address_indexes=[index]) == set()
        assert lift_by_confirmation(session, medium=Medium.EMAIL, address_index=index)
        suppress(session, medium=Medium.EMAIL, address_index=index, reason=SuppressionReason.HARD_BOUNCE, at=NOW)
        assert not lift_by_confirmation(session, medium=Medium.EMAIL, address_index=index)
        found = suppression_of(session, medium=Medium.EMAIL, address_index=index)
    assert found is not None
    assert found.reason is SuppressionReason.HARD_BOUNCE


def test_nobody_is_found_by_an_address_that_nobody_has(database: Database) -> None:
    with database.read() as session:
        for text in ("nobody@x.cn", "13800138999", "01932a7e-0000-7000-8000-000000000000"):
            with pytest.raises(UnknownContact):
                find_contact(session, text)
