"""Walks every route of every app: who may call it, how errors look, which headers leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from litestar.handlers import HTTPRouteHandler

from growth.accounts import PERSONAL_ROLES, Role
from growth.web import Rules, routes_of
from growth.web.door import Door
from tests.web import Web

VALUES = {"int": "1", "uuid": str(UUID(int=7)), "date": "2026-11-01", "str": "nothing-like-this", "path": "nothing/like/this"}


def rules_of(door: Door, *kinds: str) -> Iterator[tuple[HTTPRouteHandler, Rules]]:
    """Every route of those kinds with its rules; one without rules would be a hole."""
    seen: set[int] = set()
    for handler in routes_of(door):
        rules = handler.opt.get("rules")
        assert isinstance(rules, Rules), f"{sorted(handler.paths)} was not made by page, public, api or entrance"
        if rules.kind in kinds and id(handler.opt["function"]) not in seen:
            seen.add(id(handler.opt["function"]))
            yield handler, rules


def filled(path: str) -> str:
    """A path with values for its parameters."""
    return re.sub(r"\{[^:}]+:([a-z]+)\}", lambda match: VALUES[match[1]], path)


def _method(rules: Rules) -> str:
    return "GET" if "GET" in rules.methods else rules.methods[0]


def test_a_stranger_sees_no_page(web: Web) -> None:
    stranger = web.stranger()
    for handler, rules in rules_of(web.app, "page"):
        for path in handler.paths:
            web.app.shell.limits._buckets.clear()
            answer = stranger.send(_method(rules), filled(path))
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/login"), path


def test_every_role_opens_its_pages_and_no_others(web: Web) -> None:
    """The matrix: role × page. What a role may not open is 403 before anything is looked up."""
    browsers = {role: web.browser(str(role)) for role in Role}
    for handler, rules in rules_of(web.app, "page"):
        path = filled(sorted(handler.paths)[0])
        for role, browser in browsers.items():
            web.app.shell.limits._buckets.clear()
            answer = browser.send(_method(rules), path)
            allowed = role is Role.ADMIN or not rules.roles or str(role) in rules.roles
            if rules.personal and role not in PERSONAL_ROLES:
                allowed = False
            if not allowed:
                assert answer.status_code == 403, (role, path)
            elif _method(rules) == "GET":
                assert answer.status_code in (200, 302, 303, 404, 400), (role, path, answer.status_code)
            else:
                assert answer.status_code in (403, 404), (role, path, answer.status_code)


def test_a_route_that_changes_something_is_never_called_by_get_alone(web: Web) -> None:
    for handler, rules in rules_of(web.app, "page"):
        verbs = {"add", "create", "revoke", "delete", "erase", "approve", "send", "pause", "cancel", "disable", "logout", "apply"}
        if any(path.rpartition("/")[2] in verbs for path in handler.paths):
            assert "GET" not in rules.methods, handler.paths


def test_every_answer_has_its_headers(web: Web) -> None:
    admin, stranger = web.browser("admin"), web.stranger()
    paths = [
        filled(sorted(handler.paths)[0]) for handler, rules in rules_of(web.app, "page", "public", "entrance") if "GET" in rules.methods
    ]
    for path in [*paths, "/static/x/nothing.css", f"/static/{web.app.shell.static.version}/growth.css", "/no/such/page"]:
        for browser in (admin, stranger):
            web.app.shell.limits._buckets.clear()
            answer = browser.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy, path
            assert "frame-ancestors" in policy, path
            if "text/html" in answer.headers.get("content-type", "") and not policy.startswith("sandbox"):
                assert "unsafe" not in policy, path
                assert ' style="' not in answer.text, path
                assert not re.search(r"\son[a-z]+=\"", answer.text), path
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert "referrer-policy" in answer.headers, path
            assert "server" not in answer.headers, path


def test_api_routes_answer_errors_as_problems(web: Web) -> None:
    """RFC 9457 wherever a program reads: without a key, with a bad one, too large, wrong method, no such route."""
    stranger = web.stranger()
    paths = [filled(sorted(handler.paths)[0]) for handler, _rules in rules_of(web.app, "api")]
    answers = [stranger.send("POST", path) for path in paths]
    answers += [stranger.send("POST", path, headers={"authorization": "Bearer gk_wrong"}) for path in paths]
    answers += [stranger.send("PATCH", path) for path in paths]
    answers += [stranger.send("GET", "/api/v1/nothing"), stranger.send("POST", "/webhooks/nothing", content=b"{}")]
    for answer in answers:
        assert answer.status_code in (401, 404, 405), answer.request.url
        assert answer.headers["content-type"].startswith("application/problem+json"), answer.request.url
        document = answer.json()
        assert document["status"] == answer.status_code
        assert document["type"]
        assert document["title"]


def test_public_routes_set_no_cookie(web: Web) -> None:
    stranger = web.stranger()
    for handler, rules in rules_of(web.app, "public"):
        if "GET" in rules.methods:
            web.app.shell.limits._buckets.clear()
            assert "set-cookie" not in stranger.get(filled(sorted(handler.paths)[0])).headers, handler.paths


def test_public_bodies_are_limited_before_they_are_read(web: Web) -> None:
    stranger = web.stranger()
    for handler, rules in rules_of(web.app, "public"):
        if "POST" in rules.methods:
            web.app.shell.limits._buckets.clear()
            answer = stranger.send("POST", filled(sorted(handler.paths)[0]), content=b"x" * (64 * 1024 + 1))
            assert answer.status_code in (413, 404), handler.paths


@pytest.mark.parametrize("query", ["%00", "'%22%3Cscript%3E", "a" * 3000, "%ff%fe", "1;DROP%20TABLE"])
def test_odd_queries_break_no_page(web: Web, query: str) -> None:
    """Whatever stands in sort, page, filter or period: the page comes, or says 400; it never breaks."""
    admin = web.browser("admin")
    for handler, rules in rules_of(web.app, "page"):
        if "GET" in rules.methods:
            web.app.shell.limits._buckets.clear()
            path = filled(sorted(handler.paths)[0])
            answer = admin.get(f"{path}?q={query}&sort={query}&page={query}&period={query}&channel={query}&open={query}")
            assert answer.status_code < 500, (path, query)
            assert "<script>" not in answer.text
