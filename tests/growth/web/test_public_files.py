"""Files of ``public/``, health, numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web import Web

FILES = {
    "public/MP_verify_abc.txt": "abc",
    "public/proof.html": "<b>proof</b>",
    "public/secret.yaml": "x",
    "public/deep/a.txt": "deep",
    "growth.txt": "no",
}


def test_proofs_of_the_workspace_are_served(web_of: Callable[..., Web]) -> None:
    web = web_of(None, files=FILES)
    text = web.stranger().get("/MP_verify_abc.txt")
    assert (text.status_code, text.text, text.headers["content-type"]) == (200, "abc", "text/plain; charset=utf-8")
    page = web.stranger().get("/proof.html")
    assert (page.text, page.headers["content-type"]) == ("<b>proof</b>", "text/html; charset=utf-8")
    assert "sandbox" in page.headers["content-security-policy"]


HIDDEN = (
    "/secret.yaml",
    "/growth.txt",
    "/deep/a.txt",
    "/..%2fgrowth.txt",
    "/%2e%2e%2fgrowth.yaml",
    "/..\\growth.txt",
    "/.env",
    "/nothing.txt",
    "/MP_verify_abc.txt%00",
)


def test_nothing_else_is(web_of: Callable[..., Web]) -> None:
    stranger = web_of(None, files=FILES).stranger()
    for path in HIDDEN:
        assert stranger.get(path).status_code == 404, path


def test_a_link_out_of_the_workspace_is_not_followed(web_of: Callable[..., Web], tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("secret")
    web = web_of(None, files=FILES)
    (web.workspace.root / "public" / "link.txt").symlink_to(tmp_path / "outside.txt")
    assert web.stranger().get("/link.txt").status_code == 404


def test_crawlers_are_kept_out_unless_the_workspace_says_otherwise(web_of: Callable[..., Web]) -> None:
    assert "Disallow: /" in web_of(None).stranger().get("/robots.txt").text
    assert web_of(None, files={"public/robots.txt": "User-agent: *\nAllow: /\n"}).stranger().get("/robots.txt").text.endswith("Allow: /\n")


def test_life_and_readiness(web: Web) -> None:
    assert web.stranger().get("/healthz").json() == {"status": "ok"}
    ready = web.stranger().get("/readyz").json()
    assert ready == {"status": "ok", "database": "ok", "queue": {"waiting": 0, "lag_seconds": 0, "workers": 0}}


def test_a_database_that_does_not_answer_is_not_ready_but_alive(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    from growth.db import DatabaseUnreachable

    def broken() -> None:
        raise DatabaseUnreachable("gone")

    monkeypatch.setattr(web.database, "read", broken)
    assert web.stranger().get("/readyz").status_code == 503
    assert web.stranger().get("/healthz").status_code == 200
    page = web.stranger().get("/settings", headers={"cookie": "growth=x"})
    assert page.status_code == 503
    assert "gone" not in page.text


def test_numbers_are_for_this_machine_and_administrators(web: Web) -> None:
    local = web.stranger().get("/metrics")
    assert local.status_code == 200
    assert "growth_http_requests_total" in local.text
    assert web.stranger("8.8.8.8").get("/metrics").status_code == 403
    assert web.stranger().get("/metrics", headers={"x-forwarded-for": "8.8.8.8"}).status_code == 403, (
        "a proxy on this machine is not this machine"
    )
    assert web.browser("viewer", address="8.8.8.8").get("/metrics").status_code == 403
    assert web.browser("admin", address="8.8.8.8").get("/metrics").status_code == 200


def test_a_visitors_language_is_the_browsers_where_we_speak_it(web_of: Callable[..., Web]) -> None:
    web = web_of("site: {name: 诚信贷, url: 'https://www.example.com/', locale: zh-CN}\n")
    assert 'lang="en"' in web.stranger().get("/login", headers={"accept-language": "en-GB,en;q=0.9"}).text
    assert 'lang="zh-CN"' in web.stranger().get("/login", headers={"accept-language": "fr,zh;q=0.5"}).text
    assert 'lang="zh-CN"' in web.stranger().get("/login", headers={"accept-language": "fr"}).text
