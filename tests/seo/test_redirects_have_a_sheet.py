"""The workbook's sheet of redirects: where each leads in the end, over how many hops, and who links to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from seo.report.tables import crawl_tables
from tests.sites.served import Served, files

BASE = "https://www.moved.test/"


@pytest.fixture
def database_url() -> None:
    """Redirects are the same to each database."""
    return


def test_chains_loops_and_dead_ends_are_told_with_their_links(audit_of: Callable[..., Any]) -> None:
    moved = {"/a": "/b", "/b": "/p.html", "/round": "/about", "/about": "/round", "/dead": "/gone.html"}
    resources: dict[str, Any] = {**files(BASE), **{path: {"location": to} for path, to in moved.items()}}
    resources |= {"/": {"links": ["/p.html", "/a", "/round", "/dead"]}, "/p.html": {"links": ["/", "/a"]}}
    database, result = audit_of(Served(base=BASE, resources=resources))
    table = next(one for one in crawl_tables(database, result.crawl) if one.id == "redirects")
    rows = {str(row["url"]).removeprefix(BASE): row for row in table.rows}
    assert table.rows[0]["url"] == f"{BASE}a", "two pages link to it"
    told = {
        name: (row["hops"], bool(row["loop"]), str(row["final_url"]).removeprefix(BASE), row["final_status"], row["inlinks"])
        for name, row in rows.items()
    }
    assert told == {
        "a": (2, False, "p.html", 200, 2),
        "b": (1, False, "p.html", 200, 0),
        "round": (2, True, "round", None, 1),
        "about": (2, True, "about", None, 0),
        "dead": (1, False, "gone.html", 404, 1),
    }
    assert rows["a"]["chain"] == f"{BASE}a → {BASE}b → {BASE}p.html"
    assert rows["dead"]["redirect_url"] == f"{BASE}gone.html"
