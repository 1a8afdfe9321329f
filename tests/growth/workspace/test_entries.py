"""An entry is put into a file, and everything else in it stays."""

import pytest

from growth.workspace.edit import CannotInsert, with_entry
from growth.workspace.keyboard import read_document

CHANNELS = """\
# the channels
channels:
  a: {medium: email}     # first
  b:
    medium: sms
    note: |
      text
      # not a comment
  # commented: out

other: 1
"""


def test_it_stands_behind_the_last_entry_and_all_else_is_untouched() -> None:
    after = with_entry("f.yaml", CHANNELS, "channels", "c: {medium: video}\n", name="c")
    assert after == CHANNELS.replace("  # commented", "  c: {medium: video}\n  # commented")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "items:\n  - {id: x}\n"),
        ("# only a note\n", "# only a note\n\nitems:\n  - {id: x}\n"),
        ("items:\n", "items:\n  - {id: x}\n"),
        ("items: []   # none yet\n", "items:  # none yet\n  - {id: x}\n"),
        ("items:\n- {id: a}\n", "items:\n- {id: a}\n- {id: x}\n"),
        ("items:\n    - {id: a}\nrest: 1\n", "items:\n    - {id: a}\n    - {id: x}\nrest: 1\n"),
        ("items：\n  - {id：a}\n", "items：\n  - {id：a}\n  - {id: x}\n"),
        ("a: 1", "a: 1\n\nitems:\n  - {id: x}\n"),
    ],
)
def test_every_way_in_which_a_list_may_be_written(before: str, after: str) -> None:
    found = with_entry("f.yaml", before, "items", "- {id: x}\n")
    assert found == after
    assert {"id": "x"} in read_document("f.yaml", found).value()["items"]


def test_what_is_there_already_is_refused_with_its_place() -> None:
    with pytest.raises(CannotInsert) as caught:
        with_entry("f.yaml", CHANNELS, "channels", "b: {}\n", name="b")
    assert str(caught.value.where) == "f.yaml:4:3"


@pytest.mark.parametrize("before", ["channels: {a: {medium: email}}\n", "channels: [\n", "channels: text\n"])
def test_a_file_into_which_nothing_can_be_put_safely_is_refused(before: str) -> None:
    with pytest.raises(CannotInsert):
        with_entry("f.yaml", before, "channels", "b: {}\n", name="b")
