"""httpx over checked connections: ``httpx.Client(transport=GuardedTransport(reach), trust_env=False)``."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from functools import lru_cache
from types import TracebackType
from typing import cast

import httpcore
import httpx

from growth.outbound.addresses import PUBLIC_ONLY, Reach
from growth.outbound.network import GuardedBackend, Resolve, system_resolve


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Reading the list of authorities takes tens of milliseconds: once is enough."""
    return httpx.create_ssl_context(trust_env=False)


class _Stream(httpx.SyncByteStream):
    def __init__(self, inner: Iterator[bytes], response: httpcore.Response) -> None:
        self._inner = inner
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner

    def close(self) -> None:
        self._response.close()


class GuardedTransport(httpx.BaseTransport):
    """A transport that reaches only what `reach` allows. It raises what `network` and httpcore raise; `fetch` gives them names."""

    def __init__(self, reach: Reach = PUBLIC_ONLY, *, resolve: Resolve = system_resolve, verify: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=verify or _certificates(),
            max_connections=20,
            max_keepalive_connections=10,
            keepalive_expiry=15.0,
            http1=True,
            http2=False,
            network_backend=GuardedBackend(reach, resolve),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request, no redirects."""
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
                ),
                headers=request.headers.raw,
                content=cast(Iterator[bytes], request.stream),
                extensions=request.extensions,
            )
        )
        stream = _Stream(iter(cast(Iterator[bytes], response.stream)), response)
        return httpx.Response(status_code=response.status, headers=response.headers, stream=stream, extensions=response.extensions)

    def close(self) -> None:
        """Close what is kept open."""
        self._pool.close()

    def __exit__(
        self, kind: type[BaseException] | None = None, fault: BaseException | None = None, trace: TracebackType | None = None
    ) -> None:
        self.close()
