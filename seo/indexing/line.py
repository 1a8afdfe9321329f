"""What a line of a server log says of a search engine's crawler. The form of lines is known on the ground floor (`traffic.serverlog`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from growth.traffic.serverlog import LONGEST_LINE, Reading
from growth.traffic.serverlog import read_line as read_any
from seo.indexing.engines import IPAddress, engine_of

__all__ = ["LONGEST_LINE", "Reading", "Request", "read_line"]


@dataclass(frozen=True, slots=True)
class Request:
    """A crawler asked for something. `target` is path and query with every byte but printable ASCII escaped."""

    engine: str
    at: datetime
    address: IPAddress | None
    target: str
    status: int
    #: the site that was asked, where the log says it
    host: str | None


def read_line(line: bytes) -> Request | Reading:
    """What `line`, without its line feed, says; somebody else's visit is `Reading.OTHER`."""
    engine: str | None = None

    def crawls(agent: bytes) -> bool:
        nonlocal engine
        engine = engine_of(agent)
        return engine is not None

    found = read_any(line, crawls)
    if isinstance(found, Reading) or engine is None:
        return found if isinstance(found, Reading) else Reading.OTHER
    return Request(engine, found.at, found.address, found.target, found.status, found.host)
