"""What a request to `/collect` brought, as it waits: the checked body and how it came. Opened by whoever stores it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from growth import clock
from growth.traffic.beacon import BadBeacon, check_beacons, read_beacon
from growth.traffic.hit import Arrived, Drop, Hit
from growth.traffic.pipeline import Context, run
from growth.traffic.writing import event_key


class Parcel(NamedTuple):
    """A checked request. Plain values only: thousands go through a pipe at once."""

    body: bytes
    #: events in it
    events: int
    at_micros: int
    address: str
    user_agent: str
    #: the id of the visitor's cookie, for events that name none
    visitor: str = ""
    prefetch: bool = False
    no_track: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A checked beacon with how it came."""

    document: Mapping[str, Any]
    at: datetime
    address: str
    user_agent: str
    prefetch: bool
    no_track: bool


def read_request(body: bytes) -> list[Mapping[str, Any]]:
    """The events of a request's body, checked. Raises BadBeacon; then nothing is stored."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BadBeacon("the body is not JSON", fix='send {"type": "page", "url": "https://…"}') from fault
    return check_beacons(document)


def opened(parcel: Parcel) -> Iterator[Received]:
    """The beacons of a request. Raises BadBeacon for one that was not checked."""
    visitor = parcel.visitor
    at = clock.from_micros(parcel.at_micros)
    for event in read_request(parcel.body):
        document = {**event, "visitor": visitor} if visitor and not event.get("visitor") else event
        yield Received(document, at, parcel.address, parcel.user_agent, parcel.prefetch, parcel.no_track)


def judged(received: Received, context: Context) -> tuple[int, Hit | tuple[Hit, Drop]]:
    """What the pipeline makes of a received beacon, with its key."""
    beacon = read_beacon(received.document)
    micros = clock.to_micros(received.at)
    arrived = Arrived(
        at_micros=micros - beacon.age_ms * 1000,
        received_micros=micros,
        address=received.address,
        user_agent=received.user_agent,
        prefetch=received.prefetch,
        no_track=received.no_track,
    )
    hit = Hit(beacon=beacon, arrived=arrived)
    found = run(hit, context)
    if beacon.id:
        key = event_key(f"id:{beacon.id}")
    else:
        # a retry of the same beacon comes within the minute; the same page seen again later is another event
        body = msgspec.json.encode(received.document, order="sorted").decode()
        key = event_key(f"{body}\0{received.address}\0{received.user_agent}\0{micros // 60_000_000}")
    return key, (hit, found) if isinstance(found, Drop) else found
