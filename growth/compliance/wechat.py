"""The form of a message to followers: the way to refuse, the length, what the platform punishes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.compliance.copy import Finding, Setting, finding
from growth.compliance.rules import Rule, rule
from growth.language import _

#: a text, bytes of UTF-8 (message/custom/send, errcode 45002)
MOST_BYTES = 2048
_REFUSAL = re.compile(r"\{\{-?\s*(?:unsubscribe_url|preferences_url)\b")
#: rewards for sharing, following, gathering likes or helpers (微信外部链接内容管理规范, 2019-10-28)
_INDUCING = re.compile(
    r"(?:分享|转发|邀请|推荐)[^。！？\n]{0,12}(?:领|得|送|抽|奖|红包|返现)|集赞|助力|砍价|(?:关注|加群)[^。！？\n]{0,6}(?:领|送|抽)"
)


def lint_wechat(text: str, setting: Setting) -> list[Finding]:
    """What the rules of form say of a message to followers, as it is written."""
    return [each for judge in (_refusal, _inducement, _too_long) for each in judge(text, setting)]


def wechat_length(text: str) -> Iterator[Finding]:
    """Whether WeChat takes a text as long as it is for one person."""
    size = len(text.encode())
    if size > MOST_BYTES:
        yield finding(rule("W2"), _("{n} bytes; WeChat takes {most}", n=size, most=MOST_BYTES), text, 0)


def _binds(id_: str, setting: Setting) -> Rule | None:
    found = rule(id_)
    return found if found.holds(trade=setting.trade, mainland=setting.mainland, marketing=setting.marketing) else None


def _refusal(text: str, setting: Setting) -> Iterator[Finding]:
    if (this := _binds("W1", setting)) is not None and not _REFUSAL.search(text):
        yield finding(this, _("the text does not say how to refuse further messages"), text, 0)


def _inducement(text: str, setting: Setting) -> Iterator[Finding]:
    if (this := _binds("W3", setting)) is None:
        return
    for match in _INDUCING.finditer(text):
        yield finding(this, _("“{text}”: a reward for sharing or following", text=match.group()), text, match.start())


def _too_long(text: str, _setting: Setting) -> Iterator[Finding]:
    """What no variable could make shorter."""
    yield from wechat_length(re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", text, flags=re.DOTALL))
