"""What the live account should look like (menus, tags, QR codes), what it looks like, and the steps from one to the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from growth.channels import ensure_channels, tracked_link
from growth.db import Database
from growth.wechat.answering import HANDOFF_KEY
from growth.wechat.client import Account, WeChatRefused
from growth.wechat.lint import may
from growth.wechat.models import Applied
from growth.wechat.qrcodes import ensure_code, needs_code
from growth.wechat.settings import MenuItem, WeChatFile

#: the channel on which visits through the menu are booked
MENU_CHANNEL = "wechat-menu"
NO_MENU = 46003


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One difference between wechat.yaml and the live account; `what` is ``menu``, ``menu:TAG``, ``tag:NAME`` or ``qrcode:CHANNEL``."""

    what: str
    action: str
    detail: dict[str, Any] = field(default_factory=dict)


def menu_document(database: Database, items: tuple[MenuItem, ...], *, now: datetime) -> dict[str, Any]:
    """The menu as the API takes it; links carry the token of the menu's own channel."""
    return {"button": [_button(database, item, now) for item in items]}


def plan(database: Database, file: WeChatFile, account: Account, *, now: datetime) -> list[Step]:
    """What differs. Reads the live account, changes nothing there."""
    return list(_steps(database, file, account, now))


def apply(database: Database, file: WeChatFile, account: Account, *, now: datetime) -> list[Step]:
    """Do the steps of the plan, each by itself: one that fails leaves the others done."""
    steps = plan(database, file, account, now=now)
    tags: dict[str, int] = {}
    for step in steps:
        if step.what == "menu":
            account.call("menu/create", data=step.detail["to"]) if step.action == "set" else account.call("menu/delete", method="get")
        elif step.what.startswith("tag:"):
            name = step.what.removeprefix("tag:")
            tags[name] = int(account.call("tags/create", data={"tag": {"name": name}})["tag"]["id"])
        elif step.what.startswith("menu:"):
            _apply_conditional(database, account, step, tags, now=now)
        elif step.what.startswith("qrcode:"):
            ensure_code(database, file, account, channel=step.what.removeprefix("qrcode:"), now=now)
    return steps


def _steps(database: Database, file: WeChatFile, account: Account, now: datetime) -> Iterator[Step]:
    with database.write() as session:
        ensure_channels(session, workspace=database.workspace, now=now)
    live, conditional = _live_menus(account) if may(file.account, "menu") else (None, [])
    wanted = menu_document(database, file.menu, now=now) if file.menu else None
    if wanted is not None and _plain(live) != _plain(wanted):
        yield Step(what="menu", action="set", detail={"from": live, "to": wanted})
    elif wanted is None and live is not None and live.get("button"):
        yield Step(what="menu", action="delete", detail={"from": live})
    if file.menus_by_tag:
        yield from _tag_steps(database, file, account, conditional, now)
    with database.read() as session:
        for channel, code in file.qrcodes.items():
            if needs_code(session, channel=channel, permanent=code.permanent, now=now):
                yield Step(what=f"qrcode:{channel}", action="create", detail={"permanent": code.permanent})


def _tag_steps(database: Database, file: WeChatFile, account: Account, conditional: list[dict[str, Any]], now: datetime) -> Iterator[Step]:
    tags = {str(tag["name"]): int(tag["id"]) for tag in account.call("tags/get", method="get").get("tags", [])}
    for name in file.menus_by_tag:
        if name not in tags:
            yield Step(what=f"tag:{name}", action="create")
    for name, items in file.menus_by_tag.items():
        wanted = menu_document(database, items, now=now)
        there = [
            menu
            for menu in conditional
            if str(menu.get("matchrule", {}).get("tag_id") or menu.get("matchrule", {}).get("group_id")) == str(tags.get(name))
        ]
        if len(there) == 1 and _plain(there[0]) == _plain(wanted):
            continue
        old = [menu["menuid"] for menu in there if "menuid" in menu]
        yield Step(what=f"menu:{name}", action="set", detail={"to": wanted, "tag_id": tags.get(name), "replaces": old})


def _apply_conditional(database: Database, account: Account, step: Step, tags: dict[str, int], *, now: datetime) -> None:
    name = step.what.removeprefix("menu:")
    tag_id = step.detail["tag_id"] or tags[name]
    for menuid in step.detail["replaces"]:
        account.call("menu/delconditional", data={"menuid": menuid})
    made = account.call("menu/addconditional", data={**step.detail["to"], "matchrule": {"tag_id": str(tag_id)}})
    with database.write() as session:
        session.merge(Applied(name=step.what, document={"menuid": made.get("menuid"), "menu": step.detail["to"]}, at=now))


def _live_menus(account: Account) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    try:
        found = account.call("menu/get", method="get")
    except WeChatRefused as fault:
        if fault.code == NO_MENU:
            return None, []
        raise
    return found.get("menu"), list(found.get("conditionalmenu", []))


def _button(database: Database, item: MenuItem, now: datetime) -> dict[str, Any]:
    if item.items:
        return {"name": item.name, "sub_button": [_button(database, below, now) for below in item.items]}
    if item.url:
        return {"type": "view", "name": item.name, "url": _tracked(database, item.url, now)}
    if item.mini_program:
        program = item.mini_program
        return {"type": "miniprogram", "name": item.name, "appid": program["app_id"], "pagepath": program["path"], "url": program["url"]}
    return {"type": "click", "name": item.name, "key": HANDOFF_KEY if item.handoff else str(item.reply)}


def _tracked(database: Database, url: str, now: datetime) -> str:
    """The link with the menu's token in it: WeChat opens the page directly, no redirect of ours in between."""
    with database.write() as session:
        link = tracked_link(session, channel=MENU_CHANNEL, medium="wechat", target=url, workspace=database.workspace, now=now, label="menu")
    return link.target


def _plain(menu: dict[str, Any] | None) -> Any:
    """A menu without what WeChat adds (ids, empty ``sub_button``), so that equal menus compare equal."""

    def one(button: dict[str, Any]) -> dict[str, Any]:
        kept = {key: value for key, value in button.items() if key in ("type", "name", "key", "url", "appid", "pagepath") and value != ""}
        below = button.get("sub_button") or []
        return {**kept, "sub_button": [one(each) for each in below]} if below else kept

    return None if menu is None else [one(button) for button in menu.get("button", [])]
