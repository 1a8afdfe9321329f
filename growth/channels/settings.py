"""channels.yaml: the channels that bring people, and what each costs."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator, model_validator

from growth import urls
from growth.channels.media import OWN_MEDIA, ChannelMedium
from growth.language import _
from growth.workspace.fields import DayText, Host, MoneyText, YamlModel

#: what a channel may be called: short, without spaces, the same in links, reports and QR scenes (WeChat allows 64 characters)
CHANNEL_NAME = re.compile(r"[\w][\w.\-]{0,63}")


def _target(value: str) -> str:
    if value.startswith("/") and not value.startswith("//"):
        return value
    try:
        return urls.normal(value, keep_fragment=True)
    except urls.NotAUrl:
        raise ValueError(_("“{text}” is neither a path of the site (/register) nor an address (https://…)", text=value[:80])) from None


#: where a link leads: a path of the site or an absolute http(s) address
TargetText = Annotated[str, AfterValidator(_target)]


class ChannelCost(YamlModel):
    """What a channel costs whether or not anybody comes; what is paid by the click is imported (`growth costs import`)."""

    per_month: MoneyText | None = Field(default=None, description="every month while the channel is kept / 月费")
    once: MoneyText | None = Field(default=None, description="once, spread over `from`–`until` where both are given / 一次性费用")
    from_: DayText | None = Field(default=None, alias="from", description="first day / 起始日")
    until: DayText | None = Field(default=None, description="last day / 结束日")

    @model_validator(mode="after")
    def _sane(self) -> ChannelCost:
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError(_("`until` lies before `from`"))
        for amount in (self.per_month, self.once):
            if amount is not None and amount.amount < 0:
                raise ValueError(_("a cost is not negative"))
        if self.per_month and self.once and self.per_month.currency != self.once.currency:
            raise ValueError(_("`per_month` and `once` are in different currencies; there is no conversion"))
        return self


class ChannelMatch(YamlModel):
    """Visits without a token of ours that belong to the channel all the same; every condition that is given must hold."""

    medium: ChannelMedium | None = Field(default=None, description="medium that the rules found / 渠道类型")
    source: str | None = Field(default=None, description="source that the rules found, e.g. baidu / 来源")
    campaign: str | None = Field(default=None, description="utm_campaign")
    referrer: Host | None = Field(default=None, description="host that sent the visitor, with its subdomains / 来源域名")

    @model_validator(mode="after")
    def _something(self) -> ChannelMatch:
        if not (self.medium or self.source or self.campaign or self.referrer):
            raise ValueError(_("give at least one of medium, source, campaign, referrer"))
        return self


class ChannelEntry(YamlModel):
    """One channel. Only `medium` is needed."""

    medium: ChannelMedium = Field(description="the class it is compared in / 渠道类型")
    name: str = Field(default="", max_length=80, description="how people call it / 名称")
    cost: ChannelCost = Field(default_factory=ChannelCost)
    reach: int | None = Field(default=None, ge=0, description="how many people it can reach, as its seller says / 覆盖人数")
    to: TargetText | None = Field(default=None, description="where its links lead; default: the site's start page / 落地页")
    formerly: tuple[str, ...] = Field(default=(), description="earlier names: the channel keeps its history / 曾用名")
    codes: tuple[str, ...] = Field(default=(), description="invitation or coupon codes given at sign-up / 邀请码、优惠码")
    match: tuple[ChannelMatch, ...] = Field(default=(), description="visits without our token that belong to it / 归入条件")
    note: str = ""

    @field_validator("formerly", "codes", "match", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str | dict) else value

    @field_validator("medium", mode="after")
    @classmethod
    def _ours(cls, value: ChannelMedium) -> ChannelMedium:
        if value not in OWN_MEDIA:
            raise ValueError(
                _(
                    "“{medium}” is found by rule; a channel has one of: {media}",
                    medium=value.value,
                    media=", ".join(m.value for m in OWN_MEDIA),
                )
            )
        return value


class ChannelsFile(YamlModel):
    """channels.yaml."""

    channels: dict[str, ChannelEntry] = Field(default_factory=dict, description="channels by name / 渠道")

    @field_validator("channels", mode="after")
    @classmethod
    def _names(cls, value: dict[str, ChannelEntry]) -> dict[str, ChannelEntry]:
        for name in value:
            if not CHANNEL_NAME.fullmatch(name):
                raise ValueError(
                    _("“{name}” cannot be a channel's name: letters, digits, - _ . without spaces, at most 64 characters", name=name[:80])
                )
            if name in _RESERVED:
                raise ValueError(_("“{name}” is the name of a medium that the rules give; choose another name for the channel", name=name))
        return value

    @model_validator(mode="after")
    def _apart(self) -> ChannelsFile:
        taken: dict[str, str] = {}
        for name, entry in self.channels.items():
            for old in entry.formerly:
                if old in self.channels:
                    raise ValueError(_("`formerly` of “{name}” names “{old}”, which is still a channel of its own", name=name, old=old))
                if taken.setdefault(f"name {old}", name) != name:
                    raise ValueError(_("two channels were `formerly` “{old}”", old=old))
            for code in entry.codes:
                if taken.setdefault(f"code {code.casefold()}", name) != name:
                    raise ValueError(_("the code “{code}” belongs to two channels", code=code))
        return self


#: rows of a report that are no channel of ours
_RESERVED = frozenset(medium.value for medium in ChannelMedium if medium not in OWN_MEDIA) | {"unattributed"}
