"""How the fetching child helps the parent when that is behind: it reads pages itself and sends what is to be stored of them instead of
their bytes. Two processes then share all work, whatever a site's pages cost.
"""

from __future__ import annotations

import struct

import msgspec

from growth import clock
from seo.crawl.wire import Fetched, Job, Order, answer_of
from seo.readout import is_readable, read_out
from seo.rules import Rules, rules_of
from seo.spent import Spent


class Reader:
    """Reads pages by the rules of a job; the checks are imported when the first one is read."""

    def __init__(self, job: Job) -> None:
        self._reading = job.reading
        self._rules: Rules | None = None
        self._spent = Spent()

    def can_read(self, order: Order, fetched: Fetched) -> bool:
        """Whether an answer is a page of the site."""
        return self._reading is not None and self._reading.site.is_internal(order.url) and is_readable(answer_of(order, fetched))

    def read(self, order: Order, fetched: Fetched) -> Fetched:
        """`fetched` with its page read, where it holds one of the site's."""
        reading = self._reading
        if reading is None or not self.can_read(order, fetched):
            return fetched
        if self._rules is None:
            self._rules = rules_of(reading, reading.modules)
        answer = answer_of(order, fetched)
        readout = read_out(answer, reading.site, self._rules, self._spent, read_at=clock.now(), depth=order.depth)
        rendered = msgspec.structs.replace(fetched.rendered, html=b"") if fetched.rendered else None
        return msgspec.structs.replace(fetched, readout=readout, body=b"", body_bytes=len(fetched.body), rendered=rendered)


def in_pipe(descriptor: int) -> int:
    """Bytes in a pipe that nobody has read yet; 0 where the system does not tell."""
    try:
        import fcntl
        import termios

        return int(struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, b"\0\0\0\0"))[0])
    except (ImportError, OSError):
        return 0
