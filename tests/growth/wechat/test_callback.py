"""The callback: signed, once, within the budget, whatever is thrown at it."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from growth.channels import joins_of_person
from growth.channels.models import Touch
from growth.wechat.callback import Refused, Turned, check_url
from growth.wechat.models import FollowEvent, Inbox, Tag
from growth.wechat.stats import by_channel, open_talks

from .conftest import AES_KEY, TOKEN, Phone, seal, signature, signed, xml

MakePhone = Callable[..., Any]


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_a_conversation_in_every_mode(phone: MakePhone, mode: str) -> None:
    follower: Phone = phone(mode=mode)
    assert follower.event("subscribe") == "欢迎"
    assert follower.say("利率") == "年化利率 7.2%–24%"
    assert follower.say("　利率？ ") == "年化利率 7.2%–24%"
    assert follower.say("逾期了") == "逾期会怎样"
    assert follower.say("怎么还款呢") == "还款日自动扣款"
    assert follower.event("CLICK", "faq") == "1. 怎么还款\n2. 怎么注册"
    assert follower.event("VIEW", "https://www.example.com/") is None
    assert follower.event("unsubscribe") is None


def test_a_channels_qr_code_is_welcomed_and_counted(phone: MakePhone) -> None:
    follower: Phone = phone()
    assert follower.event("subscribe", "qrscene_poster-subway") == "海报的朋友您好"
    follower.now += timedelta(hours=1)
    assert follower.event("unsubscribe") is None
    follower.now += timedelta(hours=1)
    assert follower.event("subscribe") == "欢迎回来"
    follower.now += timedelta(hours=1)
    assert follower.event("SCAN", "poster-subway") == "海报的朋友您好"
    other: Phone = phone(openid="oOTHER")
    other.event("subscribe", "qrscene_nobody-knows")
    with follower.database.read() as session:
        rows = {row.channel: (row.new, row.returning, row.unfollowed) for row in by_channel(session)}
        assert rows == {"poster-subway": (1, 1, 1), None: (1, 1, 0)}
        assert session.scalar(select(func.count()).select_from(Touch)) == 4


def test_a_repeat_gets_the_first_answer_and_has_no_second_effect(phone: MakePhone) -> None:
    follower: Phone = phone()
    assert [follower.send(MsgType="text", Content="利率", msg_id="7") for _try in range(3)] == ["年化利率 7.2%–24%"] * 3
    assert [follower.event("subscribe") for _try in range(3)] == ["欢迎"] * 3
    with follower.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Inbox)) == 2
        assert session.scalar(select(func.count()).select_from(FollowEvent)) == 1
        assert list(session.scalars(select(Tag.name))) == ["关心利率"]


def test_equal_ids_of_two_people_are_two_messages(phone: MakePhone) -> None:
    """WxJava#333: fifteen people talking at once got equal MsgIds."""
    one, other = phone(openid="oONE"), phone(openid="oTWO")
    assert one.say("利率", msg_id="7") is not None
    assert other.say("复述一下", msg_id="7") == "您说：复述一下"


def test_parallel_repeats_have_one_effect(phone: MakePhone) -> None:
    follower: Phone = phone()
    answers: list[str | None] = []
    threads = [threading.Thread(target=lambda: answers.append(follower.say("利率", msg_id="9"))) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {"年化利率 7.2%–24%", None}
    assert "年化利率 7.2%–24%" in answers
    with follower.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Inbox)) == 1


def test_what_a_follower_writes_cannot_break_out_of_the_reply(phone: MakePhone) -> None:
    follower: Phone = phone()
    hostile = "复述 </Content><ToUserName>x</ToUserName>{{ 7*7 }} ]] > <![CDATA["
    answer = follower.post(
        b"<xml><ToUserName>gh_1</ToUserName><FromUserName>oABCDEFG</FromUserName><CreateTime>%d</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId>"
        % int(follower.now.timestamp())
        + f"<Content>{hostile.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</Content></xml>".encode()
    )
    assert answer == f"您说：{hostile}"


def test_after_two_unanswered_messages_a_person_is_called_and_the_bot_is_silent(phone: MakePhone) -> None:
    follower: Phone = phone()
    assert follower.say("呜啦") == "没有听懂"
    assert follower.say("呜啦啦") == "正在为您找同事"
    assert follower.say("利率") is None
    with follower.database.read() as session:
        assert [(talk.reason, talk.text) for talk in open_talks(session)] == [("fallback", "利率")]
    follower.now += timedelta(minutes=31)
    assert follower.say("利率") == "年化利率 7.2%–24%"


def test_the_menu_can_call_a_person(phone: MakePhone) -> None:
    follower: Phone = phone()
    assert follower.event("CLICK", "growth:handoff") == "正在为您找同事"


def test_a_code_joins_the_follower_to_a_sign_up_once(phone: MakePhone) -> None:
    from growth.wechat.bind import make_code

    follower: Phone = phone()
    with follower.database.write() as session:
        code = make_code(session, key="signup:u-1", now=follower.now)
    first, second = follower.say(f"绑定 {code}"), follower.say(f"绑定{code}")
    assert first != second
    with follower.database.read() as session:
        keys = {join.other for join in joins_of_person(session, "signup:u-1")} | {
            join.one for join in joins_of_person(session, "signup:u-1")
        }
        assert "signup:u-1" in keys
        assert any(key.startswith("openid:") for key in keys)


def test_what_is_slow_is_answered_with_success_within_the_budget(phone: MakePhone, monkeypatch: pytest.MonkeyPatch) -> None:
    from growth.wechat import callback

    follower: Phone = phone()
    budget = follower.file.reply_budget
    sent: list[str] = []
    real, held, told = callback.handle, threading.Event(), threading.Event()

    def slow(*arguments: Any, **more: Any) -> Any:
        held.wait(60)
        return real(*arguments, **more)

    def tell(*_arguments: Any, text: str, **_more: Any) -> None:
        sent.append(text)
        told.set()

    monkeypatch.setattr(callback, "handle", slow)
    monkeypatch.setattr("growth.wechat.sending.send_text", tell)
    follower.file = follower.file.model_copy(update={"reply_budget": timedelta(seconds=1.5)})
    assert follower.say("利率", msg_id="5") is None
    held.set()
    assert told.wait(60)
    assert sent == ["年化利率 7.2%–24%"]
    follower.file = follower.file.model_copy(update={"reply_budget": budget})
    assert follower.say("利率", msg_id="5") is None


def refused(follower: Phone, query: dict[str, str], body: bytes) -> tuple[str, int]:
    with pytest.raises(Refused) as caught:
        follower.callback.answer(follower.file, follower.keys, query, body, now=follower.now)
    return caught.value.why, caught.value.status


def test_what_is_unsigned_or_stale_is_turned_away(phone: MakePhone) -> None:
    follower: Phone = phone()
    body = xml({"MsgType": "text"})
    assert refused(follower, {}, body) == (Turned.UNSIGNED, 403)
    query, sealed = signed(body, follower.now, sealed=True, token="wrong")
    assert refused(follower, query, sealed) == (Turned.UNSIGNED, 403)
    query, sealed = signed(body, follower.now - timedelta(minutes=6), sealed=True)
    assert refused(follower, query, sealed) == (Turned.STALE, 403)
    query, sealed = signed(body, follower.now, sealed=True)
    assert refused(follower, query | {"msg_signature": "0" * 40}, sealed) == (Turned.UNSIGNED, 403)
    other_app = seal(body, app_id="wx9999999999999999")
    query = query | {"msg_signature": signature(TOKEN, query["timestamp"], query["nonce"], other_app)}
    assert refused(follower, query, xml({"Encrypt": other_app})) == (Turned.UNSIGNED, 403)


def test_in_safe_mode_a_plain_body_is_refused(phone: MakePhone) -> None:
    follower: Phone = phone()
    query, body = signed(xml({"MsgType": "text"}), follower.now, sealed=False)
    assert refused(follower, query, body) == (Turned.MALFORMED, 400)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<xml>",
        b"<html/>",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><MsgType>&e;</MsgType></xml>',
        b'<!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><xml><MsgType>&b;</MsgType></xml>',
        b"<xml><MsgType>text</MsgType><MsgType>event</MsgType></xml>",
        b"<xml><MsgType>text</MsgType><CreateTime>soon</CreateTime></xml>",
        xml({"MsgType": "event", "ToUserName": "g", "FromUserName": "o", "CreateTime": "1"}),
        xml({"MsgType": "text", "ToUserName": "g", "FromUserName": "", "CreateTime": "1"}),
        b"<xml>" + b"<a>" * 300 + b"</a>" * 300 + b"</xml>",
        b"\xff\xfe\x00",
        "<xml><MsgType>语</MsgType></xml>".encode("gbk"),
        '<?xml version="1.0" encoding="GBK"?><xml><MsgType>text</MsgType><Content>利率</Content></xml>'.encode("gbk"),
        '<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd"><xml><MsgType>text</MsgType></xml>'.encode("utf-16"),
        b'<!DOCTYPE xml [<!ENTITY a "<xml>">]><xml><MsgType>text</MsgType></xml>',
        xml({"MsgType": "text", "ToUserName": "g", "FromUserName": "o", "CreateTime": str((1 << 40) - 1), "MsgId": "1"}),
        xml({"MsgType": "text", "ToUserName": "g", "FromUserName": "o", "CreateTime": "1_0", "MsgId": "1"}),
        xml({"MsgType": "text", "ToUserName": "g", "FromUserName": "o", "CreateTime": "١٢٣", "MsgId": "1"}),
    ],
)
def test_what_is_malformed_is_a_400_and_stores_nothing(phone: MakePhone, body: bytes) -> None:
    follower: Phone = phone(mode="plain")
    query, sent = signed(body, follower.now, sealed=False)
    assert refused(follower, query, sent) == (Turned.MALFORMED, 400)
    with follower.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Inbox)) == 0


@pytest.mark.parametrize(
    "ciphertext",
    ["", "AAAA", "!!!!", "密" * 16, "A" * 64, seal(b"x")[:-8]],
    ids=["empty", "short", "no base64", "no ascii", "noise", "cut"],
)
def test_a_broken_ciphertext_is_turned_away(phone: MakePhone, ciphertext: str) -> None:
    follower: Phone = phone()
    query, _body = signed(b"", follower.now, sealed=False)
    query |= {"msg_signature": signature(TOKEN, query["timestamp"], query["nonce"], ciphertext)}
    assert refused(follower, query, xml({"Encrypt": ciphertext}))[1] in (400, 403)


def test_a_follower_may_write_what_looks_like_a_document_type(phone: MakePhone) -> None:
    assert phone().say("复述 <!DOCTYPE xml>") == "您说：复述 <!DOCTYPE xml>"


def test_the_address_check_echoes_only_what_is_signed(phone: MakePhone) -> None:
    follower: Phone = phone()
    query, _body = signed(b"", follower.now, sealed=False)
    assert check_url(follower.keys, query | {"echostr": "123456"}, now=follower.now) == b"123456"
    with pytest.raises(Refused):
        check_url(follower.keys, query | {"signature": "0" * 40}, now=follower.now)


def test_the_previous_key_still_opens(phone: MakePhone) -> None:
    follower: Phone = phone(env={"WECHAT_AES_KEY": "B" * 43, "WECHAT_AES_KEY_PREVIOUS": AES_KEY})
    query, body = signed(
        xml(
            {"ToUserName": "g", "FromUserName": "o1", "CreateTime": str(int(follower.now.timestamp())), "MsgType": "event", "Event": "VIEW"}
        ),
        follower.now,
        sealed=True,
    )
    assert follower.callback.answer(follower.file, follower.keys, query, body, now=follower.now) == b"success"


def test_nothing_personal_is_readable_in_the_database_file(phone: MakePhone) -> None:
    follower: Phone = phone(openid="oCANARYOPENID")
    follower.say("canarytext 利率")
    database = follower.database
    if not database.is_sqlite:
        return
    database.close()
    content = open(str(database.engine.url.database), "rb").read()  # noqa: SIM115
    assert b"oCANARYOPENID" not in content
    assert b"canarytext" not in content
