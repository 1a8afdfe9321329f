"""``/healthz`` (the process lives), ``/readyz`` (database and queue answer), ``/metrics`` (Prometheus)."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie

from litestar.handlers import HTTPRouteHandler
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from growth.accounts import Role, who_is
from growth.app import Sample, handed
from growth.db import Database, schema_state
from growth.errors import GrowthError
from growth.jobs import processes, store
from growth.web.answers import Page
from growth.web.cookies import SESSION, cookie_name
from growth.web.public import Visitor, public
from growth.web.refusals import Forbidden

_METRICS = "text/plain; version=0.0.4"


@public("/healthz")
def healthz(visitor: Visitor) -> Page:
    """The process answers; nothing else is looked at."""
    return visitor.json({"status": "ok"})


@public("/readyz")
def readyz(visitor: Visitor) -> Page:
    """The database answers, its schema is this program's, the queue can be read; 503 else.

    How long work waits is told, but makes no web process unready: taking it away would not help.
    """
    try:
        ready = all(state.is_current for state in schema_state(visitor.database))
        if not ready:
            return visitor.json({"status": "unavailable", "database": "outdated"}, status=503)
        with visitor.database.read() as session:
            waiting, oldest = store.queue(session, now=visitor.now)
            workers = sum(1 for process in processes.alive(session, now=visitor.now) if process.kind != "web")
    except GrowthError:
        return visitor.json({"status": "unavailable", "database": "unreachable"}, status=503)
    lag = max((visitor.now - oldest).total_seconds(), 0) if oldest else 0
    queue = {"waiting": waiting, "lag_seconds": round(lag, 1), "workers": workers}
    return visitor.json({"status": "ok", "database": "ok", "queue": queue})


@public("/metrics")
def metrics(visitor: Visitor) -> Page:
    """Numbers of the process and of the apps; for programs on this machine, and for administrators."""
    if not visitor.local and not _is_administrator(visitor):
        raise Forbidden
    own = CollectorRegistry()
    own.register(_Apps(visitor.database))
    body = generate_latest(visitor.shell.numbers.registry) + generate_latest(own)
    return visitor.content(body, media_type=_METRICS)


def _is_administrator(visitor: Visitor) -> bool:
    cookies = SimpleCookie(visitor.headers.get("cookie", ""))
    found = cookies.get(cookie_name(SESSION, secure=visitor.secure))
    presence = who_is(visitor.database, token=found.value, now=visitor.now) if found else None
    return presence is not None and Role.ADMIN in presence.user.roles


class _Apps(Collector):
    """The samples that the apps hand over, read when asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Families by name."""
        families: dict[str, GaugeMetricFamily] = {}
        with self._database.read() as session:
            samples = [sample for metrics in handed(self._database.workspace.apps, "metrics") for sample in metrics(session)]
        for sample in samples:
            self._add(families, sample)
        yield from families.values()

    def _add(self, families: dict[str, GaugeMetricFamily], sample: Sample) -> None:
        names = tuple(sorted(sample.labels))
        family = families.get(sample.name)
        if family is None:
            family = families[sample.name] = GaugeMetricFamily(sample.name, sample.help or sample.name, labels=names)
        family.add_metric([str(sample.labels[name]) for name in names], sample.value)


def pages() -> list[HTTPRouteHandler]:
    """The routes of this module."""
    return [healthz, readyz, metrics]
