"""The door: whose host, whose address, which path, how often."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from growth.errors import GrowthError
from growth.web import static_files
from growth.web.limits import Limit, RateLimits
from tests.web import Web

YAML = "site:\n  name: 诚信贷\n  url: https://www.example.com/\n"


def test_our_own_hosts_are_served(web: Web) -> None:
    for host in ("localhost", "127.0.0.1", "127.0.0.1:8000", "LOCALHOST:1", "[::1]:8000", "localhost."):
        assert web.stranger().get("/login", headers={"host": host}).status_code == 200, host


FOREIGN = [
    "evil.example",
    "localhost.evil.example",
    "a/?x=",
    "localhost/..",
    "localhost@evil",
    "",
    "127.0.0.1:99999999",
    "evil localhost",
    "0.0.0.0",
]


def test_any_other_host_is_400(web: Web) -> None:
    for host in FOREIGN:
        answer = web.stranger().get("/login", headers={"host": host})
        assert answer.status_code == 400, host
        assert "诚信贷" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_forwarded_host_changes_nothing(web: Web) -> None:
    answer = web.stranger().get("/settings", headers={"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"})
    assert answer.headers["location"] == "/login?next=/settings"


def test_the_public_address_and_the_listening_one_are_served(web_of: Callable[..., Web]) -> None:
    web = web_of(YAML + "public_url: https://go.example.com/\nweb: {listen: '10.1.2.3:80'}\n")
    for host in ("go.example.com", "10.1.2.3"):
        assert web.stranger().get("/login", headers={"host": host}).status_code == 200
    assert web.stranger().get("/login", headers={"host": "www.example.com"}).status_code == 400


def test_the_public_address_over_https_gets_secure_cookies(web_of: Callable[..., Web]) -> None:
    web = web_of(YAML + "public_url: https://go.example.com/\n")
    assert web.stranger().get("/login", headers={"host": "go.example.com"}).headers["set-cookie"].startswith("__Host-")
    assert not web.stranger().get("/login").headers["set-cookie"].startswith("__Host-")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("8.8.8.8", "1.2.3.4", "8.8.8.8"),
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4:5678", "1.2.3.4"),
        ("10.0.0.1", '"[2001:db8::7]:443"', "2001:db8::7"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"),
    ],
)
def test_the_clients_address_is_believed_from_trusted_proxies_only(make_workspace: Any, peer: str, forwarded: str, client: str) -> None:
    from growth.web.arrival import arrive, ways_of

    workspace = make_workspace(YAML + "web: {trusted_proxies: [10.0.0.0/8]}\n")
    headers = [(b"host", b"localhost"), *([(b"x-forwarded-for", forwarded.encode())] if forwarded else [])]
    arrival = arrive({"headers": headers, "client": (peer, 1), "path": "/", "scheme": "http"}, ways_of(workspace))
    assert arrival.address == client


def test_two_hosts_in_one_request_are_400(make_workspace: Any) -> None:
    from growth.web.arrival import ForeignHost, arrive, ways_of

    for headers in ([(b"host", b"localhost"), (b"host", b"evil")], []):
        with pytest.raises(ForeignHost):
            arrive({"headers": headers, "client": ("127.0.0.1", 1), "path": "/", "scheme": "http"}, ways_of(make_workspace()))


def test_behind_a_prefix_every_address_has_it(web_of: Callable[..., Web]) -> None:
    web = web_of(YAML + "public_url: https://www.example.com/growth/\nweb: {path_prefix: /growth}\n")
    admin = web.browser("admin")
    for path in ("/growth/settings", "/settings"):
        page = admin.get(path)
        assert page.status_code == 200
        assert 'href="/growth/settings/users"' in page.text
        assert 'action="/growth/logout"' in page.text
        assert 'href="/growth/static/' in page.text
        assert 'href="/growth/growth/' not in page.text
        assert 'href="/settings' not in page.text
    assert web.stranger().get("/growth/settings").headers["location"] == "/growth/login?next=/settings"
    assert admin.post("/growth/appearance", {"theme": "dark", "next": "/settings"}).headers["location"] == "/growth/settings"
    static = page.text.partition('href="/growth/static/')[2].partition('"')[0]
    assert web.stranger().get(f"/growth/static/{static}").status_code == 200


def test_static_files_are_kept_for_ever_under_their_version(web: Web) -> None:
    address = web.app.shell.static.address("growth.css")
    answer = web.stranger().get(address, headers={"accept-encoding": "identity"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")
    packed = web.stranger().send("GET", address, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == answer.content
    assert len(gzip.compress(answer.content)) < len(answer.content)
    old = web.stranger().get("/static/000000000000/growth.css")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")


OUTSIDE = ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "vendor/../../app.py", "", "app.py", "/etc/passwd", "growth.css/"]


def test_nothing_but_static_files_is_static(web: Web) -> None:
    for name in OUTSIDE:
        assert web.stranger().get(f"/static/{web.app.shell.static.version}/{name}").status_code == 404, name


def test_a_missing_htmx_says_how_to_bring_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_files, "HTMX", "vendor/not-there.js")
    with pytest.raises(GrowthError, match="not-there") as missing:
        static_files.read_static_files()
    assert "hooks/htmx.py" in (missing.value.fix or "")


def test_one_address_is_limited_and_others_are_not(web_of: Callable[..., Web]) -> None:
    web = web_of(YAML + "web: {rate_limit: 5/min}\n")
    statuses = [web.stranger("8.8.8.8").get("/healthz").status_code for _turn in range(6)]
    assert statuses == [200] * 5 + [429]
    answer = web.stranger("8.8.8.8").get("/healthz")
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert web.stranger("8.8.4.4").get("/healthz").status_code == 200


def test_the_addresses_of_one_ipv6_network_are_limited_together(web_of: Callable[..., Web]) -> None:
    web = web_of(YAML + "web: {rate_limit: 3/min}\n")
    statuses = [web.stranger(f"2001:db8:1:2::{turn}").get("/healthz").status_code for turn in range(1, 5)]
    assert statuses == [200, 200, 200, 429]
    assert web.stranger("2001:db8:1:3::1").get("/healthz").status_code == 200


def test_a_bucket_fills_again_and_forgets_the_longest_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    at = [0.0]
    limits = RateLimits(now=lambda: at[0])
    limit = Limit(2, 10)
    assert [limits.take("x", "a", limit) for _turn in range(3)] == [0, 0, 5]
    at[0] = 5
    assert limits.take("x", "a", limit) == 0
    assert limits.take("x", "a", limit) == 5
    assert limits.take("y", "a", limit) == 0
    monkeypatch.setattr("growth.web.limits._MOST", 10)
    for number in range(50):
        limits.take("x", str(number), limit)
    assert len(limits._buckets) <= 11


def test_changed_settings_hold_without_a_restart(web_of: Callable[..., Web]) -> None:
    web = web_of(YAML)
    browser = web.browser("viewer")
    assert "诚信贷" in browser.get("/settings").text
    (web.workspace.root / "growth.yaml").write_text(YAML.replace("诚信贷", "新名字贷"), "utf-8")
    web.app.shell.current._looked_at = 0.0
    browser.get("/settings")
    assert "新名字贷" in browser.get("/settings").text
    (web.workspace.root / "growth.yaml").write_text(YAML.replace("诚信贷", "破名字贷") + "web: {listen: nonsense}\n", "utf-8")
    marketer = web.browser("marketer")
    web.app.shell.current._looked_at = 0.0
    browser.get("/settings")
    page = marketer.get("/settings").text
    assert "新名字贷" in page
    assert "破名字贷" not in page
    assert "growth.yaml:4:" in page, "whoever works with the files is told"
    assert "growth.yaml:4:" not in browser.get("/settings").text


def test_a_websocket_is_closed(web: Web) -> None:
    import anyio

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    anyio.run(web.app, {"type": "websocket", "path": "/"}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1000}]
