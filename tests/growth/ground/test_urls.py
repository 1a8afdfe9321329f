"""One normal form of a URL."""

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
