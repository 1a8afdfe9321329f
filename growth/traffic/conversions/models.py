"""The row of a conversion. No address, no click id: both stand in the visit, and go with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class Conversion(Base):
    """A sign-up, or the first time of a step of it, to be told to one platform: once for each."""

    __tablename__ = "conversion"
    __table_args__ = (UniqueConstraint("platform", "signup_id", "step"), Index("ix_conversion_state", "state", "next_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str]
    signup_id: Mapped[int] = mapped_column(ForeignKey("signup.id"))
    #: ``register``, or the step's name
    step: Mapped[str]
    #: the visit that the platform's click began
    visit_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    #: minor units; currency beside
    value: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="")
    #: a `ConversionState`
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    #: not before
    next_at: Mapped[datetime]
    #: when it was taken up or settled last
    changed_at: Mapped[datetime]
    #: the platform's own code and words
    code: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(default="")
