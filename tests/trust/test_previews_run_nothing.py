"""What somebody wrote into a campaign runs nothing in the browser of whoever looks at it (A4)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.campaigns.desk import MONTHLY, MakeDesk
from tests.chromium import Site, engine, serve

__all__ = ["engine", "serve"]
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", [None], ids=["sqlite"])]
EVIL = """
    <script>parent.document.title = 'owned'; fetch('CANARY/script')</script>
    <img src="CANARY/pixel" onerror="alert(1)">
    <svg onload="alert(2)"><animate onbegin="alert(3)" attributeName="x" dur="1s"></animate></svg>
    <iframe srcdoc="<script>alert(4)</script>"></iframe>
    <a href="javascript:alert(5)">x</a>
    <style>@import 'CANARY/style'; body {{ '{' }} background: url(CANARY/background) {{ '}' }}</style>
    <object data="CANARY/object"></object><embed src="CANARY/embed"><base href="CANARY/">
    <meta http-equiv="refresh" content="0;url=CANARY/refresh">
    <form action="CANARY/form"><button autofocus onfocus="alert(6)">b</button></form>
"""
SUBJECT = "<script>alert(7)</script><img src=x onerror=alert(8)>"


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server of somebody else's, and what it was asked for."""
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_a_preview_asks_nothing_of_anybody_and_opens_no_dialog(
    make_desk: MakeDesk, serve: Callable[..., Site], canary: tuple[str, list[str]]
) -> None:
    address, asked = canary
    text = MONTHLY[: MONTHLY.index("  subject:")] + f"  subject: '{SUBJECT}'\n  body: |\n" + EVIL.replace("CANARY", address)
    desk = make_desk(files={"campaigns/monthly.yaml": text}, people=f'email,name,email_consent\nx@example.com,"{SUBJECT}",yes\n')
    site = serve(desk.database)
    dialogs: list[str] = []
    page = site.open(site.web.browser("marketer"), "/healthz")
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for path in ("/campaigns/monthly/2026-11", "/campaigns/monthly/2026-11/preview"):
        # on the period's page the preview is a frame
        with page.expect_response(lambda response: response.url.endswith("/preview")) as shown:
            page.goto(site.url + path)
            page.locator("iframe.preview, body").first.scroll_into_view_if_needed()
        assert shown.value.status == 200
        page.wait_for_load_state("networkidle")
        assert page.title() != "owned"
        assert page.url == site.url + path
    assert "CANARY" not in page.content()
    assert address in page.content(), "the preview shows what was written"
    assert dialogs == []
    assert asked == []
