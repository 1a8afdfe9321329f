"""wechat.yaml (contracts/workspace.md): the account, welcome, menu, replies, fallback, hand-off, QR codes, profile."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from growth.language import _
from growth.workspace import Duration, FromEnv, Url, WindowText, YamlModel


def _one_or_many(value: Any) -> Any:
    """`人工` and `[人工, 客服]` mean the same."""
    return (value,) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]


class AccountType(StrEnum):
    """What kind of official account it is; decides which APIs it may call."""

    #: 服务号
    SERVICE = "service"
    #: 订阅号
    SUBSCRIPTION = "subscription"


class Mode(StrEnum):
    """How WeChat sends messages to us."""

    #: 明文
    PLAIN = "plain"
    #: 兼容
    COMPATIBLE = "compatible"
    #: 安全
    SAFE = "safe"


class Account(YamlModel):
    """The official account; its secrets are WECHAT_TOKEN, WECHAT_AES_KEY and WECHAT_APP_SECRET in .env."""

    app_id: FromEnv = Field(default="", description="wx and 16 letters or digits.")
    type: AccountType = AccountType.SERVICE
    verified: bool = True
    mode: Mode = Mode.SAFE


class Welcome(YamlModel):
    """What a new follower reads first."""

    default: str = ""
    returning: str | None = Field(default=None, description="For one who had left and came back.")
    by_channel: dict[str, str] = Field(default_factory=dict, description="For followers of a channel's QR code.")


class News(YamlModel):
    """One article card (图文)."""

    title: str = Field(max_length=64)
    description: str = Field(default="", max_length=120)
    url: Url
    image: Url | None = None


class MenuItem(YamlModel):
    """An entry of the menu: a link, a reply by name, the hand-off, or a list of entries."""

    name: str
    url: str | None = Field(default=None, description="A link; a path is the site's. It carries the token of the channel `wechat-menu`.")
    reply: str | None = Field(default=None, description="The name of a reply.")
    handoff: bool = False
    mini_program: dict[str, str] | None = Field(default=None, description="{app_id, path, url}")
    items: tuple[MenuItem, ...] = ()

    @model_validator(mode="after")
    def does_one_thing(self) -> MenuItem:
        """WeChat refuses a button without an action, and a parent with one (40016 …)."""
        actions = [name for name in ("url", "reply", "mini_program", "items") if getattr(self, name)] + (
            ["handoff"] if self.handoff else []
        )
        if len(actions) != 1:
            raise ValueError(
                _("“{name}” has {words}; give one of url, reply, handoff, mini_program, items", name=self.name, words=", ".join(actions))
                if actions
                else _("“{name}” needs one of url, reply, handoff, mini_program, items", name=self.name)
            )
        return self


class When(YamlModel):
    """When a reply is given; every condition that is written must hold."""

    is_: Words = Field(default=(), alias="is", description="The whole text, blanks and case aside.")
    contains: Words = Field(default=(), description="Any of these is in the text.")
    matches: str | None = Field(default=None, description="A regular expression; its groups are {{ match[1] }} …")
    type: Literal["text", "image", "voice", "video", "shortvideo", "location", "link", "mini_program"] | None = None
    menu: str | None = Field(default=None, description="The key of a menu entry: the name of a reply it points to.")

    @model_validator(mode="after")
    def says_something(self) -> When:
        """A rule without a condition would answer everything."""
        if not (self.is_ or self.contains or self.matches or self.type or self.menu):
            raise ValueError(_("a condition is missing: is, contains, matches, type or menu"))
        return self


class Reply(YamlModel):
    """One rule; the first that matches answers."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
    when: When
    say: str | None = Field(default=None, description="A template: {{ message.text }}, {{ match[1] }}, {{ contact.name }}.")
    news: News | None = None
    faq: str | None = Field(default=None, description="A table of questions: .xlsx, .yaml or .md, relative to the workspace.")
    action: Literal["bind"] | None = Field(default=None, description="bind: join the follower to the contact whose code was given.")
    handoff: bool = False
    tags: tuple[str, ...] = ()

    @model_validator(mode="after")
    def answers_somehow(self) -> Reply:
        """What a rule does when it matches."""
        if not (self.say or self.news or self.faq or self.action or self.handoff):
            raise ValueError(_("“{name}” does nothing: give say, news, faq, action or handoff", name=self.name))
        return self


class Fallback(YamlModel):
    """When no rule matches."""

    say: str = ""
    handoff_after: int | None = Field(default=None, ge=1, description="After so many unanswered messages in a row a person is called.")


class Handoff(YamlModel):
    """When a person takes over."""

    to: Literal["inbox", "tencent"] = "inbox"
    hours: dict[str, tuple[WindowText, ...]] = Field(default_factory=dict, description='{mon-fri: ["09:00-12:00", …]}; none: always.')
    off_hours: str = ""
    return_to_bot_after: Duration = timedelta(minutes=30)
    say: str = Field(default="", description="Said when a person is called within the hours.")


class QrCode(YamlModel):
    """How long a channel's QR code lives: at most 30 days, or for ever."""

    expires: Duration | None = None

    @model_validator(mode="before")
    @classmethod
    def short_form(cls, value: Any) -> Any:
        """`permanent` is the short form."""
        return {} if value == "permanent" else value

    @property
    def permanent(self) -> bool:
        """Whether it is one of the 100,000 that cannot be taken back."""
        return self.expires is None


class Profile(YamlModel):
    """公众号介绍: linted here, entered by hand in the console."""

    introduction: str = ""
    signature: str = ""


class WeChatFile(YamlModel):
    """The whole file."""

    account: Account = Account()
    api_base: FromEnv = "https://api.weixin.qq.com"
    reply_budget: Duration = timedelta(seconds=4)
    welcome: Welcome = Welcome()
    menu: tuple[MenuItem, ...] = ()
    menus_by_tag: dict[str, tuple[MenuItem, ...]] = Field(default_factory=dict)
    replies: tuple[Reply, ...] = ()
    fallback: Fallback = Fallback()
    handoff: Handoff = Handoff()
    qrcodes: dict[str, QrCode] = Field(default_factory=dict)
    profile: Profile = Profile()

    @property
    def configured(self) -> bool:
        """Whether there is an account at all."""
        return bool(self.account.app_id)
