"""The shell in a real browser: log-in by keyboard, with and without script, accessible in both themes and widths."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from growth import accounts
from growth.db import Database
from tests.chromium import Site, engine, serve, violations
from tests.growth.web.conftest import PASSWORD
from tests.growth.web.test_every_route import rules_of

__all__ = ["engine", "serve"]

pytestmark = pytest.mark.browser


@pytest.fixture
def site(database: Database, serve: Callable[..., Site]) -> Site:
    from growth import clock

    found = serve(database, clock=clock.now)
    with database.write() as session:
        accounts.add_user(
            session, name="ming", roles=["admin"], password_hash=accounts.hash_password(PASSWORD), actor="test", now=clock.now()
        )
    return found


@pytest.mark.parametrize("script", [True, False])
def test_logging_in_by_keyboard_leads_where_one_wanted_to_go(site: Site, script: bool) -> None:
    page = site.open(None, "/settings", script=script)
    page.locator("#name").focus()
    page.keyboard.type("ming")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/settings")
    assert page.locator("nav.nav a").count() > 3
    page.locator("header details summary").click()
    page.locator("form[action='/logout'] button").click()
    page.wait_for_url(f"{site.url}/login")
    page.goto(site.url + "/settings")
    assert page.url.endswith("/login?next=/settings")
    assert site.said == []


@pytest.mark.parametrize(("theme", "width"), [("light", 390), pytest.param("dark", 1280, marks=pytest.mark.slow)])
def test_the_shells_pages_are_accessible_and_load_nothing_foreign(site: Site, theme: str, width: int) -> None:
    admin = site.web.browser("admin")
    for path in ("/login", "/settings", "/settings/users", "/settings/users/ming", "/settings/keys", "/search?q=set"):
        page = site.open(None if path == "/login" else admin, path, theme=theme, width=width)
        assert violations(page) == [], path
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, path
        page.context.close()
    assert site.said == []


def test_what_is_wrong_is_read_out_and_the_name_stays(site: Site) -> None:
    page = site.open(None, "/login")
    page.fill("#name", "ming")
    page.fill("#password", "wrong")
    page.click("main button[type=submit]")
    assert page.locator("[role=alert]").count() == 1
    assert page.locator("#name").input_value() == "ming"
    assert page.locator("#password").input_value() == ""
    assert violations(page) == []


def test_colours_and_language_change_from_the_menu_and_stay(site: Site) -> None:
    page = site.open(site.web.browser("viewer"), "/settings")
    page.locator("header details summary").click()
    page.locator("[data-set-theme=dark]").click()
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    page.wait_for_load_state("networkidle")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator("header details summary").click()
    page.locator("button[name=language][value=en]").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "en"


def test_no_script_of_a_name_runs_anywhere(site: Site, database: Database) -> None:
    """Stored XSS: what a search or a log holds is text, and the policy would stop it still."""
    from growth import clock

    with database.write() as session:
        accounts.record(session, actor="user:<img src=x onerror=alert(1)>", action="x", reason="<script>alert(1)</script>", now=clock.now())
    admin = site.web.browser("admin")
    attacks = ("/search?q=<script>alert(1)</script>", "/search?q=%22onfocus=alert(1)%20autofocus%20x=%22", "/no<b>thing")
    for path in ("/settings/audit-log", *attacks):
        page = site.open(admin, path)
        dialogs: list[str] = []
        page.on("dialog", lambda dialog, seen=dialogs: (seen.append(dialog.message), dialog.dismiss()))
        page.wait_for_load_state()
        assert dialogs == [], path
        assert page.locator("main img, main script").count() == 0, path


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_of_every_app_is_accessible_when_it_is_empty(site: Site, theme: str, width: int) -> None:
    admin = site.web.browser("admin")
    found = {}
    for handler, rules in rules_of(site.web.app, "page"):
        for path in sorted(handler.paths):
            # parts for htmx are looked at within their pages
            if "GET" in rules.methods and "{" not in path and "<!doctype html>" in admin.get(path).text[:200].lower():
                page = site.open(admin, path, theme=theme, width=width)
                found[path] = violations(page)
                page.context.close()
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert len(found) > 10
