"""The styleguide in a real browser: accessible in both themes and widths, quiet console, keyboard, drawer, and all of it without script."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, sync_playwright

from growth.db import open_database, upgrade
from growth.db.claim import claim
from growth.web.cookies import SESSION
from tests.conftest import NOW, chromium
from tests.web import Browser, Web

pytestmark = pytest.mark.browser

FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"


@pytest.fixture(scope="module")
def engine() -> Iterator[Chromium]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def address(make_workspace: Any, make_web: Any) -> Iterator[tuple[str, Browser]]:
    """The real application on a socket of 127.0.0.1, and a logged-in user."""
    database = open_database(make_workspace(), check_schema=False)
    upgrade(database)
    claim(database, now=NOW)
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    web: Web = make_web(database)
    server = uvicorn.Server(uvicorn.Config(web.app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}", web.browser("admin")
    finally:
        server.should_exit = True
        thread.join(10)
        database.close()


def open_page(
    engine: Chromium, address: tuple[str, Browser], *, width: int = 1280, theme: str = "light", script: bool = True
) -> tuple[Page, list[str]]:
    url, user = address
    context: BrowserContext = engine.new_context(
        viewport={"width": width, "height": 860},
        color_scheme="dark" if theme == "dark" else "light",
        java_script_enabled=script,
        has_touch=width < 500,
        bypass_csp=False,
    )
    context.add_cookies([{"name": SESSION, "value": user.cookies[SESSION], "url": url}])
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.goto(f"{url}/styleguide")
    return page, said


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_rule_of_accessibility_is_broken_and_nothing_overflows(
    engine: Chromium, address: tuple[str, Browser], width: int, theme: str
) -> None:
    page, said = open_page(engine, address, width=width, theme=theme)
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found] == []
    page.context.close()


def test_keys_move_search_and_help(engine: Chromium, address: tuple[str, Browser]) -> None:
    page, said = open_page(engine, address)
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert "好123" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("k")
    assert "百度推广" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("?")
    assert page.evaluate("document.getElementById('help').open")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    assert said == []
    page.context.close()


def test_a_figure_opens_in_the_drawer_and_its_address_is_kept(engine: Chromium, address: tuple[str, Browser]) -> None:
    page, said = open_page(engine, address)
    page.evaluate("document.querySelector('a.figure').href = '/styleguide?sort=visits'")
    page.click("a.figure >> nth=0")
    page.wait_for_selector("#drawer[open]")
    assert "open=%2Fstyleguide%3Fsort%3Dvisits" in page.url
    page.keyboard.press("Escape")
    page.wait_for_selector("#drawer:not([open])", state="attached")
    assert "open=" not in page.url
    page.go_back()
    page.wait_for_selector("#drawer[open]")
    page.reload()
    page.wait_for_selector("#drawer[open]")
    assert said == []
    page.context.close()


def test_the_drawer_opens_nothing_foreign(engine: Chromium, address: tuple[str, Browser]) -> None:
    page, _said = open_page(engine, address)
    for wanted in ("//127.0.0.1:9/x", "/\\127.0.0.1:9/x", "http://127.0.0.1:9/x"):
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(f"{address[0]}/styleguide?open={wanted}")
        page.wait_for_timeout(100)
        assert not [url for url in asked if ":9/" in url and "styleguide" not in url]
        assert not page.evaluate("document.getElementById('drawer').open")
    page.context.close()


def test_confirming_waits_for_the_name(engine: Chromium, address: tuple[str, Browser]) -> None:
    page, _said = open_page(engine, address)
    page.click("details.confirm summary >> nth=0")
    button = page.locator("form[data-confirm] button[type=submit] >> nth=0")
    assert button.is_disabled()
    page.fill("#send-confirm", "monthly")
    assert button.is_enabled()
    page.context.close()


def test_every_part_works_without_script(engine: Chromium, address: tuple[str, Browser]) -> None:
    page, _said = open_page(engine, address, script=False)
    page.click("thead a >> nth=2")
    assert "sort=" in page.url
    page.click("details.confirm summary >> nth=0")
    assert page.is_visible("#send-confirm")
    page.click("details.behind summary >> nth=0")
    page.click(".pages a[rel=next]")
    assert "page=2" in page.url
    assert not page.is_visible("[data-copy] >> nth=0")
    page.context.close()
