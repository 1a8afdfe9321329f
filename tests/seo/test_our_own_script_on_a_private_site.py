"""A site that is tried out on one machine has our script from there; a public site must not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from growth.db import Database
from seo.audit import AuditResult
from seo.listing import list_issues
from tests.sites.served import Served, files

HEAD = '<script src="http://127.0.0.1:8000/t.js" defer></script>'
LINK = '<a href="http://127.0.0.1:9000/">内部系统</a>'


@pytest.mark.parametrize(
    ("base", "targets"),
    [
        ("http://127.0.0.1:8024/", ["http://127.0.0.1:9000/"]),
        ("https://www.public.test/", ["http://127.0.0.1:8000/t.js", "http://127.0.0.1:9000/"]),
    ],
)
def test_the_script_is_reported_on_a_public_site_only(
    base: str, targets: list[str], audit_of: Callable[..., tuple[Database, AuditResult]]
) -> None:
    resources: dict[str, Any] = {**files(base), "/": {"head": HEAD, "body": LINK}}
    database, _result = audit_of(Served(base=base, resources=resources))
    [issue] = list_issues(database, check="link-localhost")
    assert [link["href"] for link in issue.detail["links"]] == targets
