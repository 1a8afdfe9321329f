"""What a person says about our messages: no more of them, which of them, or yes again (double opt-in)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.contacts import (
    ContactView,
    Medium,
    PersonFacts,
    Purpose,
    Statement,
    SuppressionReason,
    UnknownContact,
    address_index,
    consent_of,
    contact,
    domain_of,
    lift_by_confirmation,
    live_id,
    normal_email,
    openids_of,
    record_consent,
    remember,
    suppression_of,
)
from growth.db import Database, uuid7, vault
from growth.errors import GrowthError
from growth.language import _
from growth.messaging.eligible import Rules
from growth.messaging.ledger import NewDelivery
from growth.messaging.links import Recipient, read_preferences, read_unsubscribe
from growth.messaging.mailing import add_to_mailing
from growth.messaging.models import Mailing
from growth.security import BadToken
from growth.workspace import Workspace

#: how long a confirmation can wait
CONFIRMATION_VALID = timedelta(days=7)
CONFIRM_STREAM = "subscribe:confirm"
#: what a confirmation's address and form are sealed for
_CONFIRM_PLACE = "confirm.link"
#: the person asked for this very message, so an earlier refusal of theirs does not stop it
CONFIRM_RULES = Rules(medium=Medium.EMAIL, purpose=Purpose.SERVICE, own_request=True)
_CONFIRM = "confirm"
#: refusals that a person's own request does not undo
_FINAL = (SuppressionReason.HARD_BOUNCE, SuppressionReason.COMPLAINT, SuppressionReason.MANUAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a person gets: marketing by medium (None: no address for it), and whether notices about their own affairs too."""

    marketing: Mapping[Medium, bool]
    service: Mapping[Medium, bool]


def unsubscribe(session: Session, token: str, *, at: datetime) -> Recipient:
    """No more of what the stream is for, by that medium; at once. Raises BadToken. Somebody who is gone already stays gone."""
    recipient = read_unsubscribe(vault(session), token)
    refuse(session, recipient, source="unsubscribe link", at=at)
    return recipient


def refuse(session: Session, recipient: Recipient, *, source: str, at: datetime) -> None:
    """Record a refusal for the purpose of the recipient's stream."""
    try:
        contact_id = live_id(session, recipient.contact_id)
    except UnknownContact:
        return
    purpose = session.scalar(select(Mailing.purpose).where(Mailing.stream == recipient.stream).order_by(Mailing.created_at.desc()).limit(1))
    said = Statement(
        medium=recipient.medium,
        purpose=Purpose(purpose) if purpose in (Purpose.MARKETING, Purpose.SERVICE) else Purpose.MARKETING,
        granted=False,
        source=source,
        at=at,
        evidence=recipient.stream,
    )
    record_consent(session, contact_id, said)


def preferences_of(session: Session, token: str) -> tuple[UUID, Preferences]:
    """Whom a preferences token is for, and what they get. Raises BadToken, also where the person is gone."""
    try:
        contact_id = live_id(session, read_preferences(vault(session), token))
    except UnknownContact as fault:
        raise BadToken(_("this link is not valid any more")) from fault
    person = contact(session, contact_id)
    media = [medium for medium in Medium if _own_address(session, person, medium)]
    marketing, service = {}, {}
    for medium in media:
        said = consent_of(session, contact_id, medium=medium, purpose=Purpose.MARKETING)
        # of WeChat the follow is the yes (`growth.contacts.reach`)
        marketing[medium] = said.granted if said else medium is Medium.WECHAT
        said = consent_of(session, contact_id, medium=medium, purpose=Purpose.SERVICE)
        service[medium] = not (said and not said.granted)
    return contact_id, Preferences(marketing=marketing, service=service)


def set_preferences(session: Session, token: str, wanted: Preferences, *, at: datetime, text_version: str) -> Preferences:
    """Record what changed; what the person gets now. Raises BadToken. A yes here is the person's own, so it ends an earlier refusal."""
    contact_id, before = preferences_of(session, token)
    person = contact(session, contact_id)
    for purpose, now_, then in (
        (Purpose.MARKETING, wanted.marketing, before.marketing),
        (Purpose.SERVICE, wanted.service, before.service),
    ):
        for medium, granted in now_.items():
            if medium not in then or granted == then[medium]:
                continue
            said = Statement(medium=medium, purpose=purpose, granted=granted, source="preference page", at=at, text_version=text_version)
            record_consent(session, contact_id, said)
            own = _own_address(session, person, medium)
            if granted and own:
                lift_by_confirmation(session, medium=medium, address_index=address_index(session, medium, own))
    return preferences_of(session, token)[1]


def _own_address(session: Session, person: ContactView, medium: Medium) -> str | None:
    """The address at which the person gets messages of a medium."""
    return openids_of(session, [person.id]).get(person.id) if medium is Medium.WECHAT else person.address(medium)


def ask_to_confirm(database: Database, *, email: str, source: str, now: datetime) -> None:
    """Somebody typed an address into a subscribe form: it is sent one mail a day at most that asks to confirm.

    Nothing tells whether the address is known. Raises BadAddress for what is none.
    """
    address = normal_email(email)
    with database.write() as session:
        index = address_index(session, Medium.EMAIL, address)
        stopped = suppression_of(session, medium=Medium.EMAIL, address_index=index)
        if stopped is not None and stopped.reason in _FINAL:
            return
        day = now.astimezone(database.workspace.zone).date().isoformat()
        row = NewDelivery(contact_id=None, address_index=index, domain=domain_of(address), address=address, variant=source[:60] or None)
        add_to_mailing(session, stream=CONFIRM_STREAM, occurrence=day, rules=CONFIRM_RULES, rows=[row], now=now)


def confirm_url(workspace: Workspace, database: Database, *, email: str, source: str) -> str:
    """The address that a confirmation mail holds; `source` names the form. Sealed: addresses of pages stand in logs, and name nobody."""
    id_ = uuid7()
    sealed = database.vault.seal(_CONFIRM_PLACE, id_, json.dumps([email, source]))
    token = database.vault.sign_timed(_CONFIRM, [id_.hex, base64.urlsafe_b64encode(sealed).decode()])
    return f"{workspace.settings.public_url}confirm/{token}"


def asked(database: Database, token: str) -> str:
    """The e-mail that a confirmation is for. Raises BadToken."""
    return _read(database, token)[0]


def confirm(database: Database, token: str, *, at: datetime, text_version: str) -> str:
    """The person said yes: they are a contact with a recorded consent; their e-mail. Raises BadToken."""
    email, source = _read(database, token)
    with database.write() as session:
        said = Statement(
            medium=Medium.EMAIL,
            purpose=Purpose.MARKETING,
            granted=True,
            source=f"double opt-in: {source}" if source else "double opt-in",
            at=at,
            text_version=text_version,
        )
        remember(session, PersonFacts(email=email, consents=(said,), evidence=CONFIRM_STREAM), now=at)
        lift_by_confirmation(session, medium=Medium.EMAIL, address_index=address_index(session, Medium.EMAIL, email))
    return email


def _read(database: Database, token: str) -> tuple[str, str]:
    found = database.vault.unsign_timed(_CONFIRM, token, max_age_seconds=int(CONFIRMATION_VALID.total_seconds()))
    if not isinstance(found, list) or len(found) != 2:
        raise BadToken(_("this link is not valid"))
    id_, sealed = found
    try:
        email, source = json.loads(database.vault.open(_CONFIRM_PLACE, UUID(hex=id_), base64.urlsafe_b64decode(sealed)))
        return normal_email(email), str(source)
    except (GrowthError, TypeError, ValueError, AttributeError) as fault:
        raise BadToken(_("this link is not valid")) from fault
