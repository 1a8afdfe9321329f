"""A message has its effect once and is answered once: repeats, several processes, faults in the middle, late answers, order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from growth.errors import GrowthError
from growth.wechat import callback, handling, sending
from growth.wechat.callback import Callback, NotHandled
from growth.wechat.followers import find_follower, follower_count
from growth.wechat.models import Conversation, FollowEvent, Inbox
from growth.wechat.sending import WindowClosed

from .conftest import Phone

MakePhone = Callable[..., Any]
RATES = "年化利率 7.2%–24%"


@pytest.fixture
def other_process(phone: MakePhone) -> Iterator[Callable[[Phone], Phone]]:
    """The same follower, whose messages come to another process of ours."""
    opened: list[Callback] = []

    def make(follower: Any) -> Phone:
        opened.append(Callback(follower.database))
        return Phone(
            database=follower.database,
            callback=opened[-1],
            file=follower.file,
            keys=follower.keys,
            now=follower.now,
            sealed=follower.sealed,
        )

    yield make
    for each in opened:
        each.close()


def budget(follower: Phone, seconds: float) -> None:
    follower.file = follower.file.model_copy(update={"reply_budget": timedelta(seconds=seconds)})


def slowly(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Answers are written only when the event is set; what the message changes is not held up."""
    gate, real = threading.Event(), handling._said

    def said(text: str) -> Any:
        gate.wait(20)
        return real(text)

    monkeypatch.setattr(handling, "_said", said)
    return gate


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def count(follower: Any, model: Any) -> int:
    with follower.database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_repeat_that_comes_to_another_process_waits_for_the_answer(
    phone: MakePhone, other_process: Callable[[Phone], Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    first: Phone = phone()
    second = other_process(first)
    gate = slowly(monkeypatch)
    answers: list[str | None] = []
    threads = [threading.Thread(target=lambda each=each: answers.append(each.say("利率", msg_id="7"))) for each in (first, second)]
    for thread in threads:
        thread.start()
    until(lambda: count(first, Inbox) == 1)
    gate.set()
    for thread in threads:
        thread.join()
    assert answers == [RATES, RATES]
    assert count(first, Inbox) == 1


def test_repeats_that_come_after_the_budget_get_one_late_answer_together(phone: MakePhone, monkeypatch: pytest.MonkeyPatch) -> None:
    follower: Phone = phone()
    budget(follower, 1.5)
    gate, sent = slowly(monkeypatch), list[str]()
    monkeypatch.setattr(sending, "send_text", lambda *_a, text, **_m: sent.append(text))
    assert [follower.say("利率", msg_id="5") for _try in range(3)] == [None] * 3
    gate.set()
    follower.callback.close()
    assert sent == [RATES]


def test_a_repeat_that_waits_gets_the_answer_and_no_message_follows(phone: MakePhone, monkeypatch: pytest.MonkeyPatch) -> None:
    follower: Phone = phone()
    gate, sent = slowly(monkeypatch), list[str]()
    monkeypatch.setattr(sending, "send_text", lambda *_a, text, **_m: sent.append(text))
    budget(follower, 1.5)
    assert follower.say("利率", msg_id="5") is None
    budget(follower, 20)
    answers: list[str | None] = []
    repeat = threading.Thread(target=lambda: answers.append(follower.say("利率", msg_id="5")))
    repeat.start()
    until(lambda: any(work.waiting for work in follower.callback._working.values()))
    gate.set()
    repeat.join()
    follower.callback.close()
    assert (answers, sent) == ([RATES], [])


def test_a_late_answer_that_may_not_be_sent_is_fetched_by_the_repeat(phone: MakePhone, monkeypatch: pytest.MonkeyPatch) -> None:
    follower: Phone = phone()
    gate = slowly(monkeypatch)
    tried: list[str] = []

    def closed(*_arguments: Any, text: str, **_more: Any) -> None:
        tried.append(text)
        raise WindowClosed("WeChat allows no message to this follower now")

    monkeypatch.setattr(sending, "send_text", closed)
    budget(follower, 1.5)
    assert follower.say("利率", msg_id="5") is None
    gate.set()
    until(lambda: tried)
    until(lambda: follower.say("利率", msg_id="5") == RATES)
    assert tried == [RATES]


def test_where_nothing_could_be_done_wechat_is_told_to_ask_again(phone: MakePhone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never 200 and then lost (promise of the callback, fault F16)."""
    follower: Phone = phone()
    real = handling.windows.open_window

    def broken(*_arguments: Any, **_more: Any) -> None:
        raise RuntimeError("in the middle of the effect")

    monkeypatch.setattr(handling.windows, "open_window", broken)
    with pytest.raises(NotHandled):
        follower.event("subscribe", "qrscene_poster-subway")
    assert count(follower, FollowEvent) == 0
    monkeypatch.setattr(handling.windows, "open_window", real)
    assert follower.event("subscribe", "qrscene_poster-subway") == "海报的朋友您好"
    assert count(follower, FollowEvent) == 1


def test_an_answer_that_fails_does_not_bring_the_effect_twice(phone: MakePhone, monkeypatch: pytest.MonkeyPatch) -> None:
    follower: Phone = phone()

    def broken(_text: str) -> None:
        raise RuntimeError("after the effect")

    monkeypatch.setattr(handling, "_said", broken)
    assert [follower.event("subscribe") for _try in range(3)] == [None] * 3
    assert count(follower, FollowEvent) == 1


def test_work_that_died_is_taken_up_again_and_answered_late(
    phone: MakePhone, other_process: Callable[[Phone], Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after ``kill -9`` between writing the message down and doing it."""
    follower: Phone = phone()
    real, sent = callback.handle, list[str]()
    monkeypatch.setattr(sending, "send_text", lambda *_a, text, **_m: sent.append(text))
    monkeypatch.setattr(callback, "handle", lambda *_a, **_m: (_ for _ in ()).throw(GrowthError("dies")))
    for words in ("利率", "复述一下"):
        with pytest.raises(NotHandled):
            follower.say(words)
    monkeypatch.setattr(callback, "handle", real)
    later = other_process(follower)
    assert later.callback.take_up(later.file, now=follower.now + timedelta(seconds=30)) == 0
    assert later.callback.take_up(later.file, now=follower.now + timedelta(minutes=1)) == 2
    later.callback.close()
    assert sorted(sent) == sorted([RATES, "您说：复述一下"])
    assert follower.callback.take_up(follower.file, now=follower.now + timedelta(minutes=5)) == 0


def test_what_nobody_can_answer_any_more_loses_its_text(phone: MakePhone, monkeypatch: pytest.MonkeyPatch) -> None:
    follower: Phone = phone(openid="oNOBODY")
    real = callback.handle
    monkeypatch.setattr(callback, "handle", lambda *_a, **_m: (_ for _ in ()).throw(GrowthError("dies")))
    with pytest.raises(NotHandled):
        follower.say("利率")
    monkeypatch.setattr(callback, "handle", real)
    assert follower.callback.take_up(follower.file, now=follower.now + timedelta(days=2)) == 0
    with follower.database.read() as session:
        row = session.execute(select(Inbox)).scalar_one()
        assert (row.state, row.text, row.sender) == ("done", None, None)


def test_two_processes_that_take_up_one_message_have_one_effect(
    phone: MakePhone, other_process: Callable[[Phone], Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first was slow, not dead."""
    first: Phone = phone()
    second = other_process(first)
    budget(first, 1.5)
    gate, real = threading.Event(), callback.handle
    entered: list[int] = []

    def slow(*arguments: Any, **more: Any) -> Any:
        entered.append(1)
        if len(entered) == 1:
            gate.wait(20)
        return real(*arguments, **more)

    monkeypatch.setattr(callback, "handle", slow)
    monkeypatch.setattr(sending, "send_text", lambda *_a, **_m: None)
    assert first.event("subscribe") is None
    second.now = first.now + timedelta(minutes=1)
    assert second.callback.take_up(second.file, now=second.now) == 1
    second.callback.close()
    gate.set()
    first.callback.close()
    assert len(entered) == 2
    assert count(first, FollowEvent) == 1


def test_while_the_database_is_locked_wechat_is_told_to_ask_again_within_the_budget(phone: MakePhone) -> None:
    follower: Phone = phone()
    database = follower.database
    budget(follower, 0.3)
    with database.write() as session:
        session.execute(text("LOCK TABLE wx_inbox" if not database.is_sqlite else "UPDATE wx_inbox SET rule = NULL"))
        begun = time.monotonic()
        with pytest.raises(NotHandled):
            follower.say("利率", msg_id="5")
        assert time.monotonic() - begun < 10
    budget(follower, 20)
    assert follower.say("利率", msg_id="5") == RATES


def test_a_message_from_before_somebody_left_does_not_bring_them_back(phone: MakePhone) -> None:
    follower: Phone = phone()
    follower.event("subscribe")
    begun = follower.now
    follower.now = begun + timedelta(minutes=2)
    follower.event("unsubscribe")
    follower.now = begun + timedelta(minutes=1)
    follower.say("利率")
    with follower.database.read() as session:
        assert follower_count(session) == 0
    follower.now = begun + timedelta(minutes=3)
    follower.say("利率")
    with follower.database.read() as session:
        assert follower_count(session) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "out of order"])
def test_the_later_of_coming_and_going_counts(phone: MakePhone, order: tuple[int, int]) -> None:
    follower: Phone = phone()
    begun = follower.now
    for number in order:
        follower.now = begun + timedelta(minutes=number)
        follower.event(("subscribe", "unsubscribe")[number])
    with follower.database.read() as session:
        known = find_follower(session, openid=follower.openid)
        assert known is not None
        assert not known.subscribed


def test_who_leaves_does_not_wait_for_a_person_any_more(phone: MakePhone) -> None:
    follower: Phone = phone()
    follower.say("人工")
    follower.now += timedelta(minutes=1)
    follower.event("unsubscribe")
    with follower.database.read() as session:
        assert session.scalars(select(Conversation.state)).all() == ["bot"]


def test_events_of_the_platform_make_no_follower(phone: MakePhone) -> None:
    follower: Phone = phone(openid="oADMINISTRATOR")
    assert follower.event("MASSSENDJOBFINISH") is None
    assert follower.event("PUBLISHJOBFINISH") is None
    with follower.database.read() as session:
        assert follower_count(session) == 0
    assert follower.event("VIEW", "https://www.example.com/") is None
    with follower.database.read() as session:
        assert follower_count(session) == 1
