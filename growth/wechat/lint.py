"""WeChat's limits and the account's rights, checked before the first call, each finding with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from growth.app import RuleText
from growth.channels import ChannelsFile
from growth.compliance import lint_text, setting_of
from growth.errors import GrowthError
from growth.language import Text, _
from growth.rendering import Source, check_source
from growth.text import full_width
from growth.wechat.desk import days_of
from growth.wechat.faq import read_faq
from growth.wechat.handling import TEXT_LIMIT_BYTES
from growth.wechat.qrcodes import LONGEST
from growth.wechat.settings import Account, AccountType, MenuItem, WeChatFile
from growth.workspace import Problem, Severity, Workspace, problem_at

KIND = "wechat"
_SCENE = re.compile(r"^[A-Za-z0-9_.-]{1,64}$")
_VARIABLES = {"message": ("text", "kind"), "match": None, "contact": ("name", "role"), "site": ("name", "url", "phone")}
#: what a verified service account alone may do (developers.weixin.qq.com › 接口权限)
_SERVICE_ONLY = ("qrcodes",)


def check(workspace: Workspace, _name: str, file: WeChatFile) -> Iterator[Problem]:
    """Everything that WeChat would refuse, or that could not work."""
    yield from _account(workspace, file)
    yield from _menu(workspace, file, file.menu, ("menu",))
    for tag, items in file.menus_by_tag.items():
        yield from _menu(workspace, file, items, ("menus_by_tag", tag))
    yield from _texts(workspace, file)
    yield from _profile(workspace, file)
    yield from _replies(workspace, file)
    yield from _qrcodes(workspace, file)
    yield from _hours(workspace, file)


def _problem(workspace: Workspace, rule: str, message: str, hint: str, *path: str | int, severity: Severity = Severity.ERROR) -> Problem:
    return problem_at(workspace.where(KIND, None, *path), rule=rule, message=message, hint=hint, severity=severity)


def _account(workspace: Workspace, file: WeChatFile) -> Iterator[Problem]:
    app_id = file.account.app_id
    if app_id and "${" not in app_id and not re.fullmatch(r"wx[0-9A-Za-z]{16}", app_id):
        yield _problem(
            workspace, "wechat-account", _("“{id}” is no AppID", id=app_id), _("wx and 16 letters or digits"), "account", "app_id"
        )
    if file.reply_budget.total_seconds() >= 5:
        yield _problem(workspace, "wechat-budget", _("WeChat gives up after 5 s"), _("write 4s"), "reply_budget")
    for section in _SERVICE_ONLY:
        if getattr(file, section) and not may(file.account, "qrcode"):
            message = _("only a verified service account may make {what}", what=section)
            yield _problem(workspace, "wechat-rights", message, _("let followers send a keyword for each channel instead"), section)
    if file.menu and not may(file.account, "menu"):
        yield _problem(
            workspace, "wechat-rights", _("an unverified subscription account has no menu API"), _("enter the menu in the console"), "menu"
        )


def may(account: Account, what: str) -> bool:
    """Whether the account may call an API: ``menu``, ``kf``, ``tags``, ``qrcode`` (table of the platform, see the reference)."""
    service, verified = account.type is AccountType.SERVICE, account.verified
    return {"menu": service or verified, "kf": verified, "tags": verified, "qrcode": service and verified}[what]


def _menu(workspace: Workspace, file: WeChatFile, items: tuple[MenuItem, ...], path: tuple[str | int, ...]) -> Iterator[Problem]:
    if len(items) > 3:
        yield _problem(workspace, "wechat-menu", _("{n} top entries, WeChat shows 3", n=len(items)), _("put some below others"), *path, 3)
    for number, item in enumerate(items):
        here = (*path, number)
        yield from _entry(workspace, file, item, here, limit=16, shown=4)
        if len(item.items) > 5:
            yield _problem(
                workspace,
                "wechat-menu",
                _("{n} entries below “{name}”, WeChat shows 5", n=len(item.items), name=item.name),
                "",
                *here,
                "items",
                5,
            )
        for below, sub in enumerate(item.items):
            yield from _entry(workspace, file, sub, (*here, "items", below), limit=60, shown=7)
            if sub.items:
                yield _problem(workspace, "wechat-menu", _("a menu has two levels"), "", *here, "items", below, "items")


def _entry(
    workspace: Workspace, file: WeChatFile, item: MenuItem, path: tuple[str | int, ...], *, limit: int, shown: int
) -> Iterator[Problem]:
    size = len(item.name.encode())
    if size > limit:
        yield _problem(
            workspace,
            "wechat-menu",
            _("“{name}” has {n} bytes, {limit} are allowed", name=item.name, n=size, limit=limit),
            "",
            *path,
            "name",
        )
    elif full_width(item.name) > shown:
        yield _problem(
            workspace,
            "wechat-menu",
            _("“{name}” is wider than the {n} characters that WeChat shows", name=item.name, n=shown),
            _("shorten it"),
            *path,
            "name",
            severity=Severity.WARNING,
        )
    names = [reply.name for reply in file.replies]
    if item.reply and item.reply not in names:
        yield _problem(workspace, "wechat-menu", _("there is no reply “{name}”", name=item.reply), ", ".join(names[:8]), *path, "reply")
    if item.url and len(item.url.encode()) > 1024:
        yield _problem(workspace, "wechat-menu", _("the address is longer than 1,024 bytes"), "", *path, "url")


def _texts(workspace: Workspace, file: WeChatFile) -> Iterator[Problem]:
    channels = workspace.one("channels", ChannelsFile).channels
    said: list[tuple[str, tuple[str | int, ...]]] = [
        (file.welcome.default, ("welcome", "default")),
        (file.fallback.say, ("fallback", "say")),
    ]
    said += [(text, ("welcome", "by_channel", name)) for name, text in file.welcome.by_channel.items()]
    said += [(file.welcome.returning or "", ("welcome", "returning"))]
    said += [(reply.say or "", ("replies", number, "say")) for number, reply in enumerate(file.replies)]
    for text, path in said:
        if len(text.encode()) > TEXT_LIMIT_BYTES:
            message = _("the text has {n} bytes, WeChat takes {limit}", n=len(text.encode()), limit=TEXT_LIMIT_BYTES)
            yield _problem(workspace, "wechat-text", message, _("shorten it"), *path)
        if "{{" in text or "{%" in text:
            where = workspace.where(KIND, None, *path)
            for fault in check_source(
                Source(text=text, name=where.file, first_line=where.line, html=False), _VARIABLES, root=workspace.root
            ):
                yield _problem(workspace, "template-error", fault.message, fault.fix or "", *path)
    for name in file.welcome.by_channel:
        if name not in channels:
            yield _problem(workspace, "unknown-reference", _("channels.yaml has no “{name}”", name=name), "", "welcome", "by_channel", name)


def _profile(workspace: Workspace, file: WeChatFile) -> Iterator[Problem]:
    """Law and the operators' rules on 公众号介绍 and its signature: the site's publicity, which is entered by hand in the console."""
    setting = setting_of(workspace, marketing=True)
    for part in ("introduction", "signature"):
        for found in lint_text(getattr(file.profile, part), setting):
            message = f"{found.message} ({found.law})" if found.law else found.message
            yield _problem(workspace, found.rule, message, found.mend, "profile", part, severity=found.severity)


def _replies(workspace: Workspace, file: WeChatFile) -> Iterator[Problem]:
    names: set[str] = set()
    words: dict[str, str] = {}
    for number, reply in enumerate(file.replies):
        path: tuple[str | int, ...] = ("replies", number)
        if reply.name in names:
            yield _problem(workspace, "wechat-reply", _("the name “{name}” is there twice", name=reply.name), "", *path, "name")
        names.add(reply.name)
        for word in reply.when.is_:
            if word in words:
                message = _("“{word}” is answered by “{name}” above", word=word, name=words[word])
                yield _problem(workspace, "wechat-reply", message, "", *path, "when", severity=Severity.WARNING)
            words.setdefault(word, reply.name)
        if reply.when.matches is not None:
            yield from _expression(workspace, reply.when.matches, path)
        if reply.faq:
            try:
                read_faq(workspace.path(reply.faq))
            except (GrowthError, OSError) as fault:
                yield _problem(workspace, "wechat-faq", str(fault), "", *path, "faq")


def _expression(workspace: Workspace, text: str, path: tuple[str | int, ...]) -> Iterator[Problem]:
    try:
        re.compile(text)
    except re.error as fault:
        yield _problem(workspace, "regex-error", _("the expression is broken: {why}", why=fault), "", *path, "when", "matches")
        return
    if re.search(r"\([^()]*[+*][^()]*\)\s*[+*{]", text):
        message = _("a repetition within a repetition can take for ever")
        yield _problem(workspace, "regex-error", message, _("write it without nested + or *"), *path, "when", "matches")


def _qrcodes(workspace: Workspace, file: WeChatFile) -> Iterator[Problem]:
    channels = workspace.one("channels", ChannelsFile).channels
    for name, code in file.qrcodes.items():
        if name not in channels:
            yield _problem(
                workspace,
                "unknown-reference",
                _("channels.yaml has no “{name}”", name=name),
                _("the scene is a channel's name"),
                "qrcodes",
                name,
            )
        if not _SCENE.match(name):
            yield _problem(
                workspace, "wechat-qrcode", _("“{name}” is no scene: 1 to 64 of A-Z a-z 0-9 _ . -", name=name), "", "qrcodes", name
            )
        if code.expires is not None and code.expires > LONGEST:
            yield _problem(
                workspace, "wechat-qrcode", _("a QR code lives at most 30 days"), _("write 30 days, or permanent"), "qrcodes", name
            )


def _hours(workspace: Workspace, file: WeChatFile) -> Iterator[Problem]:
    for days in file.handoff.hours:
        try:
            days_of(days)
        except ValueError as fault:
            yield _problem(workspace, "wechat-hours", str(fault), "", "handoff", "hours", days)
    if file.handoff.hours and not file.handoff.off_hours:
        yield _problem(
            workspace,
            "wechat-hours",
            _("outside the hours nothing is said"),
            _("give off_hours"),
            "handoff",
            "hours",
            severity=Severity.WARNING,
        )


def rules() -> Iterator[RuleText]:
    """What ``growth explain`` says of these rules."""
    source = "developers.weixin.qq.com"
    texts = {
        "wechat-account": (
            Text("The account's ids", "账号标识"),
            Text("WeChat refuses every call with a wrong AppID.", "AppID 有误时所有接口都会被拒绝。"),
        ),
        "wechat-budget": (
            Text("Reply budget", "回复时限"),
            Text("WeChat cuts the connection after 5 s and asks again.", "微信 5 秒后断开并重试。"),
        ),
        "wechat-rights": (
            Text("Rights of the account", "接口权限"),
            Text("The type and verification decide which APIs exist.", "账号类型与认证决定可用接口。"),
        ),
        "wechat-menu": (
            Text("Menu limits", "菜单限制"),
            Text("Three entries with five below; names 16 and 60 bytes.", "一级 3 个、二级 5 个；名称 16 与 60 字节。"),
        ),
        "wechat-text": (Text("Text length", "文本长度"), Text("A reply holds 2,048 bytes.", "回复最多 2048 字节。")),
        "wechat-reply": (
            Text("Reply rules", "回复规则"),
            Text("The first rule that matches answers; one that never can is a mistake.", "首条匹配的规则生效，永不生效的规则多半是笔误。"),
        ),
        "wechat-faq": (
            Text("FAQ file", "问答文件"),
            Text("Questions and answers must be readable before followers ask.", "问答须在粉丝提问前即可读取。"),
        ),
        "wechat-qrcode": (
            Text("QR codes", "二维码"),
            Text("Scenes have 64 characters; temporary codes live 30 days.", "场景值 64 字符以内；临时码最长 30 天。"),
        ),
        "wechat-hours": (
            Text("Service hours", "服务时间"),
            Text("Followers outside the hours should hear when somebody comes.", "非服务时间应告知粉丝何时回复。"),
        ),
    }
    for id_, (title, why) in texts.items():
        yield RuleText(
            id=id_, title=title, why=why, mend=Text("Change wechat.yaml at the line named.", "按所示行修改 wechat.yaml。"), source=source
        )
