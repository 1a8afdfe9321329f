"""Hosts that do not answer in mainland China (blocked_hosts.csv; unconfirmed from here, so it is a list that anybody can correct)."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources


@lru_cache
def _hosts() -> frozenset[str]:
    text = (resources.files("seo") / "blocked_hosts.csv").read_text("utf-8")
    return frozenset(row["host"] for row in csv.DictReader(text.splitlines()))


def is_blocked(host: str) -> bool:
    """Whether a host, or the one it belongs to, is on the list."""
    return host in _hosts() or any(host.endswith("." + one) for one in ("googleapis.com", "gstatic.com", "disqus.com"))
