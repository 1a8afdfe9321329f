"""Stories of visitors, told through the very code that the collector and the API use::

    site = Site(database)
    journey(site).visit("/", referrer="https://www.baidu.com/link?url=x").wait(minutes=5).sign_up("ming")

Every visitor has a browser of their own (`visitor=None`: one that keeps no id, so that the day's hash stands for it).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from growth import clock
from growth.channels import ensure_channels, tracked_link
from growth.db import Database
from growth.traffic import Received, catch_up, read_signup, read_step, record_signup, record_step, visitor_of_view
from growth.traffic.collector import judged
from growth.traffic.knowledge import know
from growth.traffic.pipeline import Context
from growth.traffic.visitors import stored_salts
from growth.traffic.writing import EventWriter
from tests.conftest import NOW

PHONE = "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36"
WECHAT = PHONE + " MicroMessenger/8.0.49.2600(0x28003133)"
_numbers = itertools.count(1)


@dataclass
class Site:
    """A site with its script in place. Events wait in `late` until they are sent, in the order in which the test sends them."""

    database: Database
    start: datetime = NOW
    _writer: EventWriter = field(init=False)
    _context: Context = field(init=False)

    def __post_init__(self) -> None:
        workspace = self.database.workspace
        with self.database.write() as session:
            ensure_channels(session, workspace=workspace, now=self.start)
        self._writer = EventWriter(self.database)
        self._context = Context(
            knowledge=know(self.database, workspace, now=self.start), salts=stored_salts(self.database), zone=workspace.zone
        )

    def send(self, *events: Received, catch: bool = True) -> dict[str, int]:
        """Take events in as one flush of the collector does; what was dropped, by reason."""
        stored = self._writer.write([judged(event, self._context) for event in events])
        if catch:
            catch_up(self.database)
        return dict(stored.dropped)

    def link(self, channel: str, **more: Any) -> str:
        """The code of a channel's tracked link."""
        with self.database.write() as session:
            more.setdefault("target", "/")
            return tracked_link(session, channel=channel, workspace=self.database.workspace, now=self.start, **more).code

    def address(self, path: str) -> str:
        """The whole address of a path."""
        return path if "://" in path else self.database.workspace.settings.site.url.rstrip("/") + path


@dataclass
class Journey:
    """One visitor. `now` moves with `wait`."""

    site: Site
    visitor: str | None
    now: datetime
    agent: str = PHONE
    ip: str = "203.0.113.7"
    page: str = ""
    url: str = ""
    held: list[Received] | None = None

    def visit(self, path: str, *, referrer: str = "", via: str | None = None, agent: str | None = None, **more: Any) -> Journey:
        """Open a page from outside: with a referrer, or through a channel's link."""
        address = self.site.address(path)
        if via is not None:
            address += ("&" if "?" in address else "?") + f"g={self.site.link(via)}"
        return self._page(address, referrer, agent, more)

    def go(self, path: str, **more: Any) -> Journey:
        """Follow a link of the site itself."""
        return self._page(self.site.address(path), self.url, None, more)

    def leave(self, *, seconds: float = 20, scroll: int = 50) -> Journey:
        """Leave the page after some time in front."""
        return self.event("leave", duration_ms=int(seconds * 1000), scroll=scroll)

    def event(self, kind: str, **fields: Any) -> Journey:
        """Anything else that a page reports."""
        self._send({"type": kind, "url": self.url or self.site.address("/"), **fields})
        return self

    def wait(self, **span: float) -> Journey:
        """Let time pass."""
        self.now += timedelta(**span)
        return self

    def sign_up(self, id: str, **fields: Any) -> Journey:
        """The site's server books a sign-up, joined by the visitor's id, else by the page view."""
        body = read_signup({"id": id, "at": clock.rfc3339(self.now), **self._who(), **fields})
        database = self.site.database
        visitor = visitor_of_view(database, body.page, at=self.now) if body.page and not body.visitor else None
        with database.write() as session:
            record_signup(session, body, workspace=database.workspace, now=self.now, visitor=visitor)
        return self

    def step(self, id: str, step: str, **fields: Any) -> Journey:
        """The site's server books a step of a sign-up."""
        body = read_step({"signup": id, "step": step, "at": clock.rfc3339(self.now), **fields})
        with self.site.database.write() as session:
            record_step(session, body, workspace=self.site.database.workspace, now=self.now)
        return self

    def _who(self) -> dict[str, str]:
        return {"visitor": self.visitor} if self.visitor else {"page": self.page}

    def _page(self, address: str, referrer: str, agent: str | None, more: dict[str, Any]) -> Journey:
        if agent is not None:
            self.agent = agent
        self.page, self.url = f"view-{next(_numbers)}", address
        self._send({"type": "page", "url": address, "referrer": referrer, **more})
        return self

    def _send(self, document: dict[str, Any]) -> None:
        document = {"id": f"event-{next(_numbers)}", "page": self.page, **document}
        if self.visitor:
            document["visitor"] = self.visitor
        received = Received(document=document, at=self.now, address=self.ip, user_agent=self.agent, prefetch=False, no_track=False)
        if self.held is None:
            self.site.send(received)
        else:
            self.held.append(received)


def journey(site: Site, visitor: str | None = "", *, start: datetime | None = None, held: list[Received] | None = None) -> Journey:
    """A new visitor with a browser of their own; `held` collects the events instead of sending them."""
    name = f"visitor{next(_numbers)}" if visitor == "" else visitor
    return Journey(site, name, start or site.start, held=held)
