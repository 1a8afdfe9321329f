"""The form of a text message: signature, opt-out, length, hours, characters, trades."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time

from growth import text as texts
from growth.compliance.copy import Finding, Setting, finding
from growth.compliance.rules import Rule, rule
from growth.language import _, ngettext
from growth.workspace import Severity, Window

OPT_OUT = "拒收请回复R"
#: characters that gateways refuse (腾讯云 382/39023, 华为云, 火山引擎)
_REFUSED = re.compile(r"[¥￥★☆√※☞✓✔&\[\]◆■●▲№♥♡\U0001f300-\U0001faff]|\^_\^")
_SIGNATURE = re.compile(r"【([^【】]*)】")
_URL = re.compile(r"https?://[^\s，。；）)】]+|(?:[a-z0-9-]+\.)+(?:com|cn|net|top|vip|cc)(?:/[^\s，。；）)】]*)?", re.IGNORECASE)
_VARIABLE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\$\{[^}]*\}", re.DOTALL)
MOST_CHARACTERS = 500
#: hours in which every provider sends marketing
DAYTIME = Window(time(8, 0), time(21, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsCopy:
    """A text message before it is rendered. `sample` is it rendered for one person (else `text`), for length and words."""

    text: str
    signature: str = ""
    sample: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    window: Window | None = None
    #: addresses of ours that are per person
    tracking_hosts: frozenset[str] = frozenset()
    provider: str = ""


def lint_sms(copy: SmsCopy, setting: Setting) -> list[Finding]:
    """What the rules of form say of a text message."""
    return [each for judge in (_signature, _opt_out, _variables, _length, _hours, _characters, _trade) for each in judge(copy, setting)]


def _binds(id_: str, setting: Setting) -> Rule | None:
    found = rule(id_)
    return found if found.holds(trade=setting.trade, mainland=setting.mainland, marketing=setting.marketing) else None


def _signature(copy: SmsCopy, setting: Setting) -> Iterator[Finding]:
    if (this := _binds("S1", setting)) is None:
        return
    signatures = list(_SIGNATURE.finditer(copy.text))
    if not signatures or signatures[0].start() != 0:
        yield finding(this, _("the text does not begin with its signature in 【】"), copy.text, 0)
        return
    said = signatures[0][1]
    if not 2 <= len(said) <= 12:
        yield finding(this, _("the signature “{text}” has {n} characters; 2 to 12 are allowed", text=said, n=len(said)), copy.text, 1)
    elif copy.signature and said != copy.signature:
        yield finding(
            this,
            _("the signature is “{text}”, growth.yaml says “{signature}”", text=said, signature=copy.signature),
            copy.text,
            1,
            mend=_("write 【{signature}】, or change sms.signature", signature=copy.signature),
        )
    for more in signatures[1:]:
        yield finding(this, _("a second signature, or brackets 【】 in the text"), copy.text, more.start())


def _opt_out(copy: SmsCopy, setting: Setting) -> Iterator[Finding]:
    if (this := _binds("S2", setting)) is not None and not copy.text.endswith(OPT_OUT):
        yield finding(this, _("the text does not end with {words}", words=OPT_OUT), copy.text, max(len(copy.text) - 1, 0))


def _variables(copy: SmsCopy, setting: Setting) -> Iterator[Finding]:
    if (this := _binds("S3", setting)) is None:
        return
    for match in _VARIABLE.finditer(copy.text):
        yield finding(this, _("a variable in a marketing text: {text}", text=texts.cut(match.group(), 30)), copy.text, match.start())
    if copy.parameters:
        yield finding(this, _("params are for service messages only"))
    for match in _URL.finditer(_VARIABLE.sub(lambda each: " " * len(each.group()), copy.text)):
        if any(host in match.group() for host in copy.tracking_hosts):
            yield finding(
                this, _("a link of one's own for each person, or a short link: {url}", url=match.group()), copy.text, match.start()
            )


def _length(copy: SmsCopy, setting: Setting) -> Iterator[Finding]:
    this = rule("S4")
    length = len(copy.sample or copy.text)
    parts = texts.sms_parts(copy.sample or copy.text, mainland=setting.mainland)
    if length > MOST_CHARACTERS:
        message = _("{n} characters; {most} are the most", n=length, most=MOST_CHARACTERS)
        yield finding(this, message, copy.text, 0, severity=Severity.ERROR)
    elif parts > 1:
        yield finding(
            this, ngettext("{n} part is billed a message", "{n} parts are billed a message", parts) + f" ({length})", copy.text, 0
        )


def _hours(copy: SmsCopy, setting: Setting) -> Iterator[Finding]:
    this = _binds("S5", setting)
    window = copy.window
    if this is None or window is None:
        return
    if window.over_midnight or window.start < DAYTIME.start or window.end > DAYTIME.end:
        yield finding(this, _("the window {window} lies outside {daytime}", window=window, daytime=DAYTIME))


def _characters(copy: SmsCopy, setting: Setting) -> Iterator[Finding]:
    if (this := _binds("S6", setting)) is None:
        return
    blank = _VARIABLE.sub(lambda each: " " * len(each.group()), _URL.sub(lambda each: " " * len(each.group()), copy.text))
    for match in _REFUSED.finditer(blank):
        yield finding(this, _("gateways refuse the character “{text}”", text=match.group()), copy.text, match.start())


def _trade(copy: SmsCopy, setting: Setting) -> Iterator[Finding]:
    if setting.mainland and setting.marketing and setting.trade == "lending" and copy.provider in ("aliyun", "tencent"):
        yield finding(
            rule("S6"),
            _("{provider} refuses marketing texts about finance; the text may not get its template", provider=copy.provider),
            severity=Severity.WARNING,
            mend=_("allowed are service messages (purpose: service); for offers use e-mail or WeChat"),
        )
