"""The port to api.weixin.qq.com: wechatpy's client, with our own token, time-outs, errors and one retry.

What of wechatpy is switched off, and why (measured on 1.8.18): its retry recurses without end on a lasting 40001; its token is fetched by
every process on its own, without a time-out; secrets stand in its exceptions' addresses. `api_base` may point to a stand-in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import delete, select
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from growth import clock
from growth.db import Database
from growth.errors import ProviderError
from growth.language import _
from growth.messaging import not_reached
from growth.wechat.models import Token
from growth.wechat.settings import WeChatFile

HOST = "https://api.weixin.qq.com"
TIMEOUT_SECONDS = 10.0
#: a token is fetched anew this long before its end, as the platform itself does
EARLY = timedelta(minutes=5)
#: errors that say: the token is not good (any more)
TOKEN_ERRORS = frozenset({40001, 40014, 42001})
#: errors that a later try may mend
PASSING = frozenset({-1, 45011, 45066})


class _Elsewhere(HTTPAdapter):
    """Sends what is meant for api.weixin.qq.com to `base`, and never waits for ever."""

    def __init__(self, base: str) -> None:
        self._base = urlsplit(base)
        super().__init__(max_retries=0)

    def send(
        self,
        request: Any,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Swap scheme and host, put a time-out where there is none."""
        parts = urlsplit(request.url)
        request.url = parts._replace(scheme=self._base.scheme, netloc=self._base.netloc).geturl()
        request.headers["Host"] = self._base.netloc
        return super().send(request, stream=stream, timeout=timeout or TIMEOUT_SECONDS, verify=verify, cert=cert, proxies=proxies)


class _Client(WeChatClient):
    """wechatpy's client, asking us for its token."""

    def __init__(self, app_id: str, port: Account) -> None:
        WeChatClient.__init__(self, app_id, "", auto_retry=False, timeout=TIMEOUT_SECONDS)
        self._port = port

    @property
    def access_token(self) -> str:
        """The shared token."""
        return self._port.token()


class Account:
    """One official account at WeChat. Not to be shared between threads."""

    def __init__(self, database: Database, file: WeChatFile) -> None:
        workspace = database.workspace
        self._database = database
        self.app_id = workspace.resolve(file.account.app_id)
        self._client = _Client(self.app_id, self)
        base = workspace.resolve(file.api_base)
        self._client._http.mount(HOST, _Elsewhere(base))
        self._http: requests.Session = self._client._http

    def call(
        self, path: str, *, data: dict[str, Any] | None = None, params: dict[str, Any] | None = None, method: str = "post"
    ) -> dict[str, Any]:
        """One API call, e.g. ``call("menu/create", data=…)``; the answer's JSON. Raises ProviderError with the way out."""
        try:
            return self._once(path, data, params, method)
        except WeChatClientException as fault:
            if fault.errcode not in TOKEN_ERRORS:
                raise self._explained(fault) from None
        self._forget_token()
        try:
            return self._once(path, data, params, method)
        except WeChatClientException as fault:
            raise self._explained(fault) from None

    def token(self) -> str:
        """The access token that all processes share; fetched where there is none or it ends soon."""
        now = clock.now()
        with self._database.read() as session:
            row = session.scalar(select(Token).where(Token.app_id == self.app_id, Token.kind == "stable"))
            if row is not None and row.expires_at > now + EARLY:
                return self._database.vault.open("wx_token.value", self.app_id, row.value)
        return self._fetch_token()

    def _fetch_token(self) -> str:
        """Ask for the stable token: repeated calls within its life get the same one, so processes do not throw each other out."""
        body: dict[str, Any] = {
            "grant_type": "client_credential",
            "appid": self.app_id,
            "secret": self._database.workspace.secret("WECHAT_APP_SECRET"),
            "force_refresh": False,
        }
        try:
            answer = self._http.post(f"{HOST}/cgi-bin/stable_token", json=body, timeout=TIMEOUT_SECONDS)
            found = answer.json()
        except (requests.RequestException, ValueError) as fault:
            raise ProviderError(_("WeChat does not answer ({kind})", kind=type(fault).__name__), fix=_("try again later")) from None
        if "access_token" not in found:
            raise _refused(int(found.get("errcode", -1)), str(found.get("errmsg", "")))
        value = str(found["access_token"])
        with self._database.write() as session:
            session.execute(delete(Token).where(Token.app_id == self.app_id, Token.kind == "stable"))
            sealed = self._database.vault.seal("wx_token.value", self.app_id, value)
            expires = clock.now() + timedelta(seconds=int(found["expires_in"]))
            session.add(Token(app_id=self.app_id, kind="stable", value=sealed, expires_at=expires))
        return value

    def _forget_token(self) -> None:
        with self._database.write() as session:
            session.execute(delete(Token).where(Token.app_id == self.app_id, Token.kind == "stable"))

    def _once(self, path: str, data: dict[str, Any] | None, params: dict[str, Any] | None, method: str) -> dict[str, Any]:
        send: Callable[..., Any] = self._client.get if method == "get" else self._client.post
        options: dict[str, Any] = {"params": dict(params or {})}
        if method != "get":
            options["data"] = data or {}  # wechatpy writes real UTF-8: the platform takes no \u escapes in menus
        try:
            found = send(path, **options)
        except WeChatClientException as fault:
            if fault.errcode is not None:
                raise
            raise Unanswered(_("WeChat's server answered with an error of its own"), fix=_("try again later")) from None
        except requests.RequestException as fault:
            kind = ProviderError if not_reached(fault) else Unanswered
            raise kind(_("WeChat does not answer ({kind})", kind=type(fault).__name__), fix=_("try again later")) from None
        if not isinstance(found, dict):
            raise Unanswered(_("WeChat answered something that is no JSON"), fix=_("try again later; is a proxy in between?"))
        return found

    def _explained(self, fault: WeChatClientException) -> ProviderError:
        return _refused(int(fault.errcode), str(fault.errmsg))


class Unanswered(ProviderError):
    """The call may have reached WeChat, and no answer of WeChat's came back: nobody knows what it did."""


class WeChatRefused(ProviderError):
    """WeChat answered with an error code; `code` is it."""

    def __init__(self, message: str, *, code: int, permanent: bool, fix: str | None) -> None:
        super().__init__(message, permanent=permanent, fix=fix)
        self.code = code


def _refused(code: int, message: str) -> WeChatRefused:
    text = _("WeChat refused ({code}): {message}", code=code, message=message[:200])
    return WeChatRefused(text, code=code, permanent=code not in PASSING, fix=_advice(code))


def _advice(code: int) -> str:
    """What to do about an errcode."""
    known = {
        40013: _("check account.app_id in wechat.yaml"),
        40125: _("set WECHAT_APP_SECRET in .env as 公众平台 › 基本配置 shows it"),
        40164: _("add the address named in the message at 公众平台 › 设置与开发 › 安全中心 › IP白名单"),
        45009: _("the day's quota of this API is used up; it begins anew at 0:00"),
        45015: _("the follower's window is closed: write again after the next message from them"),
        45047: _("the follower's window is used up: write again after the next message from them"),
        48001: _("this account may not call this API: see account.type and account.verified in wechat.yaml, and 公众平台 › 接口权限"),
    }
    return known.get(code, "developers.weixin.qq.com › 全局返回码")
