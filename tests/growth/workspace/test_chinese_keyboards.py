"""Full-width punctuation is read where it can only mean one thing, else refused with the character to type."""

import pytest

from growth.workspace.keyboard import read_document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("name：诚信贷\nurl： x\n", {"name": "诚信贷", "url": "x"}),
        ("site：\n　name：诚信贷\n　url：x\n", {"site": {"name": "诚信贷", "url": "x"}}),
        ("a: “诚信贷”\n", {"a": "诚信贷"}),
        ("a: ‘诚信贷’ # 注释\n", {"a": "诚信贷"}),
        ("a: “it's”\n", {"a": "it's"}),
        ("“键”：值\n", {"键": "值"}),
        ("a: [baidu，sogou， “搜狗”，“好搜”]\n", {"a": ["baidu", "sogou", "搜狗", "好搜"]}),
        ("a: [1，2]\n", {"a": [1, 2]}),
        ("a: {medium: email，name：好123， url：https://x/}\n", {"a": {"medium": "email", "name": "好123", "url": "https://x/"}}),
        ("a: [{b: 1}，{b: 2}]\n", {"a": [{"b": 1}, {"b": 2}]}),
        ("- {every：day， at: 9：00，to：[ops]}\n", [{"every": "day", "at": "9：00", "to": ["ops"]}]),
        ("a: {\n  b：1，\n  “丙”：‘三’\n}\n", {"a": {"b": 1, "丙": "三"}}),
        ("a: {\"b\"：1，'c'：2}\n", {"a": {"b": 1, "c": 2}}),
        ("a:　b　# 注释\n", {"a": "b"}),
        ("a: b　\n", {"a": "b"}),
        ("＃ 注释\na: 1\n", {"a": 1}),
        ("a:\n－ x\n－ y\n", {"a": ["x", "y"]}),
        ("- name：x\n  url：y\n", [{"name": "x", "url": "y"}]),
        ("keywords：\n  网络借贷：{page：/invest，target：10}\n", {"keywords": {"网络借贷": {"page": "/invest", "target": 10}}}),
        ("menu:\n  甲: 1\n  乙：2\n", {"menu": {"甲": 1, "乙": 2}}),
        ("a: |\n  块：文，字\n  “引”\nb：1\n", {"a": "块：文，字\n“引”\n", "b": 1}),
        ("\u00a0\u00a0a: 1\n\u00a0\u00a0b: 2\n", {"a": 1, "b": 2}),
    ],
)
def test_it_is_read_where_it_can_only_mean_one_thing(text: str, value: object) -> None:
    document = read_document("f.yaml", text)
    assert not document.problems
    assert document.value() == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 注意：出借需谨慎，市场有风险\n", {"a": "注意：出借需谨慎，市场有风险"}),
        ("- 注意：风险\n- “双十一”活动\n", ["注意：风险", "“双十一”活动"]),
        ("a: {say: 你好，世界}\n", {"a": {"say": "你好，世界"}}),
        ("a: [x'：y, z\"：]\n", {"a": ["x'：y", 'z"：']}),
        ('a: "\\"："\n', {"a": '"：'}),
        ("a: {say: 时间：九点, at: 9：00}\n", {"a": {"say": "时间：九点", "at": "9：00"}}),
        ("a: [时间：九点, x：1]\n", {"a": ["时间：九点", "x：1"]}),
        ("a: [“你好，世界”, x]\n", {"a": ["你好，世界", "x"]}),
        ("a: 第一行\n  email：a@b\n", {"a": "第一行 email：a@b"}),
        ('a: "多行，\n  文：字”"\nb: 1\n', {"a": "多行， 文：字”", "b": 1}),
        ('a: "他说“好”\n  然后走了"\n', {"a": "他说“好” 然后走了"}),
        ("a: “甲”和“乙”\n", {"a": "“甲”和“乙”"}),
        ("a: >-\n  甲：\n  乙，\nb: 1\n", {"a": "甲： 乙，", "b": 1}),
    ],
)
def test_text_stays_as_it_was_typed(text: str, value: object) -> None:
    document = read_document("f.yaml", text)
    assert not document.problems
    assert document.value() == value


@pytest.mark.parametrize(
    ("text", "line", "column", "type_this"),
    [
        ("a: 1\nb: [利率，利息]\n", 2, 7, ","),
        ("a: {say: 您好，时间：九点}\n", 1, 12, ","),
        ('a: "诚信贷”\n', 1, 8, '"'),
        ('a: “诚信贷"\n', 1, 4, '"'),
        ("say:\n  您好：欢迎\n  再见\n", 2, 5, ":"),
    ],
)
def test_what_could_mean_two_things_is_refused_with_the_character_to_type(text: str, line: int, column: int, type_this: str) -> None:
    document = read_document("f.yaml", text)
    (problem,) = document.problems
    assert (problem.rule, problem.line, problem.column) == ("yaml-character", line, column)
    assert f"type {type_this}" in str(problem.hint) or f"type “{type_this}" in str(problem.hint)


def test_places_are_those_of_the_text_as_it_was_typed() -> None:
    document = read_document("f.yaml", "site：\n　name：诚信贷\n　list：[a，b， c]\n")
    assert str(document.where("site", "name", key=True)) == "f.yaml:2:2"
    assert str(document.where("site", "name")) == "f.yaml:2:7"
    assert str(document.where("site", "list", 1)) == "f.yaml:3:10"
    assert str(document.where("site", "list", 2)) == "f.yaml:3:13"


def test_a_duplicate_key_is_found_behind_full_width_colons_too() -> None:
    document = read_document("f.yaml", "a：1\nb：2\na：3\n")
    assert [(problem.rule, problem.line, problem.column) for problem in document.problems] == [("yaml-duplicate-key", 3, 1)]


def test_a_line_that_nobody_typed_is_refused_and_costs_little() -> None:
    document = read_document("f.yaml", "a: [" + "，" * 200_000 + "]\nb：1\n")
    assert [(problem.rule, problem.line) for problem in document.problems] == [("yaml-syntax", 1)]
