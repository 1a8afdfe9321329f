"""Sign-ups and the steps after them, as the site tells them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base

#: beginning of the id that a sign-up has after its person was erased
ERASED = "erased-"


class Signup(Base):
    """A person who registered at the site. Who it is stands in contacts; `external_id` is the site's own id."""

    __tablename__ = "signup"
    __table_args__ = (Index("ix_signup_day", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(unique=True)
    #: identity of the key ``signup:…``
    identity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    at: Mapped[datetime]
    day: Mapped[date]
    role: Mapped[str] = mapped_column(default="")
    #: minor units; currency beside
    value: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="")
    contact_id: Mapped[UUID | None] = mapped_column(index=True)
    #: who it was at the site; None until the page view that it names has come
    visitor_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    #: text id of that page view; 0 where none was named
    view: Mapped[int] = mapped_column(BigInteger, index=True)
    visit_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    code: Mapped[str] = mapped_column(default="")
    #: a `way.Way`: by which it came
    way: Mapped[str] = mapped_column(default="server")
    recorded_at: Mapped[datetime]


class Step(Base):
    """A step that a sign-up took after registering: ``real_name``, ``first_bid`` …"""

    __tablename__ = "step"
    __table_args__ = (UniqueConstraint("signup_id", "name", "at"), Index("ix_step_day_name", "day", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    signup_id: Mapped[int] = mapped_column(ForeignKey("signup.id"))
    name: Mapped[str]
    at: Mapped[datetime]
    day: Mapped[date]
    value: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="")
    #: a `way.Way`: by which it came
    way: Mapped[str] = mapped_column(default="server")


class WaitingStep(Base):
    """A step of a sign-up that is not known yet; it is booked when the sign-up comes."""

    __tablename__ = "waiting_step"
    __table_args__ = (UniqueConstraint("external_id", "name", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str]
    name: Mapped[str]
    at: Mapped[datetime]
    value: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="")
    way: Mapped[str] = mapped_column(default="server")


class IdempotencyRecord(Base):
    """The answer that a key and its body got; a repeat gets the same, another body a refusal."""

    __tablename__ = "idempotency_record"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int]
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]
