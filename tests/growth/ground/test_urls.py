"""One normal form of a URL."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth import urls


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("HTTP://Example.COM:80/a/../b/./c", "http://example.com/b/c"),
        ("https://example.com:443", "https://example.com/"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://例子.中国/路径?词=值", "https://xn--fsqu00a.xn--fiqs8s/%E8%B7%AF%E5%BE%84?%E8%AF%8D=%E5%80%BC"),
        ("http://example.com/%7euser/%2f", "http://example.com/~user/%2F"),
        ("http://example.com/a b", "http://example.com/a%20b"),
        ("http://example.com/100%", "http://example.com/100%25"),
        ("http://example.com/a//b", "http://example.com/a//b"),
        ("http://example.com/../../x", "http://example.com/x"),
        ("http://example.com/?b=2&a=1#frag", "http://example.com/?b=2&a=1"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("  http://example.com/\n", "http://example.com/"),
        ("http://example.com./", "http://example.com/"),
        ("http://user:pw@example.com/", "http://example.com/"),
        ("http:\\\\example.com", None),
    ],
)
def test_equal_addresses_have_one_form(given_: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(urls.NotAUrl):
            urls.normal(given_)
    else:
        assert urls.normal(given_) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0X7F.0x.0.1", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("127。0。0。1", "127.0.0.1"),
        ("①②⑦.⓪.⓪.①", "127.0.0.1"),
        ("%31%32%37.0.0.1", "127.0.0.1"),
        ("%EF%BC%91%EF%BC%92%EF%BC%97.1", "127.0.0.1"),
        ("169.16689662", "169.254.169.254"),
        ("0", "0.0.0.0"),
        ("0xffffffff", "255.255.255.255"),
        ("exam%70le.COM", "example.com"),
        ("%E4%BE%8B%E5%AD%90.中国。", "xn--fsqu00a.xn--fiqs8s"),
        ("1.2.3.4.com", "1.2.3.4.com"),
        ("0x7f.1a", "0x7f.1a"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
    ],
)
def test_every_spelling_of_a_host_is_that_host(host: str, expected: str) -> None:
    """WHATWG URL §3.5: percent-decoded, mapped by UTS 46, and an IPv4 address where the last label is a number."""
    assert urls.normal(f"http://{host}/") == f"http://{expected}/"


@pytest.mark.parametrize(
    "host",
    [
        "256.0.0.1",
        "1.2.3.256",
        "1.2.3.4.5",
        "127.0.0.08",
        "4294967296",
        "0x1ffffffff",
        "example.1",
        "1..2",
        "a..b",
        "example.com..",
        "exam%2Fple.com",
        "good.example%40evil.example",
        "a%3A%3A1",
        "%00.example",
        "%zz.example",
        "%ff.example",
        "a" * 64 + ".example",
        ".".join(["a" * 49] * 5) + ".example",
        "%",
    ],
)
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(urls.NotAUrl):
        urls.normal(f"http://{host}/")


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.lists(st.sampled_from(["{:d}", "0{:o}", "{:#x}", "{:#X}"]), min_size=4, max_size=4))
def test_an_ipv4_address_has_one_form_however_its_numbers_are_written(value: int, count: int, how: list[str]) -> None:
    tail = value & ((1 << 8 * (5 - count)) - 1)
    numbers = [value >> 8 * (3 - place) & 255 for place in range(count - 1)] + [tail]
    written = ".".join(form.format(number) for form, number in zip(how, numbers, strict=False))
    assert urls.normal(f"http://{written}/") == f"http://{ipaddress.IPv4Address(value)}/"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("g", "http://a/b/c/g"),
        ("../g", "http://a/b/g"),
        ("?y", "http://a/b/c/d;p?y"),
        ("//g", "http://g/"),
        ("g;x=1/../y", "http://a/b/c/y"),
        ("", "http://a/b/c/d;p?q"),
        ("\\\\g/x", "http://g/x"),
        ("/\\g/x", "http://g/x"),
    ],
)
def test_references_resolve_as_rfc_3986_says(reference: str, expected: str) -> None:
    """RFC 3986 §5.4."""
    assert urls.normal(reference, base="http://a/b/c/d;p?q") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mailto:a@b.c",
        "javascript:alert(1)",
        "https;//x",
        "http://.host/",
        "http://",
        "http://[bad/",
        "file:///etc/passwd",
        "http://a:99999/",
        "http://evil.example\\@good.example/",
    ],
)
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(urls.NotAUrl):
        urls.normal(text)


@given(st.text(max_size=40))
def test_the_normal_form_is_its_own_normal_form(path: str) -> None:
    once = urls.normal("http://example.com/" + path)
    assert urls.normal(once) == once
    assert once.isascii()


def test_parameters_are_set_and_removed_without_disturbing_the_others() -> None:
    url = "https://x.example/p?b=2&utm_source=a&a=%E4%BD%A0"
    assert urls.without_parameters(url, {"utm_source"}) == "https://x.example/p?b=2&a=%E4%BD%A0"
    assert urls.with_parameters(url, {"utm_source": "news"}) == "https://x.example/p?b=2&a=%E4%BD%A0&utm_source=news"
    assert urls.parameters(url) == {"b": "2", "utm_source": "a", "a": "你"}
