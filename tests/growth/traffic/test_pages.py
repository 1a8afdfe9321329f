"""The pages of channels, attribution and the website, by role, with and without data."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from growth.db import Database
from growth.traffic import find_signup
from tests.journeys import Site, journey
from tests.web import Web

BAIDU = "https://www.baidu.com/link?url=x"
PAGES = [
    "/channels",
    "/channels?by=source&model=linear",
    "/channels?by=page",
    "/attribution",
    "/funnel",
    "/cohorts",
    "/cohorts?by=channel&role=investor",
    "/conversions",
    "/website",
    "/website/hot-areas",
    "/website/hot-areas?path=/",
    "/website/hot-areas?path=/&on=phone",
    "/website/getting-in-touch",
    "/website/dead-ends",
    "/website/errors",
    "/website/beside",
    "/website/working",
]


@pytest.fixture
def empty(copied: Callable[[], Database], make_web: Callable[..., Web]) -> Web:
    """A site that nobody has visited."""
    return make_web(copied())


@pytest.fixture
def full(site: Site, make_web: Callable[..., Web]) -> Web:
    """A site with a few visitors."""
    visitor = journey(site, "v1").visit("/", via="poster", title="首页").wait(minutes=1).go("/register")
    visitor.event("click", x=0.5, y=0.1, width=390, name="#menu <b>a</b>", target="https://www.example.com/register")
    visitor.event("contact", name="tel:4000000000")
    visitor.leave().sign_up("u-ming", role="investor", value={"amount": "100", "currency": "CNY"}).step("u-ming", "real_name")
    journey(site, "v2").visit("/loan", referrer=BAIDU)
    lost = journey(site, "v3").visit("/", referrer=BAIDU)
    lost.event("missing", url="https://www.example.com/gone", target="https://www.example.com/gone", referrer="https://old.example.net/")
    lost.event("error", name="script", message="<b>boom</b> is not defined", source="https://www.example.com/a.js:1")
    journey(site, "v4").sign_up("u-unseen", role="borrower")
    return make_web(site.database)


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_page_says_what_to_do_next(empty: Web, path: str) -> None:
    response = empty.browser("director").get(path)
    assert response.status_code == 200
    assert "Traceback" not in response.text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_with_data_and_is_downloaded(full: Web, path: str) -> None:
    browser = full.browser("viewer")
    assert browser.get(path).status_code == 200
    mark = "&" if "?" in path else "?"
    response = browser.get(f"{path}{mark}format=csv")
    assert response.status_code == 200
    assert response.content.startswith(b"\xef\xbb\xbf")


def test_the_table_by_channel_shows_cost_and_return(full: Web) -> None:
    text = full.browser("director").get("/channels?format=json").text
    assert full.browser("director").get("/channels").text.count("poster") > 1
    assert "300" in full.browser("director").get("/channels").text
    assert text


def test_the_path_of_a_sign_up_shows_its_evidence_to_those_who_may_see_it(full: Web) -> None:
    with full.database.read() as session:
        id = find_signup(session, "u-ming").id
    assert full.browser("viewer").get(f"/signups/{id}").status_code == 403
    response = full.browser("marketer").get(f"/signups/{id}")
    assert response.status_code == 200
    assert "visit:" in response.text
    assert "visitor:v1" in response.text
    assert full.browser("marketer").get("/signups").text.count("u-ming") == 1
    assert full.browser("marketer").get("/signups/999").status_code == 404


def test_dead_ends_and_errors_are_listed_and_escaped(full: Web) -> None:
    browser = full.browser("seo")
    ends = browser.get("/website/dead-ends").text
    assert "/gone" in ends
    assert "old.example.net" in ends
    errors = browser.get("/website/errors").text
    assert "&lt;b&gt;boom" in errors
    assert "<b>boom" not in errors


def test_hot_areas_show_what_was_clicked_and_how_far_people_look(full: Web) -> None:
    browser = full.browser("viewer")
    assert "path=%2Fregister" in browser.get("/website/hot-areas").text
    one = browser.get("/website/hot-areas?path=/register").text
    assert "#menu &lt;b&gt;a" in one
    assert "<b>a" not in one
    assert one.count("<svg") > 1
    touch = browser.get("/website/getting-in-touch").text
    assert "tel:4000000000" in touch
    assert "poster" in touch


def test_a_marketer_makes_a_link_and_prints_its_qr_code(full: Web) -> None:
    browser = full.browser("marketer")
    assert browser.post("/channels/poster/links", {"target": "/invest", "via": "qr", "label": "placement:hall"}).status_code == 303
    page = browser.get("/channels/poster").text
    code = page.partition("/q/")[2][:7]
    response = browser.get(f"/channels/poster/qr/{code}?form=png")
    assert response.content.startswith(b"\x89PNG")
    assert browser.get(f"/channels/poster/qr/{code}?form=exe").status_code == 404
    assert browser.get("/channels/poster/qr/nothing").status_code == 404


@pytest.mark.parametrize("target", ["javascript:alert(1)", "//evil.example/", "nonsense"])
def test_a_link_that_leads_nowhere_is_refused_in_place(full: Web, target: str) -> None:
    response = full.browser("marketer").post("/channels/poster/links", {"target": target})
    assert response.status_code == 400


def test_only_a_marketer_makes_links(full: Web) -> None:
    assert full.browser("viewer").post("/channels/poster/links", {"target": "/"}).status_code == 403
    assert full.browser("viewer").get("/channels/nobody").status_code == 404
