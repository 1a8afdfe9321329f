"""One box for everything, within what the viewer's roles open."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.orm import Session

from growth.app import Hit
from growth.db import Database
from tests.web import Web


def _hits(_session: Session, text: str) -> Iterator[Hit]:
    yield Hit(kind="campaign", title=f"<b>{text}</b>", link="/settings", detail="monthly")
    yield Hit(kind="user", title="a user of ours", link="/settings/users/ming")
    yield Hit(kind="campaign", title="leads nowhere", link="/no/such/page")
    yield Hit(kind="campaign", title="leads away", link="https://evil.example/")


@pytest.fixture
def web(database: Database, make_web: Callable[..., Web], monkeypatch: pytest.MonkeyPatch) -> Web:
    """The application with a search of ours."""
    import growth.web.search as search_module

    monkeypatch.setattr(search_module, "handed", lambda _apps, _what: [_hits])
    return make_web(database)


def test_hits_are_shown_by_kind_and_escaped(web: Web) -> None:
    page = web.browser("viewer").get("/search?q=新标").text
    assert "&lt;b&gt;新标&lt;/b&gt;" in page
    assert 'href="/settings"' in page
    assert "leads nowhere" not in page
    assert "leads away" not in page


def test_what_a_role_may_not_open_is_not_found_by_it(web: Web) -> None:
    assert "a user of ours" in web.browser("admin").get("/search?q=ming").text
    assert "a user of ours" not in web.browser("viewer").get("/search?q=ming").text


def test_pages_of_the_dashboard_are_found_in_both_languages(web: Web) -> None:
    for text in ("设置", "Settings", "SETT"):
        assert "data-row>" in web.browser("admin").get(f"/search?q={text}").text


def test_an_empty_box_finds_nothing_and_asks(web: Web) -> None:
    for query in ("", "?q=", "?q=%20%20"):
        page = web.browser("viewer").get(f"/search{query}")
        assert page.status_code == 200
        assert "data-row" not in page.text


def test_nothing_found_says_so(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    import growth.web.search as search_module

    monkeypatch.setattr(search_module, "handed", lambda _apps, _what: [])
    assert "zzzz" in web.browser("viewer").get("/search?q=zzzz").text
