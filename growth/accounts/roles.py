"""Roles: a user has one or more; each opens pages and abilities (contracts/web.md)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from growth.errors import GrowthError
from growth.language import Text, _


class Role(StrEnum):
    """What a user is trusted with."""

    #: figures without personal data
    VIEWER = "viewer"
    #: crawl reports, submissions, placements; no personal data
    SEO = "seo"
    #: campaigns, channels, WeChat; addresses masked
    MARKETER = "marketer"
    #: approves a campaign
    APPROVER = "approver"
    #: WeChat inbox and the contact page of the follower in hand
    SERVICE = "service"
    #: all reports
    DIRECTOR = "director"
    #: users, keys, erasure, unmasked export (logged with a reason)
    ADMIN = "admin"


#: how a role is called, and what it may do, in the settings page and in ``growth user list``
ROLE_TEXTS: dict[Role, tuple[Text, Text]] = {
    Role.VIEWER: (Text("Viewer", "观察者"), Text("figures without personal data", "查看不含个人信息的数据")),
    Role.SEO: (Text("SEO", "SEO"), Text("crawl reports, submissions, placements", "抓取报告、提交、推广位")),
    Role.MARKETER: (Text("Marketer", "运营"), Text("campaigns, channels, WeChat; addresses masked", "群发、渠道、微信；地址脱敏")),
    Role.APPROVER: (Text("Approver", "审批人"), Text("approves campaigns", "审批群发内容")),
    Role.SERVICE: (Text("Service", "客服"), Text("WeChat inbox and the follower in hand", "微信会话及当前粉丝资料")),
    Role.DIRECTOR: (Text("Director", "总监"), Text("all reports", "全部报告")),
    Role.ADMIN: (Text("Administrator", "管理员"), Text("users, keys, erasure, unmasked export", "用户、密钥、抹除、明文导出")),
}

#: roles that may open pages with personal data (masked unless the page says more)
PERSONAL_ROLES = frozenset({Role.MARKETER, Role.SERVICE, Role.ADMIN})


class UnknownRole(GrowthError):
    """There is no role of that name."""


def parse_roles(names: Iterable[str]) -> frozenset[Role]:
    """Roles by name. Raises UnknownRole, or GrowthError where there is none."""
    found: set[Role] = set()
    for name in names:
        try:
            found.add(Role(name.strip()))
        except ValueError as fault:
            raise UnknownRole(_("“{name}” is not a role", name=name), fix=_("choose from: {words}", words=", ".join(Role))) from fault
    if not found:
        raise GrowthError(_("a user has at least one role"), fix=_("choose from: {words}", words=", ".join(Role)))
    return frozenset(found)


def role_words(roles: Iterable[Role]) -> str:
    """The roles as they are shown, in their order: 运营、审批人."""
    from growth.language import language

    chosen = set(roles)
    return ("、" if language() == "zh-CN" else ", ").join(str(ROLE_TEXTS[role][0]) for role in Role if role in chosen)


def may(roles: frozenset[Role], wanted: Iterable[str]) -> bool:
    """Whether one of `roles` is among `wanted`; no wanted role means anybody who is logged in, an administrator may all."""
    asked = tuple(wanted)
    return not asked or Role.ADMIN in roles or any(role in roles for role in asked)
