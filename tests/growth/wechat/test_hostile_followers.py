"""What followers write to break the bot: guessed codes, slow expressions, odd numbers, odd characters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from growth.channels import joins_of_person
from growth.wechat import bind
from growth.wechat.bind import make_code
from growth.wechat.expressions import Searcher, is_simple, search
from growth.wechat.faq import Entry, Faq, faqs_of, read_faq
from growth.wechat.handling import _said, cut_bytes
from growth.wechat.settings import WeChatFile

from .conftest import CHANNELS, GROWTH, Phone

MakePhone = Callable[..., Any]


def code_for(follower: Any, key: str) -> str:
    with follower.database.write() as session:
        return make_code(session, key=key, now=follower.now)


def joined(follower: Any, key: str) -> bool:
    with follower.database.read() as session:
        return bool(joins_of_person(session, key))


def wrong(code: str, number: int) -> str:
    return f"{(int(code) + number) % 1_000_000:06d}"


def test_after_five_wrong_codes_the_right_one_is_of_no_use_for_a_day(phone: MakePhone) -> None:
    follower: Phone = phone()
    code = code_for(follower, "signup:u-1")
    for number in range(1, bind.MISSES + 1):
        follower.say(f"绑定 {wrong(code, number)}")
    follower.say(f"绑定 {code}")
    assert not joined(follower, "signup:u-1")
    other: Phone = phone(openid="oOTHER")
    other.say(f"绑定 {code}")
    assert joined(follower, "signup:u-1")
    follower.now += timedelta(hours=25)
    late = code_for(follower, "signup:u-2")
    follower.say(f"绑定 {late}")
    assert joined(follower, "signup:u-2")


def test_slips_of_the_thumb_are_forgiven(phone: MakePhone) -> None:
    follower: Phone = phone()
    code = code_for(follower, "signup:u-1")
    for number in range(1, bind.MISSES):
        follower.say(f"绑定 {wrong(code, number)}")
    follower.say(f"绑定 {code}")
    assert joined(follower, "signup:u-1")


def test_when_many_followers_guess_no_code_is_taken_and_the_team_is_told(phone: MakePhone, monkeypatch: pytest.MonkeyPatch) -> None:
    from growth.alerts import alerts

    monkeypatch.setattr(bind, "ALL_MISSES", 6)
    code = code_for(phone(), "signup:u-1")
    for number in range(1, 7):
        phone(openid=f"oGUESS{number}").say(f"绑定 {wrong(code, number)}")
    follower: Phone = phone(openid="oHONEST")
    follower.say(f"绑定 {code}")
    assert not joined(follower, "signup:u-1")
    with follower.database.read() as session:
        assert "bind_codes_guessed" in {alert.kind for alert in alerts(session)}
    follower.event("SCAN", f"bind_{code}")
    assert joined(follower, "signup:u-1")


def test_one_code_given_by_two_at_once_joins_one(phone: MakePhone) -> None:
    import threading

    one, other = phone(openid="oONE"), phone(openid="oTWO")
    code = code_for(one, "signup:u-1")
    threads = [threading.Thread(target=lambda each=each: each.say(f"绑定 {code}")) for each in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with one.database.read() as session:
        assert len(joins_of_person(session, "signup:u-1")) == 1


@pytest.fixture
def searcher() -> Iterator[Searcher]:
    with Searcher() as found:
        yield found


@pytest.mark.parametrize("expression", [r"(a+)+$", r"(a|a)*b", r"(a|aa)+$", r"^(.*?,){30}x", r"(?:a?){30}a{90}", r".*.*.*.*.*.*=x"])
def test_an_expression_that_would_take_years_is_stopped_and_rests(searcher: Searcher, expression: str) -> None:
    hostile = "a" * 60 + "," * 60 + "!"
    assert searcher.search(expression, hostile) is None
    assert searcher.search(expression, "a") is None
    assert searcher.search(r"(利率|利息)+", "问利率") == ("利率", "利率")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (r"^绑定\s*(\d{6})$", "绑定 123456"),
        (r"(利率|利息)", "问利率"),
        (r"a[+*]b", "a+b"),
        (r"(\d+)元(\d+)天(x)?", "借100元30天"),
        ("(", "x"),
    ],
)
def test_an_expression_finds_the_same_in_the_child_as_here(searcher: Searcher, expression: str, text: str) -> None:
    assert searcher.search(expression, text) == search(expression, text)


def test_only_expressions_that_cannot_take_long_are_run_here() -> None:
    assert is_simple(r"^绑定\s*(\d{6})$")
    assert is_simple("(利率|利息|费用)")
    assert is_simple(r"[+*?]{3}x")
    assert not is_simple(r"(a+)+$")
    assert not is_simple(r"(a|a)*b")
    assert not is_simple(r".*利率.*")


def test_a_slow_rule_leaves_the_callback_alive(open_workspace: Callable[..., Any], now: Any) -> None:
    from growth.wechat.callback import Callback, keys_of

    from .conftest import AES_KEY, TOKEN

    replies = r"""account: {app_id: wx0123456789abcdef, mode: safe}
replies:
  - {name: evil, when: {matches: '^(\d+)+$'}, say: 数字}
  - {name: rates, when: {is: 利率}, say: 七}
fallback: {say: 没有听懂}
"""
    database = open_workspace(
        GROWTH, files={"channels.yaml": CHANNELS, "wechat.yaml": replies}, env={"WECHAT_TOKEN": TOKEN, "WECHAT_AES_KEY": AES_KEY}
    )
    file = database.workspace.one("wechat", WeChatFile)
    callback = Callback(database)
    follower = Phone(database=database, callback=callback, file=file, keys=keys_of(database.workspace, file), now=now)
    assert follower.say("1" * 60 + "!") == "没有听懂"
    assert follower.say("利率") == "七"
    callback.close()


@pytest.mark.parametrize("text", ["²", "9" * 5000, "１", "٣", "-1", "0"])
def test_a_question_that_looks_like_a_number_is_only_a_question(text: str) -> None:
    faq = Faq((Entry(question="怎么还款", wordings=(), answer="自动扣款"),))
    assert faq.find(text) == ("自动扣款" if text == "１" else None)


def test_a_broken_faq_keeps_its_last_good_version(make_workspace: Callable[..., Any]) -> None:
    rules = "replies: [{name: ask, when: {contains: 怎么}, faq: faq.yaml}]\n"
    workspace = make_workspace(
        GROWTH, files={"channels.yaml": CHANNELS, "wechat.yaml": rules, "faq.yaml": "- {question: 一, answer: 二}\n"}
    )
    file = workspace.one("wechat", WeChatFile)
    assert faqs_of(workspace, file)["faq.yaml"].questions() == ["一"]
    for broken in (b"- {question: [", b"\xff\xfe\x00", b"just words"):
        (workspace.root / "faq.yaml").write_bytes(broken)
        assert faqs_of(workspace, file)["faq.yaml"].questions() == ["一"]
        with pytest.raises(Exception, match=r"faq\.yaml"):
            read_faq(workspace.root / "faq.yaml")
    (workspace.root / "faq.yaml").unlink()
    assert faqs_of(workspace, file)["faq.yaml"].questions() == []


def test_a_reply_has_no_character_that_breaks_it_and_fits() -> None:
    assert _said("一\x00二\x1b\ud800三\uffff").text == "一二三"
    assert _said(" \n\x07").empty
    assert len(_said("很" * 3000).text.encode()) <= 2048
    assert cut_bytes("很长", 6) == "很长"


def test_a_welcome_that_is_too_long_is_cut(phone: MakePhone) -> None:
    follower: Phone = phone()
    welcome = follower.file.welcome.model_copy(update={"default": "很" * 1000})
    follower.file = follower.file.model_copy(update={"welcome": welcome})
    said = follower.event("subscribe")
    assert said is not None
    assert len(said.encode()) <= 2048
