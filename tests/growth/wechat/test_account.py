"""The account at WeChat, through the stand-in: token, menus, QR codes, windows, followers; and the commands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from growth import clock
from growth.cli.words import run
from growth.db import Database
from growth.errors import GrowthError
from growth.sandbox import Sandbox, keys
from growth.sandbox.wechat import Script, Trigger
from growth.wechat import live
from growth.wechat.callback import Callback, keys_of
from growth.wechat.client import Account, WeChatRefused
from growth.wechat.followers import find_follower, follower_count
from growth.wechat.qrcodes import ensure_code
from growth.wechat.sending import WindowClosed, send_text
from growth.wechat.settings import WeChatFile
from growth.wechat.sync import sync_followers

from .conftest import CHANNELS, FAQ, GROWTH, WECHAT, Phone


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


@pytest.fixture
def database(open_workspace: Callable[..., Database], sandbox: Sandbox) -> Database:
    """A workspace whose account lives in the sandbox."""
    from growth.channels import ensure_channels

    text = (WECHAT % "safe").replace("wx0123456789abcdef", keys.WECHAT_APP_ID) + f'api_base: "{sandbox.url}"\n'
    secrets = {"WECHAT_TOKEN": keys.WECHAT_TOKEN, "WECHAT_AES_KEY": keys.WECHAT_AES_KEY, "WECHAT_APP_SECRET": keys.WECHAT_SECRET}
    database = open_workspace(GROWTH, files={"channels.yaml": CHANNELS, "wechat.yaml": text, "faq.yaml": FAQ}, env=secrets)
    with database.write() as session:
        ensure_channels(session, workspace=database.workspace, now=clock.now())
    return database


@pytest.fixture
def file(database: Database) -> WeChatFile:
    return database.workspace.one("wechat", WeChatFile)


def test_one_token_serves_all_calls_and_processes(database: Database, file: WeChatFile, sandbox: Sandbox) -> None:
    first, second = Account(database, file), Account(database, file)
    assert first.token() == second.token()
    first.call("menu/create", data={"button": [{"type": "view", "name": "借款", "url": "https://www.example.com/"}]})
    assert second.call("menu/get", method="get")["menu"]["button"][0]["name"] == "借款"


def test_a_bad_token_is_fetched_anew_once_and_not_for_ever(database: Database, file: WeChatFile, sandbox: Sandbox) -> None:
    account = Account(database, file)
    account.token()
    sandbox.wechat.api.fail(Script(path="menu/get", errcode=40001, times=1))
    with pytest.raises(WeChatRefused) as no_menu:
        account.call("menu/get", method="get")
    assert no_menu.value.code == live.NO_MENU
    sandbox.wechat.api.fail(Script(path="menu/get", errcode=40001, times=50))
    with pytest.raises(WeChatRefused) as lasting:
        account.call("menu/get", method="get")
    assert lasting.value.code == 40001


@pytest.mark.parametrize(("code", "words"), [(40164, "IP白名单"), (45009, "quota"), (48001, "wechat.yaml")])
def test_what_wechat_refuses_says_the_way_out(database: Database, file: WeChatFile, sandbox: Sandbox, code: int, words: str) -> None:
    sandbox.wechat.api.fail(Script(path="menu/get", errcode=code, times=5))
    with pytest.raises(WeChatRefused) as caught:
        Account(database, file).call("menu/get", method="get")
    assert words in str(caught.value.fix)
    assert keys.WECHAT_SECRET not in str(caught.value)


def test_a_wrong_secret_is_said_without_it(database: Database, file: WeChatFile, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECHAT_APP_SECRET", "wrongsecretwrongsecret")
    with pytest.raises(WeChatRefused) as caught:
        Account(database, file).token()
    assert "wrongsecret" not in str(caught.value)


def test_apply_makes_the_account_as_declared_and_then_nothing_differs(database: Database, file: WeChatFile, sandbox: Sandbox) -> None:
    account = Account(database, file)
    steps = live.plan(database, file, account, now=clock.now())
    assert [step.what for step in steps] == ["menu", "qrcode:poster-subway"]
    assert live.apply(database, file, account, now=clock.now()) == steps
    assert live.plan(database, file, account, now=clock.now()) == []
    button = account.call("menu/get", method="get")["menu"]["button"][0]
    assert button["url"].startswith("https://www.example.com/loans?g=")


def test_a_channels_code_is_made_once(database: Database, file: WeChatFile, sandbox: Sandbox) -> None:
    account = Account(database, file)
    first = ensure_code(database, file, account, channel="poster-subway", now=clock.now())
    assert first == ensure_code(database, file, account, channel="poster-subway", now=clock.now() + timedelta(days=400))
    assert first.permanent
    assert first.expires_at is None
    with pytest.raises(GrowthError, match="hao123"):
        ensure_code(database, file, account, channel="hao123", now=clock.now())


def test_a_person_is_written_to_only_within_the_window(database: Database, file: WeChatFile, sandbox: Sandbox) -> None:
    callback = Callback(database)
    phone = sandbox.wechat.phone("阿明")
    phone.follower.subscribed_at = int(clock.now().timestamp())
    mine = keys_of(database.workspace, file)
    secrets = {"token": keys.WECHAT_TOKEN, "aes_key": keys.WECHAT_AES_KEY}
    follower = Phone(database=database, callback=callback, file=file, keys=mine, now=clock.now(), openid=phone.openid, **secrets)
    follower.say("你好")
    with database.read() as session:
        known = find_follower(session, openid=phone.openid)
    assert known is not None
    sandbox.wechat.account.open_window(phone.follower, Trigger.MESSAGE)
    for number in range(5):
        send_text(database, file, follower_id=known.id, text=f"第 {number} 条", author="li")
    with pytest.raises(WindowClosed):
        send_text(database, file, follower_id=known.id, text="第六条", author="li")
    callback.close()


def test_followers_that_came_while_we_were_away_are_found(database: Database, file: WeChatFile, sandbox: Sandbox) -> None:
    for name in ("阿明", "阿红", "阿强"):
        person = sandbox.wechat.phone(name)
        person.follower.subscribed_at = int(clock.now().timestamp())
        person.follower.scene = "poster-subway"
    account = Account(database, file)
    assert sync_followers(database, account, now=clock.now(), dry_run=True) == {"total": 3, "added": 3, "left": 0}
    sync_followers(database, account, now=clock.now())
    sandbox.wechat.phone("阿红").follower.subscribed_at = 0
    assert sync_followers(database, account, now=clock.now()) == {"total": 2, "added": 0, "left": 1}
    with database.read() as session:
        assert follower_count(session) == 2


def growth(database: Database, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = run(["-C", str(database.workspace.root), "--lang", "en", *arguments, "--json"])
    out = capsys.readouterr().out
    return code, json.loads(out) if out else None


def test_the_commands_answer_as_the_contract_says(
    database: Database, sandbox: Sandbox, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert growth(database, capsys, "wechat", "check") == (0, [])
    assert growth(database, capsys, "wechat", "try", "利率") == (0, {"rule": "rates", "reply": "年化利率 7.2%–24%"})
    assert growth(database, capsys, "wechat", "try", "--event", "subscribe", "--key", "poster-subway")[1]["reply"] == "海报的朋友您好"
    code, steps = growth(database, capsys, "wechat", "plan")
    assert code == 0
    assert [step["what"] for step in steps] == ["menu", "qrcode:poster-subway"]
    assert growth(database, capsys, "wechat", "apply", "--dry-run")[1][0]["done"] is False
    assert growth(database, capsys, "wechat", "apply")[1][0]["done"] is True
    assert growth(database, capsys, "wechat", "plan") == (0, [])
    code, document = growth(database, capsys, "wechat", "qrcode", "poster-subway", "-o", str(tmp_path / "p.svg"))
    assert code == 0
    assert (tmp_path / "p.svg").read_bytes().startswith(b"<?xml")
    assert document["permanent"] is True
    assert growth(database, capsys, "wechat", "inbox") == (0, [])
    assert growth(database, capsys, "wechat", "stats", "--by", "channel") == (0, [])
    assert growth(database, capsys, "wechat", "qrcode", "nobody")[0] == 2


def test_limits_of_wechat_are_found_before_the_first_call(make_workspace: Callable[..., Any]) -> None:
    from growth.wechat.lint import check

    text = """
account: {app_id: wx0123456789abcdef, type: subscription, verified: false}
reply_budget: 5s
menu:
  - {name: 这是一个很长很长的菜单名, url: /a}
  - {name: 二, reply: nobody}
  - {name: 三, url: /c}
  - {name: 四, url: /d}
welcome: {default: "您好 {{ contact.nonsense }}", by_channel: {nobody: x}}
replies:
  - {name: a, when: {is: 利率}, say: b}
  - {name: a, when: {is: 利率}, say: b}
  - {name: c, when: {matches: "(a+)+b"}, say: b}
  - {name: d, when: {matches: "("}, say: b}
qrcodes: {nobody: permanent, "a b": {expires: 90 days}}
handoff: {hours: {never: ["09:00-12:00"]}}
profile: {introduction: 全国第一的借款平台, signature: 先看费用再决定}
"""
    workspace = make_workspace(GROWTH + "  mainland: true\n", files={"channels.yaml": CHANNELS, "wechat.yaml": text})
    problems = list(check(workspace, "wechat", workspace.one("wechat", WeChatFile)))
    found = {(problem.rule, problem.line) for problem in problems}
    for wanted in (
        ("wechat-budget", 3),
        ("wechat-rights", 5),
        ("wechat-menu", 5),
        ("wechat-menu", 6),
        ("wechat-menu", 8),
        ("template-error", 9),
        ("unknown-reference", 9),
        ("wechat-reply", 12),
        ("regex-error", 13),
        ("regex-error", 14),
        ("wechat-qrcode", 15),
        ("wechat-hours", 16),
        ("A1", 17),
    ):
        assert wanted in found, (wanted, sorted(found))
    assert all(problem.file == "wechat.yaml" and problem.column > 0 for problem in problems)
