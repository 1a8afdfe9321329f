"""A follower's phone pushes what the platform would push, judged by an independent reading of the protocol (wechatpy)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from growth.sandbox import Sandbox
from growth.sandbox.asgi import Request, Response, text
from growth.sandbox.keys import WECHAT_AES_KEY, WECHAT_APP_ID, WECHAT_TOKEN
from growth.sandbox.wechat import Mode
from growth.sandbox.wechat.simulator import NoCallback
from tests.growth.sandbox.receiver import receiving

Answer = Callable[[Any], str]
CRYPTO = WeChatCrypto(WECHAT_TOKEN, WECHAT_AES_KEY, WECHAT_APP_ID)


@contextmanager
def bot(sandbox: Sandbox, answer: Answer, *, encrypted: bool = True) -> Iterator[list[Any]]:
    """A program that answers with `answer` of the parsed message; what it got is in the list."""
    got: list[Any] = []

    def handler(request: Request) -> Response:
        query = request.query
        check_signature(WECHAT_TOKEN, query["signature"], query["timestamp"], query["nonce"])
        if request.method == "GET":
            return text(query["echostr"])
        raw = request.body
        if encrypted:
            raw = CRYPTO.decrypt_message(raw, query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(raw)
        got.append((message, query))
        words = answer(message)
        rendered = words if not words or words.startswith("<") else create_reply(words, message).render()
        if encrypted and rendered:
            rendered = CRYPTO.encrypt_message(rendered, query["nonce"], query["timestamp"])
        return Response(body=rendered.encode(), media_type="text/xml")

    with receiving(handler) as url:
        sandbox.wechat.callback_url = url
        sandbox.wechat.patience = 1.0
        yield got


@pytest.mark.parametrize("mode", list(Mode))
def test_a_conversation_in_each_mode(sandbox: Sandbox, mode: Mode) -> None:
    sandbox.wechat.account.mode = mode
    with bot(
        sandbox, lambda message: f"{message.type}:{getattr(message, 'content', '') or message.event}", encrypted=mode is Mode.SAFE
    ) as got:
        assert sandbox.wechat.verify()
        ming = sandbox.wechat.phone("阿明")
        assert ming.follow("poster-subway").text == "event:subscribe_scan"
        assert ming.say("利率多少").text == "text:利率多少"
        assert ming.click("faq").text == "event:click"
        assert ming.scan("leaflet").text == "event:scan"
        ming.unfollow()
    followed, said, clicked, scanned, left = [message for message, _query in got]
    assert followed.scene_id == "poster-subway"
    assert said.source == ming.openid
    assert (clicked.key, scanned.scene_id, left.event) == ("faq", "leaflet", "unsubscribe")
    assert ming.follower.subscribed is False


def test_the_same_name_is_the_same_person(sandbox: Sandbox) -> None:
    assert sandbox.wechat.phone("阿明").openid == sandbox.wechat.phone("阿明").openid != sandbox.wechat.phone("李").openid
    assert len(sandbox.wechat.phone("阿明").openid) == 28


def test_a_slow_program_is_asked_three_times_with_one_id_and_fresh_signatures(sandbox: Sandbox) -> None:
    def slow(message: Any) -> str:
        time.sleep(1.6)
        return "late"

    with bot(sandbox, slow) as got:
        reply = sandbox.wechat.phone().say("在吗")
        time.sleep(1.6)
    assert (reply.kind, reply.tries) == ("failure", 3)
    assert len({message.id for message, _query in got}) == 1
    assert len({query["nonce"] for _message, query in got}) == 3
    assert sandbox.wechat.phone().chat[-1] == ("account", "该公众号提供的服务出现故障，请稍后再试")


def test_the_answer_to_a_second_try_is_shown(sandbox: Sandbox) -> None:
    tries = []

    def slow_once(message: Any) -> str:
        tries.append(message)
        if len(tries) == 1:
            time.sleep(1.6)
        return "来了"

    with bot(sandbox, slow_once):
        reply = sandbox.wechat.phone().say("在吗")
    assert (reply.kind, reply.text, reply.tries) == ("text", "来了", 2)


def test_the_very_same_message_can_be_pushed_again(sandbox: Sandbox) -> None:
    with bot(sandbox, lambda message: "好") as got:
        ming = sandbox.wechat.phone()
        ming.again(ming.say("一次"))
    assert got[0][0].id == got[1][0].id
    assert got[0][1]["signature"] != got[1][1]["signature"]


@pytest.mark.parametrize("answer", ["", "success"])
def test_an_empty_answer_shows_nothing(sandbox: Sandbox, answer: str) -> None:
    with receiving(lambda request: text(answer)) as url:
        sandbox.wechat.callback_url = url
        assert sandbox.wechat.phone().say("在吗").kind == "none"
    assert [side for side, _text in sandbox.wechat.phone().chat] == ["follower"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('{"errcode": 0}', "not XML"),
        ("<html></html>", "no <xml> message"),
        ("<xml><MsgType>text</MsgType></xml>", "not encrypted"),
        ("<xml><Encrypt>xxxx</Encrypt><MsgSignature>x</MsgSignature><TimeStamp>1</TimeStamp><Nonce>1</Nonce></xml>", "MsgSignature"),
        ("<xml><A>1</A><A>2</A></xml>", "there twice"),
    ],
)
def test_what_the_platform_would_not_take_is_a_failure_with_its_reason(sandbox: Sandbox, body: str, why: str) -> None:
    with receiving(lambda request: Response(body=body.encode(), media_type="text/xml")) as url:
        sandbox.wechat.callback_url = url
        reply = sandbox.wechat.phone().say("在吗")
    assert reply.kind == "failure"
    assert why in reply.why


def test_a_reply_whose_names_are_not_swapped_is_a_failure(sandbox: Sandbox) -> None:
    sandbox.wechat.account.mode = Mode.PLAIN
    fields = "<ToUserName>x</ToUserName><FromUserName>y</FromUserName><MsgType>text</MsgType><Content>a</Content>"
    with receiving(lambda request: Response(body=f"<xml>{fields}</xml>".encode(), media_type="text/xml")) as url:
        sandbox.wechat.callback_url = url
        assert "not swapped" in sandbox.wechat.phone().say("在吗").why


def test_text_that_would_end_cdata_arrives_whole(sandbox: Sandbox) -> None:
    with bot(sandbox, lambda message: "") as got:
        sandbox.wechat.phone().say("]]><ToUserName>evil</ToUserName>")
    assert got[0][0].content == "]]><ToUserName>evil</ToUserName>"
    assert got[0][0].target == "gh_0123456789ab"


def test_an_article_is_read_as_one(sandbox: Sandbox) -> None:
    sandbox.wechat.account.mode = Mode.PLAIN
    article = {"title": "逾期会怎样", "description": "早说", "image": "", "url": "https://www.example.com/help/overdue"}
    with bot(sandbox, lambda message: create_reply([article], message).render(), encrypted=False):
        reply = sandbox.wechat.phone().say("逾期")
    assert reply.kind == "news"
    assert reply.articles[0]["url"] == "https://www.example.com/help/overdue"


def test_without_a_callback_nothing_can_be_pushed_and_addresses_elsewhere_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(NoCallback):
        sandbox.wechat.phone().say("在吗")
    with pytest.raises(Exception, match="not on this machine"):
        sandbox.wechat.callback_url = "https://www.example.com/callback"
    assert sandbox.wechat.verify() is False


def test_the_page_lets_a_person_follow_write_and_tap(sandbox: Sandbox, http: httpx.Client) -> None:
    with bot(sandbox, lambda message: f"听到 {getattr(message, 'content', message.type)}"):
        sandbox.wechat.account.menu = [{"name": "常见问题", "type": "click", "key": "faq"}]
        http.post("/wechat/act", data={"do": "new", "value": "小红"})
        openid = sandbox.wechat.phone("小红").openid
        for do, value in (("follow", "poster-subway"), ("say", "<b>利率</b>"), ("click", "faq")):
            assert http.post("/wechat/act", data={"openid": openid, "do": do, "value": value}).status_code == 303
        page = http.get("/wechat", params={"openid": openid}).text
        found = http.post("/wechat/api/act", json={"name": "小红", "do": "say", "value": "还款"}).json()
    assert "听到 &lt;b&gt;利率&lt;/b&gt;" in page
    assert "常见问题" in page
    assert [line["text"] for line in found["chat"]] == ["还款", "听到 还款"]
    assert http.post("/wechat/api/act", json={"name": "小红", "do": "fly"}).status_code == 422
    assert http.post("/wechat/act", data={"do": "say", "openid": "nobody"}).status_code == 303


def test_followers_menus_and_codes_outlive_a_restart(tmp_path: Path) -> None:
    with Sandbox(folder=tmp_path) as first:
        account = first.wechat.account
        first.wechat.callback_url = "http://127.0.0.1:9/callback"
        account.person("阿明").subscribed_at = 5
        account.menu = [{"name": "a", "type": "click", "key": "k"}]
        account.note("menu")
    with Sandbox(folder=tmp_path) as second:
        account = second.wechat.account
        assert account.person("阿明").subscribed_at == 5
        assert account.menu is not None
        assert second.wechat.callback_url == "http://127.0.0.1:9/callback"


def test_what_follows_a_mass_message_is_told_as_an_event(sandbox: Sandbox) -> None:
    sandbox.wechat.api.sending.events.append(("", {"Event": "MASSSENDJOBFINISH", "MsgID": 7, "Status": "send success", "SentCount": 2}))
    with bot(sandbox, lambda message: "") as got:
        sandbox.wechat.push_events()
    assert got[0][0].event == "masssendjobfinish"
    assert sandbox.wechat.push_events() == []
