"""growth.yaml: who may send, who of the team is told, and within which limits."""

from __future__ import annotations

import re
from datetime import time
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from growth.language import _
from growth.money import Money
from growth.workspace.fields import FromEnv, MoneyText, RateText, Secret, Window, WindowText, YamlModel


class Tls(StrEnum):
    """How the connection to the mail server is protected."""

    #: TLS from the first byte (port 465)
    IMPLICIT = "implicit"
    #: begins in the clear, then STARTTLS, which must succeed (port 587)
    STARTTLS = "starttls"
    #: not protected: a server on the same machine
    NONE = "none"


class EmailProvider(StrEnum):
    """Who carries e-mail."""

    #: a mail server of yours or a provider's
    SMTP = "smtp"
    #: SendGrid's API
    SENDGRID = "sendgrid"
    #: files in .growth/outbox: nothing leaves the machine
    OUTBOX = "outbox"


class SmsProvider(StrEnum):
    """Who carries text messages."""

    #: 阿里云短信
    ALIYUN = "aliyun"
    #: 腾讯云短信
    TENCENT = "tencent"
    #: files in .growth/outbox: nothing leaves the machine
    OUTBOX = "outbox"


def checked_sender(text: str) -> str:
    """A mail sender, ``诚信贷 <news@example.com>`` or an address alone. Raises ValueError."""
    if any(character in text for character in "\r\n\x00"):
        raise ValueError(_("a sender is one line"))
    name, address = parseaddr(text.replace("＜", "<").replace("＞", ">").replace("＠", "@"))
    user, at, host = address.rpartition("@")
    try:
        ready = Address(display_name=name, username=user, domain=host)
    except (ValueError, IndexError):
        at = ""
    if not at or not user or ("." not in host.strip(".") and host != "localhost"):
        raise ValueError(_("“{text}” is not a sender; write it as 诚信贷 <news@example.com>", text=text[:80]))
    return f"{name} <{ready.addr_spec}>" if name else ready.addr_spec


Sender = Annotated[str, AfterValidator(checked_sender)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Smtp(YamlModel):
    """A mail server."""

    host: FromEnv = Field(description="mail server / 邮件服务器")
    port: Port = Field(default=465)
    tls: Tls = Tls.IMPLICIT
    username: FromEnv | None = None
    password: Secret | None = Field(default=None, description='"${SMTP_PASSWORD}", the value in .env / 密码写在 .env')
    dkim_key: Secret | None = Field(
        default=None,
        description='"${DKIM_PRIVATE_KEY}", where the server does not sign; made by growth keys dkim / DKIM 私钥',
    )

    @model_validator(mode="before")
    @classmethod
    def _usual_protection(cls, value: Any) -> Any:
        """Port 587 and 25 start in the clear; who names one of them without `tls` means STARTTLS."""
        if isinstance(value, dict) and "tls" not in value and value.get("port") in (25, 587):
            return {**value, "tls": "starttls"}
        return value


class Basis(StrEnum):
    """What a transfer of personal data abroad rests on (个人信息保护法 第三十八条)."""

    #: 国家网信部门的标准合同
    STANDARD_CONTRACT = "standard-contract"
    #: 安全评估
    ASSESSMENT = "assessment"
    #: 个人信息保护认证
    CERTIFICATION = "certification"
    #: exempt by number and kind (促进和规范数据跨境流动规定)
    EXEMPT = "exempt"


class SendGrid(YamlModel):
    """SendGrid's API. Mail goes to servers abroad: where `site.mainland` holds, `cross_border_consent` is required."""

    api_key: Secret = "${SENDGRID_API_KEY}"
    base_url: FromEnv = "https://api.sendgrid.com"
    webhook_public_key: FromEnv | None = Field(default=None, description="verifies SendGrid's events; without it their address is off")
    cross_border_consent: bool = Field(default=False, description="people agreed that their address goes abroad / 已取得出境单独同意")
    cross_border_basis: Basis | None = Field(default=None, description="what the transfer rests on (个人信息保护法 38) / 出境依据")


class Mailbox(YamlModel):
    """A mailbox that is read over IMAP: what comes back arrives there. Nothing in it is changed."""

    host: FromEnv = Field(description="IMAP server / 收信服务器")
    port: Port = Field(default=993)
    tls: Tls = Tls.IMPLICIT
    username: FromEnv
    password: Secret = "${IMAP_PASSWORD}"  # noqa: S105  (a variable, not a password)
    folder: str = Field(default="INBOX", description="folder / 文件夹")

    @model_validator(mode="before")
    @classmethod
    def _usual_protection(cls, value: Any) -> Any:
        """Port 143 starts in the clear; who names it without `tls` means STARTTLS."""
        if isinstance(value, dict) and "tls" not in value and value.get("port") == 143:
            return {**value, "tls": "starttls"}
        return value


def checked_return_path(text: str) -> str:
    """An address to which undeliverable mail returns; ``{id}`` in it becomes the delivery's id. Raises ValueError."""
    if not re.fullmatch(r"(?:[A-Za-z0-9!#$%&'*+/=?^_`|~.-]|\{id\})+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+", text.strip()):
        raise ValueError(_("“{text}” is not a return path; write it as bounces@example.com or bounces+{{id}}@example.com", text=text[:80]))
    return text.strip()


ReturnPath = Annotated[str, AfterValidator(checked_return_path)]


class Email(YamlModel):
    """How e-mail leaves. Without anything written here it goes to files (`outbox`)."""

    provider: EmailProvider = EmailProvider.OUTBOX
    from_: Sender | None = Field(default=None, alias="from", description="诚信贷 <news@example.com> / 发件人")
    reply_to: Sender | None = None
    price: MoneyText | None = Field(default=None, description="of one mail / 单价")
    smtp: Smtp | None = None
    sendgrid: SendGrid | None = None
    return_path: ReturnPath | None = Field(
        default=None,
        description="where undeliverable mail returns, for SMTP; {id} in it names the delivery: bounces+{id}@example.com / 退信地址",
    )
    dkim_selector: str | None = Field(default=None, description="name of the DKIM key in DNS / DKIM 选择器")
    feedback: Mailbox | None = Field(default=None, description="the mailbox that bounces and complaints come to / 接收退信与投诉的邮箱")

    @model_validator(mode="before")
    @classmethod
    def _provider_that_is_set_up(cls, value: Any) -> Any:
        if isinstance(value, dict) and "provider" not in value:
            for name in ("smtp", "sendgrid"):
                if value.get(name) is not None:
                    return {**value, "provider": name}
        return value

    @model_validator(mode="after")
    def _has_what_its_provider_needs(self) -> Email:
        if self.provider is EmailProvider.SMTP and self.smtp is None:
            raise ValueError(_("provider “{name}” needs its section; write {name}: {{host: smtp.example.com, port: 465}}", name="smtp"))
        if self.smtp is not None and self.smtp.dkim_key is not None and not self.dkim_selector:
            raise ValueError(_("smtp.dkim_key needs the name of the key in DNS; write dkim_selector: s1"))
        return self

    @property
    def of_sendgrid(self) -> SendGrid:
        """SendGrid's settings, its defaults where none are written."""
        return self.sendgrid or SendGrid()


class Aliyun(YamlModel):
    """阿里云短信."""

    access_key_id: FromEnv = "${ALIYUN_ACCESS_KEY_ID}"
    access_key_secret: Secret = "${ALIYUN_ACCESS_KEY_SECRET}"  # noqa: S105  (a variable, not a password)
    endpoint: FromEnv = "dysmsapi.aliyuncs.com"
    region: str = "cn-hangzhou"


class Tencent(YamlModel):
    """腾讯云短信."""

    secret_id: FromEnv = "${TENCENT_SECRET_ID}"  # noqa: S105
    secret_key: Secret = "${TENCENT_SECRET_KEY}"  # noqa: S105
    app_id: FromEnv = Field(default="${TENCENT_SMS_APP_ID}", description="SDK AppID of the SMS application / 短信应用 ID")
    endpoint: FromEnv = "sms.tencentcloudapi.com"
    region: str = "ap-guangzhou"
    pull: bool = Field(
        default=False, description="fetch receipts and replies every minute, where Tencent Cloud has opened that / 拉取回执与回复"
    )


#: the price of countries that the map does not name
ANYWHERE = "default"


def _by_country(value: Any) -> Any:
    """``0.05 CNY`` for everywhere, or a map of calling codes: ``{"+86": 0.045 CNY, default: 0.5 CNY}``."""
    if not isinstance(value, dict):
        return {ANYWHERE: value}
    return {name if name == ANYWHERE else f"+{str(name).removeprefix('+')}": price for name, price in value.items()}


def _complete(prices: dict[str, Money]) -> dict[str, Money]:
    if ANYWHERE not in prices:
        raise ValueError(_('the price of other countries is missing; write {"+86": 0.045 CNY, default: 0.5 CNY}'))
    if wrong := next((name for name in prices if name != ANYWHERE and not re.fullmatch(r"\+[1-9]\d{0,2}", name)), None):
        raise ValueError(_("“{text}” is no calling code; write +86", text=wrong))
    if len({price.currency for price in prices.values()}) > 1:
        raise ValueError(_("the prices are in several currencies: there is no conversion"))
    return prices


#: one price, or one a calling code
PriceByCountry = Annotated[
    dict[str, MoneyText],
    BeforeValidator(_by_country),
    AfterValidator(_complete),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}, "required": [ANYWHERE]}],
            "examples": ["0.05 CNY", {"+86": "0.045 CNY", ANYWHERE: "0.5 CNY"}],
        }
    ),
]


class Sms(YamlModel):
    """How text messages leave. Without anything written here they go to files (`outbox`)."""

    provider: SmsProvider = SmsProvider.OUTBOX
    signature: str = Field(default="", description="签名, without 【】")
    price: PriceByCountry = Field(
        default={ANYWHERE: Money.parse("0.05 CNY")},
        description="of one billed part, or by calling code / 每条单价，可按区号分列",
    )
    webhook_secret: Secret = Field(
        default="${SMS_WEBHOOK_SECRET}", description="last part of the address of receipts and replies; unset: off / 回执地址的密钥"
    )
    aliyun: Aliyun | None = None
    tencent: Tencent | None = None

    @model_validator(mode="before")
    @classmethod
    def _provider_that_is_set_up(cls, value: Any) -> Any:
        if isinstance(value, dict) and "provider" not in value:
            for name in ("aliyun", "tencent"):
                if value.get(name) is not None:
                    return {**value, "provider": name}
        return value

    @field_validator("signature", mode="after")
    @classmethod
    def _bare(cls, value: str) -> str:
        return value.strip().removeprefix("【").removesuffix("】")

    @property
    def of_aliyun(self) -> Aliyun:
        """Aliyun's settings, its defaults where none are written."""
        return self.aliyun or Aliyun()

    @property
    def of_tencent(self) -> Tencent:
        """Tencent Cloud's settings, its defaults where none are written."""
        return self.tencent or Tencent()


class Robot(StrEnum):
    """How a notice reaches the team."""

    #: 企业微信群机器人
    WECOM = "wecom"
    #: 钉钉群机器人
    DINGTALK = "dingtalk"
    #: 飞书群机器人
    FEISHU = "feishu"
    #: a JSON document, signed
    WEBHOOK = "webhook"
    #: e-mail
    MAIL = "mail"


class Notify(YamlModel):
    """One place where people of the team are told."""

    robot: Robot
    url: Secret | None = Field(default=None, description="the robot's address / 机器人地址")
    secret: Secret | None = Field(default=None, description="signs the call, where the robot is set up so / 加签密钥")
    to: tuple[str, ...] = Field(default=(), description="addresses, for robot: mail / 收件人")

    @model_validator(mode="after")
    def _can_be_reached(self) -> Notify:
        if self.robot is Robot.MAIL and not self.to:
            raise ValueError(_("robot: mail needs addresses; write to: [ops@example.com]"))
        if self.robot is not Robot.MAIL and self.url is None:
            raise ValueError(_('robot: {robot} needs its address; write url: "${{WEBHOOK_URL}}"', robot=self.robot))
        return self


class FrequencyCap(YamlModel):
    """At most so many marketing messages to one person."""

    email: RateText | None = None
    sms: RateText | None = None
    wechat: RateText | None = None


class QuietHours(YamlModel):
    """Hours in which no marketing goes out."""

    email: WindowText | None = None
    sms: WindowText = Window(time(21, 0), time(8, 0))
    wechat: WindowText | None = None


class Limits(YamlModel):
    """Limits that hold for every campaign."""

    frequency_cap: FrequencyCap = Field(default_factory=FrequencyCap)
    quiet_hours: QuietHours = Field(default_factory=QuietHours)
