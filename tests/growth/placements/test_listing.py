"""Our link on somebody else's page, however the page writes it."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth.placements import ListingFound, find_listing

PAGE = "https://nav.example/links"
OURS = frozenset({"www.example.com", "m.example.com"})


def found(html: str, **more: Any) -> list[ListingFound]:
    return find_listing(html, page_url=PAGE, our_hosts=OURS, **more)


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("https://www.example.com/", "https://www.example.com/"),
        ("//example.com/invest", "https://example.com/invest"),
        ("HTTP://WWW.EXAMPLE.COM", "http://www.example.com/"),
        ("https://m.example.com/a?b=1", "https://m.example.com/a?b=1"),
        ("/go?url=https://www.example.com/", "https://www.example.com/"),
        ("/go?url=https%3A%2F%2Fwww.example.com%2Floans%3Fa%3D1", "https://www.example.com/loans?a=1"),
        ("/go?url=https%253A%252F%252Fwww.example.com%252F", "https://www.example.com/"),
        (f"/jump?u={base64.b64encode(b'https://www.example.com/loans').decode()}", "https://www.example.com/loans"),
        (f"/jump?u={base64.urlsafe_b64encode(b'https://www.example.com/?a=~~~').decode().rstrip('=')}", "https://www.example.com/?a=~~~"),
        (f"/go/{base64.b64encode(b'https://www.example.com/x').decode()}", "https://www.example.com/x"),
    ],
)
def test_a_link_is_found_directly_or_behind_a_wrapper(href: str, target: str) -> None:
    (link,) = found(f'<p><a href="{href}">诚信贷</a> 持牌小额借款</p>')
    assert (link.target, link.anchor, link.description) == (target, "诚信贷", "持牌小额借款")
    assert (link.wrapped is not None) == (href.startswith("/") and not href.startswith("//"))


@pytest.mark.parametrize(
    "html",
    [
        "",
        "   ",
        "<!-- nothing -->",
        "plain words",
        "<a>no address</a>",
        '<a href="">empty</a>',
        '<a href="javascript:void(0)">x</a>',
        '<a href="https://example.com.evil.test/">looks like us</a>',
        '<a href="https://evil.test/?q=www.example.com">names us</a>',
        '<a href="https://notexample.com/">x</a>',
        '<a href="http://[broken">x</a>',
        '<a href="/go?url=ftp://www.example.com/">x</a>',
        "<a href='/go?url=" + "A" * 40 + "'>base64 of nothing</a>",
        "\0\0",
    ],
)
def test_what_is_no_link_to_us_is_none(html: str) -> None:
    assert found(html) == []


def test_pages_that_declare_an_encoding_are_read() -> None:
    page = '<?xml version="1.0" encoding="gb2312"?>\n<!DOCTYPE html><html><body><a href="https://www.example.com/">诚信贷</a></body></html>'
    assert [link.anchor for link in found(page)] == ["诚信贷"]


def test_relative_links_begin_where_the_page_says() -> None:
    page = '<base href="https://www.example.com/x/"><a href="loans">诚信贷</a>'
    assert [link.target for link in found(page)] == ["https://www.example.com/x/loans"]
    assert found('<base href="::"><a href="loans">x</a>') == []


def test_a_picture_speaks_by_its_words() -> None:
    page = '<a href="https://www.example.com/"><img src="a.png" alt="诚信贷 标志"></a><a href="https://www.example.com/b" title="借款"></a>'
    assert [link.anchor for link in found(page)] == ["诚信贷 标志", "借款"]


@pytest.mark.parametrize(
    ("head", "rel", "follow"),
    [
        ("", "", True),
        ("", "noopener external", True),
        ("", "NoFollow", False),
        ("", "ugc", False),
        ("", "noopener sponsored", False),
        ('<meta name="robots" content="index, nofollow">', "", False),
        ('<meta name="ROBOTS" content="NONE">', "", False),
        ('<meta name="robots" content="index,follow">', "", True),
    ],
)
def test_whether_engines_may_follow_comes_from_link_and_page(head: str, rel: str, follow: bool) -> None:
    (link,) = found(f'{head}<a rel="{rel}" href="https://www.example.com/">x</a>')
    assert link.follow is follow


def test_links_within_the_directory_itself_are_not_ours_on_one_machine() -> None:
    page = '<a href="/category/finance">金融</a><a href="http://127.0.0.1:8001/">诚信贷</a>'
    links = find_listing(page, page_url="http://127.0.0.1:8025/directory", our_hosts=frozenset({"127.0.0.1:8001"}))
    assert [link.target for link in links] == ["http://127.0.0.1:8001/"]


def test_an_opaque_wrapper_with_our_name_is_asked_where_it_leads() -> None:
    asked: list[str] = []

    def lead(url: str) -> str | None:
        asked.append(url)
        return "https://www.example.com/" if url.endswith("/go/17") else None

    page = '<a href="/go/16">别家</a><a href="/go/18">诚信贷论坛</a><a href="/go/17">诚信贷</a><a href="https://other.test/1">诚信贷</a>'
    (link,) = found(page, names=["诚信贷"], lead=lead)
    assert (link.target, link.wrapped) == ("https://www.example.com/", "https://nav.example/go/17")
    assert asked == ["https://nav.example/go/18", "https://nav.example/go/17"]


def test_wrappers_are_not_followed_without_end_nor_where_a_plain_link_is_there() -> None:
    asked: list[str] = []

    def lead(url: str) -> str | None:
        asked.append(url)

    many = "".join(f'<a href="/go/{number}">诚信贷</a>' for number in range(50))
    assert found(many, names=["诚信贷"], lead=lead) == []
    assert len(asked) == 5
    assert len(found(many + '<a href="https://www.example.com/">诚信贷</a>', names=["诚信贷"], lead=lead)) == 1
    assert len(asked) == 5


@given(st.text(max_size=300))
def test_no_page_breaks_the_search(html: str) -> None:
    assert isinstance(found(html + '<a href="' + html), list)
