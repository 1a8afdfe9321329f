"""Whether a person may be written to, and why not: one rule for a plan, for a frozen audience and for the last look before sending."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, literal, null, or_, select, update
from sqlalchemy.orm import Session, aliased

from growth.contacts.address import Medium
from growth.contacts.consent import Purpose
from growth.contacts.models import Consent, Contact, ContactIdentity, Suppression
from growth.db import table_of

_NOTING = (
    update(table_of(Contact)).where(table_of(Contact).c.id.in_(bindparam("people", expanding=True))).values(last_sent=bindparam("moment"))
)


class Barrier(StrEnum):
    """Why a person may not be written to."""

    #: no e-mail, phone or openid
    NO_ADDRESS = "no_address"
    #: the address is on the suppression list
    SUPPRESSED = "suppressed"
    #: marketing without a recorded consent, or any message after a refusal of its purpose
    NO_CONSENT = "no_consent"
    #: the person has another address by now
    ADDRESS_CHANGED = "address_changed"
    #: there is no such person any more
    ERASED = "erased"


def reach_query(*, medium: Medium, purpose: Purpose, audience: Select[UUID]) -> Select[Any]:
    """Everybody of `audience` (a Select of contact ids): ``id``, ``address_index``, ``domain``, ``reason`` (NULL where none)."""
    index, domain, people = _address(medium)
    reason = case((index.is_(None), literal(Barrier.NO_ADDRESS.value)), *_against(medium, purpose), else_=null())
    return (
        select(Contact.id, index.label("address_index"), domain.label("domain"), reason.label("reason"))
        .select_from(people)
        .outerjoin(Suppression, and_(Suppression.medium == medium, Suppression.address_index == index))
        .outerjoin(Consent, _said(medium, purpose))
        .where(Contact.id.in_(audience))
    )


def barriers(session: Session, *, medium: Medium, purpose: Purpose, people: Mapping[UUID, bytes]) -> dict[UUID, Barrier]:
    """What is against writing to each of `people` at the address (its keyed hash) given; those left out of the answer may be written to."""
    found: dict[UUID, Barrier] = dict.fromkeys(people, Barrier.ERASED)
    for id_, current, reason in session.connection().execute(_barriers_query(medium, purpose), {"people": list(people)}).all():
        if reason is not None:
            found[id_] = Barrier(reason)
        elif current != people[id_]:
            found[id_] = Barrier.ADDRESS_CHANGED
        else:
            del found[id_]
    return found


@lru_cache
def _barriers_query(medium: Medium, purpose: Purpose) -> Select[Any]:
    """Made once: to put it together took longer than to run it for a batch of 32."""
    index, _domain, from_ = _address(medium)
    return (
        select(Contact.id, index, case(*_against(medium, purpose), else_=null()))
        .select_from(from_)
        .outerjoin(Suppression, and_(Suppression.medium == medium, Suppression.address_index == index))
        .outerjoin(Consent, _said(medium, purpose))
        .where(Contact.id.in_(bindparam("people", expanding=True)), Contact.merged_into.is_(None))
    )


def note_sent(session: Session, ids: Collection[UUID], *, at: datetime) -> None:
    """These people were sent a message."""
    session.connection().execute(_NOTING, {"people": list(ids), "moment": at})


def _address(medium: Medium) -> tuple[ColumnElement[Any], ColumnElement[Any], Any]:
    """The address of a contact for a medium: its keyed hash, its domain (of phones the calling code), and the tables they stand in."""
    if medium is Medium.EMAIL:
        return Contact.email_index.expression, Contact.email_domain.expression, Contact
    if medium is Medium.SMS:
        return Contact.phone_index.expression, Contact.phone_code.expression, Contact
    # of several openids the one with the least key; PostgreSQL before 18 knows no min() of bytes
    other = aliased(ContactIdentity)
    smaller = exists().where(
        other.kind == medium.key, other.contact_id == ContactIdentity.contact_id, other.key_index < ContactIdentity.key_index
    )
    openid = select(ContactIdentity.contact_id, ContactIdentity.key_index).where(ContactIdentity.kind == medium.key, ~smaller)
    keys = openid.subquery("openid")
    return keys.c.key_index, null(), Contact.__table__.outerjoin(keys, keys.c.contact_id == Contact.id)


def _said(medium: Medium, purpose: Purpose) -> ColumnElement[bool]:
    """The statement that counts, joined by this."""
    return and_(Consent.contact_id == Contact.id, Consent.medium == medium, Consent.purpose == purpose, Consent.is_current.is_(True))


def _against(medium: Medium, purpose: Purpose) -> tuple[tuple[ColumnElement[bool], ColumnElement[str]], ...]:
    """Suppression stops everything but staff; marketing needs a yes; service is stopped by a no.

    Of WeChat the yes is the follow, which is recorded where the account is (`growth.app.App.openness`); a no counts as everywhere.
    """
    if purpose is Purpose.STAFF:
        return ((literal(False), literal("")),)
    needs_yes = purpose is Purpose.MARKETING and medium is not Medium.WECHAT
    refused = or_(Consent.granted.is_(None), Consent.granted.is_(False)) if needs_yes else Consent.granted.is_(False)
    return (Suppression.reason.is_not(None), literal(Barrier.SUPPRESSED.value)), (refused, literal(Barrier.NO_CONSENT.value))
