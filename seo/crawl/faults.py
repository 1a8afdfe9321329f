"""Which of our few words a failure of Scrapy or Twisted is."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from twisted.internet import error as net
from twisted.internet.ssl import VerificationError
from twisted.web._newclient import ParseError, ResponseFailed, ResponseNeverReceived

from seo.answer import Fault
from seo.crawl import guard


def fault_of(problem: BaseException, url: str) -> tuple[Fault, str]:
    """Our word for a failure, and its own text."""
    parts = urlsplit(url)
    refused = guard.refusal_of(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    chain = list(_chain(problem))
    text = next((str(one) for one in chain if str(one)), type(problem).__name__)
    if any(isinstance(one, CannotResolveHostError | net.DNSLookupError) for one in chain):
        return (Fault.PRIVATE, refused) if refused else (Fault.DNS, text)
    for kinds, fault in _FAULTS:
        if any(isinstance(one, kinds) for one in chain):
            return fault, text
    return Fault.OTHER, f"{type(problem).__name__}: {text}"


_FAULTS: tuple[tuple[tuple[type[BaseException], ...], Fault], ...] = (
    ((DownloadTimeoutError, net.TimeoutError, net.TCPTimedOutError), Fault.TIMEOUT),
    ((SSL.Error, VerificationError), Fault.TLS),
    ((DownloadConnectionRefusedError, net.ConnectionRefusedError, net.NoRouteError, net.ConnectError), Fault.REFUSED),
    ((ResponseDataLossError,), Fault.RESET),
    ((ParseError,), Fault.PROTOCOL),
    ((net.ConnectionLost, net.ConnectionDone, net.ConnectionAborted), Fault.RESET),
    ((DownloadCancelledError,), Fault.TOO_LARGE),
    ((ResponseNeverReceived, ResponseFailed), Fault.RESET),
)


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    """A failure, its causes, and the reasons that Twisted keeps beside them."""
    waiting: list[BaseException | None] = [problem]
    for _step in range(20):
        if not waiting:
            return
        one = waiting.pop(0)
        if one is None:
            continue
        yield one
        waiting += [one.__cause__, *(getattr(reason, "value", None) for reason in getattr(one, "reasons", ()))]
