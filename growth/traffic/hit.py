"""One event on its way through the pipeline: as it came, with what the steps put to it; and why one may be left out."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from growth.channels import Origin
from growth.traffic.beacon import Beacon
from growth.traffic.clue import Clue
from growth.traffic.rules import Verdict


class Drop(StrEnum):
    """Why an event is not counted. The row is kept with its reason."""

    #: the browser asked not to be followed, and the site obeys
    NO_TRACK = "no_track"
    #: fetched ahead, perhaps never seen
    PREFETCH = "prefetch"
    #: a bot by name
    UA_LIST = "ua_list"
    #: a bot by a word that no browser has
    UA_GENERIC = "ua_generic"
    #: a browser that says nothing of itself
    UA_EMPTY = "ua_empty"
    #: somebody of the team (`traffic.staff_addresses`)
    STAFF = "staff"
    #: older than seven days when it came
    TOO_OLD = "too_old"
    #: from a time that has not come yet
    FUTURE = "future"
    #: of another site
    FOREIGN = "foreign"
    #: an address that cannot be read
    INVALID = "invalid"
    #: sent by a host known to forge referrers
    SPAM_REFERRER = "spam_referrer"
    #: more page views a minute than a person can look at
    RATE = "rate"


class Arrived(NamedTuple):
    """How an event came: when it happened (microseconds), when it was received, from where, with which headers."""

    at_micros: int
    received_micros: int
    address: str = ""
    user_agent: str = ""
    prefetch: bool = False
    no_track: bool = False
    #: from a file: history, judged without the headers and the clock of a request
    imported: bool = False


class Hit(NamedTuple):
    """An event and what the steps found; each step gives a new one or a reason to drop it."""

    beacon: Beacon
    arrived: Arrived
    visitor: str = ""
    clue: Clue | None = None
    verdict: Verdict | None = None
    origin: Origin | None = None

    @property
    def path(self) -> str:
        """The page's path, once the address was read."""
        return self.clue.path if self.clue else ""
