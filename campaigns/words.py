"""Words for states and reasons of deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from growth.language import Text, _

STATES = {
    "pending": Text("not tried yet", "待发送"),
    "submitting": Text("being handed over", "提交中"),
    "retrying": Text("to be tried again", "待重试"),
    "accepted": Text("taken by the provider", "服务商已接收"),
    "delivered": Text("delivered", "已送达"),
    "bounced": Text("bounced", "已退回"),
    "rejected": Text("rejected", "被拒绝"),
    "uncertain": Text("uncertain: nobody knows whether it arrived", "待核实：不知是否送达"),
    "skipped": Text("left out", "未发送"),
}
REASONS = {
    "no_address": Text("without an address", "没有地址"),
    "suppressed": Text("on the suppression list", "在禁发名单"),
    "no_consent": Text("without consent, or refused", "未同意或已拒绝"),
    "cap": Text("had enough messages (frequency cap)", "达到频次上限"),
    "missing_variable": Text("lack a variable of the text", "缺少文案变量"),
    "address_changed": Text("have another address by now", "地址已变更"),
    "erased": Text("were erased", "已抹除"),
    "cancelled": Text("cancelled", "已取消"),
    "stopped": Text("did what the sequence waited for", "已完成目标"),
    "unless": Text("are spared this message by its `unless`", "符合 unless，略过这一条"),
    "already": Text("had it in an earlier period", "往期已收到"),
    "not_following": Text("do not follow the account", "未关注公众号"),
    "window_closed": Text("were not heard from within WeChat's 48 hours", "48 小时内没有互动"),
}
STEPS = {
    "waiting": Text("waiting", "等待中"),
    "paused": Text("paused", "已暂停"),
    "cancelled": Text("cancelled", "已取消"),
    "done": Text("over", "已结束"),
    "sending": Text("being sent", "发送中"),
}


def state_words(state: str) -> str:
    """A state of a delivery in words."""
    return str(STATES.get(state, state))


def reason_words(reason: str) -> str:
    """Why somebody was left out, in words."""
    return str(REASONS.get(reason, reason))


def step_words(state: str) -> str:
    """A state of a later message of a sequence, in words."""
    return str(STEPS.get(state, state))


def variant_words(name: str) -> str:
    """A variant as people call it: ``a`` is the original, ``*`` whoever waits for the winner."""
    return _("waiting for the winner") if name == "*" else name


def test_words(test: Mapping[str, Any]) -> str:
    """What a test of variants came to, in one sentence with its numbers."""
    did = {"clicked": _("clicked"), "opened": _("opened")}[test["by"]]
    groups = ", ".join(f"{each['variant']} {each['did']}/{each['sent']} ({each['rate']:.1%})" for each in test["groups"])
    if test["verdict"] == "winner":
        won = next(each for each in test["groups"] if each["variant"] == test["winner"])
        return _("{name} won: {groups} {did}; p = {p}", name=test["winner"], groups=groups, did=did, p=f"{won['p']:.4f}")
    if test["verdict"] == "no-winner":
        return _("No winner, the rest got the original: {groups} {did}; chance explains the difference", groups=groups, did=did)
    return _("No winner, the rest got the original: {groups} {did}; too few to conclude anything", groups=groups, did=did)
