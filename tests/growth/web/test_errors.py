"""What people see when something is wrong: a page in the layout, in their language, with a number where it is our fault."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from growth.errors import GrowthError
from growth.web import Caller, Forbidden, Missing, Page, Viewer, Visitor, api, page, public
from tests.web import Web

NO_SUCH = "/no/such/page"


@page("/test/breaks")
def breaks(viewer: Viewer) -> Page:
    raise RuntimeError("canary-secret")


@page("/test/refuses")
def refuses(viewer: Viewer) -> Page:
    raise GrowthError("the file has <b>no</b> rows", fix="put some in")


@page("/test/template")
def broken_template(viewer: Viewer) -> Page:
    return viewer.render("web/growth/search.html", title="x", text="x")


@page("/test/missing")
def missing(viewer: Viewer) -> Page:
    raise Missing


@page("/test/number/{number:int}")
def number(viewer: Viewer, number: int, size: int = 1) -> Page:
    return viewer.json({"number": number, "size": size})


@page("/test/reserved")
def reserved(viewer: Viewer, state: str = "", query: int = 1, page: int = 1) -> Page:
    return viewer.json([state, query, page])


@page("/test/form", methods=("POST",))
def form(viewer: Viewer) -> Page:
    return viewer.json({"name": viewer.form["name"], "tags": viewer.form.list("tag"), "file": viewer.form.files["file"].content.decode()})


@page("/test/preview")
def preview(viewer: Viewer) -> Page:
    return viewer.preview("<script>alert(1)</script><p>Hello</p>")


@public("/test/public")
def public_breaks(visitor: Visitor) -> Page:
    raise RuntimeError("canary-secret")


@public("/test/forbidden")
def public_forbidden(visitor: Visitor) -> Page:
    raise Forbidden


@api("/api/test", scope="signups")
def api_test(caller: Caller) -> Page:
    return caller.json({"got": caller.document(), "by": caller.actor, "again": caller.idempotency_key}, status=201)


@pytest.fixture
def web(database: object, make_web: Callable[..., Web], monkeypatch: pytest.MonkeyPatch) -> Web:
    """The application with the routes above."""
    import growth.web.app as app_module

    handed = app_module.handed

    def with_ours(apps: Any, what: str) -> list[object]:
        ours = [
            lambda: [breaks, refuses, broken_template, missing, number, reserved, form, preview, public_breaks, public_forbidden, api_test]
        ]
        return [*handed(apps, what), *(ours if what == "pages" else [])]

    monkeypatch.setattr(app_module, "handed", with_ours)
    return make_web(database)


def test_nothing_there_is_404_in_the_layout_for_whoever_is_logged_in(web: Web) -> None:
    for path in (NO_SUCH, "/nothing", "/test/missing"):
        answer = web.browser("viewer").get(path)
        assert answer.status_code == 404
        assert 'class="nav"' in answer.text
    assert 'class="nav"' not in web.stranger().get(NO_SUCH).text
    assert web.stranger().get(NO_SUCH).status_code == 404


def test_our_own_fault_is_500_with_a_number_that_stands_in_the_log(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    for browser, path in ((web.browser("viewer"), "/test/breaks"), (web.stranger(), "/test/public")):
        caplog.clear()
        with caplog.at_level(logging.ERROR, logger="growth.web"):
            answer = browser.get(path)
        assert answer.status_code == 500
        assert "canary-secret" not in answer.text
        assert "Traceback" not in answer.text
        [number] = set(re.findall(r"\b[0-9a-f]{12}\b", answer.text)) - {web.app.shell.static.version}
        assert number in caplog.text
        assert "canary-secret" in caplog.text


def test_what_a_person_can_mend_is_said_with_what_to_do(web: Web) -> None:
    answer = web.browser("viewer").get("/test/refuses")
    assert answer.status_code == 400
    assert "The file has &lt;b&gt;no&lt;/b&gt; rows" in answer.text
    assert "Put some in" in answer.text


def test_a_broken_template_is_our_fault_and_named_with_its_place(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    answer = web.browser("viewer").get("/test/template")
    assert answer.status_code == 500
    assert "search.html" in answer.text
    assert "groups" in answer.text
    assert "search.html" in caplog.text


def test_a_wrong_parameter_is_400_and_named(web: Web) -> None:
    browser = web.browser("viewer")
    assert browser.get("/test/number/7?size=2").json() == {"number": 7, "size": 2}
    answer = browser.get("/test/number/7?size=many")
    assert answer.status_code == 400
    assert "size" in answer.text
    assert browser.get("/test/number/x").status_code == 404


def test_a_parameter_may_have_any_name(web: Web) -> None:
    browser = web.browser("viewer")
    assert browser.get("/test/reserved?state=open&query=7&page=2").json() == ["open", 7, 2]
    assert browser.get("/test/reserved").json() == ["", 1, 1]
    assert browser.get("/test/reserved?query=x").status_code == 400
    for path in ("/x/{name:str}.svg", "/x/{state:str}"):
        with pytest.raises(ValueError, match="parameter"):
            page(path)(lambda viewer, **_values: viewer.json(None))


def test_a_wrong_method_is_405(web: Web) -> None:
    assert web.browser("viewer").send("PUT", "/test/breaks").status_code == 405


def test_htmx_gets_a_part_to_put_above_the_page(web: Web) -> None:
    answer = web.browser("viewer").get("/test/refuses", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-retarget"]) == (400, "#main")
    assert "<html" not in answer.text


def test_whoever_asks_for_json_gets_a_problem(web: Web) -> None:
    answer = web.browser("viewer").get("/test/refuses", headers={"accept": "application/json"})
    assert answer.json()["detail"].startswith("The file has <b>no</b>")
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_page_is_in_the_language_of_its_reader(web: Web) -> None:
    browser = web.browser("viewer")
    browser.post("/appearance", {"language": "en"})
    assert '<html lang="en"' in browser.get(NO_SUCH).text
    browser.post("/appearance", {"language": "zh-CN"})
    assert '<html lang="zh-CN"' in browser.get(NO_SUCH).text


def test_a_form_has_fields_lists_and_files(web: Web) -> None:
    browser = web.browser("viewer")
    answer = browser.post("/test/form", {"name": "  明  ", "tag": ["a", "b"]}, files={"file": ("../../x.csv", "一,二".encode())})
    assert answer.json() == {"name": "明", "tags": ["a", "b"], "file": "一,二"}
    assert browser.post("/test/form", {"x": "1"}).status_code == 400


def test_a_preview_runs_nothing_and_loads_from_the_site_only(web: Web) -> None:
    answer = web.browser("marketer").get("/test/preview")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox;")
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "https://www.example.com" in policy
    assert "frame-ancestors 'self'" in policy


def test_an_api_key_opens_its_scope(web: Web) -> None:
    from growth import accounts

    with web.database.write() as session:
        right = accounts.create_key(session, name="website", scopes=["signups"], actor="test", now=web.clock())
        wrong = accounts.create_key(session, name="other", scopes=["events"], actor="test", now=web.clock())
    stranger = web.stranger()

    def call(key: str, content: bytes = b'{"id": "7"}', **headers: str) -> httpx.Response:
        return stranger.send("POST", "/api/test", content=content, headers={"authorization": f"Bearer {key}", **headers})

    answer = call(right, **{"idempotency-key": "k1"})
    assert answer.status_code == 201
    assert answer.json() == {"got": {"id": "7"}, "by": "key:website", "again": "k1"}
    assert call(wrong).status_code == 403
    assert call("gk_nothing").status_code == 401
    assert "www-authenticate" in call("gk_nothing").headers
    for content in (b"", b"{", b'{"a": 1, "a": 2}', b'{"a": NaN}', b"\xff", b"[" * 100_000):
        refused = call(right, content[:60_000])
        assert refused.status_code == 400, content[:10]
        assert refused.json()["status"] == 400
    assert call(right, b'{"id": "7"}', **{"idempotency-key": "x" * 256}).status_code == 400
    assert call(right, b"x" * 70_000).status_code == 413
    with web.database.write() as session:
        accounts.revoke_key(session, name="website", actor="test", now=web.clock())
        assert next(key for key in accounts.list_keys(session) if key.name == "website").used_at == web.clock()
    assert call(right).status_code == 401
