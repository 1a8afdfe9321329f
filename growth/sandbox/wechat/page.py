"""The chat simulator: pick or make a follower, follow by a QR code, write, tap the menu, leave; and the QR codes themselves."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from growth.errors import GrowthError
from growth.sandbox.asgi import Request, Response, Route, as_json, problem, redirect
from growth.sandbox.log import Part
from growth.sandbox.pages import render
from growth.sandbox.pusher import NotHere, local_url
from growth.sandbox.wechat.account import Account, Follower, Mode, QrCode
from growth.sandbox.wechat.api import Script, WeChatApi
from growth.sandbox.wechat.simulator import WeChatSimulator, verify


class WeChatPage:
    """The pages under ``/wechat``, and JSON for scripts."""

    def __init__(self, account: Account, api: WeChatApi) -> None:
        self._account = account
        self._api = api

    def routes(self) -> list[Route]:
        """Pages, the picture of a QR code, and JSON."""
        return [
            Route("GET", "/wechat", self._page),
            Route("POST", "/wechat/settings", self._settings),
            Route("POST", "/wechat/act", self._act),
            Route("GET", "/wechat/q/{code}", self._scan),
            Route("GET", "/cgi-bin/showqrcode", self._picture),
            Route("GET", "/wechat/api/state", self._state),
            Route("POST", "/wechat/api/act", self._api_act),
            Route("POST", "/wechat/behaviour", self._behave),
            Route("DELETE", "/wechat/behaviour", self._behave_well),
        ]

    def _page(self, request: Request) -> Response:
        people = sorted(self._account.followers.values(), key=lambda one: (not one.chat, one.name))
        wanted = request.query.get("openid")
        chosen = self._account.followers.get(wanted or "") or (people[0] if people else None)
        return render(
            request,
            "wechat.html",
            here="wechat",
            account=self._account,
            people=people,
            chosen=chosen,
            menu=self._account.menu_for(chosen) if chosen else [],
            codes=self._codes(),
            scene=request.query.get("scene", ""),
            fault=request.query.get("fault", ""),
            entries=self._account.log.entries(Part.WECHAT)[-30:][::-1],
            now=self._account.now().timestamp(),
        )

    def _settings(self, request: Request) -> Response:
        form = request.form
        fault = ""
        try:
            self._account.callback_url = local_url(form["callback"].strip()) if form.get("callback", "").strip() else None
            self._account.mode = Mode(form.get("mode", self._account.mode))
            if self._account.callback_url and not verify(self._account):
                fault = f"{self._account.callback_url}: echostr"
        except (NotHere, ValueError) as refused:
            fault = str(refused)
        self._account.save()
        return redirect(f"/wechat?fault={quote(fault)}" if fault else "/wechat")

    def _act(self, request: Request) -> Response:
        form = request.form
        try:
            openid = self._do(form).openid
        except GrowthError as refused:
            openid = form.get("openid", "")
            return redirect(f"/wechat?openid={openid}&fault={quote(refused.message)}")
        if form.get("do") == "view":
            return redirect(form.get("value", "/wechat"))
        return redirect(f"/wechat?openid={openid}")

    def _do(self, form: dict[str, str]) -> Follower:
        """One act of a person: new, follow, say, click, view, unfollow."""
        if form.get("do") == "new":
            return self._account.person(form.get("value", "").strip() or "阿明")
        follower = self._account.followers.get(form.get("openid", ""))
        if follower is None:
            raise GrowthError("there is no such follower", fix="make one first")
        phone = WeChatSimulator(self._account, follower)
        value = form.get("value", "").strip()
        acts = {
            "follow": lambda: phone.follow(value or None),
            "say": lambda: phone.say(value) if value else None,
            "click": lambda: phone.click(value),
            "view": lambda: phone.view(value),
            "unfollow": phone.unfollow,
        }
        if form.get("do") not in acts:
            raise GrowthError("unknown act", fix=", ".join(["new", *acts]))
        acts[form["do"]]()
        return follower

    def _scan(self, request: Request) -> Response:
        """What the QR code holds: leads to the simulator with its scene."""
        code = next((code for code in self._account.qrcodes.values() if code.ticket[2:24] == request.parts["code"]), None)
        return redirect(f"/wechat?scene={quote(code.scene)}" if code else "/wechat?fault=404")

    def _picture(self, request: Request) -> Response:
        import segno

        code = self._account.qrcodes.get(request.query.get("ticket", ""))
        if code is None or (code.until is not None and code.until < self._account.now().timestamp()):
            return Response(status=404, media_type="text/plain")
        stream = io.BytesIO()
        segno.make(f"{request.base}/wechat/q/{code.ticket[2:24]}", error="m").save(stream, kind="png", scale=6, border=3)
        return Response(body=stream.getvalue(), media_type="image/png")

    # JSON

    def _state(self, request: Request) -> Response:
        return as_json(
            {
                "callback_url": self._account.callback_url,
                "mode": self._account.mode.value,
                "menu": self._account.menu,
                "tags": self._account.tags,
                "qrcodes": [{"scene": code.scene, "permanent": code.until is None} for code in self._account.qrcodes.values()],
                "followers": [
                    {
                        "openid": one.openid,
                        "name": one.name,
                        "subscribed": one.subscribed,
                        "scene": one.scene,
                        "tags": one.tags,
                        "chat": _lines(one),
                    }
                    for one in self._account.followers.values()
                ],
            }
        )

    def _api_act(self, request: Request) -> Response:
        """``{"name", "do", "value"}`` → the reply; makes the follower where there is none."""
        found = request.json
        if not isinstance(found, dict) or not found.get("name"):
            return problem(422, "unknown field", "allowed: name, do (follow, say, click, view, unfollow), value")
        follower = self._account.person(str(found["name"]))
        before = len(follower.chat)
        try:
            self._do({"do": str(found.get("do", "")), "value": str(found.get("value", "")), "openid": follower.openid})
        except GrowthError as refused:
            return problem(422, refused.message, refused.fix or "")
        return as_json({"openid": follower.openid, "chat": _lines(follower)[before:]})

    def _behave(self, request: Request) -> Response:
        found = request.json
        try:
            self._api.fail(*(Script(**one) for one in (found if isinstance(found, list) else [found])))
        except TypeError:
            return problem(422, "unknown field", "allowed: path, errcode, errmsg, seconds, times, cut, touser")
        return Response(status=204)

    def _behave_well(self, request: Request) -> Response:
        self._api.scripts.clear()
        return Response(status=204)

    def _codes(self) -> list[QrCode]:
        found = {code.scene: code for code in self._account.qrcodes.values()}
        return [replace(code) for code in sorted(found.values(), key=lambda code: code.scene)]


def _lines(follower: Follower) -> list[dict[str, Any]]:
    return [
        {"at": line.at, "side": line.side, "kind": line.kind, "how": line.how, "text": line.text, "articles": line.articles}
        for line in follower.chat
    ]
