"""People who get in touch: phone calls that were noted, clicks on a number or an address."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base, Sealed


class ContactClick(Base):
    """A click on a phone number, mail address, QQ or WeChat id; its origin is that of the visit before it, 0 where there is none yet."""

    __tablename__ = "contact_click"
    __table_args__ = (
        # holds all that its page needs
        Index("ix_contact_click_day", "day", "name_id", "origin_id", "visitor_id"),
        Index("ix_contact_click_visitor_id", "visitor_id"),
    )

    #: id of the event
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[date]
    at: Mapped[datetime]
    visitor_id: Mapped[int] = mapped_column(BigInteger)
    #: text id of what was clicked, as the page calls it (`SpotText`)
    name_id: Mapped[int] = mapped_column(BigInteger)
    origin_id: Mapped[int]


class PhoneCall(Base):
    """A phone call, as whoever took it noted it. The number is the contact's; `wish` is sealed."""

    __tablename__ = "phone_call"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    day: Mapped[date] = mapped_column(index=True)
    #: the channel that the caller named
    channel: Mapped[str]
    contact_id: Mapped[UUID | None] = mapped_column(index=True)
    wish: Mapped[bytes | None] = mapped_column(Sealed)
    call_back_on: Mapped[date | None]
    settled_at: Mapped[datetime | None]
    taken_by: Mapped[str]
