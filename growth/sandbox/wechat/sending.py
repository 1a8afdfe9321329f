"""What the account sends by itself: customer-service messages within their windows, template messages, notices, mass messages, drafts.

Facts: developers.weixin.qq.com message/custom/send (windows since 2023-06-12), message/mass, draft.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from growth.sandbox.pages import ZONE
from growth.sandbox.wechat.account import Account, Follower, Right
from growth.sandbox.wechat.refusal import Refusal

TEXT_BYTES = 2048
_KINDS = {"text", "image", "voice", "video", "music", "news", "mpnews", "mpnewsarticle", "msgmenu", "wxcard", "miniprogrampage"}
#: mass messages a follower gets in a calendar month from a service account; a subscription account may send one a day
MASS_A_MONTH = 4
#: of a template message's value
TEMPLATE_VALUE = 20
_Call = Callable[[dict[str, Any], Mapping[str, str]], dict[str, Any]]


class SendingApi:
    """The calls that send. `events` gets what the platform tells afterwards: (openid, event fields)."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._masses: dict[str, tuple[int, int]] = {}
        self._drafts: dict[str, list[dict[str, Any]]] = {}
        self.events: list[tuple[str, dict[str, str | int]]] = []

    def calls(self) -> list[tuple[str, str, Right | None, _Call]]:
        """(method, path, needed right, call)."""
        followers, service = Right.FOLLOWERS, Right.SERVICE
        return [
            ("POST", "message/custom/send", followers, self._custom),
            ("POST", "message/custom/typing", followers, self._typing),
            ("POST", "message/template/send", service, self._template),
            ("POST", "message/subscribe/bizsend", service, self._notice),
            ("POST", "message/mass/sendall", followers, self._mass_all),
            ("POST", "message/mass/send", followers, self._mass_some),
            ("POST", "message/mass/preview", followers, self._preview),
            ("POST", "draft/add", followers, self._draft_add),
            ("POST", "draft/get", followers, self._draft_get),
            ("POST", "draft/delete", followers, self._draft_delete),
        ]

    def _custom(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        follower = self._follower(body.get("touser"))
        kind = body.get("msgtype")
        if kind not in _KINDS:
            raise Refusal(40008, "invalid message type")
        words, articles = _shown(str(kind), body.get(str(kind)) or {})
        if refused := self._account.use_window(follower):
            raise Refusal(
                refused, "response out of time limit or subscription is canceled" if refused == 45015 else "out of response count limit"
            )
        self._account.say(follower, side="account", kind=str(kind), text=words, how="custom", articles=articles)
        self._account.note("custom", openid=follower.openid, msgtype=kind, text=words, articles=articles)
        return {}

    def _typing(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        self._follower(body.get("touser"))
        return {}

    def _template(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        follower = self._follower(body.get("touser"))
        if not follower.subscribed:
            raise Refusal(43004, "require subscribe")
        if not body.get("template_id"):
            raise Refusal(40037, "invalid template_id")
        values = {str(name): str((value or {}).get("value", "")) for name, value in (body.get("data") or {}).items()}
        if any(len(value) > TEMPLATE_VALUE or "\n" in value for value in values.values()):
            raise Refusal(47003, "argument invalid! data value too long")
        number = secrets.randbelow(10**18)
        words = "\n".join(f"{name}：{value}" for name, value in values.items())
        self._account.say(follower, side="account", kind="template", text=words, how="template")
        self._account.note("template", openid=follower.openid, template=body["template_id"], data=values)
        self.events.append((follower.openid, {"Event": "TEMPLATESENDJOBFINISH", "MsgID": number, "Status": "success"}))
        return {"msgid": number}

    def _notice(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        """One send for each consent that the follower gave (`Follower.notices`)."""
        follower = self._follower(body.get("touser"))
        template = str(body.get("template_id", ""))
        if follower.notices.get(template, 0) <= 0:
            raise Refusal(43101, "user refuse to accept the msg")
        follower.notices[template] -= 1
        values = {str(name): str((value or {}).get("value", "")) for name, value in (body.get("data") or {}).items()}
        words = "\n".join(f"{name}：{value}" for name, value in values.items())
        self._account.say(follower, side="account", kind="notice", text=words, how="notice")
        self._account.note("notice", openid=follower.openid, template=template, data=values)
        return {}

    def _mass_all(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        chosen = body.get("filter") or {}
        tag = chosen.get("tag_id")
        if not chosen.get("is_to_all") and tag not in self._account.tags:
            raise Refusal(45159, "invalid tag id")
        everybody = [one for one in self._account.followers.values() if one.subscribed]
        return self._mass(body, everybody if chosen.get("is_to_all") else [one for one in everybody if tag in one.tags])

    def _mass_some(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        openids = body.get("touser")
        if not isinstance(openids, list) or not 2 <= len(openids) <= 10_000:
            raise Refusal(40032, "invalid openid list size")
        return self._mass(body, [self._follower(openid) for openid in openids])

    def _mass(self, body: dict[str, Any], wanted: list[Follower]) -> dict[str, Any]:
        """Send to all who have something left of this month; the result comes as an event. ``clientmsgid`` makes a repeat harmless."""
        mark = str(body.get("clientmsgid", ""))
        if mark and mark in self._masses:
            number, data_number = self._masses[mark]
            raise MassRepeated(number, data_number)
        kind = str(body.get("msgtype"))
        if kind not in _KINDS:
            raise Refusal(40008, "invalid message type")
        month = self._account.now().astimezone(ZONE).strftime("%Y-%m")
        words, articles = _shown(kind, body.get(kind) or {})
        sent = 0
        for follower in wanted:
            if follower.subscribed and follower.masses.count(month) < MASS_A_MONTH:
                follower.masses.append(month)
                self._account.say(follower, side="account", kind=kind, text=words, how="mass", articles=articles)
                sent += 1
        number, data_number = secrets.randbelow(10**10), secrets.randbelow(10**10)
        if mark:
            self._masses[mark] = (number, data_number)
        self._account.note("mass", msgtype=kind, text=words, total=len(wanted), sent=sent, clientmsgid=mark)
        result: dict[str, str | int] = {
            "Event": "MASSSENDJOBFINISH",
            "MsgID": number,
            "Status": "send success" if sent or not wanted else "send fail",
            "TotalCount": len(wanted),
            "FilterCount": len(wanted),
            "SentCount": sent,
            "ErrorCount": len(wanted) - sent,
        }
        self.events.append(("", result))
        return {"msg_id": number, "msg_data_id": data_number}

    def _preview(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        follower = self._follower(body.get("touser"))
        kind = str(body.get("msgtype"))
        words, articles = _shown(kind, body.get(kind) or {})
        self._account.say(follower, side="account", kind=kind, text=words, how="preview", articles=articles)
        return {"msg_id": secrets.randbelow(10**10)}

    def _draft_add(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        articles = body.get("articles")
        if (
            not isinstance(articles, list)
            or not 1 <= len(articles) <= 8
            or not all(one.get("title") and one.get("content") for one in articles)
        ):
            raise Refusal(53404, "articles invalid")
        number = secrets.token_urlsafe(32)
        self._drafts[number] = articles
        self._account.note("draft", media_id=number, titles=[one["title"] for one in articles])
        return {"media_id": number}

    def _draft_get(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        return {"news_item": self._draft(body)}

    def _draft_delete(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        self._draft(body)
        del self._drafts[str(body["media_id"])]
        return {}

    def _draft(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        found = self._drafts.get(str(body.get("media_id", "")))
        if found is None:
            raise Refusal(40007, "invalid media_id")
        return found

    def _follower(self, openid: object) -> Follower:
        found = self._account.followers.get(str(openid))
        if found is None:
            raise Refusal(40003, "invalid openid")
        return found


class MassRepeated(Refusal):
    """45065: the same ``clientmsgid`` was sent before; its numbers come with the error."""

    def __init__(self, number: int, data_number: int) -> None:
        super().__init__(45065, "clientmsgid exist")
        self.numbers = {"msg_id": number, "msg_data_id": data_number}


def _shown(kind: str, content: dict[str, Any]) -> tuple[str, list[dict[str, str]]]:
    """The words of a message and its articles. Raises Refusal for what is empty, too long or too many."""
    if kind == "text":
        words = content.get("content")
        if not isinstance(words, str) or not words:
            raise Refusal(44004, "empty content")
        if len(words.encode()) > TEXT_BYTES:
            raise Refusal(45002, "content size out of limit")
        return words, []
    if kind == "news":
        articles = content.get("articles")
        if not isinstance(articles, list) or not articles:
            raise Refusal(44003, "empty news data")
        if len(articles) > 1:
            raise Refusal(45008, "article size out of limit")
        keys = {"title": "title", "description": "description", "url": "url", "picurl": "image"}
        return "", [{ours: str(one.get(theirs, "")) for theirs, ours in keys.items()} for one in articles]
    if kind == "msgmenu":
        lines = [str(content.get("head_content", "")), *(f"[{one.get('content', '')}]" for one in content.get("list", []))]
        return "\n".join([*lines, str(content.get("tail_content", ""))]).strip(), []
    if kind in ("image", "voice", "video") and not content.get("media_id"):
        raise Refusal(40007, "invalid media_id")
    return str(content.get("title") or content.get("media_id") or ""), []
