"""Widths, SMS parts, money, days."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth import clock
from growth.language import Text, _, guess_language, language, speaking, use_language
from growth.money import Money
from growth.text import cut, full_width, printable, sms_parts


@pytest.mark.parametrize(("text", "units"), [("诚信贷", 3.0), ("P2P网贷", 3.5), ("ＡＢ", 2.0), ("", 0.0), ("e\u0301", 0.5)])
def test_a_han_character_is_one_unit_and_a_latin_half(text: str, units: float) -> None:
    assert full_width(text) == units


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (160, 3)])
def test_mainland_sms_are_billed_70_alone_and_67_joined(length: int, parts: int) -> None:
    assert sms_parts("字" * length) == parts
    assert sms_parts("a" * length) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 159 + "€", 2), ("a" * 306, 2), ("a" * 307, 3), ("a" * 70 + "\u00a0", 2), ("字" * 70, 1)],
)
def test_elsewhere_the_alphabet_decides(text: str, parts: int) -> None:
    assert sms_parts(text, mainland=False) == parts


def test_escape_and_bidi_characters_do_not_reach_a_terminal() -> None:
    assert printable("a\x1b[31mb\u202ec\u200b") == "a�[31mb�c�"
    assert printable("a\u061cb\u2028c\ud800d\te\n") == "a�b�c�d\te\n"
    assert cut("一二三四五", 3) == "一二…"


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1234.50 CNY", 123450), ("1,234.5 CNY", 123450), ("0.05 CNY", 5), ("100 JPY", 100), ("-3 CNY", -300), ("１２ CNY", 1200)],
)
def test_money_is_exact(text: str, minor: int) -> None:
    money = Money.parse(text)
    assert money.minor == minor
    assert Money.from_minor(minor, money.currency) == money


@pytest.mark.parametrize("text", ["12", "CNY 12", "12 元", "1.2.3 CNY", ""])
def test_what_is_no_amount_says_the_form(text: str) -> None:
    with pytest.raises(ValueError, match=r"1234\.50 CNY"):
        Money.parse(text)


def test_currencies_are_never_added() -> None:
    assert Money(Decimal(1)) + Money(Decimal("0.5")) == Money(Decimal("1.5"))
    with pytest.raises(ValueError, match="no conversion"):
        Money(Decimal(1)) + Money(Decimal(1), "USD")


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))
def test_an_instant_survives_its_stored_form(instant: datetime) -> None:
    assert clock.from_micros(clock.to_micros(instant)) == instant


def test_a_day_belongs_to_the_site() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    assert clock.site_day(datetime(2026, 11, 22, 16, 0, tzinfo=UTC), shanghai) == date(2026, 11, 23)
    assert clock.day_start(date(2026, 11, 23), shanghai) == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert clock.rfc3339(datetime(2026, 11, 22, 16, 0, tzinfo=UTC), shanghai) == "2026-11-23T00:00:00+08:00"
    with pytest.raises(ValueError, match="naive"):
        clock.to_micros(datetime(2026, 1, 1))


def test_the_language_follows_the_block(tmp_path: object) -> None:
    use_language("en")
    with speaking("zh_CN.UTF-8"):
        assert str(Text("Crawl", "抓取")) == "抓取"
    assert language() == "en"
    assert _("{n} of {m}", n=1, m=2) == "1 of 2"


def test_the_workspace_says_the_language_before_it_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path_factory.mktemp("w")
    monkeypatch.delenv("GROWTH_LANG", raising=False)
    (root / "growth.yaml").write_text("site:\n  url: https://x/\n  locale: en\n")
    assert guess_language(root) == "en"
    (root / "growth.yaml").write_text("site:\n  url: https://x/\n")
    assert guess_language(root) == "zh-CN"
    monkeypatch.setenv("GROWTH_LANG", "en")
    assert guess_language(root) == "en"
