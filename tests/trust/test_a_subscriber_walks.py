"""A subscriber with a phone and a mailbox: signs up on the site, confirms, chooses, leaves (A12, A13; RFC 8058)."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from growth import clock
from growth.contacts import Medium, Purpose, consent_of, find_contact
from growth.db import Database
from growth.errors import GrowthError
from growth.jobs import ChoreRun
from growth.messaging.jobs import send_confirmations
from tests.campaigns.desk import Desk, MakeDesk
from tests.chromium import Site, engine, serve, violations
from tests.web import Clock

__all__ = ["engine", "serve"]
pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.parametrize("database_url", [None], ids=["sqlite"])]
PUBLIC = "https://go.example.com"
FORM = """<!doctype html><meta name=viewport content="width=device-width"><form method=post action="{site}/subscribe">
<input name=email type=email><input name=website style="display:none">
<input name=source type=hidden value=footer><button>订阅</button></form>"""


def wants(database: Database, medium: Medium = Medium.EMAIL) -> bool | None:
    """What she said last of marketing; None where she said nothing, or nobody knows her."""
    with database.read() as session:
        try:
            said = consent_of(session, find_contact(session, "lin@example.com"), medium=medium, purpose=Purpose.MARKETING)
        except GrowthError:
            return None
    return None if said is None else said.granted


def link(desk: Desk, part: str) -> str:
    """The address in her newest mail that has `part`, by its path."""
    mail = desk.sandbox.mailbox.messages(to="lin@example.com")[-1]
    return next(each for each in mail.links if part in each).removeprefix(PUBLIC)


def press(page: Page, button: str) -> None:
    """Until the page it leads to is there whole: one that is left sooner drops what it still asks for, and the console says so."""
    with page.expect_navigation(wait_until="load"):
        page.click(button)


def is_fit(page: Page, width: int) -> None:
    """It fits the screen, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    heights = page.eval_on_selector_all("button", "found => found.map(one => one.getBoundingClientRect().height)")
    least = 40 if width < 500 else 24
    assert [height for height in heights if height < least] == [], "a thumb needs room"


@pytest.mark.parametrize("width", [390, 1280])
def test_from_signing_up_to_leaving(make_desk: MakeDesk, serve: Callable[..., Site], width: int) -> None:
    desk = make_desk(people="")
    site = serve(desk.database, clock=Clock(clock.now()))
    page = site.open(None, "/healthz", width=width)
    said = len(site.said)

    # on the customer's own site
    def their_site(route: Route) -> None:
        route.fulfill(body=FORM.format(site=site.url), content_type="text/html; charset=utf-8")

    page.route("https://www.example.com/**", their_site)
    page.goto("https://www.example.com/")
    page.fill("[name=email]", "Lin@example.com")
    press(page, "button")
    assert page.url == f"{site.url}/subscribe"
    is_fit(page, width)
    assert desk.got == []
    send_confirmations(ChoreRun(workspace=desk.database.workspace, database=desk.database, now=clock.now()))
    assert desk.got == ["lin@example.com"]

    # a scanner opens the link; she presses the button
    confirm = link(desk, "/confirm/")
    for method in ("GET", "HEAD", "GET"):
        assert site.web.stranger().send(method, confirm).status_code == 200
    assert wants(desk.database) is None
    page.goto(site.url + confirm)
    is_fit(page, width)
    press(page, "main button")
    is_fit(page, width)
    assert wants(desk.database) is True
    assert "lin" not in base64.urlsafe_b64decode(confirm.rpartition("/")[2].split(".")[0] + "==").decode(), "no name stands in a log"

    # the newsletter comes, and she chooses
    assert desk.campaign("send", "monthly", "--period", "2026-11")[0] == 0
    leave = link(desk, "/unsubscribe/")
    page.goto(site.url + leave)
    is_fit(page, width)
    assert wants(desk.database) is True
    choose = page.get_attribute("main a[href*='/preferences/']", "href")
    assert choose is not None
    page.goto(site.url + choose.removeprefix(PUBLIC))
    is_fit(page, width)
    assert page.is_checked("[name=marketing-email]")
    site.web.clock.forward(minutes=1)
    page.uncheck("[name=marketing-email]")
    press(page, "main button:not([name=none])")
    is_fit(page, width)
    assert wants(desk.database) is False
    assert not page.is_checked("[name=marketing-email]")
    site.web.clock.forward(minutes=1)
    page.check("[name=marketing-email]")
    press(page, "main button:not([name=none])")
    assert wants(desk.database) is True

    # she leaves by the button of her mailbox, which asks nobody: RFC 8058
    mail = desk.sandbox.mailbox.messages(to="lin@example.com")[-1]
    assert mail.header("list-unsubscribe-post") == "List-Unsubscribe=One-Click"
    target = mail.header("list-unsubscribe").strip("<>").removeprefix(PUBLIC)
    site.web.clock.forward(minutes=1)
    answer = site.web.stranger().send("POST", target, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "location" in answer.headers, "set-cookie" in answer.headers) == (200, False, False)
    assert wants(desk.database) is False
    # whoever opens the link now is told so, and nothing goes to her any more
    page.goto(site.url + leave)
    press(page, "main button")
    is_fit(page, width)
    assert desk.campaign("send", "monthly", "--period", "2026-12")[1]["counts"]["accepted"] == 0
    assert [words for words in site.said[said:] if "favicon" not in words and "www.example.com" not in words] == []
