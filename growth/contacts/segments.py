"""Segments compiled to one SQL statement, counted live. The grammar is in settings.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Select, String, and_, case, cast, false, func, literal, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from growth.clock import site_day
from growth.contacts.address import BadAddress, Medium, normal_address
from growth.contacts.consent import Purpose
from growth.contacts.models import Consent, Contact, ContactIdentity, ContactTag
from growth.contacts.settings import Condition, Moment, Segment, lent_words, named_segments
from growth.db import Instant, vault
from growth.errors import GrowthError
from growth.language import _
from growth.security import Vault
from growth.workspace import Workspace, hint_for

_YES = {"yes": True, "true": True, "是": True, "no": False, "false": False, "否": False}
_CONSENT = {"email_consent": Medium.EMAIL, "sms_consent": Medium.SMS}
_NUMBER = r"^-?[0-9]{1,18}(\.[0-9]{1,9})?$"


class UnknownSegment(GrowthError):
    """segments.yaml has no segment of that name."""


_Comparable = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What conditions are compiled with."""

    workspace: Workspace
    secrets: Vault
    now: datetime
    named: Mapping[str, Segment]
    lent: Mapping[str, Any]


def segment_named(workspace: Workspace, name: str) -> Segment:
    """The segment of that name. Raises UnknownSegment with the nearest ones."""
    known = named_segments(workspace)
    if name not in known:
        raise UnknownSegment(
            _("there is no segment “{name}”", name=name), fix=hint_for(name, list(known)) or _("write one into segments.yaml")
        )
    return known[name]


def segment_query(session: Session, segment: Segment, *, now: datetime) -> Select[UUID]:
    """The ids of everybody in the segment, merged contacts left out. Raises UnknownSegment, BadAddress for values that cannot be."""
    workspace: Workspace = session.info["database"].workspace
    scope = _Scope(workspace=workspace, secrets=vault(session), now=now, named=named_segments(workspace), lent=lent_words(workspace))
    return select(Contact.id).where(Contact.merged_into.is_(None), _holds(segment, scope, 0))


def count_segment(session: Session, segment: Segment, *, now: datetime) -> int:
    """How many people are in the segment now."""
    return session.scalar(select(func.count()).select_from(segment_query(session, segment, now=now).subquery())) or 0


def _holds(holder: Segment | Condition, scope: _Scope, depth: int) -> ColumnElement[bool]:
    if depth > 40:
        raise UnknownSegment(_("segments contain each other"), fix=_("take the condition “segment” out of one of them"))
    parts: list[ColumnElement[bool]] = [_condition(each, scope, depth) for each in holder.all or ()]
    if holder.any:
        parts.append(or_(*(_condition(each, scope, depth) for each in holder.any)))
    parts += [not_(_condition(each, scope, depth)) for each in holder.none or ()]
    return and_(true(), *parts)


def _condition(condition: Condition, scope: _Scope, depth: int) -> ColumnElement[bool]:
    """One condition; never NULL, so that its negation is what it seems."""
    head = condition.head
    if head == "group":
        return _holds(condition, scope, depth + 1)
    if head == "tag":
        return _has_tag(ContactTag.tag == condition.tag)
    if head == "segment":
        name = condition.segment or ""
        if name not in scope.named:
            raise UnknownSegment(_("there is no segment “{name}”", name=name), fix=hint_for(name, list(scope.named)))
        return _holds(scope.named[name], scope, depth + 1)
    if head == "field":
        return func.coalesce(_field(condition, scope), false())
    if head not in scope.lent:
        raise GrowthError(_("no app that is in use knows “{word}”", word=head), fix=_("add the app to `apps` in growth.yaml"))
    since = condition.since.at(scope.now, scope.workspace.zone) if condition.since else None
    return _among(scope.lent[head](getattr(condition, head), since, scope.now))


def _among(ids: Select[Any]) -> ColumnElement[bool]:
    """Whether the contact, or one merged into it, is among `ids`."""
    column = ids.subquery().c[0]
    found = select(column).where(column.is_not(None))
    gone = aliased(Contact)
    merged = select(gone.merged_into).where(gone.merged_into.is_not(None), gone.id.in_(found))
    return or_(Contact.id.in_(found), Contact.id.in_(merged))


def _field(condition: Condition, scope: _Scope) -> ColumnElement[bool]:
    name, operator, operand = condition.field or "", condition.operators[0], condition.operand
    if name in ("email", "phone"):
        return _address(Medium.EMAIL if name == "email" else Medium.SMS, operator, operand, scope)
    if name == "name":
        return Contact.name.is_not(None) if operand else Contact.name.is_(None)
    if name == "tags":
        return _tags(operator, operand)
    if name in _CONSENT:
        return _consent(_CONSENT[name], operator, operand)
    if name in ("consent_source", "consent_at"):
        said = Consent.source if name == "consent_source" else Consent.at
        matches = true() if operator == "exists" else _compared(said, operator, operand, scope)
        held = Contact.id.in_(select(Consent.contact_id).where(Consent.is_current.is_(True), matches))
        return held if operand is not False else not_(held)
    if name in ("role", "locale", "timezone", "created_at", "last_visit", "last_sent"):
        return _compared(getattr(Contact, name), operator, operand, scope)
    return _attribute(name, operator, operand, scope)


def _compared(column: _Comparable, operator: str, operand: Any, scope: _Scope) -> ColumnElement[bool]:
    """`column` against the operand; texts as texts, instants as instants."""
    match operator:
        case "exists":
            return column.is_not(None) if operand else column.is_(None)
        case "is":
            return column == literal(_plain(operand))
        case "not":
            return or_(column.is_(None), column != literal(_plain(operand)))
        case "in":
            return column.in_([_plain(each) for each in operand])
        case "contains":
            return column.contains(str(operand), autoescape=True)
        case _:
            moment: Moment = operand
            at = literal(moment.at(scope.now, scope.workspace.zone), Instant)
            return column < at if operator == "before" else column > at


def _attribute(name: str, operator: str, operand: Any, scope: _Scope) -> ColumnElement[bool]:
    """A column of an import. Its values are texts: numbers are compared as numbers where they are some, dates by their ISO form."""
    value = Contact.attributes[name].as_string()
    if operator in ("above", "below"):
        number = case((value.regexp_match(_NUMBER), cast(value, Float)), else_=None)
        return number > literal(operand, Float) if operator == "above" else number < literal(operand, Float)
    if operator in ("before", "after"):
        moment: Moment = operand
        day = site_day(moment.at(scope.now, scope.workspace.zone), scope.workspace.zone).isoformat()
        written = func.substr(cast(value, String), 1, 10)
        is_day = written.like("____-__-__")
        return and_(is_day, written < day if operator == "before" else written > day)
    return _compared(value, operator, operand, scope)


def _address(medium: Medium, operator: str, operand: Any, scope: _Scope) -> ColumnElement[bool]:
    """By blind index: the person is found by every address they have, also those written to no more."""
    if operator == "exists":
        column = Contact.email_index if medium is Medium.EMAIL else Contact.phone_index
        return column.is_not(None) if operand else column.is_(None)
    values = operand if isinstance(operand, tuple) else (operand,)
    indexes = []
    for value in values:
        try:
            indexes.append(scope.secrets.index(medium.key, normal_address(medium, str(value))))
        except BadAddress as fault:
            raise BadAddress(f"“{value}”: {fault.message}", fault=fault.fault, fix=fault.fix) from fault
    held = Contact.id.in_(
        select(ContactIdentity.contact_id).where(ContactIdentity.kind == medium.key, ContactIdentity.key_index.in_(indexes))
    )
    return not_(held) if operator == "not" else held


def _has_tag(matches: ColumnElement[bool]) -> ColumnElement[bool]:
    return Contact.id.in_(select(ContactTag.contact_id).where(matches))


def _tags(operator: str, operand: Any) -> ColumnElement[bool]:
    match operator:
        case "exists":
            return _has_tag(true()) if operand else not_(_has_tag(true()))
        case "not":
            return not_(_has_tag(ContactTag.tag == _plain(operand)))
        case "in":
            return _has_tag(ContactTag.tag.in_([_plain(each) for each in operand]))
        case _:
            return _has_tag(ContactTag.tag == _plain(operand))


def _consent(medium: Medium, operator: str, operand: Any) -> ColumnElement[bool]:
    """What the person said about marketing: ``yes``, ``no``, or nothing at all."""

    def said(granted: bool | None) -> ColumnElement[bool]:
        rows = select(Consent.contact_id).where(
            Consent.is_current.is_(True), Consent.medium == medium, Consent.purpose == Purpose.MARKETING
        )
        return Contact.id.in_(rows if granted is None else rows.where(Consent.granted.is_(granted)))

    if operator == "exists":
        return said(None) if operand else not_(said(None))
    wanted = operand if isinstance(operand, bool) else _YES.get(str(operand).lower())
    if wanted is None:
        raise GrowthError(_("{medium}_consent is yes or no, not “{value}”", medium=medium, value=operand), fix=_("write yes or no"))
    return not_(said(wanted)) if operator == "not" else said(wanted)


def _plain(value: Any) -> str:
    """A scalar of YAML as imports keep it: as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
