"""Segments: the grammar of segments.yaml, compiled to one SQL statement."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import update

from growth.contacts import Medium, PersonFacts, Purpose, Statement, contacts, remember
from growth.contacts.models import Contact
from growth.contacts.segments import count_segment, segment_named, segment_query
from growth.contacts.settings import Segment, parse_moment
from growth.db import Database
from growth.errors import GrowthError
from growth.workspace import WorkspaceInvalid
from growth.workspace.document import parse

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PEOPLE: dict[str, dict[str, Any]] = {
    "ann": {
        "role": "investor",
        "tags": ("vip", "老客户"),
        "attributes": {"level": "3", "city": "北京", "joined": "2026-01-15"},
        "email": True,
    },
    "bob": {"role": "investor", "tags": ("vip",), "attributes": {"level": "10", "city": "上海"}, "email": False},
    "cai": {"role": "borrower", "tags": (), "attributes": {"level": "many", "joined": "2026-10-01"}, "email": True},
    "dan": {"role": None, "tags": ("老客户",), "attributes": {}, "email": None},
}
SEGMENTS = """
segments:
  subscribers: {all: [{field: email_consent, is: yes}]}
  loud: {all: [{segment: subscribers}, {tag: vip}]}
"""


@pytest.fixture
def people(open_workspace: Callable[..., Database]) -> Database:
    """Four people, remembered on four days."""
    database = open_workspace(files={"segments.yaml": SEGMENTS})
    for days, (name, said) in enumerate(PEOPLE.items()):
        at = NOW - timedelta(days=10 * days + 5)
        consents: tuple[Statement, ...] = ()
        if said["email"] is not None:
            consents = (Statement(medium=Medium.EMAIL, purpose=Purpose.MARKETING, granted=said["email"], source=f"form-{name}", at=at),)
        facts = PersonFacts(
            email=f"{name}@x.cn",
            phone=f"+861380013800{days}",
            name=name if name != "dan" else None,
            role=said["role"],
            tags=said["tags"],
            attributes=said["attributes"],
            consents=consents,
            evidence="test",
        )
        with database.write() as session:
            id_ = remember(session, facts, now=at)
            session.execute(update(Contact).where(Contact.id == id_).values(last_visit=None if name == "cai" else at + timedelta(days=1)))
    return database


def who(database: Database, segment: Segment) -> set[str]:
    with database.read() as session:
        ids = list(session.scalars(segment_query(session, segment, now=NOW)))
        assert count_segment(session, segment, now=NOW) == len(ids)
        return {(person.email or "").partition("@")[0] for person in contacts(session, ids)}


def read(text: str) -> Segment:
    return Segment.model_validate(parse("segments.yaml", text).value() or {})


CASES = [
    ("{}", "ann bob cai dan"),
    ("all: [{field: role, is: investor}]", "ann bob"),
    ("all: [{field: role, not: investor}]", "cai dan"),
    ("all: [{field: role, in: [borrower, investor]}]", "ann bob cai"),
    ("all: [{field: role, exists: false}]", "dan"),
    ("all: [{field: role, contains: vest}]", "ann bob"),
    ("all: [{tag: vip}]", "ann bob"),
    ("none: [{tag: vip}]", "cai dan"),
    ("all: [{field: tags, contains: 老客户}]", "ann dan"),
    ("all: [{field: tags, exists: false}]", "cai"),
    ("any: [{tag: 老客户}, {field: role, is: borrower}]", "ann cai dan"),
    ("{all: [{field: role, is: investor}], none: [{field: city, is: 上海}]}", "ann"),
    ("all: [{field: email, is: ANN@X.CN}]", "ann"),
    ("all: [{field: email, is: ann@X.CN}]", "ann"),
    ("all: [{field: email, in: [ann@x.cn, bob@x.cn]}]", "ann bob"),
    ("all: [{field: phone, is: 138-0013-8002}]", "cai"),
    ("all: [{field: email, not: ann@x.cn}]", "bob cai dan"),
    ("all: [{field: name, exists: true}]", "ann bob cai"),
    ("all: [{field: email_consent, is: true}]", "ann cai"),
    ("all: [{field: email_consent, is: no}]", "bob"),
    ("all: [{field: email_consent, exists: false}]", "dan"),
    ("all: [{field: sms_consent, exists: true}]", ""),
    ("all: [{field: consent_source, contains: ann}]", "ann"),
    ("all: [{field: level, above: 5}]", "bob"),
    ("all: [{field: level, below: 10.5}]", "ann bob"),
    ("all: [{field: level, is: 3}]", "ann"),
    ("all: [{field: city, exists: true}]", "ann bob"),
    ("all: [{field: city, not: 北京}]", "bob cai dan"),
    ("all: [{field: joined, before: 2026-06-01}]", "ann"),
    ("all: [{field: joined, after: 60 days ago}]", "cai"),
    ("all: [{field: created_at, after: 20 days ago}]", "ann bob"),
    ("all: [{field: created_at, before: 2026-11-01}]", "cai dan"),
    ("all: [{field: last_visit, before: 10 days ago}]", "bob dan"),
    ("none: [{field: last_visit, before: 10 days ago}]", "ann cai"),
    ("all: [{segment: subscribers}]", "ann cai"),
    ("all: [{segment: loud}]", "ann"),
    ("none: [{segment: loud}]", "bob cai dan"),
    ("all: [{any: [{tag: vip}, {none: [{field: role, exists: true}]}]}]", "ann bob dan"),
    ('all: [{field: city, is: "\' OR 1=1 --"}]', ""),
    ('all: [{field: "x\'] OR 1=1 --", is: a}]', ""),
]


def test_a_segment_is_who_it_says(people: Database) -> None:
    assert {text: who(people, read(text)) for text, _expected in CASES} == {text: set(expected.split()) for text, expected in CASES}


@pytest.mark.parametrize(
    "text",
    [
        "all: [{field: role}]",
        "all: [{field: role, is: a, not: b}]",
        "all: [{is: a}]",
        "all: [{tag: vip, segment: loud}]",
        "all: [{tag: vip, is: a}]",
        "all: [{field: name, is: Ann}]",
        "all: [{field: created_at, is: 3}]",
        "all: [{field: created_at, before: yesterday-ish}]",
        "all: [{field: created_at, before: 2026-02-30}]",
        "all: [{tag: vip, since: 3 days ago}]",
        "all: [{visited: about}]",
        "all: [{}]",
        "all: [{field: role, in: []}]",
        "every: [{tag: vip}]",
        "all: {tag: vip}",
    ],
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read(text)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("segments:\n  a: {all: [{segment: subscriber}]}\n  subscribers: {}\n", 2, "subscribers"),
        ("segments:\n  a: {all: [{segment: b}]}\n  b: {any: [{none: [{segment: a}]}]}\n", 2, "itself"),
        ("segments:\n  a:\n    all:\n      - {field: 身份证, exists: true}\n", 4, "encrypted"),
        ("segments:\n  a:\n    all:\n      - {field: role, like: x}\n", 4, "like"),
    ],
)
def test_a_broken_segments_file_is_told_with_its_place(make_workspace: Any, text: str, line: int, says: str) -> None:
    from growth.contacts.settings import SegmentsFile, check_segments

    yaml = "site: {url: https://www.example.com/}\nattributes: {身份证: {personal: true}}\n"
    try:
        workspace = make_workspace(yaml, files={"segments.yaml": text})
    except WorkspaceInvalid as fault:
        problems = list(fault.problems)
    else:
        problems = list(check_segments(workspace, "segments", workspace.one("segments", SegmentsFile)))
    assert (problems[0].file, problems[0].line) == ("segments.yaml", line)
    assert says in str(problems[0])


def test_an_address_that_is_none_says_which(people: Database) -> None:
    with people.read() as session, pytest.raises(GrowthError, match="nobody-at-all"):
        segment_query(session, read("all: [{field: email, is: nobody-at-all}]"), now=NOW)


def test_an_unknown_segment_names_the_near_one(people: Database) -> None:
    with pytest.raises(GrowthError) as caught:
        segment_named(people.workspace, "subscriber")
    assert "subscribers" in (caught.value.fix or "")


def test_times_are_read_as_people_write_them() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    midnight = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
    assert parse_moment("30 days ago").at(NOW, zone) == NOW - timedelta(days=30)
    assert parse_moment("2h ago").at(NOW, zone) == NOW - timedelta(hours=2)
    assert parse_moment("3天前").at(NOW, zone) == NOW - timedelta(days=3)
    assert parse_moment("2026-11-01").at(NOW, zone) == midnight
    assert parse_moment("2026年11月1日").at(NOW, zone) == midnight
    assert parse_moment("today").at(NOW, zone) == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert parse_moment("2026-11-01T10:00:00+08:00").at(NOW, zone) == datetime(2026, 11, 1, 2, 0, tzinfo=UTC)


_leaf = st.sampled_from(
    [{"tag": "vip"}, {"tag": "老客户"}, {"field": "role", "is": "investor"}, {"field": "city", "exists": True}, {"segment": "subscribers"}]
)
_tree = st.recursive(
    _leaf,
    lambda inner: st.fixed_dictionaries(
        {}, optional={key: st.lists(inner, min_size=1, max_size=3) for key in ("all", "any", "none")}
    ).filter(bool),
    max_leaves=6,
)


def _true(condition: dict[str, Any], name: str) -> bool:
    """The same, by hand."""
    said = PEOPLE[name]
    if "tag" in condition:
        return bool(condition["tag"] in said["tags"])
    if "segment" in condition:
        return said["email"] is True
    if condition.get("field") == "role":
        return bool(said["role"] == "investor")
    if condition.get("field") == "city":
        return "city" in said["attributes"]
    return bool(
        all(_true(each, name) for each in condition.get("all", ()))
        and ("any" not in condition or any(_true(each, name) for each in condition["any"]))
        and not any(_true(each, name) for each in condition.get("none", ()))
    )


@given(tree=_tree)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_groups_of_any_shape_mean_what_logic_says(people: Database, tree: dict[str, Any]) -> None:
    assert who(people, Segment.model_validate({"all": [tree]})) == {name for name in PEOPLE if _true(tree, name)}
