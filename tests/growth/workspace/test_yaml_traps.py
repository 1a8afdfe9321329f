"""YAML as people mean it: nothing turns into something else, nothing hides, every refusal has its place."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from growth.workspace.document import Document, parse
from growth.workspace.keyboard import read_document


def rules(document: Document) -> list[tuple[int, str]]:
    return [(problem.line, problem.rule) for problem in document.problems]


@pytest.mark.parametrize(
    "word",
    [
        "no",
        "yes",
        "on",
        "off",
        "9:30",
        "20:00",
        "010",
        "+8613800138000",
        "0x1F",
        "0o17",
        "1e5",
        "1_000",
        ".5",
        "2026-11-01",
        "12345678901234567890",
    ],
)
def test_what_looks_like_text_stays_text(word: str) -> None:
    assert parse("f.yaml", f"a: {word}\n").value() == {"a": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [("5", 5), ("-3", -3), ("0", 0), ("0.5", 0.5), ("true", True), ("False", False), ("null", None), ("~", None), ("", None)],
)
def test_numbers_truth_and_nothing_are_read(word: str, value: object) -> None:
    found = parse("f.yaml", f"a: {word}\n").value()["a"]
    assert (found, type(found)) == (value, type(value))


def test_a_duplicate_key_names_both_lines() -> None:
    document = parse("f.yaml", "a: 1\nb: 2\na: 3\nc: {x: 1, x: 2}\n")
    assert rules(document) == [(3, "yaml-duplicate-key"), (4, "yaml-duplicate-key")]
    assert "line 1" in document.problems[0].message
    assert "1 and 3" in str(document.problems[0].hint)


@pytest.mark.parametrize(
    "text", ["a: !!python/object/apply:os.system [ls]\n", "a: !!str 1\n", "a: !include ../../etc/passwd\n", "!!map {a: 1}\n"]
)
def test_tags_are_refused_with_their_line(text: str) -> None:
    assert rules(parse("f.yaml", text)) == [(1, "yaml-tag")]


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    lines = ['a0: &a0 ["x","x","x","x","x","x","x","x","x"]'] + [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    found = parse("f.yaml", "\n".join(lines))
    assert [rule for _line, rule in rules(found)] == ["yaml-alias"]


def test_a_few_aliases_are_fine() -> None:
    assert parse("f.yaml", "a: &a [1]\nb: *a\n").value() == {"a": [1], "b": [1]}


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "a: *nobody\n", "a: &x {k: 1}\nb:\n  <<: *x\n"])
def test_aliases_that_lead_nowhere_and_merge_keys_are_refused(text: str) -> None:
    assert [rule for _line, rule in rules(parse("f.yaml", text))] == ["yaml-alias"]


def test_deep_nesting_is_refused() -> None:
    assert [rule for _line, rule in rules(parse("f.yaml", "[" * 5000 + "]" * 5000))] == ["yaml-depth"]


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("a: 1\nname:诚信贷\nb: 2\n", 2, 5, "name:"),
        ("a: [1, 2\nb: 3\n", 1, 4, "["),
        ('a: "open\nb: 1\n', 1, 4, "quote"),
        ("a: 1\n   b: 2\n", 2, 5, "indentation"),
        ("a: 1\nfoo\nb: 2\n", 2, 1, "neither"),
        ("a: @x\n", 1, 4, "@"),
        ("a: b\x07\n", 1, 5, "U+0007"),
        ("%YAML 1.1\n---\na: no\n", 2, 1, "1.2"),
        ("a: 1\n---\nb: 2\n", 2, 1, "second document"),
        ("[a]: 1\n", 1, 1, "key"),
    ],
)
def test_what_is_not_yaml_is_told_in_words_at_its_place(text: str, line: int, column: int, word: str) -> None:
    (problem, *_rest) = parse("f.yaml", text).problems
    assert (problem.line, problem.column) == (line, column)
    assert word in problem.message


@pytest.mark.parametrize("text", ["\ta: 1\n", "a:\t1\n", "a: x\ty\n", "a:\n  b: 1\n\tc: 2\n", "a: [1,\t2]\n", "-\tx\n", "a: |\n\tx\n"])
def test_tabs_are_refused(text: str) -> None:
    found = read_document("f.yaml", text)
    assert [problem.rule for problem in found.problems] == ["yaml-tab"]
    line = text.split("\n")[found.problems[0].line - 1]
    assert line[found.problems[0].column - 1] == "\t"


@pytest.mark.parametrize(
    ("text", "value"),
    [('a: "x\ty"\n', "x\ty"), ("a: |\n  x\ty\n", "x\ty\n"), ("a: x\t# note\n", "x"), ("# a\tb\na: x\n", "x"), ("a: x\t\n", "x")],
)
def test_tabs_in_quotes_blocks_and_comments_are_text(text: str, value: str) -> None:
    found = read_document("f.yaml", text)
    assert not found.problems
    assert found.value() == {"a": value}


def test_positions_are_those_of_the_file() -> None:
    text = "site:\n  url: x\nlist:\n  - {a: 1}\n  - b:\n      c: [10, 20]\n"
    document = parse("f.yaml", text)
    assert str(document.where("site", "url")) == "f.yaml:2:8"
    assert str(document.where("site", "url", key=True)) == "f.yaml:2:3"
    assert str(document.where("list", 0, "a")) == "f.yaml:4:9"
    assert str(document.where("list", 1, "b", "c", 1)) == "f.yaml:6:15"
    assert str(document.where("list", 1, "b", "missing")) == "f.yaml:6:7"
    assert str(document.where("nothing")) == "f.yaml:1:1"


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.text(alphabet=st.sampled_from("ab1 ：，“”‘’、。　－＃#:-[]{}'\"\\|>&*!%@`\t中文"), max_size=12),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b-1", "键", "x_y", "键：值", "c，d"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def written(value: object, indent: int, flow: bool) -> str:
    """YAML with every text in double quotes, blocks or braces by `flow`."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
    if value is None or isinstance(value, bool | int):
        return (
            {None: "null", True: "true", False: "false"}.get(value, str(value))
            if not (isinstance(value, int) and not isinstance(value, bool))
            else str(value)
        )
    if isinstance(value, dict):
        if flow or not value:
            return "{" + ", ".join(f"{written(key, 0, True)}: {written(item, 0, True)}" for key, item in value.items()) + "}"
        return "".join(f"\n{' ' * indent}{written(key, 0, True)}: {written(item, indent + 2, flow)}" for key, item in value.items())
    assert isinstance(value, list)
    if flow or not value:
        return "[" + ", ".join(written(item, 0, True) for item in value) + "]"
    return "".join(f"\n{' ' * indent}- {written(item, indent + 2, True)}" for item in value)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=VALUES, flow=st.booleans())
def test_quoted_text_is_never_touched_whatever_is_in_it(value: object, flow: bool) -> None:
    text = f"root: {written(value, 2, flow)}\n"
    document = read_document("f.yaml", text)
    assert not document.problems, text
    assert document.value() == {"root": value}


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet=st.sampled_from("ab：:，,“”\"'[]{}- \n\t#|>　&*!1"), max_size=40))
def test_whatever_is_typed_is_read_or_refused_with_a_place_in_the_file(text: str) -> None:
    document = read_document("f.yaml", text)
    lines = text.split("\n")
    for problem in document.problems:
        assert 1 <= problem.line <= len(lines) + 1
        assert problem.column >= 1
        assert re.fullmatch(r"yaml-[a-z-]+", problem.rule)
