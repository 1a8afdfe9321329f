"""growth.yaml: the site, its web process, what counts as a sign-up, how visits are counted and credited."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, field_validator

from growth import urls
from growth.language import _
from growth.workspace.fields import DayText, Duration, Host, Rate, RateText, Url, YamlModel
from growth.workspace.problems import did_you_mean


class Trade(StrEnum):
    """Whose copy rules apply."""

    #: risk notice, 年化利率, no promise of return
    LENDING = "lending"
    #: advertising law only
    GENERAL = "general"


class Locale(StrEnum):
    """The language of dashboard, commands, e-mails and reports."""

    #: Chinese, simplified
    ZH_CN = "zh-CN"
    #: English
    EN = "en"


def _zone(name: str) -> str:
    if name not in available_timezones():
        near = did_you_mean(name, available_timezones())
        hint = _("did you mean “{word}”?", word=near) if near else _("write it as Asia/Shanghai")
        raise ValueError(_("“{name}” is not a time zone; {hint}", name=name[:60], hint=hint))
    return name


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise ValueError(_("“{text}” is not an address or a network; write it as 10.0.0.0/8", text=text[:60])) from None


def _host_name(written: dict[str, Any]) -> str:
    return urls.host_of(written.get("url", ""))


#: an IP address or a network in CIDR form
Network = Annotated[str, AfterValidator(_network)]


class Site(YamlModel):
    """The site that is grown. Only `url` is needed."""

    url: Url = Field(description="where the site is / 网站地址")
    name: str = Field(
        default_factory=lambda written: _host_name(written), description="how the site is called; default: its host / 网站名称"
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(default="Asia/Shanghai", description="days and schedules are the site's / 时区")
    locale: Locale = Field(default=Locale.ZH_CN, description="language of dashboard, commands, e-mails and reports / 语言")
    trade: Trade = Field(default=Trade.GENERAL, description="whose copy rules apply / 行业")
    company: str = Field(default="", description="shown with contact, ICP and privacy link in mails and public pages / 公司名称")
    phone: str = ""
    qq: str = ""
    address: str = ""
    privacy_url: Url | None = Field(default=None, description="the privacy notice / 隐私政策")
    icp: str = Field(default="", description="京ICP备00000000号")
    mainland: bool = Field(
        default_factory=lambda written: bool(written.get("icp")),
        description="ICP, ad law and SMS rules apply; default: true where `icp` is set / 是否适用中国大陆规则",
    )
    police_filing: str = Field(default="", description="公安备案号, digits in quotes")
    founded: DayText | None = None
    names: dict[int, str] = Field(default_factory=dict, description="names by how many characters a directory allows / 不同字数的名称")
    descriptions: dict[int, str] = Field(
        default_factory=dict, description="descriptions by how many characters a directory allows / 不同字数的简介"
    )
    logo: str | None = Field(default=None, description="a file of public/ or an address / 标志")
    own_hosts: tuple[Host, ...] = Field(default=(), description="other hosts of the same site / 同一网站的其他域名")
    ignore_referrers: tuple[Host, ...] = Field(
        default=(), description="hosts that are passed on the way and send nobody (a custody bank) / 忽略的来源"
    )

    @field_validator("names", "descriptions", mode="after")
    @classmethod
    def _within_their_length(cls, value: dict[int, str]) -> dict[int, str]:
        for limit, text in value.items():
            if limit < 1:
                raise ValueError(_("the key is a number of characters, 1 or more"))
            if len(text) > limit:
                raise ValueError(_("the text for {limit} characters has {n}", limit=limit, n=len(text)))
        return dict(sorted(value.items()))

    @property
    def host(self) -> str:
        """The host of `url`."""
        return urls.host_of(self.url)

    @property
    def hosts(self) -> frozenset[str]:
        """The host of `url`, with and without ``www.``, and `own_hosts`."""
        bare = self.host.removeprefix("www.")
        return frozenset({self.host, bare, f"www.{bare}", *self.own_hosts})

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.timezone)


class Web(YamlModel):
    """The web process."""

    listen: str = Field(default="127.0.0.1:8000", description="address and port / 监听地址")
    path_prefix: str = Field(default="", description="where a proxy puts this program, e.g. /growth / 路径前缀")
    trusted_proxies: tuple[Network, ...] = Field(
        default=(), description="addresses or networks whose X-Forwarded-For is believed / 可信代理"
    )
    rate_limit: RateText = Field(default=Rate(50, timedelta(seconds=1)), description="an address, on public routes / 每个地址的限速")

    @field_validator("listen", mode="after")
    @classmethod
    def _address_and_port(cls, value: str) -> str:
        host, colon, port = value.rpartition(":")
        if not colon or not host or not port.isascii() or not port.isdigit() or not 0 <= int(port) <= 65535:
            raise ValueError(_("“{text}” is not an address with a port; write it as 127.0.0.1:8000", text=value[:60]))
        return value

    @field_validator("path_prefix", mode="after")
    @classmethod
    def _prefix(cls, value: str) -> str:
        trimmed = value.rstrip("/")
        if trimmed and not trimmed.startswith("/"):
            raise ValueError(_("a prefix starts with /, as in /growth"))
        return trimmed

    @property
    def host(self) -> str:
        """The address to listen on."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen on."""
        return int(self.listen.rpartition(":")[2])


#: steps of a funnel where growth.yaml names none
DEFAULT_FUNNEL: dict[str, tuple[str, ...]] = {"user": ("visit", "register")}


class Signup(YamlModel):
    """What counts as a sign-up, and what comes after it."""

    funnel: dict[str, tuple[str, ...]] = Field(
        default_factory=lambda: dict(DEFAULT_FUNNEL), description="steps by role; a step is an event name / 漏斗"
    )
    repeat: tuple[str, ...] = Field(default=(), description="steps that come again: activity, cohorts, value / 重复步骤")

    @field_validator("funnel", mode="after")
    @classmethod
    def _steps(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for role, steps in value.items():
            if len(steps) < 2:
                raise ValueError(_("the funnel of “{role}” needs at least two steps", role=role))
            if len(set(steps)) != len(steps):
                raise ValueError(_("the funnel of “{role}” has a step twice", role=role))
        return value

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles, in the order of the file."""
        return tuple(self.funnel)

    @property
    def steps(self) -> tuple[str, ...]:
        """Every step of any funnel and every repeated one, once each."""
        return tuple(dict.fromkeys([step for steps in self.funnel.values() for step in steps] + list(self.repeat)))


class Attribution(YamlModel):
    """How sign-ups are credited."""

    lookback: Duration = Field(default=timedelta(days=90), description="touches older than this get no credit / 回溯期")
    visit_timeout: Duration = Field(default=timedelta(minutes=30), description="a visit ends after this much silence / 访问超时")
    model: str = Field(default="last_non_direct", description="the model of the reports / 归因模型")


class Identity(StrEnum):
    """How one visitor is told from another."""

    #: a salted hash that changes daily; no cookie
    HASH = "hash"
    #: a first-party cookie
    COOKIE = "cookie"


class TrackingConsent(StrEnum):
    """Whether visitors are counted before they agreed."""

    #: counted; the site's notice covers it
    GIVEN = "given"
    #: counted only after the site says that they agreed
    REQUIRED = "required"


class DoNotTrack(StrEnum):
    """What a browser's wish does."""

    #: such visitors are not counted
    OBEY = "obey"
    #: the wish is not looked at
    IGNORE = "ignore"


class Traffic(YamlModel):
    """How visits are counted."""

    identity: Identity = Identity.HASH
    consent: TrackingConsent = TrackingConsent.GIVEN
    do_not_track: DoNotTrack = DoNotTrack.OBEY
    staff_addresses: tuple[Network, ...] = Field(default=(), description="addresses or networks of the team, not counted / 内部地址")
