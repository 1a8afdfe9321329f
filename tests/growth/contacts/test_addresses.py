"""E-mails and phones in one normal form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth.contacts import BadAddress, Medium, normal_email, normal_phone, read_address


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("13800138000", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        (" 138 0013 8000 ", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("0086-13800138000", "+8613800138000"),
        ("13800138000.0", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("010-62345678", "+861062345678"),
        ("0755 8888 6666", "+8675588886666"),
        ("400-000-0000", "+864000000000"),
        ("+1 (415) 555-2671", "+14155552671"),
    ],
)
def test_a_phone_is_read_as_people_and_spreadsheets_write_it(written: str, normal: str) -> None:
    assert normal_phone(written) == normal


@pytest.mark.parametrize(
    "written", ["", "1380013800", "23800138000", "13800138000.5", "phone", "+", "138001380001", "０", "+861", "--", "1234567"]
)
def test_what_is_no_phone_is_refused(written: str) -> None:
    with pytest.raises(BadAddress) as caught:
        normal_phone(written)
    assert caught.value.fault == "not-a-phone"


@pytest.mark.parametrize("written", ["1.38E+10", "1.38e10", "1E+10"])
def test_a_phone_that_a_spreadsheet_shortened_says_so(written: str) -> None:
    with pytest.raises(BadAddress) as caught:
        normal_phone(written)
    assert caught.value.fault == "scientific-notation"
    assert caught.value.fix


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Zhang.San@QQ.com", "zhang.san@qq.com"),
        (" a@b.cn ", "a@b.cn"),
        ("a+b@例子.中国", "a+b@xn--fsqu00a.xn--fiqs8s"),
        ("ming＠example.com", "ming@example.com"),
        ("a@EXAMPLE.COM.", "a@example.com"),
    ],
)
def test_an_email_is_normal_by_its_domains_case(written: str, normal: str) -> None:
    assert normal_email(written) == normal


@pytest.mark.parametrize(
    "written",
    [
        "a",
        "@b.cn",
        "a@",
        "a@b",
        "a b@c.cn",
        "a@b..cn",
        "a@b.cn, c@d.cn",
        "a@b.com>, c@d.com",
        "alice@example.org)bob@evil.com",
        "a@b.cn\r\nBcc: c@d.cn",
        ".a@b.cn",
        "a" * 65 + "@b.cn",
        "张三@qq.com",
    ],
)
def test_what_is_no_email_is_refused(written: str) -> None:
    with pytest.raises(BadAddress):
        normal_email(written)


def test_an_address_is_told_apart_by_its_at() -> None:
    assert read_address("13800138000") == (Medium.SMS, "+8613800138000")
    assert read_address("a@B.cn") == (Medium.EMAIL, "a@b.cn")


@given(st.text(max_size=40))
def test_normal_forms_stay_as_they_are_and_nothing_else_raises(text: str) -> None:
    for read in (normal_email, normal_phone):
        try:
            once = read(text)
        except BadAddress:
            continue
        assert read(once) == once
        assert "\n" not in once
        assert "\r" not in once
