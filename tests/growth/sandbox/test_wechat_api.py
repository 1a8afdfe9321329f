"""The WeChat API gives tokens, menus, tags and messages as the platform does, and its error codes where it would."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from growth.sandbox import Sandbox
from growth.sandbox.keys import WECHAT_APP_ID, WECHAT_SECRET
from growth.sandbox.wechat import Script, Trigger
from tests.growth.sandbox.conftest import Clock

Call = Callable[..., dict[str, Any]]


def stable(http: httpx.Client, **more: Any) -> dict[str, Any]:
    body = {"grant_type": "client_credential", "appid": WECHAT_APP_ID, "secret": WECHAT_SECRET, **more}
    found: dict[str, Any] = http.post("/cgi-bin/stable_token", json=body).json()
    return found


def legacy(http: httpx.Client, **more: Any) -> dict[str, Any]:
    query = {"grant_type": "client_credential", "appid": WECHAT_APP_ID, "secret": WECHAT_SECRET, **more}
    found: dict[str, Any] = http.get("/cgi-bin/token", params=query).json()
    return found


def works(http: httpx.Client, token: str) -> int:
    return int(http.get("/cgi-bin/getcallbackip", params={"access_token": token}).json().get("errcode", 0))


@pytest.fixture
def call(http: httpx.Client) -> Call:
    """``call("menu/create", {…})`` posts with a good token, ``call("menu/get")`` gets."""

    def once(path: str, body: object = None, **query: str) -> dict[str, Any]:
        params = {"access_token": stable(http)["access_token"], **query}
        if body is None:
            answer = http.get(f"/cgi-bin/{path}", params=params)
        else:
            answer = http.post(f"/cgi-bin/{path}", params=params, content=json.dumps(body, ensure_ascii=False).encode())
        found: dict[str, Any] = answer.json()
        return found

    return once


def test_the_stable_token_stays_the_same_until_shortly_before_its_end(http: httpx.Client, clock: Clock) -> None:
    first = stable(http)
    assert first["expires_in"] == 7200
    clock.wait(hours=1)
    again = stable(http)
    assert (again["access_token"], again["expires_in"]) == (first["access_token"], 3600)
    clock.wait(minutes=56)
    new = stable(http)
    assert new["access_token"] != first["access_token"]
    assert works(http, first["access_token"]) == works(http, new["access_token"]) == 0
    clock.wait(minutes=5)
    assert works(http, first["access_token"]) == 42001


def test_an_old_style_token_replaces_the_last_one_after_five_minutes(http: httpx.Client, clock: Clock) -> None:
    first, second = legacy(http)["access_token"], legacy(http)["access_token"]
    assert works(http, first) == works(http, second) == 0
    clock.wait(minutes=5, seconds=1)
    assert (works(http, first), works(http, second)) == (42001, 0)


def test_the_two_kinds_of_token_know_nothing_of_each_other(http: httpx.Client, clock: Clock) -> None:
    kept = stable(http)["access_token"]
    legacy(http)
    legacy(http)
    clock.wait(minutes=6)
    assert works(http, kept) == 0


def test_a_forced_refresh_voids_the_stable_token_at_once_but_not_twice_in_half_a_minute(http: httpx.Client, clock: Clock) -> None:
    first = stable(http)["access_token"]
    second = stable(http, force_refresh=True)["access_token"]
    assert works(http, first) == 40001
    assert stable(http, force_refresh=True)["access_token"] == second
    for _ in range(19):
        clock.wait(seconds=31)
        assert "access_token" in stable(http, force_refresh=True)
    clock.wait(seconds=31)
    assert stable(http, force_refresh=True)["errcode"] == 45009


def test_old_style_tokens_have_a_daily_quota(sandbox: Sandbox) -> None:
    tokens = sandbox.wechat.api.tokens
    for _ in range(2000):
        tokens.legacy()
    with pytest.raises(Exception, match="quota"):
        tokens.legacy()


@pytest.mark.parametrize(("more", "code"), [({"appid": "wx1"}, 40013), ({"secret": "x"}, 40125), ({"grant_type": "x"}, 40002)])
def test_tokens_are_refused_with_the_reason(http: httpx.Client, more: dict[str, str], code: int) -> None:
    assert stable(http, **more)["errcode"] == code
    assert legacy(http, **more)["errcode"] == code


def test_an_address_that_is_not_on_the_white_list_is_named(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.wechat.api.allowed = {"192.0.2.1"}
    found = stable(http)
    assert found["errcode"] == 40164
    assert "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist" in found["errmsg"]


def test_calls_without_a_good_token_are_refused(sandbox: Sandbox, http: httpx.Client) -> None:
    assert http.get("/cgi-bin/menu/get").json()["errcode"] == 41001
    assert works(http, "made-up") == 40001
    good = stable(http)["access_token"]
    sandbox.wechat.api.tokens.forget()
    assert works(http, good) == 40001


MENU = {
    "button": [
        {"name": "我要借款", "type": "view", "url": "https://www.example.com/loans"},
        {"name": "帮助", "sub_button": [{"name": "常见问题", "type": "click", "key": "faq"}]},
    ]
}


def test_a_menu_comes_back_as_it_was_made(call: Call) -> None:
    assert call("menu/get")["errcode"] == 46003
    assert call("menu/create", MENU)["errcode"] == 0
    buttons = call("menu/get")["menu"]["button"]
    assert buttons[1]["sub_button"][0] == {"name": "常见问题", "type": "click", "key": "faq", "sub_button": []}
    assert call("get_current_selfmenu_info")["is_menu_open"] == 1
    assert call("menu/delete")["errcode"] == 0
    assert call("menu/get")["errcode"] == 46003


VIEW = {"type": "view", "url": "https://a.example/"}


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([{"name": f"n{n}", **VIEW} for n in range(4)], 40016),
        ([{"name": "六个汉字太长", **VIEW}], 40018),
        ([{"name": "a", "type": "dance"}], 40017),
        ([{"name": "a", "type": "click", "key": "k" * 129}], 40019),
        ([{"name": "a", "type": "view", "url": "https://a.example/" + "x" * 1010}], 40020),
        ([{"name": "a", "type": "view", "url": "ftp://a.example/"}], 40055),
        ([{"name": "a", "sub_button": [{"name": f"s{n}", **VIEW} for n in range(6)]}], 40023),
        ([{"name": "a", "sub_button": [{"name": "字" * 21, **VIEW}]}], 40025),
        ([{"name": "a", "type": "click", "sub_button": [{"name": "s", **VIEW}]}], 40017),
        ([{"name": "a", "sub_button": [{"name": "s", "type": "view", "url": "x"}]}], 40054),
    ],
)
def test_a_menu_outside_the_limits_is_refused_with_its_code(call: Call, buttons: list[dict[str, Any]], code: int) -> None:
    assert call("menu/create", {"button": buttons})["errcode"] == code


def test_escaped_chinese_in_a_menu_is_refused(http: httpx.Client) -> None:
    token = stable(http)["access_token"]
    answer = http.post("/cgi-bin/menu/create", params={"access_token": token}, content=json.dumps(MENU))
    assert answer.json()["errcode"] == 40033


def test_a_conditional_menu_shows_to_those_whose_last_tag_fits(sandbox: Sandbox, call: Call) -> None:
    rule = {"tag_id": "100"}
    vip = {"button": [{"name": "会员", **VIEW}], "matchrule": rule}
    assert call("menu/addconditional", vip)["errcode"] == 65303
    call("menu/create", MENU)
    assert call("menu/addconditional", vip)["errcode"] == 45159
    assert call("tags/create", {"tag": {"name": "付费用户"}})["tag"]["id"] == 100
    assert call("menu/addconditional", {**vip, "matchrule": {}})["errcode"] == 65304
    assert call("menu/addconditional", {**vip, "matchrule": {"sex": "1"}})["errcode"] == 65320
    number = call("menu/addconditional", vip)["menuid"]
    ming = sandbox.wechat.account.person("阿明")
    ming.subscribed_at = 1
    assert len(call("menu/trymatch", {"user_id": ming.openid})["button"]) == 2
    call("tags/members/batchtagging", {"openid_list": [ming.openid], "tagid": 100})
    assert [button["name"] for button in call("menu/trymatch", {"user_id": ming.openid})["button"]] == ["会员"]
    assert call("menu/delconditional", {"menuid": "1"})["errcode"] == 65301
    assert call("menu/delconditional", {"menuid": number})["errcode"] == 0


@pytest.mark.parametrize(
    ("tag", "code"), [({"name": "字" * 11}, 45158), ({"name": "星标组"}, 45157)], ids=["more than 30 bytes", "there already"]
)
def test_a_tag_outside_the_limits_is_refused(call: Call, tag: dict[str, str], code: int) -> None:
    assert call("tags/create", {"tag": tag})["errcode"] == code


def test_an_account_has_a_hundred_tags_and_a_user_twenty(sandbox: Sandbox, call: Call) -> None:
    for number in range(100):
        assert call("tags/create", {"tag": {"name": f"t{number}"}})["errcode"] == 0
    assert call("tags/create", {"tag": {"name": "one more"}})["errcode"] == 45056
    ming = sandbox.wechat.account.person("阿明")
    assert call("tags/members/batchtagging", {"openid_list": [ming.openid], "tagid": 100})["errcode"] == 49003
    ming.subscribed_at = 1
    for number in range(100, 120):
        call("tags/members/batchtagging", {"openid_list": [ming.openid], "tagid": number})
    assert call("tags/members/batchtagging", {"openid_list": [ming.openid], "tagid": 120})["errcode"] == 45059
    assert call("tags/members/batchtagging", {"openid_list": ["x"] * 51, "tagid": 120})["errcode"] == 40032
    assert call("tags/delete", {"tag": {"id": 2}})["errcode"] == 45058
    assert len(call("tags/getidlist", {"openid": ming.openid})["tagid_list"]) == 20


def test_followers_are_told_without_name_and_picture(sandbox: Sandbox, call: Call) -> None:
    ming, li = sandbox.wechat.account.person("阿明"), sandbox.wechat.account.person("李")
    ming.subscribed_at, ming.scene, ming.subscribe_scene = 5, "poster-subway", "ADD_SCENE_QR_CODE"
    info = call("user/info", openid=ming.openid)
    assert (info["nickname"], info["qr_scene_str"], info["subscribe_scene"]) == ("", "poster-subway", "ADD_SCENE_QR_CODE")
    assert call("user/info", openid=li.openid) == {"subscribe": 0, "openid": li.openid}
    assert call("user/info", openid="made-up")["errcode"] == 40003
    assert call("user/get")["data"]["openid"] == [ming.openid]
    assert call("user/get", next_openid=ming.openid)["count"] == 0
    assert len(call("user/info/batchget", {"user_list": [{"openid": ming.openid}]})["user_info_list"]) == 1
    assert call("user/info/batchget", {"user_list": []})["errcode"] == 40032


def test_a_permanent_code_of_a_scene_is_the_same_every_time(call: Call, http: httpx.Client, clock: Clock) -> None:
    body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "poster-subway"}}}
    first = call("qrcode/create", body)
    assert call("qrcode/create", body)["ticket"] == first["ticket"]
    assert "expire_seconds" not in first
    picture = http.get("/cgi-bin/showqrcode", params={"ticket": first["ticket"]})
    assert picture.content.startswith(b"\x89PNG")
    short = call("qrcode/create", {**body, "action_name": "QR_STR_SCENE", "expire_seconds": 60})
    clock.wait(seconds=61)
    assert http.get("/cgi-bin/showqrcode", params={"ticket": short["ticket"]}).status_code == 404
    assert http.get(first["url"]).headers["location"] == f"/wechat?scene={quote('poster-subway')}"


@pytest.mark.parametrize(
    ("action", "scene", "seconds", "code"),
    [
        ("QR_STR_SCENE", {"scene_str": ""}, 60, 40053),
        ("QR_STR_SCENE", {"scene_str": "x" * 65}, 60, 40053),
        ("QR_SCENE", {"scene_id": 0}, 60, 40053),
        ("QR_LIMIT_SCENE", {"scene_id": 100_001}, 60, 40053),
        ("QR_STR_SCENE", {"scene_str": "a"}, 2_592_001, 40053),
        ("QR_X", {}, 60, 40052),
    ],
)
def test_a_code_outside_the_limits_is_refused(call: Call, action: str, scene: dict[str, Any], seconds: int, code: int) -> None:
    body = {"action_name": action, "expire_seconds": seconds, "action_info": {"scene": scene}}
    assert call("qrcode/create", body)["errcode"] == code


def custom(call: Call, openid: str, text: str = "您好") -> int:
    return int(call("message/custom/send", {"touser": openid, "msgtype": "text", "text": {"content": text}})["errcode"])


def test_five_messages_within_48_hours_of_a_follower_s_message(sandbox: Sandbox, call: Call, clock: Clock) -> None:
    account = sandbox.wechat.account
    ming = account.person("阿明")
    ming.subscribed_at = 1
    assert custom(call, ming.openid) == 45015
    account.open_window(ming, Trigger.MESSAGE)
    assert [custom(call, ming.openid) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    account.open_window(ming, Trigger.MESSAGE)
    clock.wait(hours=48, seconds=1)
    assert custom(call, ming.openid) == 45015


def test_three_messages_within_a_minute_of_a_click(sandbox: Sandbox, call: Call, clock: Clock) -> None:
    account = sandbox.wechat.account
    ming = account.person("阿明")
    ming.subscribed_at = 1
    account.open_window(ming, Trigger.ACT)
    assert [custom(call, ming.openid) for _ in range(4)] == [0, 0, 0, 45047]
    account.open_window(ming, Trigger.ACT)
    clock.wait(seconds=61)
    assert custom(call, ming.openid) == 45015


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "字" * 683}}, 45002),
        ({"msgtype": "news", "news": {"articles": [{"title": "a"}, {"title": "b"}]}}, 45008),
        ({"msgtype": "hologram"}, 40008),
    ],
)
def test_a_message_that_cannot_be_shown_is_refused_and_costs_nothing(sandbox: Sandbox, call: Call, body: dict[str, Any], code: int) -> None:
    account = sandbox.wechat.account
    ming = account.person("阿明")
    ming.subscribed_at = 1
    account.open_window(ming, Trigger.ACT)
    assert call("message/custom/send", {"touser": ming.openid, **body})["errcode"] == code
    assert [custom(call, ming.openid) for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("kind", "verified", "path", "code"),
    [("subscription", False, "menu/create", 48001), ("service", False, "menu/create", 0), ("service", False, "tags/create", 48001),
     ("subscription", True, "tags/create", 0), ("subscription", True, "qrcode/create", 48001)],
)  # fmt: skip
def test_an_account_may_call_what_its_kind_allows(sandbox: Sandbox, call: Call, kind: str, verified: bool, path: str, code: int) -> None:
    sandbox.wechat.account.type, sandbox.wechat.account.verified = kind, verified
    bodies = {"menu/create": MENU, "tags/create": {"tag": {"name": "a"}}, "qrcode/create": {"action_name": "QR_STR_SCENE"}}
    assert call(path, bodies[path])["errcode"] == code


def test_errors_can_be_scripted(sandbox: Sandbox, call: Call, http: httpx.Client) -> None:
    sandbox.wechat.api.fail(Script(path="tags/get", errcode=45009, errmsg="reach max api daily quota limit", times=1))
    assert call("tags/get")["errcode"] == 45009
    assert "tags" in call("tags/get")
    assert http.post("/wechat/behaviour", json={"path": "tags/get", "errcode": -1, "times": 1}).status_code == 204
    assert call("tags/get")["errcode"] == -1
    assert http.post("/wechat/behaviour", json={"colour": 1}).status_code == 422


def test_a_mass_message_reaches_each_follower_four_times_a_month_and_repeats_are_harmless(
    sandbox: Sandbox, call: Call, clock: Clock
) -> None:
    people = [sandbox.wechat.account.person(name) for name in ("阿明", "李", "王")]
    for person in people[:2]:
        person.subscribed_at = 1
    body = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "月报"}, "clientmsgid": "2026-11"}
    first = call("message/mass/sendall", body)
    assert first["errcode"] == 0
    again = call("message/mass/sendall", body)
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    for number in range(4):
        call("message/mass/sendall", {**body, "clientmsgid": str(number)})
    assert len([line for line in people[0].chat if line.how == "mass"]) == 4
    assert people[2].chat == []


def test_a_notice_needs_a_consent_for_each_send(sandbox: Sandbox, call: Call) -> None:
    ming = sandbox.wechat.account.person("阿明")
    body = {"touser": ming.openid, "template_id": "T1", "data": {"thing1": {"value": "账单"}}}
    assert call("message/subscribe/bizsend", body)["errcode"] == 43101
    ming.notices["T1"] = 1
    assert call("message/subscribe/bizsend", body)["errcode"] == 0
    assert call("message/subscribe/bizsend", body)["errcode"] == 43101


def test_a_draft_can_be_added_read_and_deleted(call: Call) -> None:
    number = call("draft/add", {"articles": [{"title": "十月动态", "content": "<p>…</p>", "thumb_media_id": "x"}]})["media_id"]
    assert call("draft/get", {"media_id": number})["news_item"][0]["title"] == "十月动态"
    assert call("draft/delete", {"media_id": number})["errcode"] == 0
    assert call("draft/get", {"media_id": number})["errcode"] == 40007
    assert call("draft/add", {"articles": [{"title": ""}]})["errcode"] == 53404
