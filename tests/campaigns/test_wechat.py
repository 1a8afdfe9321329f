"""Campaigns to followers, through the account's stand-in: who can be written to, what goes wrong, and that nobody gets it twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from growth import clock
from growth.channels import ensure_channels
from growth.contacts import Medium, Purpose, Statement, find_contact, record_consent
from growth.db import uuid7
from growth.errors import ProviderError
from growth.messaging import Message, WeChat, all_broken, open_provider
from growth.sandbox import Part, Sandbox, keys
from growth.sandbox.wechat import Script, Trigger
from growth.wechat import bind, followers, windows
from growth.wechat.followers import FollowKind
from growth.workspace import load_workspace
from tests.campaigns.desk import Desk, MakeDesk

PERIOD = ("--period", "2026-11-24")
CAMPAIGN = """
medium: wechat
channel: wechat
audience: {all: [{follower: true}]}
content:
  text: |
    {{ contact.name or '您好' }}，您问的产品说明在这里：<a href="{{ site.url }}loans">借款说明</a>
    不想再收到？<a href="{{ unsubscribe_url }}">退订</a>
"""
NAMES = ["张三", "<b>李", "王五", "赵六", "钱七", "孙八", "周九"]
PEOPLE = "email,name\n" + "".join(f"p{number}@example.com,{name}\n" for number, name in enumerate(NAMES))
SECRETS = {"WECHAT_TOKEN": keys.WECHAT_TOKEN, "WECHAT_AES_KEY": keys.WECHAT_AES_KEY, "WECHAT_APP_SECRET": keys.WECHAT_SECRET}
SEND = "message/custom/send"


class Office:
    """A desk with an account, and what its followers do; `got` is what the stand-in says they were sent."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.account = desk.sandbox.wechat.account

    def follow(self, number: int, *, hours_ago: float | None = 1, joined: bool = True) -> str:
        """A person follows, is joined to the contact, and wrote so long ago (None: never)."""
        now, database = clock.now(), self.desk.database
        person = self.account.person(f"p{number}")
        person.subscribed_at = int(now.timestamp())
        with database.write() as session:
            ensure_channels(session, workspace=database.workspace, now=now)
            followed = followers.note_follow(
                session, openid=person.openid, scene="", kind=FollowKind.FOLLOW, at=now - timedelta(days=9), workspace=database.workspace
            )
            if joined:
                contact = find_contact(session, f"p{number}@example.com")
                code = bind.make_code(session, key=f"contact:{contact}", now=now)
                bind.bind(session, openid=person.openid, follower_id=followed.follower_id, code=code, at=now)
            if hours_ago is not None:
                wrote = now - timedelta(hours=hours_ago)
                windows.open_window(session, follower_id=followed.follower_id, trigger=windows.Trigger.MESSAGE, at=wrote)
                self.account.open_window(person, Trigger.MESSAGE)
        return person.openid

    def refuse(self, number: int) -> None:
        """A person who could be written to, and said no."""
        self.follow(number)
        with self.desk.database.write() as session:
            said = Statement(medium=Medium.WECHAT, purpose=Purpose.MARKETING, granted=False, source="unsubscribe link", at=clock.now())
            record_consent(session, find_contact(session, f"p{number}@example.com"), said)

    def use(self, openid: str, *, messages: int) -> None:
        """So many messages of the window went already."""
        with self.desk.database.write() as session:
            view = followers.find_follower(session, openid=openid)
            assert view is not None
            for _message in range(messages):
                assert windows.take(session, follower_id=view.id, now=clock.now())

    def leave(self, openid: str) -> None:
        with self.desk.database.write() as session:
            followers.note_unfollow(session, openid=openid, at=clock.now(), workspace=self.desk.database.workspace)

    def script(self, **fields: Any) -> None:
        self.desk.sandbox.wechat.api.fail(Script(path=SEND, **fields))

    def campaign(self, verb: str) -> tuple[int, Any, str]:
        return self.desk.campaign(verb, "hello", *PERIOD)

    def counts(self) -> dict[str, int]:
        _code, status, _err = self.campaign("status")
        return {state: count for state, count in status["counts"].items() if count}

    @property
    def got(self) -> dict[str, str]:
        entries = self.desk.sandbox.log.entries(part=Part.WECHAT, kind="custom")
        told = Counter(entry.detail["openid"] for entry in entries)
        assert [openid for openid, times in told.items() if times > 1] == []
        return {entry.detail["openid"]: entry.detail["text"] for entry in entries}


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    return make_office()


@pytest.fixture
def make_office(make_desk: MakeDesk, world: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Office]]:
    def make(campaign: str = CAMPAIGN, *, people: str = PEOPLE, more: str = "") -> Office:
        account = f'account: {{app_id: {keys.WECHAT_APP_ID}}}\napi_base: "{world.url}"\n'
        for name, value in SECRETS.items():
            monkeypatch.setenv(name, value)
        channels = "channels:\n  newsletter: {medium: email}\n  sms: {medium: sms}\n  wechat: {medium: wechat}\n"
        files = {"campaigns/hello.yaml": campaign, "wechat.yaml": account, "channels.yaml": channels}
        return Office(make_desk(more, files=files, people=people))

    yield make
    world.wechat.api.scripts.clear()
    world.wechat.account.followers.clear()
    world.log.clear(Part.WECHAT)


def test_who_wrote_within_48_hours_gets_one_message_of_their_own(office: Office) -> None:
    first, second = office.follow(0), office.follow(1, hours_ago=47)
    office.follow(2, hours_ago=49)
    office.follow(3, hours_ago=None)
    office.leave(office.follow(4))
    office.follow(9, joined=False)  # nobody we know
    office.refuse(5)
    office.use(office.follow(6), messages=4)  # the last one is left to whoever answers them
    _code, plan, _err = office.campaign("plan")
    assert [finding["rule"] for finding in plan["findings"] if finding["severity"] == "error"] == []
    assert (plan["audience"], plan["left_out"], plan["cost"]["amount"]) == (6, {"no_consent": 1, "window_closed": 3}, "0.00")
    code, sent, _err = office.campaign("send")
    assert (code, sent["state"]) == (0, "finished")
    assert office.counts() == {"accepted": 2, "skipped": 4}
    assert set(office.got) == {first, second}
    assert office.got[first].startswith('张三，您问的产品说明在这里：<a href="https://go.example.com/l/')
    assert '<a href="https://go.example.com/unsubscribe/' in office.got[first]
    assert office.got[second].startswith("＜b＞李，")  # a name is no mark-up
    assert office.got[first] != office.got[second].replace("＜b＞李", "张三")  # each has links of their own
    assert office.campaign("send")[0] == 0
    assert len(office.got) == 2


def test_what_the_platform_answers_decides_what_becomes_of_a_message(office: Office) -> None:
    lost, used_up, gone, fine, busy = (office.follow(number) for number in range(5))
    office.script(cut=True, touser=lost, times=1)
    office.script(errcode=45047, errmsg="out of response count limit", touser=used_up, times=1)
    office.script(errcode=40003, errmsg="invalid openid", touser=gone, times=1)
    office.script(errcode=40001, errmsg="invalid credential", touser=fine, times=1)  # a token that ended: fetched anew, tried again
    office.script(errcode=-1, errmsg="system error", touser=busy, times=None)
    process = start(office)
    wait_until(lambda: len(office.got) >= 2 and office.counts().get("retrying", 0) == 1, process)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert office.counts() == {"accepted": 1, "rejected": 2, "uncertain": 1, "retrying": 1}
    assert set(office.got) == {lost, fine}
    _code, rows, _err = office.desk.say("campaign", "deliveries", "hello", *PERIOD, "--jsonl")
    assert any("45047" in row["reason"] for row in rows if row["state"] == "rejected")
    assert all("***" in row["address"] for row in rows)
    # whatever was counted here: WeChat says that nothing more fits into the window
    with office.desk.database.read() as session:
        view = followers.find_follower(session, openid=used_up)
        assert view is not None
        assert windows.room(session, follower_id=view.id, now=clock.now()).left == 0


def test_copy_that_may_not_go_to_followers_is_refused_at_its_line(make_office: Callable[..., Office]) -> None:
    text = CAMPAIGN.replace('    不想再收到？<a href="{{ unsubscribe_url }}">退订</a>\n', "    转发给好友领红包\n")
    office = make_office(text)
    office.follow(0)
    code, plan, _err = office.campaign("plan")
    assert code == 1
    found = {finding["rule"]: finding for finding in plan["findings"]}
    assert found["W1"]["severity"] == "error"
    assert (found["W3"]["severity"], found["W3"]["line"]) == ("warning", text[: text.index("转发")].count("\n") + 1)
    office.desk.write("campaigns/hello.yaml", CAMPAIGN.replace("您问的", "您问的{{ '很' * 700 }}"))
    _code, plan, _err = office.campaign("plan")
    assert "W2" in {finding["rule"] for finding in plan["findings"]}


def test_a_test_message_goes_to_the_openid_behind_an_address_and_an_account_that_may_not_send_waits(office: Office) -> None:
    openid = office.follow(2)
    code, told, _err = office.desk.campaign("test", "hello", "--to", "p2@example.com", *PERIOD)
    assert (code, told["verdict"]) == (0, "accepted")
    assert set(office.got) == {openid}
    code, _told, err = office.desk.campaign("test", "hello", "--to", "p3@example.com", *PERIOD)
    assert code != 0
    assert "not joined to a follower" in err
    office.desk.sandbox.log.clear(Part.WECHAT)
    office.follow(1)
    office.script(errcode=48001, errmsg="api unauthorized", times=None)
    assert office.campaign("send")[0] == 3
    with office.desk.database.read() as session:
        assert ["48001" in fault.reason for fault in all_broken(session)] == [True]
    assert set(office.counts()) <= {"pending", "retrying"}
    office.desk.sandbox.wechat.api.scripts.clear()
    assert office.campaign("send")[0] == 0
    assert len(office.got) == 2


def test_one_that_cannot_be_reached_took_nothing(office: Office) -> None:
    openid = office.follow(0)
    root = office.desk.database.workspace.root
    office.desk.write("wechat.yaml", f'account: {{app_id: {keys.WECHAT_APP_ID}}}\napi_base: "http://127.0.0.1:1"\n')
    provider = open_provider(load_workspace(root), Medium.WECHAT)
    content = WeChat(text="您好", payload={"msgtype": "text", "text": {"content": "您好"}})
    with pytest.raises(ProviderError) as caught:
        provider.send([Message(id=uuid7(), medium=Medium.WECHAT, to=openid, content=content)])
    provider.close()
    assert not caught.value.permanent
    with office.desk.database.read() as session:
        view = followers.find_follower(session, openid=openid)
        assert view is not None
        assert windows.room(session, follower_id=view.id, now=clock.now()).left == 5


@pytest.mark.slow
def test_kill_nine_in_mid_send_repeats_nothing_and_leaves_one_in_doubt(make_office: Callable[..., Office]) -> None:
    office = make_office(people="email,name\n" + "".join(f"p{number}@example.com,人{number}\n" for number in range(24)))
    for number in range(24):
        office.follow(number)
    office.script(errcode=0, seconds=0.1, times=None)
    process = start(office)
    wait_until(lambda: len(office.got) >= 8, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert len(office.got) < 24
    code, sent, _err = office.campaign("send")
    assert (code, sent["state"]) == (0, "finished")
    counts = office.counts()
    assert counts["accepted"] + counts.get("uncertain", 0) == 24
    assert counts.get("uncertain", 0) <= 1
    assert counts["accepted"] <= len(office.got) <= 24


def start(office: Office) -> subprocess.Popen[str]:
    root = str(office.desk.database.workspace.root)
    command = [sys.executable, "-m", "growth.cli", "-C", root, "--lang", "en", "--quiet", "campaign", "send", "hello", *PERIOD, "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 90
    while not reached() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
