"""What pydantic says becomes what a marketer can act on: the right place, the right branch, the nearest word."""

from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from growth.workspace import Problem, YamlModel, did_you_mean
from growth.workspace.environment import Environment
from growth.workspace.fields import FromEnv
from growth.workspace.keyboard import read_document
from growth.workspace.validation import validated


class Medium(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class ByField(YamlModel):
    field: str
    is_: str | int | bool | None = Field(default=None, alias="is")
    above: float | None = None


class ByTag(YamlModel):
    tag: str


class Say(YamlModel):
    kind: Literal["say"]
    text: str


class Go(YamlModel):
    kind: Literal["go"]
    to: int


class Plain(BaseModel):
    """A model of somebody who does not use YamlModel."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engines: list[Literal["baidu", "360"]] = []


class Sample(YamlModel):
    medium: Medium = Medium.EMAIL
    all_: list[ByField | ByTag] = Field(default=[], alias="all")
    replies: list[Annotated[Say | Go, Field(discriminator="kind")]] = []
    by_name: dict[str, Plain] = {}
    by_size: dict[int, str] = {}
    amount: int | str | None = None
    key: FromEnv | None = None
    text: str = ""
    count: int = 0


def told(text: str, *, texts: bool = False, env: dict[str, str] | None = None) -> list[Problem]:
    document = read_document("f.yaml", text)
    assert not document.problems
    _value, problems = validated(document, Sample, Environment(env or {}), value=document.value(), texts=texts)
    return problems


def read(text: str, *, texts: bool = False, env: dict[str, str] | None = None) -> Sample:
    document = read_document("f.yaml", text)
    value, problems = validated(document, Sample, Environment(env or {}), value=document.value(), texts=texts)
    assert not problems
    assert value is not None
    return value


def test_an_unknown_key_is_told_at_the_key_with_the_nearest_one() -> None:
    (problem,) = told("medium: sms\nall:\n  - {field: role, iss: investor}\n")
    assert (problem.line, problem.column, problem.rule) == (3, 19, "unknown-key")
    assert "“iss”" in problem.message
    assert "did you mean “is”?" in str(problem.hint)


def test_of_a_choice_only_the_branch_that_was_meant_is_told() -> None:
    (problem,) = told("all:\n  - {tag: vip}\n  - {field: x, abvoe: 1}\n")
    assert (problem.line, problem.rule) == (3, "unknown-key")
    assert "above" in str(problem.hint)


def test_a_value_of_another_kind_than_every_branch_is_told_once() -> None:
    (problem,) = told("all: [vip]\n")
    assert (problem.line, problem.column, problem.rule) == (1, 7, "wrong-type")


def test_a_wrong_word_of_a_closed_set_has_the_allowed_ones() -> None:
    (problem,) = told("medium: emial\n")
    assert problem.rule == "not-allowed"
    assert str(problem.hint) == "did you mean “email”? allowed: email, sms"


def test_a_wrong_discriminator_and_a_missing_one_are_told() -> None:
    first, second = told("replies:\n  - {kind: sya, text: x}\n  - {text: x}\n")
    assert (first.line, first.rule) == (2, "not-allowed")
    assert "say" in str(first.hint)
    assert (second.line, second.rule) == (3, "missing-key")
    assert "kind" in second.message


def test_within_a_discriminated_branch_places_are_right() -> None:
    (problem,) = told("replies:\n  - kind: go\n    to: there\n")
    assert (problem.line, problem.column, problem.rule) == (3, 9, "wrong-type")


def test_a_key_of_the_wrong_kind_is_told_at_the_key() -> None:
    (problem,) = told("by_size:\n  9: a\n  nine: b\n")
    assert (problem.line, problem.column) == (3, 3)


def test_numbers_count_as_text_in_any_model() -> None:
    assert read("by_name: {x: {engines: [baidu, 360]}}\ntext: 010\n").by_name["x"].engines == ["baidu", "360"]
    assert read("text: 1.50\n").text == "1.50"
    assert read("amount: 5\n").amount == 5


def test_a_number_where_only_some_words_are_allowed_is_still_told() -> None:
    (problem,) = told("by_name: {x: {engines: [baidu, 36]}}\n")
    assert (problem.column, problem.rule) == (32, "not-allowed")


def test_many_faults_are_all_told_each_once() -> None:
    problems = told("medium: x\ncount: y\nall: [{tag: [1]}]\nfoo: 1\n")
    assert sorted((problem.line, problem.rule) for problem in problems) == [
        (1, "not-allowed"),
        (2, "wrong-type"),
        (3, "wrong-type"),
        (4, "unknown-key"),
    ]


def test_variables_are_filled_in_with_the_type_that_is_wanted() -> None:
    found = read("count: ${N}\nkey: ${K}\ntext: a ${T:-b}\n", env={"N": "5"})
    assert (found.count, found.key, found.text) == (5, "${K}", "a b")


def test_a_providers_own_placeholder_is_left_alone() -> None:
    assert read("text: 验证码${code}\n", texts=True).text == "验证码${code}"


def test_text_for_people_takes_no_secret_and_no_gap() -> None:
    (secret,) = told("text: ${SMTP_PASSWORD}\n", texts=True, env={"SMTP_PASSWORD": "canary"})
    assert (secret.rule, secret.line, secret.column) == ("secret-in-text", 1, 7)
    assert "canary" not in str(secret)
    (gap,) = told("text: ${BRAND}\n", texts=True)
    assert gap.rule == "missing-variable"
    assert "BRAND" in gap.message


@pytest.mark.parametrize(
    ("word", "near"), [("subjct", "subject"), ("Subject", "subject"), ("ｓubject", "subject"), ("sub-ject", "subject"), ("zzz", None)]
)
def test_the_nearest_word_is_found(word: str, near: str | None) -> None:
    assert did_you_mean(word, ["subject", "body", "text_plain"]) == near


@pytest.mark.parametrize("value", [[], "x", 5, True, {"a": {"b": {"c": 1}}}, {"all": {"x": 1}}, {"all": [[1]]}, {"by_name": {"": None}}])
def test_whatever_the_shape_there_are_problems_and_no_crash(value: Any) -> None:
    import json

    document = read_document("f.yaml", json.dumps(value))
    _found, problems = validated(document, Sample, Environment(), value=document.value())
    assert problems or value == []
