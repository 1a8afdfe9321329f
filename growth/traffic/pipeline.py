"""The one way of every event: `/collect`, imports and the server's own go through the same steps, in this order.

A step gets a hit and the context, and gives the hit on, changed or not, or a reason to drop it.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from growth import clock
from growth.channels import Origin
from growth.traffic.beacon import EventKind
from growth.traffic.bots import bot_reason
from growth.traffic.clue import Clue, read_clue, read_place
from growth.traffic.hit import Drop, Hit
from growth.traffic.knowledge import Knowledge
from growth.traffic.rules import Strength, Verdict, judge
from growth.traffic.sources import registered_domain
from growth.traffic.visitors import Salts, visitor_key

_SECOND: Final = 1_000_000
#: an event of the offline queue that is older is no news any more
OLDEST_MICROS: Final = 7 * 86_400 * _SECOND
#: clocks of browsers are corrected by the age they send; what is still ahead by more is wrong
AHEAD_MICROS: Final = 3600 * _SECOND
#: page views a minute that a person does not make
PAGES_A_MINUTE: Final = 120
#: clues whose origin is remembered
_REMEMBERED: Final = 20_000
#: kinds of which the address says where somebody came from
ARRIVING: Final = frozenset({EventKind.PAGE, EventKind.MISSING})


@dataclass(slots=True)
class Context:
    """What the steps know: the site's settings and channels, the day's secrets, how quick visitors are."""

    knowledge: Knowledge
    salts: Salts
    zone: ZoneInfo
    _paces: OrderedDict[tuple[str, int], int] = field(default_factory=OrderedDict)
    #: by all of a clue but host and path
    _judged: dict[tuple[object, ...], tuple[Verdict, Origin]] = field(default_factory=dict)
    _judged_by: Knowledge | None = None

    def pace(self, visitor: str, at_micros: int) -> int:
        """Page views of the visitor within this minute, this one included."""
        key = (visitor, at_micros // (60 * _SECOND))
        count = self._paces.pop(key, 0) + 1
        self._paces[key] = count
        if len(self._paces) > 20_000:
            self._paces.popitem(last=False)
        return count

    def found(self, clue: Clue) -> tuple[Verdict, Origin]:
        """What the rules and the channels say of a clue without a link of ours; remembered, pages apart, as long as the knowledge is."""
        if self._judged_by is not self.knowledge:
            self._judged.clear()
            self._judged_by = self.knowledge
        key = clue[2:]
        known = self._judged.get(key)
        if known is None:
            verdict = judge(clue)
            channel = self.knowledge.channel_of(verdict, clue)
            known = (
                verdict,
                Origin(
                    channel_id=channel.id if channel else None,
                    medium=channel.medium if channel else verdict.medium.value,
                    source=verdict.source,
                    campaign=verdict.campaign,
                    term=verdict.term,
                ),
            )
            # a click's id and a person's token come once
            if not clue.click_value and not clue.token and len(self._judged) < _REMEMBERED:
                self._judged[key] = known
        return known


Step = Callable[[Hit, Context], Hit | Drop]


def run(hit: Hit, context: Context) -> Hit | Drop:
    """All steps; the first reason to drop it ends the way."""
    current = hit
    for step in STEPS:
        found = step(current, context)
        if isinstance(found, Drop):
            return found
        current = found
    return current


def drop_no_track(hit: Hit, context: Context) -> Hit | Drop:
    """The browser's wish (DNT, Sec-GPC), where the site obeys it."""
    return Drop.NO_TRACK if hit.arrived.no_track and context.knowledge.obeys_no_track else hit


def drop_prefetch(hit: Hit, context: Context) -> Hit | Drop:
    """What a browser fetched ahead."""
    return Drop.PREFETCH if hit.arrived.prefetch else hit


def drop_bots(hit: Hit, context: Context) -> Hit | Drop:
    """Bots by user agent; history without one is believed."""
    agent = hit.arrived.user_agent
    if not agent and hit.arrived.imported:
        return hit
    reason = bot_reason(agent)
    return hit if reason is None else Drop(reason.value)


def drop_staff(hit: Hit, context: Context) -> Hit | Drop:
    """The team's own addresses."""
    networks = context.knowledge.staff
    return Drop.STAFF if networks and _within(hit.arrived.address, networks) else hit


def drop_wrong_times(hit: Hit, context: Context) -> Hit | Drop:
    """Too old to be news, or ahead of the clock."""
    arrived = hit.arrived
    if arrived.at_micros > arrived.received_micros + AHEAD_MICROS:
        return Drop.FUTURE
    if not arrived.imported and arrived.at_micros < arrived.received_micros - OLDEST_MICROS:
        return Drop.TOO_OLD
    return hit


def put_clue(hit: Hit, context: Context) -> Hit | Drop:
    """Read the address; of a page view also where it came from. Other sites' pages and forged referrers are dropped."""
    knowledge, beacon = context.knowledge, hit.beacon
    try:
        if beacon.kind in ARRIVING:
            clue = read_clue(
                beacon.url,
                beacon.referrer,
                hit.arrived.user_agent,
                own_domains=knowledge.own_domains,
                ignored=knowledge.ignored_referrers,
            )
        else:
            clue = read_place(beacon.url)
    except ValueError:
        return Drop.INVALID
    if registered_domain(clue.host) not in knowledge.own_domains:
        return Drop.FOREIGN
    return Drop.SPAM_REFERRER if clue.spam else Hit(beacon, hit.arrived, hit.visitor, clue)


def put_visitor(hit: Hit, context: Context) -> Hit | Drop:
    """Whose event it is."""
    arrived, given = hit.arrived, hit.beacon.visitor
    assert hit.clue is not None
    salt = b"" if given else context.salts(clock.site_day(clock.from_micros(arrived.at_micros), context.zone))
    key = visitor_key(given, host=hit.clue.host, address=arrived.address, user_agent=arrived.user_agent, salt=salt)
    return Hit(hit.beacon, arrived, key, hit.clue)


def drop_rate(hit: Hit, context: Context) -> Hit | Drop:
    """More page views a minute than a person can look at."""
    if hit.beacon.kind not in ARRIVING:
        return hit
    return Drop.RATE if context.pace(hit.visitor, hit.arrived.at_micros) > PAGES_A_MINUTE else hit


def put_origin(hit: Hit, context: Context) -> Hit | Drop:
    """Where a page view came from: our link where it has one, else by rule, a matching channel of ours with it."""
    if hit.beacon.kind not in ARRIVING:
        return hit
    assert hit.clue is not None
    verdict, origin = context.found(hit.clue)
    link = context.knowledge.link(verdict.token) if verdict.token else None
    if link is not None:
        verdict = verdict._replace(strength=Strength.CAMPAIGN, rule="token")
        origin = Origin(
            channel_id=link.channel_id,
            medium=link.medium,
            source=verdict.source,
            campaign=link.campaign or verdict.campaign,
            term=verdict.term,
            link_id=link.id,
        )
    elif verdict.token:
        verdict = verdict._replace(token="")
    return Hit(hit.beacon, hit.arrived, hit.visitor, hit.clue, verdict, origin)


STEPS: Final[tuple[Step, ...]] = (
    drop_no_track,
    drop_prefetch,
    drop_bots,
    drop_staff,
    drop_wrong_times,
    put_clue,
    put_visitor,
    drop_rate,
    put_origin,
)


@lru_cache(maxsize=10_000)
def _within(address: str, networks: frozenset[str]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(network) for network in networks)
