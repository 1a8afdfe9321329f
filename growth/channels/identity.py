"""Who is one person: keys under which somebody was seen, joined by evidence only.

Keys are deterministic (`visitor:…`, `contact:…`, `openid:…`, `signup:…`); nothing is ever joined by address and browser.
A join is a row with its evidence, and can be taken back: the groups are then found anew from the rows that are left.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from secrets import token_hex
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from growth.channels.models import Identity, IdentityLink, Touch, TouchChange
from growth.channels.writing import insert_new
from growth.db import table_of, vault
from growth.errors import GrowthError
from growth.language import _

#: kinds of keys; the value of those in `PRIVATE` is kept as its blind index only
KINDS: Final = frozenset({"visitor", "contact", "signup", "openid", "unionid", "email", "phone"})
PRIVATE: Final = frozenset({"openid", "unionid", "email", "phone"})
_KEY = re.compile(r"([a-z]+):(\S[^\x00-\x1f]{0,199})")


class BadKey(GrowthError):
    """A text that should name an identity does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Two keys that were found to be one person, with the row that proves it."""

    one: str
    other: str
    evidence: str
    at: datetime
    undone: bool


def stored_key(session: Session, key: str) -> str:
    """`key` as it is stored: openids and addresses become their blind index. Raises BadKey."""
    match = _KEY.fullmatch(key)
    if match is None or match[1] not in KINDS:
        raise BadKey(
            _("“{key}” names no identity", key=key[:60]), fix=_("write KIND:VALUE with one of {words}", words=", ".join(sorted(KINDS)))
        )
    return f"{match[1]}:{vault(session).index(match[1], match[2]).hex()[:32]}" if match[1] in PRIVATE else key


def identity_id(stored: str) -> int:
    """The id of a stored key: 63 bits of its hash. Ten million keys collide with a chance of 1 in 200,000."""
    return int.from_bytes(blake2b(stored.encode(), digest_size=8).digest(), "big") >> 1


def add_identities(session: Session, stored_keys: Iterable[str]) -> dict[str, int]:
    """Make sure that the keys are known; their ids by key."""
    ids = {key: identity_id(key) for key in dict.fromkeys(stored_keys)}
    rows = [{"id": id, "key": key, "person": id, "joined": False, "contact_id": _contact(key)} for key, id in ids.items()]
    insert_new(session, Identity, rows, on="id")
    return ids


def join(session: Session, *, one: str, other: str, evidence: str, at: datetime) -> None:
    """Record that two keys are one person, `evidence` naming the row (``link:12``, ``signup:u-5``). A repeat changes nothing."""
    keys = stored_key(session, one), stored_key(session, other)
    low, high = sorted((identity_id(keys[0]), identity_id(keys[1])))
    if low == high:
        return
    connection = session.connection()
    link = {"one": low, "other": high, "evidence": evidence}
    if connection.scalar(_KNOWN_LINK, link) is not None:
        return
    add_identities(session, keys)
    connection.execute(_NEW_LINK, {**link, "at": at, "undone_at": None})
    found = {id: (person, joined) for id, person, joined in connection.execute(_TWO, {"low": low, "high": high})}
    (low_person, low_joined), (high_person, high_joined) = found[low], found[high]
    if not (low_joined and high_joined):
        connection.execute(_MARK_JOINED, {"low": low, "high": high})
    if low_person != high_person:
        groups = None if low_joined or high_joined else {low: low_person, high: high_person}
        _unite(session, low_person, high_person, groups)


def undo_join(session: Session, *, one: str, other: str, now: datetime) -> int:
    """Take back every join of two keys; how many there were. Their groups are found anew."""
    low, high = sorted(identity_id(stored_key(session, key)) for key in (one, other))
    undone = session.execute(
        update(IdentityLink)
        .where(IdentityLink.one == low, IdentityLink.other == high, IdentityLink.undone_at.is_(None))
        .values(undone_at=now)
        .returning(IdentityLink.id)
    ).all()
    if undone:
        person = session.scalar(select(Identity.person).where(Identity.id == low))
        members = list(session.scalars(select(Identity.id).where(Identity.person == person)))
        _regroup(session, members)
        _note(session, members)
    return len(undone)


def keys_of_person(session: Session, key: str) -> list[str]:
    """All keys of the person who has `key`, itself included; empty where it was never seen."""
    person = select(Identity.person).where(Identity.id == identity_id(stored_key(session, key))).scalar_subquery()
    return list(session.scalars(select(Identity.key).where(Identity.person == person).order_by(Identity.key)))


def joins_of_person(session: Session, key: str) -> list[Join]:
    """The evidence that makes one person of these keys, undone ones too."""
    keys = dict(
        session.execute(
            select(Identity.id, Identity.key).where(
                Identity.person == select(Identity.person).where(Identity.id == identity_id(stored_key(session, key))).scalar_subquery()
            )
        )
        .tuples()
        .all()
    )
    rows = session.scalars(
        select(IdentityLink).where(or_(IdentityLink.one.in_(keys), IdentityLink.other.in_(keys))).order_by(IdentityLink.id)
    ).all()
    others = {id for row in rows for id in (row.one, row.other)} - set(keys)
    keys |= dict(session.execute(select(Identity.id, Identity.key).where(Identity.id.in_(others))).tuples().all())
    return [
        Join(one=keys[row.one], other=keys[row.other], evidence=row.evidence, at=row.at, undone=row.undone_at is not None) for row in rows
    ]


def joins_by_evidence(session: Session, prefix: str) -> dict[str, bool]:
    """Joins whose evidence begins with `prefix`, and whether they hold."""
    rows = session.execute(
        select(IdentityLink.evidence, IdentityLink.undone_at).where(IdentityLink.evidence.startswith(prefix, autoescape=True))
    )
    return {evidence: undone is None for evidence, undone in rows}


def forget_names(session: Session, contact_ids: Sequence[UUID]) -> int:
    """Take the names out of what is known of these contacts: every key of their people that names somebody; how many.

    The groups and their touches stay, as those of nobody: counts of the past are not to change.
    """
    people = select(Identity.person).where(Identity.contact_id.in_(contact_ids))
    rows = session.scalars(select(Identity).where(Identity.person.in_(people))).all()
    named = [row for row in rows if not row.key.startswith("visitor:")]
    for row in named:
        row.key, row.contact_id = f"erased:{token_hex(8)}", None
    session.flush()
    return len(named)


def _contact(key: str) -> UUID | None:
    kind, _colon, value = key.partition(":")
    if kind != "contact":
        return None
    try:
        return UUID(value)
    except ValueError as fault:
        raise BadKey(_("“{key}” names no contact", key=key[:60]), fix=_("write contact:ID with the contact's id")) from fault


def _unite(session: Session, one: int, other: int, members: Mapping[int, int] | None) -> None:
    """The smaller group takes the name of the larger; `members` are the two keys, by person, where neither was joined before."""
    keep, give = min(one, other), max(one, other)
    if members is None:
        members = dict(session.execute(select(Identity.id, Identity.person).where(Identity.person.in_((one, other)))).tuples().all())
        sizes = Counter(members.values())
        keep, give = sorted((one, other), key=lambda person: (-sizes[person], person))
    _note(session, members, was=members)
    session.connection().execute(_RENAME, {"give": give, "keep": keep})


def _regroup(session: Session, members: Sequence[int]) -> None:
    """Groups of `members` from the joins that hold."""
    parent = {member: member for member in members}

    def root(id: int) -> int:
        while parent[id] != id:
            parent[id] = parent[parent[id]]
            id = parent[id]
        return id

    rows = session.execute(
        select(IdentityLink.one, IdentityLink.other).where(IdentityLink.one.in_(members), IdentityLink.undone_at.is_(None))
    ).tuples()
    for one, other in rows:
        if other in parent:
            parent[max(root(one), root(other))] = min(root(one), root(other))
    for member in members:
        session.execute(update(Identity).where(Identity.id == member).values(person=root(member)))


def _note(session: Session, members: Collection[int], *, was: Mapping[int, int] | None = None) -> None:
    """Everything computed from the paths of `members` is to be looked at again, from the first touch of any of them on.

    Members without a touch too: a sign-up that is parted from its visitor has none left. `was`: the persons that are joined.
    """
    connection = session.connection()
    first = min((at for member in members if (at := connection.scalar(_FIRST_TOUCH, {"id": member})) is not None), default=None)
    if first is not None:
        session.execute(insert(TouchChange), [{"identity_id": id, "at": first, "was": was[id] if was else None} for id in members])


#: statements of `join`, which is called for every sign-up: made once, they cost a third
_KNOWN_LINK: Final = select(IdentityLink.id).where(
    IdentityLink.one == bindparam("one"), IdentityLink.other == bindparam("other"), IdentityLink.evidence == bindparam("evidence")
)
_NEW_LINK: Final = insert(table_of(IdentityLink))
_IDENTITY: Final = table_of(Identity).c
_TWO: Final = select(_IDENTITY.id, _IDENTITY.person, _IDENTITY.joined).where(
    or_(_IDENTITY.id == bindparam("low"), _IDENTITY.id == bindparam("high"))
)
_MARK_JOINED: Final = (
    update(table_of(Identity)).where(or_(Identity.id == bindparam("low"), Identity.id == bindparam("high"))).values(joined=True)
)
_RENAME: Final = update(table_of(Identity)).where(Identity.person == bindparam("give")).values(person=bindparam("keep"))
_FIRST_TOUCH: Final = select(func.min(Touch.at)).where(Touch.identity_id == bindparam("id"))
