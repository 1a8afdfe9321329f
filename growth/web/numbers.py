"""Numbers about the web process itself, for Prometheus."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Requests by kind of route (page, public, api, bare, static) and class of status, and how long they took."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    seconds: Histogram = field(init=False)
    #: the counters of a kind and class of status, looked up once: there are few, and each look takes longer than counting
    _known: dict[tuple[str, int], tuple[Counter, Histogram]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        requests = Counter("growth_http_requests", "Requests answered", ["kind", "status"], registry=self.registry)
        seconds = Histogram("growth_http_request_seconds", "Time to answer", ["kind"], buckets=_SECONDS, registry=self.registry)
        object.__setattr__(self, "requests", requests)
        object.__setattr__(self, "seconds", seconds)

    def count(self, kind: str, status: int, seconds: float) -> None:
        """One request was answered."""
        found = self._known.get((kind, status // 100))
        if found is None:
            found = self.requests.labels(kind, f"{status // 100}xx"), self.seconds.labels(kind)
            self._known[kind, status // 100] = found
        found[0].inc()
        found[1].observe(seconds)
