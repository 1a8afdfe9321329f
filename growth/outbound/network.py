"""Connections that are checked: a name is resolved once, every answer is judged, and the judged address is connected to.

TLS still asks for the name (SNI, certificate), and the Host header keeps it, since only the socket goes to the address.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextvars import ContextVar
from typing import Any

import httpcore

from growth.language import _
from growth.outbound.addresses import AddressKind, Reach

#: ``(host, port) → addresses``, as getaddrinfo gives them
Resolve = Callable[[str, int], Sequence[str]]

#: monotonic time at which the fetch of this thread ends
deadline: ContextVar[float | None] = ContextVar("fetch_deadline", default=None)
_resolvers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolve")
_DNS_SECONDS = 10.0


class Refused(Exception):
    """An address that may not be reached; carried out of httpcore by our own name."""

    def __init__(self, kind: AddressKind, address: str) -> None:
        super().__init__(f"{address} is {kind}")
        self.kind = kind
        self.address = address


class UnknownHost(Exception):
    """The name does not resolve."""


class DeadlinePassed(Exception):
    """The fetch took longer than it may."""


def system_resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as this machine resolves it; numbers in any notation (``2130706433``, ``0x7f.1``) too."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def remaining(most: float | None = None) -> float:
    """Seconds until the deadline, at most `most`. Raises DeadlinePassed."""
    end = deadline.get()
    left = 3600.0 if end is None else end - time.monotonic()
    if left <= 0:
        raise DeadlinePassed
    return min(left, most) if most is not None else left


class GuardedBackend(httpcore.NetworkBackend):
    """httpcore's way to the network, through `Reach`."""

    def __init__(self, reach: Reach, resolve: Resolve = system_resolve) -> None:
        self._reach = reach
        self._resolve = resolve
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, judge all answers, connect to the first that answers. One refused answer refuses the name."""
        addresses = self._addresses(host, port)
        for address in addresses:
            if (kind := self._reach.refusal(host, port, address)) is not None:
                raise Refused(kind, address)
        last: Exception | None = None
        for place, address in enumerate(addresses[:4]):
            try:
                share = remaining(timeout) / (1 if place == len(addresses) - 1 else 2)
                stream = self._network.connect_tcp(address, port, timeout=share, local_address=local_address, socket_options=socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as fault:
                last = fault
            else:
                return _TimedStream(stream)
        raise last or httpcore.ConnectError(f"{host} has no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        """Never."""
        raise httpcore.UnsupportedProtocol("unix sockets are not reached")

    def sleep(self, seconds: float) -> None:
        """Wait, within the deadline."""
        time.sleep(remaining(seconds))

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            return _resolvers.submit(self._resolve, host.strip("[]"), port).result(timeout=remaining(_DNS_SECONDS))
        except FutureTimeout as fault:
            remaining()
            raise UnknownHost(_("{host}: the name server does not answer", host=host)) from fault
        except (OSError, UnicodeError) as fault:
            raise UnknownHost(_("{host}: there is no such host", host=host)) from fault


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every read and write ends with the deadline: a server that drips a byte a second does not hold us."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, timeout=remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=remaining(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname=server_hostname, timeout=remaining(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
