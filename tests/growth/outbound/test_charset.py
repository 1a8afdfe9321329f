"""Text from bytes whose charset is declared rightly, wrongly or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth.outbound import decode

PAGE = "<html><head><meta charset={0}><title>网络借贷平台</title></head>"


@pytest.mark.parametrize(
    ("content", "header", "encoding"),
    [
        ("借贷".encode(), "text/html; charset=utf-8", "utf-8"),
        ("借贷".encode("gbk"), "text/html; charset=GB2312", "gb18030"),
        ("镕𠮷".encode("gb18030"), "text/html; charset=gb2312", "gb18030"),
        ("借貸".encode("big5"), "text/html; charset=Big5", "big5hkscs"),
        ("借贷".encode("utf-8-sig"), "text/html; charset=gbk", "utf-8"),
        ("借贷".encode("utf-16"), "text/html", "utf-16-le"),
        (PAGE.format("gbk").encode("gbk"), "text/html", "gb18030"),
        (PAGE.format('"utf-8"').encode(), "", "utf-8"),
        ('<?xml version="1.0" encoding="gb2312"?><t>借贷</t>'.encode("gbk"), "text/xml", "gb18030"),
        ("借贷平台".encode("gbk"), "text/html", "gb18030"),
        ("借贷平台".encode(), "text/html", "utf-8"),
    ],
)
def test_a_declared_or_evident_charset_is_found(content: bytes, header: str, encoding: str) -> None:
    found = decode(content, header)
    assert (found.encoding, found.damaged) == (encoding, False)
    assert "借" in found.text or "镕" in found.text


def test_gbk_that_is_served_as_utf8_is_still_read() -> None:
    found = decode(PAGE.format("utf-8").encode("gbk"), "text/html; charset=utf-8")
    assert "网络借贷平台" in found.text
    assert (found.declared, found.encoding, found.damaged) == ("utf-8", "gb18030", False)


def test_an_unknown_charset_is_not_an_error() -> None:
    assert decode("借贷".encode(), "text/html; charset=klingon").text == "借贷"


def test_what_fits_nothing_is_damaged_and_says_so() -> None:
    found = decode(b"\xff\xff\xff\x81 hello", "text/html; charset=utf-8")
    assert found.damaged
    assert "hello" in found.text


def test_a_page_cut_within_a_character_is_not_damaged() -> None:
    whole = ("网络" * 2000).encode()
    assert decode(whole[:-1], "text/html; charset=utf-8").encoding == "utf-8"


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_decode(content: bytes, header: str) -> None:
    assert isinstance(decode(content, header).text, str)
