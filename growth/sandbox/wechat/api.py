"""api.weixin.qq.com: tokens, menus, tags, followers, QR codes, messages, with the platform's error codes, rights and quotas."""

from __future__ import annotations

import ipaddress
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from growth.sandbox.asgi import Request, Response, Route, as_json
from growth.sandbox.wechat.account import Account, QrCode, Right
from growth.sandbox.wechat.followers import FollowerApi
from growth.sandbox.wechat.menus import domains, menu_fault, rule_fault
from growth.sandbox.wechat.refusal import Refusal
from growth.sandbox.wechat.sending import MassRepeated, SendingApi
from growth.sandbox.wechat.tokens import TokenRefused, Tokens

QR_MOST_SECONDS = 2_592_000
QR_DEFAULT_SECONDS = 60
QR_PERMANENT = 100_000


#: one call of the API: its JSON body and query → its answer's JSON. May raise Refusal.
Call = Callable[[dict[str, Any], Mapping[str, str]], dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class Script:
    """A scripted fault: calls of `path` (or of all, ``*``) answer `errcode`, `times` times (None: always); `seconds` late.

    With errcode 0 the call is done as ever; with `cut` it is done, and its answer is lost. `touser`: only messages to that openid.
    """

    path: str = "*"
    errcode: int = -1
    errmsg: str = "system error"
    seconds: float = 0.0
    times: int | None = 1
    cut: bool = False
    touser: str = "*"


class WeChatApi:
    """The API of one account. `allowed` are the callers' addresses of the IP white list; None lets everybody in."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.tokens = Tokens(now=account.now)
        self.scripts: list[Script] = []
        self.allowed: set[str] | None = None
        self._followers = FollowerApi(account)
        self.sending = SendingApi(account)

    def fail(self, *scripts: Script) -> None:
        """Script errors."""
        self.scripts += scripts

    def routes(self) -> list[Route]:
        """Everything under ``/cgi-bin``."""
        followers, sending = self._followers, self.sending
        calls: list[tuple[str, str, Right | None, Call]] = [
            ("POST", "menu/create", Right.MENU, self._menu_create),
            ("GET", "menu/get", Right.MENU, self._menu_get),
            ("GET", "menu/delete", Right.MENU, self._menu_delete),
            ("GET", "get_current_selfmenu_info", None, self._menu_current),
            ("POST", "menu/addconditional", Right.FOLLOWERS, self._conditional_add),
            ("POST", "menu/delconditional", Right.FOLLOWERS, self._conditional_delete),
            ("POST", "menu/trymatch", Right.FOLLOWERS, self._conditional_try),
            ("POST", "qrcode/create", Right.SERVICE, self._qrcode),
            ("GET", "getcallbackip", None, lambda body, query: {"ip_list": ["127.0.0.1"]}),
            ("GET", "get_api_domain_ip", None, lambda body, query: {"ip_list": ["127.0.0.1"]}),
            ("POST", "clear_quota", None, lambda body, query: {}),
            *followers.calls(),
            *sending.calls(),
        ]
        routes = [
            Route("GET", "/cgi-bin/token", self._token),
            Route("POST", "/cgi-bin/stable_token", self._stable_token),
        ]
        return routes + [Route(method, f"/cgi-bin/{path}", self._guarded(path, right, call)) for method, path, right, call in calls]

    def _guarded(self, path: str, right: Right | None, call: Call) -> Callable[[Request], Response]:
        """`call` behind the token, the account's rights, and what was scripted."""

        def handle(request: Request) -> Response:
            script = self._struck(path, request)
            if script is not None and script.errcode != 0 and not script.cut:
                return _error(script.errcode, script.errmsg)
            try:
                self.tokens.check(request.query.get("access_token"))
                if right is not None and right not in self.account.rights:
                    raise Refusal(48001, "api unauthorized")
                with self.account.lock:
                    found = call(_body(request), {**request.query, "base": request.base})
            except MassRepeated as repeated:
                return as_json({"errcode": repeated.code, "errmsg": repeated.message, **repeated.numbers})
            except (Refusal, TokenRefused) as refused:
                return _error(refused.code, refused.message)
            answer = as_json({"errcode": 0, "errmsg": "ok", **found} if request.method == "POST" or not found else found)
            return replace(answer, cut=script is not None and script.cut)

        return handle

    def _scripted(self, path: str) -> Response | None:
        script = self._struck(path, None)
        return _error(script.errcode, script.errmsg) if script is not None and script.errcode != 0 else None

    def _struck(self, path: str, request: Request | None) -> Script | None:
        """The first script that this call meets, late as it says."""
        for script in self.scripts:
            if script.path in ("*", path) and script.times != 0 and (script.touser == "*" or script.touser == _touser(request)):
                if script.times is not None:
                    script.times -= 1
                time.sleep(script.seconds)
                return script
        return None

    # tokens

    def _token(self, request: Request) -> Response:
        query = request.query
        return self._grant(request, query.get("appid"), query.get("secret"), query.get("grant_type"), "token", self.tokens.legacy)

    def _stable_token(self, request: Request) -> Response:
        try:
            body = _body(request)
        except Refusal as refused:
            return _error(refused.code, refused.message)
        force = body.get("force_refresh") is True
        grant = body.get("grant_type")
        return self._grant(request, body.get("appid"), body.get("secret"), grant, "stable_token", lambda: self.tokens.stable(force=force))

    def _grant(self, request: Request, app_id: Any, secret: Any, grant: Any, path: str, give: Callable[[], tuple[str, int]]) -> Response:
        if scripted := self._scripted(path):
            return scripted
        if grant != "client_credential":
            return _error(40002, "invalid grant_type")
        if app_id != self.account.app_id:
            return _error(40013, "invalid appid")
        if secret != self.account.secret:
            return _error(40125, "invalid appsecret")
        if self.allowed is not None and request.client not in self.allowed:
            mapped = f"::ffff:{request.client}" if ipaddress.ip_address(request.client).version == 4 else request.client
            return _error(40164, f"invalid ip {request.client} ipv6 {mapped}, not in whitelist")
        try:
            value, seconds = give()
        except TokenRefused as refused:
            return _error(refused.code, refused.message)
        return as_json({"access_token": value, "expires_in": seconds})

    # menus

    def _menu_create(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        _raise(menu_fault(body.get("button")))
        self.account.menu = body["button"]
        self.account.note("menu", button=body["button"])
        return {}

    def _menu_get(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        if self.account.menu is None:
            raise Refusal(46003, "menu no exist")
        found: dict[str, Any] = {"menu": {"button": _shown(self.account.menu)}}
        if self.account.conditional:
            found["conditionalmenu"] = [
                {"button": _shown(menu["button"]), "matchrule": menu["matchrule"], "menuid": number}
                for number, menu in sorted(self.account.conditional.items())
            ]
        return found

    def _menu_current(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        if self.account.menu is None:
            return {"is_menu_open": 0}
        return {"is_menu_open": 1, "selfmenu_info": {"button": self.account.menu}}

    def _menu_delete(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        """The default goes, and all conditional ones with it."""
        self.account.menu = None
        self.account.conditional.clear()
        self.account.note("menu", button=None)
        return {}

    def _conditional_add(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        if self.account.menu is None:
            raise Refusal(65303, "there is no selfmenu, please create selfmenu first")
        _raise(menu_fault(body.get("button")))
        _raise(rule_fault(body.get("matchrule"), tags=self.account.tags))
        every = [menu["button"] for menu in self.account.conditional.values()] + [body["button"]]
        if len(set().union(*(domains(buttons) for buttons in every))) > 3:
            raise Refusal(65316, "too many domains")
        number = max(self.account.conditional, default=400_000_000) + 1
        self.account.conditional[number] = {"button": body["button"], "matchrule": body["matchrule"]}
        self.account.note("conditional-menu", menuid=number, **self.account.conditional[number])
        return {"menuid": str(number)}

    def _conditional_delete(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        number = str(body.get("menuid", ""))
        if not number.isdigit() or int(number) not in self.account.conditional:
            raise Refusal(65301, "there is no conditional menu")
        del self.account.conditional[int(number)]
        self.account.note("conditional-menu", menuid=int(number), button=None)
        return {}

    def _conditional_try(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        follower = self.account.followers.get(str(body.get("user_id", "")))
        if follower is None:
            raise Refusal(65309, "invalid userid")
        return {"button": self.account.menu_for(follower)}

    # QR codes

    def _qrcode(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        action = body.get("action_name")
        scene = (body.get("action_info") or {}).get("scene") or {}
        permanent = action in ("QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE")
        if action in ("QR_SCENE", "QR_LIMIT_SCENE"):
            number = scene.get("scene_id")
            most = 100_000 if permanent else 2**32 - 1
            if not isinstance(number, int) or not 1 <= number <= most:
                raise Refusal(40053, "invalid action info")
            value = str(number)
        elif action in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE"):
            text = scene.get("scene_str")
            if not isinstance(text, str) or not 1 <= len(text) <= 64:
                raise Refusal(40053, "invalid action info")
            value = text
        else:
            raise Refusal(40052, "invalid action name")
        seconds = body.get("expire_seconds", QR_DEFAULT_SECONDS)
        if not isinstance(seconds, int) or not 1 <= seconds <= QR_MOST_SECONDS:
            raise Refusal(40053, "invalid action info")
        return self._new_code(value, None if permanent else seconds, query["base"])

    def _new_code(self, scene: str, seconds: int | None, base: str) -> dict[str, Any]:
        """A permanent code of a scene is the same every time; there are 100,000, never given back."""
        codes = self.account.qrcodes
        code = next((code for code in codes.values() if code.until is None and code.scene == scene), None) if seconds is None else None
        if code is None:
            if seconds is None and sum(code.until is None for code in codes.values()) >= QR_PERMANENT:
                raise Refusal(45029, "qrcode count out of limit")
            until = None if seconds is None else self.account.now().timestamp() + seconds
            code = QrCode(ticket=f"gQ{secrets.token_urlsafe(60)}==", scene=scene, until=until)
            codes[code.ticket] = code
            self.account.note("qrcode", scene=scene, permanent=seconds is None)
        found: dict[str, Any] = {"ticket": code.ticket, "url": f"{base}/wechat/q/{code.ticket[2:24]}"}
        return found if seconds is None else {**found, "expire_seconds": seconds}


def _shown(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Buttons as the platform gives them back: every one has a ``sub_button`` list."""
    return [{**button, "sub_button": [{**sub, "sub_button": []} for sub in button.get("sub_button") or []]} for button in buttons]


def _body(request: Request) -> dict[str, Any]:
    """The JSON body. ``\\uXXXX`` is refused, as the platform does: it would show garbage."""
    if request.method == "GET" or not request.body:
        return {}
    if b"\\u" in request.body and "menu/" in request.path:
        raise Refusal(40033, "invalid charset. please check your request, if include \\uxxxx will create fail!")
    try:
        found = json.loads(request.body)
    except ValueError as fault:
        raise Refusal(47001, "data format error") from fault
    if not isinstance(found, dict):
        raise Refusal(47001, "data format error")
    return found


def _raise(fault: tuple[int, str] | None) -> None:
    if fault:
        raise Refusal(*fault)


def _touser(request: Request | None) -> str:
    """To whom a message goes; "" where a call is no message."""
    try:
        return str(_body(request).get("touser", "")) if request is not None else ""
    except Refusal:
        return ""


def _error(code: int, message: str) -> Response:
    return as_json({"errcode": code, "errmsg": f"{message} rid: {secrets.token_hex(4)}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"})
