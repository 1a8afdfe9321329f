"""Custom menus: what the platform refuses, with its own error codes. Lengths are bytes of UTF-8.

Facts: developers.weixin.qq.com api_createcustommenu and the error codes of the menu API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

TOP_NAME_BYTES, SUB_NAME_BYTES, KEY_BYTES, URL_BYTES = 16, 60, 128, 1024
#: types that need a key
KEYED = {"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"}
_OTHERS = {"view", "miniprogram", "media_id", "view_limited", "article_id", "article_view_limited"}
#: fields of a match rule that are left; sex, region and language went
_MATCH = {"tag_id", "group_id", "client_platform_type"}


def menu_fault(buttons: object) -> tuple[int, str] | None:
    """What is wrong with a menu, as (errcode, errmsg); None where it can be made."""
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        return 40016, "invalid button size"
    for button in buttons:
        if fault := _button_fault(button, TOP_NAME_BYTES, top=True):
            return fault
    return None


def rule_fault(rule: object, *, tags: Mapping[int, str]) -> tuple[int, str] | None:
    """What is wrong with the match rule of a conditional menu."""
    if not isinstance(rule, dict) or not any(rule.values()):
        return 65304, "match rule empty"
    if set(rule) - _MATCH:
        return 65320, "match rule contains privacy field"
    tag = str(rule.get("tag_id", rule.get("group_id", "")))
    if tag and (not tag.isdigit() or int(tag) not in tags):
        return 45159, "invalid tag id"
    return None


def domains(buttons: list[dict[str, Any]]) -> set[str]:
    """Hosts that the menu's links lead to."""
    every = buttons + [sub for button in buttons for sub in button.get("sub_button") or []]
    return {urlsplit(button["url"]).hostname or "" for button in every if button.get("url")}


def _button_fault(button: Any, name_bytes: int, *, top: bool) -> tuple[int, str] | None:
    if not isinstance(button, dict):
        return 40016, "invalid button size"
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= name_bytes:
        return (40018, "invalid button name size") if top else (40025, "invalid sub button name size")
    subs = button.get("sub_button") or []
    if subs:
        if not top or not isinstance(subs, list) or len(subs) > 5:
            return 40023, "invalid sub button size"
        if "type" in button:
            return 40017, "invalid button type"
        return next((fault for sub in subs if (fault := _button_fault(sub, SUB_NAME_BYTES, top=False))), None)
    return _act_fault(button, top=top)


def _act_fault(button: dict[str, Any], *, top: bool) -> tuple[int, str] | None:
    kind = button.get("type")
    if kind not in KEYED | _OTHERS:
        return (40017, "invalid button type") if top else (40024, "invalid sub button type")
    if kind in KEYED and not 1 <= len(str(button.get("key", "")).encode()) <= KEY_BYTES:
        return (40019, "invalid button key size") if top else (40026, "invalid sub button key size")
    if kind in ("view", "miniprogram"):
        url = str(button.get("url", ""))
        if not url or len(url.encode()) > URL_BYTES:
            return (40020, "invalid button url size") if top else (40027, "invalid sub button url size")
        if not url.startswith(("http://", "https://")):
            return (40055, "invalid button url domain") if top else (40054, "invalid sub button url domain")
    return None
