"""`read_line`: nginx, Apache and JSON, escapes and charsets, what is no line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from ipaddress import ip_address
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth import urls
from seo.indexing.engines import engine_of, engines
from seo.indexing.importing import Site
from seo.indexing.line import LONGEST_LINE, Reading, Request, read_line
from tests.seo.indexing.lines import BAIDU, GOOGLE, GOOGLES, PERSON, combined

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def read(text: str | bytes) -> Request:
    """The request of a line, which must be a crawler's."""
    found = read_line((text.encode() if isinstance(text, str) else text).rstrip(b"\n"))
    assert isinstance(found, Request), found
    return found


@pytest.mark.parametrize(
    "line",
    [
        combined(),
        combined(host="www.example.com"),
        combined(host="www.example.com:443"),
        combined(more=' "-" 0.003 0.002 .'),
        combined(host="www.example.com:443", more=' "203.0.113.1" rt=0.1 uct="0.0"'),
        "Nov 23 10:00:00 web1 nginx: " + combined(),
        combined().replace(" - - ", " - 张三 "),
        combined("::ffff:66.249.66.1"),
        combined("10.0.0.2", more=' "203.0.113.7, 66.249.66.1"'),
        combined(at="22/Nov/2026:21:00:00 -0500"),
    ],
)
def test_the_combined_format_with_what_people_put_around_it(line: str) -> None:
    found = read(line)
    assert (found.engine, found.address, found.at, found.status, found.target) == ("google", ip_address(GOOGLES), AT, 200, "/")


@pytest.mark.parametrize(
    "fields",
    [
        {"remote_addr": GOOGLES, "time_iso8601": "2026-11-23T10:00:00+08:00", "request": "GET /a?b=1 HTTP/1.1", "status": 404},
        {"remote_addr": GOOGLES, "time_local": "23/Nov/2026:10:00:00 +0800", "request_uri": "/a?b=1", "status": "404"},
        {"client_ip": GOOGLES, "msec": "1795399200.000", "uri": "/a", "args": "b=1", "response": 404},
        {"client": GOOGLES, "@timestamp": "2026-11-23T02:00:00Z", "path": "/a?b=1", "status_code": 404},
        {"remote_addr": "127.0.0.1", "http_x_forwarded_for": GOOGLES, "ts": 1795399200, "url": "https://x/a?b=1", "status": 404},
    ],
)
def test_json_lines_under_the_names_that_servers_use(fields: dict[str, object]) -> None:
    found = read(json.dumps({**fields, "http_user_agent": GOOGLE, "http_host": "www.example.com"}))
    assert (found.address, found.at, found.status, found.target) == (ip_address(GOOGLES), AT, 404, "/a?b=1")
    assert found.host == "www.example.com"


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        (b"/%B4%FB%BF%EE?q=%C0%FB%CF%A2", "/%B4%FB%BF%EE?q=%C0%FB%CF%A2"),  # GBK, escaped by the browser
        (rb"/\xB4\xFB\xBF\xEE", "/%B4%FB%BF%EE"),  # written by nginx and Apache for bytes above 127
        ("/贷款".encode("gb18030"), "/%B4%FB%BF%EE"),  # as they came
        ("/贷款".encode(), "/%E8%B4%B7%E6%AC%BE"),
        (rb"/say\"hi\"", "/say%22hi%22"),
        (b"http://www.example.com/proxied?x", "/proxied?x"),
        (b"/two words", "/two%20words"),
    ],
)
def test_targets_in_any_charset_become_one_form(asked: bytes, target: str) -> None:
    assert read(combined().encode().replace(b"GET / ", b"GET " + asked + b" ")).target == target


def test_nginx_hex_in_json_is_read_though_json_does_not_know_it() -> None:
    line = rb'{"remote_addr":"66.249.66.1","msec":1795399200,"request":"GET /\xB4\xFB HTTP/1.1","status":200,"http_user_agent":"Googlebot"}'
    assert read(line).target == "/%B4%FB"


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        combined().encode()[:60],
        combined().encode()[:-12],
        combined(at="23/Foo/2026:10:00:00 +0800").encode(),
        combined(at="33/Nov/2026:10:00:00 +0800").encode(),
        b"{",
        b'{"remote_addr": "66.249.66.1"}',
        b"[" * 5000,
        b'{"a":' * 5000,
        combined(path="/" + "a" * LONGEST_LINE).encode(),
        b'66.249.66.1 - - [23/Nov/2026:10:00:00 +0800] "-" 400 0 "-" "Googlebot/2.1"',
        b'66.249.66.1 - - [23/Nov/2026:10:00:00 +0800] "GET / HTTP/1.1" 200 512',
    ],
)
def test_what_is_cut_off_or_no_line_is_unreadable(line: bytes) -> None:
    assert read_line(line.rstrip(b"\n")) is Reading.UNREADABLE


def test_a_person_is_nobody_here() -> None:
    assert read_line(combined(agent=PERSON).encode().rstrip()) is Reading.OTHER


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(line: bytes) -> None:
    read_line(line)
    read_line(combined(path="/@", agent="Googlebot").encode().rstrip(b"\n").replace(b"@", line.replace(b"\n", b"")))


@given(st.text("/.abZ09-_~%?&=#+ ", max_size=12))
def test_a_url_of_a_log_is_in_the_same_form_as_one_of_the_crawl(rest: str) -> None:
    site = Site(origin="https://www.example.com", hosts=frozenset({"www.example.com"}), zone=ZoneInfo("UTC"), strip_params=frozenset())
    assert site.url(f"/{rest}", None) == urls.normal(f"https://www.example.com/{rest}")


@pytest.mark.parametrize(
    ("agent", "engine"),
    [
        (GOOGLE, "google"),
        ("Googlebot-Image/1.0", "google"),
        (BAIDU, "baidu"),
        ("Mozilla/5.0 (iPhone) (compatible; Baiduspider-render/2.0; Smartapp; +http://www.baidu.com/search/spider.html)", "baidu"),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "bing"),
        ("Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)", "sogou"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/71 Safari/537.36; 360Spider", "360"),
        ("Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 Chrome/69 YisouSpider/5.0 Safari/537.36", "shenma"),
        ("Mozilla/5.0 (Linux; Android 8.0) Mobile Safari/537.36; Bytespider; bytespider@bytedance.com", "bytedance"),
        ("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "yandex"),
        ("Mozilla/5.0 (Macintosh) Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)", "apple"),
        ("AdsBot-Google (+http://www.google.com/adsbot.html)", None),
        ("Mozilla/5.0 (Linux; Android 9; CUBOT_X19) MicroMessenger/8.0", None),
        (PERSON, None),
    ],
)
def test_crawlers_are_told_by_their_user_agent(agent: str, engine: str | None) -> None:
    assert engine_of(agent.encode()) == engine


def test_the_engines_are_those_of_the_contract() -> None:
    assert set(engines()) == {"google", "baidu", "bing", "sogou", "360", "shenma", "bytedance", "yandex", "apple"}
