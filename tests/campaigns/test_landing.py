"""What a plan says of the pages behind a campaign's links."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.campaigns.desk import MONTHLY, MakeDesk

HEAD = '<meta name="viewport" content="width=device-width"><script defer src="https://go.example.com/t.js"></script>'
PAGES = {
    "/good": HEAD + '<a href="/list">list</a>',
    "/list": HEAD + '<a href="/register">sign up</a>',
    "/bare": "<p>nothing</p>",
    "/far": HEAD + '<a href="/bare">on</a>',
}


class Site(BaseHTTPRequestHandler):
    """A site with one page of each kind."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        wechat = "MicroMessenger" in (self.headers["User-Agent"] or "")
        if path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/good")
        else:
            self.send_response(403 if path == "/no-wechat" and wechat else 200 if path in PAGES or path == "/no-wechat" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
        body = PAGES.get(path, HEAD + '<a href="/register">sign up</a>').encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def database_url() -> None:
    """Nothing here depends on the engine."""
    return


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        ("good", set()),
        ("bare", {"link-not-mobile", "link-not-counted", "link-far-from-goal"}),
        ("far", {"link-far-from-goal"}),
        ("moved", {"link-loses-parameters"}),
        ("no-wechat", {"link-unreachable"}),
        ("gone", {"link-unreachable"}),
    ],
)
def test_a_plan_looks_at_the_pages_as_a_reader_on_a_phone(make_desk: MakeDesk, site: str, path: str, rules: set[str]) -> None:
    desk = make_desk()
    yaml = (desk.database.workspace.root / "growth.yaml").read_text("utf-8").replace("https://www.example.com/", site)
    desk.write("growth.yaml", yaml + "seo: {goals: [/register], crawl: {allow_private: true}}\n")
    desk.write("campaigns/monthly.yaml", MONTHLY.replace("{{ site.url }}news", f"{site}{path}"))
    _code, plan, _err = desk.campaign("plan", "monthly", "--period", "2026-11")
    found = {finding["rule"] for finding in plan["findings"] if f"{site}{path}" in finding["message"]}
    assert found == rules
