"""Rows of the traffic room. Raw events live in the ``events`` store, everything that joins in the main one.

Ids of texts, pages and visitors are hashes of what they stand for (`ids.text_id`): nothing is looked up while events are written, and both
stores agree. Instants of raw events are plain microseconds (`…_micros`): there are millions, and the column type costs more than the row.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base, Sealed


class Event(Base):
    """One act of a visitor, as it came. An id is never given twice: visits are called by the id of their first event."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_at_micros", "at_micros"),
        Index("ix_event_visitor", "visitor", "at_micros"),
        # what is rare and asked for long periods: each holds all that its page needs (`website.dead_ends`, `script_errors`)
        Index(
            "ix_event_missing", "at_micros", "page", "referrer", "visitor", sqlite_where=text("kind = 4"), postgresql_where=text("kind = 4")
        ),
        Index(
            "ix_event_error",
            "at_micros",
            "name",
            "message",
            "script",
            "visitor",
            "page",
            sqlite_where=text("kind = 5"),
            postgresql_where=text("kind = 5"),
        ),
        {"schema": "events", "sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: hash of the event's own id: a second copy is not stored
    key: Mapped[int] = mapped_column(BigInteger, unique=True)
    at_micros: Mapped[int] = mapped_column(BigInteger)
    #: identity of the visitor (`growth.channels.identity_id`)
    visitor: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[int] = mapped_column(SmallInteger)
    #: the page view it belongs to; 0 where none was named
    view: Mapped[int] = mapped_column(BigInteger)
    #: text id of the path
    page: Mapped[int] = mapped_column(BigInteger)
    #: text id of the origin; 0 for what is no page view
    origin: Mapped[int] = mapped_column(BigInteger)
    strength: Mapped[int] = mapped_column(SmallInteger)
    agent: Mapped[int] = mapped_column(BigInteger)
    #: text id of the referring host
    referrer: Mapped[int] = mapped_column(BigInteger)
    #: text id of ``parameter=value`` of a click id
    click: Mapped[int] = mapped_column(BigInteger)
    #: text id of the code of a tracked link
    token: Mapped[int] = mapped_column(BigInteger)
    #: text ids of an outbound or missing address, a title, a step's or error's name, an error's message and its script
    target: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[int] = mapped_column(BigInteger)
    message: Mapped[int] = mapped_column(BigInteger)
    script: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int | None] = mapped_column(SmallInteger)
    duration_ms: Mapped[int | None]
    scroll: Mapped[int | None] = mapped_column(SmallInteger)
    load_ms: Mapped[int | None]
    #: place of a click, ten-thousandths of the page's width and height
    x: Mapped[int | None] = mapped_column(SmallInteger)
    y: Mapped[int | None] = mapped_column(SmallInteger)
    width: Mapped[int | None] = mapped_column(SmallInteger)


class EventText(Base):
    """A text of events, once: paths, user agents, origins, titles."""

    __tablename__ = "event_text"
    __table_args__ = ({"schema": "events"},)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    value: Mapped[str]


class DroppedEvent(Base):
    """What was not counted, and why; a verdict can be looked at again, `rules` being the version of the list it was made by."""

    __tablename__ = "dropped_event"
    __table_args__ = (Index("ix_dropped_event_at_micros", "at_micros", "reason"), {"schema": "events"})

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, unique=True)
    at_micros: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    rules: Mapped[str]
    kind: Mapped[int] = mapped_column(SmallInteger)
    page: Mapped[int] = mapped_column(BigInteger)
    agent: Mapped[int] = mapped_column(BigInteger)
    referrer: Mapped[int] = mapped_column(BigInteger)


class BeaconCount(Base):
    """How often a day something was not even an event: fields nobody knows, refusals, a full buffer."""

    __tablename__ = "beacon_count"
    __table_args__ = ({"schema": "events"},)

    day: Mapped[date] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class TrafficCursor(Base):
    """How far visits were made of events; moved in the transaction that writes the visits."""

    __tablename__ = "traffic_cursor"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger)


class LooseVisitor(Base):
    """A visitor of whom only events are known that begin no visit: the page view they belong to may still come."""

    __tablename__ = "loose_visitor"

    visitor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class DaySalt(Base):
    """The secret of one day's visitor hashes; gone after 48 hours, and with it the way back to an address."""

    __tablename__ = "day_salt"

    day: Mapped[date] = mapped_column(primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))


class PagePath(Base):
    """A page of the site that was visited."""

    __tablename__ = "page"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    path: Mapped[str] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(default="")


class Visit(Base):
    """Page views of one visitor without a pause longer than the timeout. The day is that of its start, in the site's zone."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_visitor_id_started_at", "visitor_id", "started_at"), Index("ix_visit_day", "day"))

    #: id of its first event
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    visitor_id: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    #: its latest event, one that did not prolong it too: what comes after that needs no look back
    last_event_at: Mapped[datetime]
    day: Mapped[date]
    origin_id: Mapped[int]
    entry_page_id: Mapped[int] = mapped_column(BigInteger)
    exit_page_id: Mapped[int] = mapped_column(BigInteger)
    pages: Mapped[int]
    events: Mapped[int]
    engaged_ms: Mapped[int]
    #: one page, under ten seconds in front, no form and no way out used
    bounced: Mapped[bool]
    acted: Mapped[bool]
    click_parameter: Mapped[str] = mapped_column(default="")
    click_id: Mapped[str] = mapped_column(default="")
    agent: Mapped[int] = mapped_column(BigInteger)
    #: text ids of the latest touch and campaign, with which a later event is compared
    current_origin: Mapped[int] = mapped_column(BigInteger)
    current_campaign: Mapped[int] = mapped_column(BigInteger)


class PageCounts:
    """What is counted of a page. `leaves` are page views that were left with a report of time and scroll, `scrolled` adds up their depths;
    `depths` counts those that said how far down they came, `depth` adds up their tenths of the page.
    """

    views: Mapped[int] = mapped_column(default=0)
    #: views of an address that was not there
    missing: Mapped[int] = mapped_column(default=0)
    errors: Mapped[int] = mapped_column(default=0)
    engaged_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    leaves: Mapped[int] = mapped_column(default=0)
    scrolled: Mapped[int] = mapped_column(BigInteger, default=0)
    loads: Mapped[int] = mapped_column(default=0)
    load_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    clicks: Mapped[int] = mapped_column(default=0)
    phone_clicks: Mapped[int] = mapped_column(default=0)
    depths: Mapped[int] = mapped_column(default=0)
    depth: Mapped[int] = mapped_column(default=0)


class PageDay(PageCounts, Base):
    """What happened on a page on a day; added to in the transaction that moves the cursor, so that every event counts once."""

    __tablename__ = "page_day"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: Mapped[date] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class PageMonth(PageCounts, Base):
    """The same of a month, by its first day: a year of a site with many pages is read from twelve rows a page."""

    __tablename__ = "page_month"
    __table_args__ = ({"sqlite_with_rowid": False},)

    month: Mapped[date] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class VisitDay(Base):
    """The visits of a day by origin; made anew from the visits when the day has changed (`DirtyDay`)."""

    __tablename__ = "visit_day"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: Mapped[date] = mapped_column(primary_key=True)
    origin_id: Mapped[int] = mapped_column(primary_key=True)
    visits: Mapped[int]
    #: whose first visit of the day it was
    visitors: Mapped[int]
    pages: Mapped[int]
    engaged_ms: Mapped[int]
    bounces: Mapped[int]


class EntryDay(Base):
    """On which pages the visits of a day began and ended; made anew with `VisitDay`."""

    __tablename__ = "entry_day"
    __table_args__ = (Index("ix_entry_day_page_id", "page_id", "day"), {"sqlite_with_rowid": False})

    day: Mapped[date] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    entries: Mapped[int]
    exits: Mapped[int]
    bounces: Mapped[int]


class OtherCount(Base):
    """What another counter of the site (百度统计, 友盟) says of a day; None for what its export does not tell."""

    __tablename__ = "other_count"

    day: Mapped[date] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    page_views: Mapped[int | None] = mapped_column(BigInteger)
    visitors: Mapped[int | None] = mapped_column(BigInteger)
    visits: Mapped[int | None] = mapped_column(BigInteger)
    #: file that it was read from
    source: Mapped[str]
    imported_at: Mapped[datetime]


class PageWay(Base):
    """How often a day's visits went from a page to the next; a reload goes to the same. Where they began and ended says `EntryDay`."""

    __tablename__ = "page_way"
    __table_args__ = (Index("ix_page_way_next_id", "next_id", "day"), {"sqlite_with_rowid": False})

    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    next_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    count: Mapped[int]


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


class HotSpot(Base):
    """How often a day something happened at a place of a page: clicks by cell and by element, scrolls by depth (`hot_areas.Spot`)."""

    __tablename__ = "hot_spot"
    __table_args__ = (Index("ix_hot_spot_page_id_day", "page_id", "day"), {"sqlite_with_rowid": False})

    day: Mapped[date] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    spot: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    count: Mapped[int]


class SpotText(Base):
    """An element that was clicked, with where it leads, or a way to get in touch, once."""

    __tablename__ = "spot_text"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    value: Mapped[str]


class DirtyDay(Base):
    """A day whose visits have changed since its roll-ups were made."""

    __tablename__ = "dirty_day"

    day: Mapped[date] = mapped_column(primary_key=True)


class VisitorStep(Base):
    """A named step that the page told of (`data-growth-step`)."""

    __tablename__ = "visitor_step"
    __table_args__ = (UniqueConstraint("visitor_id", "name", "at"), Index("ix_visitor_step_day_name", "day", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    visitor_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    at: Mapped[datetime]
    day: Mapped[date]


class VisitorPage(Base):
    """Pages that somebody known has seen (joined to a contact or a sign-up), for segments."""

    __tablename__ = "visitor_page"
    __table_args__ = (Index("ix_visitor_page_page_id", "page_id"), {"sqlite_with_rowid": False})

    visitor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    last_at: Mapped[datetime]


class Recognised(Base):
    """A visitor who has just become known: what they saw before is still to be looked up."""

    __tablename__ = "recognised"

    visitor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


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
