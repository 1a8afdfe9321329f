"""Words that the law forbids, and what must be shown."""

from datetime import time
from typing import Any

import pytest

from growth.compliance import MailCopy, Setting, SmsCopy, explained, lint_mail, lint_sms, lint_text, rules
from growth.workspace import Window

LENDING = Setting(trade="lending", mainland=True, marketing=True)
GENERAL = Setting(trade="general", mainland=True, marketing=True)


def ids(findings: list[Any]) -> list[str]:
    return [finding.rule for finding in findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全国最佳平台", ["A1"]),
        ("业内第一的服务", ["A1"]),
        ("我们是唯一的选择", ["A1"]),
        ("第一次登录前，最佳使用方法见说明；唯一编号为 3", []),
        ("我们不是最大的，也不敢称第一", []),
        ("保本保息，稳赚不赔。投资有风险", ["A3", "A3", "A3"]),
        ("本邮件不构成出借建议，亦不承诺收益。市场有风险，出借需谨慎。", []),
        ("没有任何无风险的投资，谨防保本骗局。投资有风险，需谨慎", []),
        ("新标上线，欢迎出借", ["A3"]),
        ("新标上线，欢迎出借。市场有风险，出借需谨慎", []),
        ("最高额度二十万，当天放款", ["A7"]),
        ("最高额度二十万，年化利率（单利）12%，当天放款", []),
        ("日息万五，随借随还的贷款", ["A7"]),
        ("借款用途与借款人信息均已列明", []),
        ("校园贷秒批，年化利率 24%", ["A5"]),
        ("我们不提供校园贷，贷款年化利率 12%", []),
        ("累计服务超过 300 万用户", ["A4"]),
        ("累计服务超过 300 万用户（数据来源：本站，截至 2026 年 10 月）", []),
        ("祝您节日快乐，阖家安康", []),
    ],
)
def test_a_lenders_copy_is_judged_by_its_words(text: str, expected: list[str]) -> None:
    assert ids(lint_text(text, LENDING)) == expected


def test_other_trades_may_speak_of_loans_and_nobody_of_superlatives() -> None:
    assert ids(lint_text("出借与贷款资讯", GENERAL)) == []
    assert ids(lint_text("顶级服务", GENERAL)) == ["A1"]


def test_service_messages_and_other_countries_are_left_alone() -> None:
    text = "最佳额度，保本"
    assert lint_text(text, Setting(trade="lending", marketing=False)) == []
    assert lint_text(text, Setting(trade="lending", mainland=False)) == []


def test_a_finding_has_its_place_its_law_and_a_way_out() -> None:
    found = lint_text("第一行\n这里说顶级服务", GENERAL)[0]
    assert (found.line, found.column) == (2, 4)
    assert "广告法" in found.law
    assert found.mend
    assert "顶级" in found.message


SMS = "【诚信贷】您的会员日活动今日开始，详情见官网。拒收请回复R"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, []),
        ({"text": "您的会员日活动开始。拒收请回复R"}, ["S1"]),
        ({"text": "【诚】活动开始。拒收请回复R"}, ["S1"]),
        ({"text": "【别家】活动开始。拒收请回复R"}, ["S1"]),
        ({"text": "【诚信贷】活动【加倍】开始。拒收请回复R"}, ["S1"]),
        ({"text": "【诚信贷】活动开始。回T退订"}, ["S2"]),
        ({"text": SMS + "。"}, ["S2"]),
        ({"text": "【诚信贷】{{ contact.name }}您好，活动开始。拒收请回复R"}, ["S3"]),
        ({"parameters": {"name": "x"}}, ["S3"]),
        ({"text": "【诚信贷】活动见 go.example.com/l/AbC。拒收请回复R", "tracking_hosts": frozenset({"go.example.com"})}, ["S3"]),
        ({"text": "【诚信贷】活动见 www.example.com/hd。拒收请回复R"}, []),
        ({"text": "【诚信贷】" + "长" * 70 + "拒收请回复R"}, ["S4"]),
        ({"text": "【诚信贷】" + "长" * 500 + "拒收请回复R"}, ["S4"]),
        ({"window": Window(time(7, 0), time(20, 0))}, ["S5"]),
        ({"window": Window(time(8, 0), time(21, 0))}, []),
        ({"window": Window(time(20, 0), time(9, 0))}, ["S5"]),
        ({"text": "【诚信贷】活动★开始。拒收请回复R"}, ["S6"]),
        ({"text": "【诚信贷】活动😀开始。拒收请回复R"}, ["S6"]),
    ],
)
def test_the_form_of_a_marketing_text(more: dict[str, Any], expected: list[str]) -> None:
    copy = SmsCopy(**{"text": SMS, "signature": "诚信贷"} | more)
    assert ids(lint_sms(copy, GENERAL)) == expected


def test_a_service_text_may_have_variables_and_needs_no_opt_out() -> None:
    copy = SmsCopy(text="【诚信贷】{{ contact.name }}您好，账单已生成。", signature="诚信贷", parameters={"name": "x"})
    assert lint_sms(copy, Setting(trade="lending", marketing=False)) == []
    assert ids(lint_sms(SmsCopy(text="账单已生成", signature="诚信贷"), Setting(marketing=False))) == ["S1"]


def test_finance_is_told_that_gateways_refuse_its_marketing() -> None:
    found = lint_sms(SmsCopy(text=SMS, signature="诚信贷", provider="tencent"), LENDING)
    assert [(each.rule, each.severity) for each in found] == [("S6", "warning")]


MAIL = {
    "subject": "广告：月报",
    "html": '<p>诚信数据科技有限公司</p><a href="https://go.example.com/unsubscribe/x">退订</a>',
    "text": "月报",
    "sender": "诚信贷 <news@example.com>",
    "unsubscribe_url": "https://go.example.com/unsubscribe/x",
    "identities": ("诚信数据科技有限公司",),
    "hosts": frozenset({"www.example.com"}),
}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, []),
        ({"subject": "AD: news"}, []),
        ({"subject": "(AD) news"}, []),
        ({"subject": "【广告】月报"}, []),
        ({"subject": "月报"}, ["E1"]),
        ({"subject": "Additional news"}, ["E1"]),
        ({"html": "<p>诚信数据科技有限公司</p>"}, ["E3"]),
        ({"html": '<a href="https://go.example.com/unsubscribe/x">退订</a>'}, ["E4"]),
        ({"sender": "news@other.example"}, ["E5"]),
        ({"html": MAIL["html"] + "<script>x</script>"}, ["E6"]),
        ({"html": MAIL["html"] + '<img src="a.png">'}, ["E6"]),
        ({"html": MAIL["html"] + '<img src="a.png" alt="">'}, []),
        ({"html": MAIL["html"] + "{{ contact.name }}"}, ["E6"]),
        ({"html": MAIL["html"] + "x" * 93_000}, ["E6"]),
    ],
)
def test_the_form_of_a_marketing_mail(more: dict[str, Any], expected: list[str]) -> None:
    assert ids(lint_mail(MailCopy(**MAIL | more), LENDING)) == expected


def test_every_rule_is_explained_with_its_source() -> None:
    told = {each.id: each for each in explained()}
    assert set(told) == {rule.id for rule in rules()}
    assert {"A1", "A3", "A7", "E1", "E3", "E6", "S1", "S2", "S6"} <= set(told)
    for each in told.values():
        assert each.source
        assert each.title.zh
        assert each.mend.en
