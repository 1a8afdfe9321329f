"""The script in a real browser, on a page with a strict policy, under the WeChat user agent too: what it tells the collector."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from growth.traffic import script
from growth.workspace.site import Traffic
from tests.conftest import chromium
from tests.journeys import WECHAT

pytestmark = pytest.mark.browser

POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'"
PAGE = """<!doctype html><html><head><title>首页</title>{head}<script defer src="/t.js"></script></head><body>
<a id="tel" href="tel:4000000000">电话</a> <a id="mail" href="mailto:kefu@example.com">写信</a>
<nav id="menu"><a class="cta big" href="/loan?q=secret"><b>138****8000 的借款</b></a></nav>
<svg class="logo" width="20" height="20"><rect width="20" height="20"/></svg>
<a id="out" href="http://127.0.0.2:9/partner">partner</a>
<button id="step" data-growth-step="open_calculator">算一算</button> <span id="qq" data-growth-contact="qq:10000">QQ</span>
<form name="register" action="/sent" method="get"><input id="phone" name="phone"><input type="hidden" name="g_page" data-growth="page">
<input type="hidden" name="g_visitor" data-growth="visitor"><button id="go">注册</button></form>
<script src="/app.js" defer></script>{lines}</body></html>"""
APP = "document.getElementById('qq').onclick = function () { throw new Error('planted'); };"


class Served(BaseHTTPRequestHandler):
    """The site, its script, and a collector that keeps what it gets."""

    events: list[dict[str, Any]]
    mode: Traffic

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        head = '<meta name="growth-status" content="404">' if path == "/gone" else ""
        body, kind = {
            "/t.js": (script(self.mode), "text/javascript"),
            "/app.js": (APP.encode(), "text/javascript"),
        }.get(path, (PAGE.format(head=head, lines="<p>借款有成本，请量力而行。</p>" * 200).encode(), "text/html; charset=utf-8"))
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-security-policy", POLICY)
        if self.mode.identity == "cookie" and self.mode.consent == "given" and path == "/t.js":
            self.send_header("set-cookie", "gv=visitor-1; Path=/; SameSite=Lax")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.events.extend(sent if isinstance(sent, list) else [sent])
        self.send_response(204)
        if "consent=given" in self.path:
            self.send_header("set-cookie", "gv=agreed-1; Path=/; SameSite=Lax")
        if "consent=withdrawn" in self.path:
            self.send_header("set-cookie", "gv=; Path=/; Max-Age=0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[str, list[dict[str, Any]]]]]:
    servers = []

    def make(**traffic: str) -> tuple[str, list[dict[str, Any]]]:
        events: list[dict[str, Any]] = []
        handler = type("Handler", (Served,), {"events": events, "mode": Traffic.model_validate(traffic)})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}", events

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield found
        found.close()


def until(page: Any, events: list[dict[str, Any]], kind: str, count: int = 1) -> list[dict[str, Any]]:
    """The events of a kind, waited for."""
    for _time in range(100):
        found = [event for event in events if event["type"] == kind]
        if len(found) >= count:
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"{count} × {kind} did not come; came: {[event['type'] for event in events]}")


def test_a_visitor_reads_clicks_and_signs_up(serve: Any, browser: Any) -> None:
    address, events = serve()
    faults: list[str] = []
    page = browser.new_context().new_page()
    page.on("console", lambda message: faults.append(message.text) if "Security" in message.text else None)
    page.goto(f"{address}/?utm_source=a#top", referer="https://www.baidu.com/link?url=x")
    (view,) = until(page, events, "page")
    assert view["url"] == f"{address}/?utm_source=a"
    assert view["referrer"].startswith("https://www.baidu.com/")
    assert (view["title"], view["v"], view["seq"], "visitor" in view, "t" in view) == ("首页", 1, 0, False, False)
    assert view["load_ms"] > 0
    page.click("#step")
    assert until(page, events, "step")[0]["name"] == "open_calculator"
    page.click("#qq")
    assert until(page, events, "contact")[0]["name"] == "qq:10000"
    assert "planted" in until(page, events, "error")[0]["message"]
    page.evaluate("document.getElementById('tel').addEventListener('click', function (e) { e.preventDefault(); })")
    page.click("#tel")
    assert until(page, events, "contact", 2)[1]["name"] == "tel:4000000000"
    click = until(page, events, "click")[0]
    assert 0 <= click["x"] <= 1
    assert 0 <= click["y"] <= 1
    page.fill("#phone", "13800138000")
    assert until(page, events, "form")[0]["name"] == "register start"
    assert page.evaluate("document.querySelector('[data-growth=page]').value") == view["page"] == page.evaluate("growth.page")
    page.mouse.wheel(0, 90_000)
    page.wait_for_timeout(200)
    page.click("#go")
    assert until(page, events, "form", 2)[1]["name"] == "register submit"
    leave = until(page, events, "leave")[0]
    assert leave["page"] == view["page"]
    assert leave["duration_ms"] > 0
    assert leave["scroll"] > 50
    assert until(page, events, "page", 2)[1]["referrer"].startswith(address)
    assert "13800138000" not in json.dumps([{k: v for k, v in e.items() if k not in ("url", "referrer")} for e in events[:-1]])
    assert faults == []
    assert len({event["id"] for event in events}) == len(events)


def test_single_page_navigation_counts_pages_and_keeps_the_way(serve: Any, browser: Any) -> None:
    address, events = serve()
    page = browser.new_context().new_page()
    page.goto(address)
    until(page, events, "page")
    page.evaluate("history.pushState({}, '', '/loan')")
    second = until(page, events, "page", 2)[1]
    assert (second["url"], second["referrer"]) == (f"{address}/loan", f"{address}/")
    page.evaluate("history.replaceState({}, '', '/loan#part')")
    page.evaluate("history.back()")
    until(page, events, "page", 3)
    page.wait_for_timeout(200)
    assert len([event for event in events if event["type"] == "page"]) == 3


def test_a_page_that_is_not_there_says_so(serve: Any, browser: Any) -> None:
    address, events = serve()
    page = browser.new_context().new_page()
    page.goto(f"{address}/gone")
    missing = until(page, events, "missing")[0]
    assert (missing["target"], [event for event in events if event["type"] == "page"]) == (f"{address}/gone", [])


def test_the_wish_not_to_be_followed_is_obeyed_or_not_as_the_site_says(serve: Any, browser: Any) -> None:
    for traffic, expected in (({}, 0), ({"do_not_track": "ignore"}, 1)):
        address, events = serve(**traffic)
        context = browser.new_context()
        context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { get: function () { return true; } })")
        page = context.new_page()
        page.goto(address)
        page.wait_for_timeout(400)
        assert len([event for event in events if event["type"] == "page"]) == expected


def test_the_id_of_the_cookie_is_told_and_put_into_forms(serve: Any, browser: Any) -> None:
    address, events = serve(identity="cookie")
    page = browser.new_context(user_agent=WECHAT).new_page()
    page.goto(address)
    assert until(page, events, "page")[0]["visitor"] == "visitor-1"
    assert page.evaluate("document.querySelector('[data-growth=visitor]').value") == "visitor-1"


def test_what_happens_offline_is_told_later_with_its_age(serve: Any, browser: Any) -> None:
    address, events = serve()
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    until(page, events, "page")
    context.set_offline(True)
    page.evaluate("growth.step('offline')")
    page.wait_for_timeout(300)
    assert [event for event in events if event["type"] == "step"] == []
    context.set_offline(False)
    step = until(page, events, "step")[0]
    assert step["age_ms"] >= 250


@pytest.mark.parametrize("agent", [None, WECHAT])
def test_clicks_are_told_by_place_and_by_what_the_page_calls_the_element(serve: Any, browser: Any, agent: str | None) -> None:
    address, events = serve()
    page = browser.new_context(user_agent=agent, viewport={"width": 390, "height": 800}).new_page()
    page.goto(address)
    until(page, events, "page")
    page.evaluate("document.addEventListener('click', function (e) { e.preventDefault(); })")
    page.click("#menu b")
    page.click("#step")
    page.click("svg")
    clicks = until(page, events, "click", 3)
    said = [(click["name"], click["target"], click["width"]) for click in clicks]
    assert said == [("#menu a.cta", f"{address}/loan?q=secret", 390), ("#step", "", 390), ("rect", "", 390)]
    assert all(0 < click["y"] < 1 for click in clicks)
    assert "138" not in json.dumps(clicks)
    page.click("#out")
    assert until(page, events, "outbound")[0]["target"] == "http://127.0.0.2:9/partner"
    page.click("#mail")
    assert until(page, events, "contact")[0]["name"] == "mailto:kefu@example.com"
    assert [event for event in events if event["type"] == "error"] == []


def agreed(page: Any, yes: bool) -> None:
    """Wait until the page knows a visitor, or none any more."""
    for _time in range(100):
        if bool(page.evaluate("growth.visitor")) is yes:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"growth.visitor is {page.evaluate('growth.visitor')!r}")


def test_nothing_is_kept_on_the_device_before_consent_where_it_is_required(serve: Any, browser: Any) -> None:
    address, events = serve(identity="cookie", consent="required")
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    assert "visitor" not in until(page, events, "page")[0]
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.evaluate("growth.consent(true)")
    agreed(page, True)
    page.evaluate("growth.step('agreed')")
    assert until(page, events, "step")[0]["visitor"] == "agreed-1"
    page.evaluate("growth.consent(false)")
    agreed(page, False)
    page.evaluate("growth.step('withdrawn')")
    assert "visitor" not in until(page, events, "step", 2)[1]


def test_only_time_in_front_counts(serve: Any, browser: Any) -> None:
    address, events = serve()
    page = browser.new_context().new_page()
    page.goto(address)
    until(page, events, "page")
    page.wait_for_timeout(300)
    page.evaluate(
        "Object.defineProperty(document, 'visibilityState', { configurable: true, get: function () { return 'hidden'; } });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    first = until(page, events, "leave")[0]["duration_ms"]
    page.wait_for_timeout(600)
    page.evaluate("delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(100)
    page.goto("about:blank")
    second = until(page, events, "leave", 2)[1]["duration_ms"]
    assert first >= 250
    assert 50 <= second < 600


def test_where_beacons_are_refused_a_request_takes_their_place(serve: Any, browser: Any) -> None:
    address, events = serve()
    context = browser.new_context()
    context.add_init_script("Navigator.prototype.sendBeacon = function () { return false; }")
    page = context.new_page()
    page.goto(address)
    assert until(page, events, "page")[0]["url"] == f"{address}/"
