"""Tracked links: a short code of our own leads to one registered target, and says which channel brought whoever follows it.

The code is carried on to the target as ``?g=CODE`` where the target is the site itself, so that the visit can be told without a cookie.
A link for one person is the shared link's code with that person sealed behind it (``CODE-PERSON``): nothing is stored for it, and only
the holder of the index key can make one. Where length counts (SMS), `short=True` stores a code of its own instead.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth import clock, urls
from growth.channels import models
from growth.channels.catalogue import ChannelView, channel_named
from growth.channels.writing import insert_new
from growth.db import vault
from growth.errors import GrowthError
from growth.language import _
from growth.security import Vault
from growth.workspace import Workspace

#: the query parameter that carries the code to the site
TOKEN_PARAMETER: Final = "g"  # noqa: S105 - a name, no secret
#: letters and digits that are not mistaken for each other
ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS = tuple(low + high for high in ALPHABET for low in ALPHABET)
#: 57⁷ ≈ 2·10¹² codes for shared links; a stored link for one person is not to be guessed: 57¹² ≈ 2⁷⁰
SHARED_LENGTH: Final = 7
PERSONAL_LENGTH: Final = 12
_PERSON_LENGTH: Final = 22
_MARK_LENGTH: Final = 6


class BadTarget(GrowthError):
    """A link would lead nowhere, or to what is no web address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedLink:
    """A link to hand out: `url` is what people follow, `target` where they arrive, the channel's token with it."""

    id: int
    code: str
    url: str
    target: str
    channel: str
    label: str = ""
    via: str = "link"
    contact_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedLink:
    """What a code stands for. `contact_id` is the one person it was made for."""

    id: int
    code: str
    target: str
    channel_id: int
    channel: str
    medium: str
    label: str
    via: str
    contact_id: UUID | None


def tracked_link(
    session: Session,
    *,
    channel: str,
    target: str | None,
    workspace: Workspace,
    now: datetime,
    contact: UUID | None = None,
    label: str | None = None,
    medium: str | None = None,
    via: str = "link",
    short: bool = False,
) -> TrackedLink:
    """The link of `channel` to `target` (a path of the site or an address; None: the channel's own `to`): the same one each time.

    `label` tells links of one channel apart (``placement:hao123-home``). With `medium` an unknown channel is made, as campaigns without
    an entry in channels.yaml need it. `contact` makes a link for one person, `short` stores it (12 characters instead of 36).
    Raises UnknownChannel, BadTarget.
    """
    found = channel_named(session, channel, medium=medium, day=clock.site_day(now, workspace.zone))
    if found.id is None:
        raise BadTarget(_("“{name}” is a medium, not a channel", name=channel), fix=_("name a channel of channels.yaml"))
    whole = absolute_target(workspace, target if target is not None else found.target)
    stored_for = contact if short else None
    row = _row(session, channel=found, target=whole, label=label or "", via=via, contact=stored_for, now=now)
    code = row.code if contact is None or short else personal_code(vault(session), row.code, contact)
    return TrackedLink(
        id=row.id,
        code=code,
        url=link_url(workspace, code, via=via),
        target=with_token(workspace, whole, code),
        channel=found.name,
        label=row.label,
        via=via,
        contact_id=contact,
    )


def resolve_link(session: Session, code: str) -> ResolvedLink | None:
    """What `code` stands for, or None. A person that was tampered with is left out; the link itself still leads to its target."""
    shared, dash, sealed = code.partition("-")
    if len(code) > 64 or not shared or any(character not in ALPHABET for character in shared):
        return None
    row = session.execute(
        select(models.Link, models.Channel.name, models.Channel.medium).join(models.Channel).where(models.Link.code == shared)
    ).first()
    if row is None:
        return None
    link, channel, medium = row
    contact = person_of(vault(session), shared, sealed) if dash else link.contact_id
    return ResolvedLink(
        id=link.id,
        code=code,
        target=link.target,
        channel_id=link.channel_id,
        channel=channel,
        medium=medium,
        label=link.label,
        via=link.via,
        contact_id=contact,
    )


def absolute_target(workspace: Workspace, target: str | None) -> str:
    """`target` as an absolute address; a path is the site's, None its start page. Raises BadTarget."""
    base = workspace.settings.site.url if target is None or (target.startswith("/") and not target.startswith("//")) else None
    try:
        return urls.normal(target or "/", base=base, keep_fragment=True)
    except urls.NotAUrl as fault:
        raise BadTarget(
            _("“{target}” is no address that a link may lead to", target=(target or "")[:80]), fix=_("write /register or https://…")
        ) from fault


def with_token(workspace: Workspace, target: str, code: str) -> str:
    """`target` with the code, where it is the site's own: other people's sites are not told who comes."""
    if urls.host_of(target) not in workspace.settings.site.hosts:
        return target
    return urls.with_parameters(target, {TOKEN_PARAMETER: code})


def link_url(workspace: Workspace, code: str, *, via: str = "link") -> str:
    """Where the code is followed."""
    return f"{workspace.settings.public_url}{'q' if via == 'qr' else 'l'}/{code}"


def personal_code(keys: Vault, shared: str, contact: UUID) -> str:
    """The code of a shared link for one person: needs no database, so that a mailing of a million costs nothing."""
    return f"{shared}-{_person(contact)}{_mark(keys, shared, contact)}"


def person_of(keys: Vault, shared: str, sealed: str) -> UUID | None:
    """The person behind ``-``; None where it is not one that we made."""
    if len(sealed) != _PERSON_LENGTH + _MARK_LENGTH or any(character not in ALPHABET for character in sealed):
        return None
    number = _decode(sealed[:_PERSON_LENGTH])
    if number >= 1 << 128:
        return None
    contact = UUID(int=number)
    return contact if secrets.compare_digest(sealed[_PERSON_LENGTH:], _mark(keys, shared, contact)) else None


def _row(session: Session, *, channel: ChannelView, target: str, label: str, via: str, contact: UUID | None, now: datetime) -> models.Link:
    parts = (str(channel.id), target, label, via, str(contact or ""))
    digest = blake2b("\0".join(parts).encode(), digest_size=16).digest()
    query = select(models.Link).where(models.Link.digest == digest)
    if (row := session.scalar(query)) is not None:
        return row
    length = PERSONAL_LENGTH if contact else SHARED_LENGTH
    values = {
        "code": "".join(secrets.choice(ALPHABET) for _place in range(length)),
        "channel_id": channel.id,
        "target": target,
        "label": label,
        "via": via,
        "contact_id": contact,
        "digest": digest,
        "created_at": now,
    }
    insert_new(session, models.Link, [values], on="digest")
    return session.execute(query).scalar_one()


@lru_cache(maxsize=64)
def _person(contact: UUID) -> str:
    """The person's part: the same in every link of one message."""
    return _encode(contact.int, _PERSON_LENGTH)


def _mark(keys: Vault, shared: str, contact: UUID) -> str:
    return _encode(int.from_bytes(keys.index("link", f"{shared}:{contact}")[:4], "big"), _MARK_LENGTH)


def _encode(number: int, length: int) -> str:
    """Lowest digit first; two at a time, since it is done several times for each message."""
    pairs = []
    for _place in range(length // 2):
        number, rest = divmod(number, len(_PAIRS))
        pairs.append(_PAIRS[rest])
    if length % 2:
        pairs.append(ALPHABET[number % len(ALPHABET)])
    return "".join(pairs)


def _decode(text: str) -> int:
    number = 0
    for character in reversed(text):
        number = number * len(ALPHABET) + ALPHABET.index(character)
    return number
