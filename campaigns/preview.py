"""What one person would get, and a message to a test address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from campaigns.campaign import Campaign
from campaigns.compiled import Compiled
from campaigns.compose import Letter, composing, example_person
from campaigns.content import compile_content
from campaigns.images import as_data
from campaigns.models import Tested
from growth.contacts import ContactView, Medium, contacts, find_contact, openids_of, read_address
from growth.db import Database, uuid7
from growth.errors import GrowthError, ProviderError
from growth.jobs import Period
from growth.language import _
from growth.messaging import Verdict, open_provider

#: what WeChat calls a follower
_OPENID = re.compile(r"o[A-Za-z0-9_-]{20,40}")


def preview(
    database: Database, campaign: Campaign, period: Period, *, address: str | None, variant: str, now: datetime, step: int = 1
) -> dict[str, str]:
    """The parts (subject, html, text …) of message `step` for one person. Raises what its template runs into, UnknownContact."""
    compiled = compile_content(database.workspace, campaign.name, campaign.file).step(step)
    if variant and variant not in compiled.parts:
        raise GrowthError(
            _("there is no variant “{name}”", name=variant), fix=", ".join(filter(None, compiled.parts)) or _("none is written")
        )
    with database.read() as session:
        person = _person(session, database, campaign, address, now=now)
    letter = Letter(file=campaign.file, compiled=compiled, period=period, stream=campaign.stream)
    with composing(database, letter) as composer:
        outcome = next(composer.rendered(variant, [composer.variables(person)]))
    return _standing(outcome, compiled)


def example(database: Database, campaign: Campaign, period: Period, *, variant: str = "", step: int = 1) -> dict[str, str]:
    """The parts for a person who does not exist, so that everybody may look."""
    compiled = compile_content(database.workspace, campaign.name, campaign.file).step(step)
    letter = Letter(file=campaign.file, compiled=compiled, period=period, stream=campaign.stream)
    with composing(database, letter) as composer:
        outcome = next(composer.rendered(variant if variant in compiled.parts else "", [composer.variables(example_person())]))
    return _standing(outcome, compiled)


def send_test(
    database: Database, campaign: Campaign, period: Period, *, to: str, address: str | None, now: datetime, dry_run: bool, step: int = 1
) -> dict[str, Any]:
    """Send one message to `to`, with the data of the contact at `address`. It stands in no ledger. Raises ProviderError, GrowthError."""
    file = campaign.file
    with database.read() as session:
        normal = _test_address(session, file.medium, to)
    compiled = compile_content(database.workspace, campaign.name, file).step(step)
    with database.read() as session:
        person = _person(session, database, campaign, address, now=now)
    letter = Letter(file=file, compiled=compiled, period=period, stream=f"test:{campaign.name}")
    with composing(database, letter) as composer:
        values = composer.variables(person)
        outcome = next(composer.rendered("", [values]))
        if isinstance(outcome, GrowthError):
            raise outcome
        message = composer.message(uuid7(), person, values, outcome, to=normal)
    document: dict[str, Any] = {"campaign": campaign.name, "period": period.key, "to": to, "hash": compiled.hash}
    if dry_run:
        return document | {"verdict": "not-sent", "reason": None}
    provider = open_provider(database.workspace, file.medium)
    try:
        (receipt,) = provider.send([message])
    finally:
        provider.close()
    if receipt.verdict is not Verdict.ACCEPTED:
        raise ProviderError(
            _("{to} was not taken: {why}", to=to, why=receipt.reason or receipt.verdict), fix=_("see the provider's answer")
        )
    with database.write() as session:
        session.add(Tested(campaign=campaign.name, content_hash=compiled.hash, by="command", at=now))
    return document | {"verdict": receipt.verdict, "reason": receipt.reason}


def _test_address(session: Session, medium: Medium, to: str) -> str:
    """Where a test goes: an address of the medium; of WeChat an openid, or that of the contact who has this e-mail or phone."""
    if medium is not Medium.WECHAT:
        given, normal = read_address(to)
        if given is not medium:
            raise GrowthError(
                _("{to} is no address for {medium}", to=to, medium=medium), fix=_("give an e-mail for e-mail, a phone for SMS")
            )
        return normal
    if _OPENID.fullmatch(to):
        return to
    found = find_contact(session, to)
    openid = openids_of(session, [found]).get(found)
    if openid is None:
        raise GrowthError(
            _("{to} is not joined to a follower of the account", to=to),
            fix=_("follow the account, send it the code that the site shows, then try again; or give an openid"),
        )
    return openid


def _standing(outcome: Mapping[str, str] | GrowthError, compiled: Compiled) -> dict[str, str]:
    """The parts, pictures and all. Raises what the template ran into."""
    if isinstance(outcome, GrowthError):
        raise outcome
    return {part: as_data(text, compiled.images) if part == "html" else text for part, text in outcome.items()}


def _person(session: Session, database: Database, campaign: Campaign, address: str | None, *, now: datetime) -> ContactView:
    """The contact at `address`, else the first of the audience, else somebody who does not exist. Raises UnknownContact."""
    if address is not None:
        found = contacts(session, [find_contact(session, address)])
    else:
        query = campaign.audience(database.workspace, now=now)(session)
        first = session.scalar(query.limit(1))
        found = contacts(session, [first]) if first is not None else []
    return found[0] if found else example_person()
