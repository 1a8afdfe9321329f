"""Programs that pages show are run: the sign-up call of a site's server, and the check of a webhook's signature."""

from __future__ import annotations

import hashlib
import hmac
import re
import urllib.error
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from argon2 import PasswordHasher

from growth import accounts
from growth.accounts import passwords
from growth.db import Database
from growth.sandbox.server import WebServer
from growth.traffic import catch_up
from tests.docs.pages import blocks
from tests.journeys import Site, journey
from tests.web import Web

GROWTH = "site: {name: 诚信贷, url: https://www.example.com/}\nsignup: {funnel: {investor: [visit, register, first_bid]}}\n"


@pytest.fixture
def database_url() -> None:
    """What a site's server says is the same on each engine."""
    return


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def database(open_workspace: Callable[..., Database]) -> Database:
    return open_workspace(GROWTH)


@pytest.fixture
def served(database: Database, make_web: Callable[..., Web], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The application on a port of this machine, and the two variables that the page names."""
    web = make_web(database)
    with database.write() as session:
        secret = accounts.create_key(session, name="website", scopes=["signups", "events"], actor="test", now=web.clock())
    server = WebServer(web.app)
    server.start()
    monkeypatch.setenv("GROWTH_URL", server.url)
    monkeypatch.setenv("GROWTH_KEY", secret)
    yield server.url
    server.stop()


def snippet(page: str, word: str) -> dict[str, Any]:
    """The names that a page's Python defines."""
    (found,) = [block for block in blocks("python") if block.page == page and word in block.text]
    names: dict[str, Any] = {}
    exec(compile(found.text, found.where, "exec"), names)
    return names


def test_the_sites_server_tells_of_a_sign_up_and_its_steps(served: str, database: Database) -> None:
    server = snippet("docs/how-to/connect-the-site.md", "def registered")
    site = Site(database)
    visitor = journey(site).visit("/register", referrer="https://www.baidu.com/link?url=x")
    user = {"id": 1024, "role": "investor", "email": "ming@example.com"}
    form = {"page": visitor.page}
    answer = server["registered"](user, form)
    assert answer["id"] == "1024"
    assert answer["visit"], "joined to its visit by the id of the page view"
    assert server["registered"](user, form) == answer, "a repeat is the same"
    assert server["reached"](1024, "first_bid", "120.00") == {"signup": "1024", "step": "first_bid", "state": "booked"}
    assert server["reached"](1025, "first_bid")["state"] == "waiting"
    catch_up(database)
    with pytest.raises(urllib.error.HTTPError) as refused:
        server["registered"]({**user, "role": "borrower"}, form)
    assert refused.value.code == 409


def test_a_wrong_key_is_401(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROWTH_KEY", "wrong")
    server = snippet("docs/how-to/connect-the-site.md", "def registered")
    with pytest.raises(urllib.error.HTTPError) as refused:
        server["registered"]({"id": 1, "role": "investor", "email": None}, {})
    assert refused.value.code == 401


def test_the_check_of_a_webhooks_signature_knows_ours_from_others() -> None:
    is_ours = snippet("docs/reference/webhook.md", "def is_ours")["is_ours"]
    right = "v1=" + hmac.new(b"secret", b"1763863200.{}", hashlib.sha256).hexdigest()
    assert is_ours("secret", "1763863200", right, b"{}")
    assert not is_ours("secret", "1763863201", right, b"{}")
    assert not is_ours("other", "1763863200", right, b"{}")


def test_every_language_names_the_same_address_and_headers() -> None:
    for language in ("python", "php", "java", "javascript"):
        (found,) = [block for block in blocks(language) if block.page == "docs/how-to/connect-the-site.md"]
        for needed in ("/api/v1/", "Authorization", "Bearer", "Idempotency-Key", "GROWTH_URL", "GROWTH_KEY"):
            assert needed in found.text, f"{found.where}: {needed}"
        assert re.search(r"\b5000\b|\b5\b", found.text), f"{found.where}: a time limit"
