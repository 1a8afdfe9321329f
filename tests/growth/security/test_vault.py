"""Sealed fields open only in their place; tokens are good for their purpose only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth.security import BadToken, CannotOpen, Vault, WeakKey, fresh_key, mask_address, mask_name, parse_keys

OLD, NEW, INDEX, SIGNING = (fresh_key() for _ in range(4))


def vault(keys: str = f"k1:{OLD}") -> Vault:
    return Vault.from_texts(keys=keys, index_key=INDEX, signing_key=SIGNING)


@given(st.text())
def test_what_is_sealed_opens_again(value: str) -> None:
    assert vault().open("contact.email", 1, vault().seal("contact.email", 1, value)) == value


def test_a_value_moved_to_another_row_or_column_does_not_open() -> None:
    sealed = vault().seal("contact.email", 1, "a@b.c")
    for place, row in (("contact.email", 2), ("contact.phone", 1)):
        with pytest.raises(CannotOpen):
            vault().open(place, row, sealed)


def test_a_changed_value_does_not_open() -> None:
    sealed = bytearray(vault().seal("contact.email", 1, "a@b.c"))
    sealed[-1] ^= 1
    with pytest.raises(CannotOpen):
        vault().open("contact.email", 1, bytes(sealed))


@given(st.binary(max_size=80))
def test_what_is_no_sealed_value_cannot_be_opened(value: bytes) -> None:
    with pytest.raises(CannotOpen):
        vault().open("contact.email", 1, value)


def test_a_sealed_value_that_was_cut_off_anywhere_cannot_be_opened() -> None:
    sealed = vault().seal("contact.email", 1, "a@b.c")
    for end in range(len(sealed)):
        with pytest.raises(CannotOpen):
            vault().open("contact.email", 1, sealed[:end])


def test_after_rotation_the_new_key_seals_and_the_old_one_still_opens() -> None:
    sealed = vault().seal("contact.email", 1, "a@b.c")
    rotated = vault(f"k2:{NEW},k1:{OLD}")
    assert rotated.open("contact.email", 1, sealed) == "a@b.c"
    assert rotated.key_of(rotated.seal("contact.email", 1, "x")) == "k2"
    with pytest.raises(CannotOpen, match="GROWTH_KEYS does not hold"):
        vault(f"k2:{NEW}").open("contact.email", 1, sealed)


def test_equal_values_have_equal_index_within_a_kind_only() -> None:
    assert vault().index("email", "a@b.c") == vault(f"k2:{NEW}").index("email", "a@b.c")
    assert vault().index("email", "a@b.c") != vault().index("phone", "a@b.c")


def test_nothing_of_the_value_is_in_the_sealed_bytes() -> None:
    assert b"canary" not in vault().seal("contact.name", 1, "canary-value")


def test_a_token_is_good_for_its_purpose_only() -> None:
    token = vault().sign("unsubscribe", ["c1", "monthly"])
    assert vault().unsign("unsubscribe", token) == ["c1", "monthly"]
    for purpose, altered in (("confirm", token), ("unsubscribe", token[:-2] + "xx"), ("unsubscribe", ""), ("unsubscribe", "a.b.c")):
        with pytest.raises(BadToken):
            vault().unsign(purpose, altered)


@pytest.mark.parametrize(
    "text",
    [
        *("", "k1", "k1:short", "K1:" + OLD, f"k1:{OLD},k1:{NEW}", "k1:***"),
        *("k1:" + "A" * 43, "k1:" + "QUJD" * 11, f"k1:{OLD[:20]} {OLD[20:]}", f"k1:{OLD}!!", f"k1:“{OLD}”", f"k1\n:{OLD}"),
    ],
    ids=[
        *("empty", "no key", "short", "upper case", "twice", "no base64"),
        *("zeros", "few bytes", "a blank within", "something after it", "in quotes", "id with a line break"),
    ],
)
def test_a_weak_or_malformed_key_is_refused_without_printing_it(text: str) -> None:
    with pytest.raises(WeakKey) as caught:
        parse_keys(text)
    assert OLD not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "masked"),
    [("+8613800138000", "138****8000"), ("zhang@qq.com", "z***@qq.com"), ("+442071838750", "+44****8750"), ("@x", "***")],
)
def test_masks_show_enough_to_recognise(address: str, masked: str) -> None:
    assert mask_address(address) == masked


def test_a_name_keeps_its_first_character() -> None:
    assert [mask_name(name) for name in ("张三", "欧阳娜娜", "李", "")] == ["张*", "欧***", "李*", ""]
