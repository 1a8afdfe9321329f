"""The medium of a channel: the class in which it is compared with others (contracts/workspace.md)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from growth.language import Text


class ChannelMedium(StrEnum):
    """Media of channels that we keep ourselves, and those that the rules find for a visit without a token of ours."""

    #: a web directory, navigation site or catalogue
    DIRECTORY = "directory"
    #: an article in somebody's paper, site or account
    ARTICLE = "article"
    #: a video
    VIDEO = "video"
    #: a link that a partner's site carries
    PARTNER_LINK = "partner-link"
    #: somebody who is paid by the sign-up
    AFFILIATE = "affiliate"
    #: a banner
    DISPLAY = "display"
    #: our own account in a social network
    SOCIAL = "social"
    #: an advertisement in a social network or its feed
    PAID_SOCIAL = "paid-social"
    #: a chat group or forum
    GROUP = "group"
    #: WeChat: official account, moments, in-app browser with an unknown entry
    WECHAT = "wechat"
    #: a poster, leaflet, business card
    OFFLINE = "offline"
    #: an e-mail
    EMAIL = "email"
    #: a text message
    SMS = "sms"
    #: an event that people come to
    EVENT = "event"
    #: a phone call
    PHONE = "phone"
    #: an invitation or coupon code
    REFERRAL_CODE = "referral-code"
    #: a search engine's unpaid results, kept as a channel of our own
    SEARCH = "search"
    #: search advertising
    PAID_SEARCH = "paid-search"
    #: found by rule: unpaid search results
    ORGANIC_SEARCH = "organic-search"
    #: found by rule: somebody's post
    ORGANIC_SOCIAL = "organic-social"
    #: found by rule: somebody's video
    ORGANIC_VIDEO = "organic-video"
    #: found by rule: advertising in videos
    PAID_VIDEO = "paid-video"
    #: found by rule: a shopping site
    ORGANIC_SHOPPING = "organic-shopping"
    #: found by rule: advertising in a shopping site
    PAID_SHOPPING = "paid-shopping"
    #: found by rule: an AI assistant's answer
    AI_ASSISTANT = "ai-assistant"
    #: found by rule: a podcast
    AUDIO = "audio"
    #: found by rule: a push notice
    PUSH = "push"
    #: found by rule: an advertising product over several networks
    CROSS_NETWORK = "cross-network"
    #: found by rule: paid, in a place that no other rule knows
    PAID_OTHER = "paid-other"
    #: found by rule: a link on somebody's site
    REFERRAL = "referral"
    #: found by rule: nothing says where from
    DIRECT = "direct"
    #: found by rule: marked with parameters that no rule knows; never hidden in “direct”
    UNASSIGNED = "unassigned"


#: media that a channel of channels.yaml may have
OWN_MEDIA: Final = (
    ChannelMedium.DIRECTORY,
    ChannelMedium.ARTICLE,
    ChannelMedium.VIDEO,
    ChannelMedium.PARTNER_LINK,
    ChannelMedium.AFFILIATE,
    ChannelMedium.DISPLAY,
    ChannelMedium.SOCIAL,
    ChannelMedium.PAID_SOCIAL,
    ChannelMedium.GROUP,
    ChannelMedium.WECHAT,
    ChannelMedium.OFFLINE,
    ChannelMedium.EMAIL,
    ChannelMedium.SMS,
    ChannelMedium.EVENT,
    ChannelMedium.PHONE,
    ChannelMedium.REFERRAL_CODE,
    ChannelMedium.SEARCH,
    ChannelMedium.PAID_SEARCH,
)

_TITLES: Final = {
    ChannelMedium.DIRECTORY: Text("directory", "导航与目录"),
    ChannelMedium.ARTICLE: Text("article", "文章"),
    ChannelMedium.VIDEO: Text("video", "视频"),
    ChannelMedium.PARTNER_LINK: Text("partner link", "友情链接"),
    ChannelMedium.AFFILIATE: Text("affiliate", "联盟推广"),
    ChannelMedium.DISPLAY: Text("display", "展示广告"),
    ChannelMedium.SOCIAL: Text("social", "社交账号"),
    ChannelMedium.PAID_SOCIAL: Text("paid social", "信息流广告"),
    ChannelMedium.GROUP: Text("group", "群与论坛"),
    ChannelMedium.WECHAT: Text("WeChat", "微信"),
    ChannelMedium.OFFLINE: Text("offline", "线下"),
    ChannelMedium.EMAIL: Text("e-mail", "邮件"),
    ChannelMedium.SMS: Text("SMS", "短信"),
    ChannelMedium.EVENT: Text("event", "现场活动"),
    ChannelMedium.PHONE: Text("phone", "电话"),
    ChannelMedium.REFERRAL_CODE: Text("referral code", "邀请码"),
    ChannelMedium.SEARCH: Text("search", "搜索"),
    ChannelMedium.PAID_SEARCH: Text("paid search", "搜索竞价"),
    ChannelMedium.ORGANIC_SEARCH: Text("organic search", "自然搜索"),
    ChannelMedium.ORGANIC_SOCIAL: Text("organic social", "社交"),
    ChannelMedium.ORGANIC_VIDEO: Text("organic video", "视频站点"),
    ChannelMedium.PAID_VIDEO: Text("paid video", "视频广告"),
    ChannelMedium.ORGANIC_SHOPPING: Text("organic shopping", "购物站点"),
    ChannelMedium.PAID_SHOPPING: Text("paid shopping", "购物广告"),
    ChannelMedium.AI_ASSISTANT: Text("AI assistant", "AI 助手"),
    ChannelMedium.AUDIO: Text("audio", "音频"),
    ChannelMedium.PUSH: Text("push", "推送"),
    ChannelMedium.CROSS_NETWORK: Text("cross-network", "跨网络广告"),
    ChannelMedium.PAID_OTHER: Text("other paid", "其他付费"),
    ChannelMedium.REFERRAL: Text("referral", "外部链接"),
    ChannelMedium.DIRECT: Text("direct", "直接访问"),
    ChannelMedium.UNASSIGNED: Text("unassigned", "未归类"),
}


def medium_title(medium: str) -> str:
    """The medium's name for people, in the language in force; an unknown one as it is."""
    try:
        return str(_TITLES[ChannelMedium(medium)])
    except ValueError:
        return medium
