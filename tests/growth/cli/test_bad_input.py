"""Bad input, as whoever types it meets it: a clear error that names the place and the way out, and nothing half done (issue 3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from growth.workspace import Workspace
from tests.command import Growth, growth_in
from tests.web import Web

__all__ = ["growth_in"]
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/604.1"
SITE = "site:\n  name: 诚信贷\n  url: https://www.example.com/\n"
Place = Callable[..., tuple[Path, Growth]]


@pytest.fixture
def place(make_workspace: Callable[..., Workspace], growth_in: Callable[[Path], Growth]) -> Place:
    """``place({"channels.yaml": …})`` → the workspace's folder and the command in it; the files may be wrong."""

    def make(files: dict[str, str] | None = None) -> tuple[Path, Growth]:
        root = make_workspace(SITE).root
        for name, text in (files or {}).items():
            (root / name).write_text(text, "utf-8")
        return root, growth_in(root)

    return make


FORM = [
    pytest.param("channels.yaml", "channels:\n  hao123: {medium: directory, nmae: x}\n", 2, 31, ["nmae", "name"], id="unknown key"),
    pytest.param("channels.yaml", "channels:\n  a: {medium: directory}\n  a: {medium: video}\n", 3, 3, ["a", "2"], id="duplicate key"),
    pytest.param(
        "channels.yaml", "channels:\n  hao123: {medium: directory, reach: many}\n", 2, 38, ["reach: a whole number"], id="wrong type"
    ),
    pytest.param("growth.yaml", "site: {url: www.example.com}\n", 1, 13, ["https://www.example.com"], id="wrong URL"),
    pytest.param("growth.yaml", 'site: {url: "http://256.1.1.1/"}\n', 1, 13, ["IPv4"], id="wrong address"),
]


@pytest.mark.parametrize(("file", "text", "line", "column", "said"), FORM)
def test_a_wrong_file_is_2_at_its_place_with_the_way_out_for_every_command(
    place: Place, file: str, text: str, line: int, column: int, said: list[str]
) -> None:
    root, growth = place({file: text})
    checked = growth("check", "--json")
    assert checked.code == 2
    (problem,) = checked.json["problems"]
    assert (problem["file"], problem["line"], problem["column"], problem["severity"]) == (file, line, column, "error")
    for words in (("channel", "list"), ("contacts", "list")):
        told = growth(*words)
        assert (told.code, told.out) == (2, "")
        assert told.err.startswith(f"error: {file}:{line}:{column}: ")
        assert all(word in told.err for word in said), told.err
        assert "Traceback" not in told.err
    assert not (root / ".growth" / "growth.db").exists()


def test_a_secret_that_is_missing_is_named_when_it_is_needed_and_stops_nothing_else(place: Place) -> None:
    _root, growth = place({"growth.yaml": SITE + 'submit: {baidu: {site: "https://www.example.com", token: "${BAIDU_PUSH_TOKEN}"}}\n'})
    assert growth("check").code == 0
    assert growth("channel", "list", "--json").json == []
    (_root / "urls.txt").write_text("https://www.example.com/\n")
    told = growth("submit", "push", "--engine", "baidu", "--file", str(_root / "urls.txt"))
    assert (told.code, told.out) == (2, "")
    assert "error: " in told.err
    assert "BAIDU_PUSH_TOKEN" in told.err
    assert ".env" in told.err


def test_a_database_that_cannot_be_reached_is_3_without_its_password(place: Place) -> None:
    _root, growth = place({"growth.yaml": SITE + "database: postgresql://growth:hunter2@127.0.0.1:1/growth\n"})
    told = growth("channel", "list")
    assert (told.code, told.out) == (3, "")
    assert told.err.startswith("error: ")
    assert "\nfix: " in told.err
    assert "hunter2" not in told.err
    assert "fault of the program" not in told.err


@pytest.mark.parametrize(
    "url", ["www.example.com", "ftp://www.example.com/", "https://a..b/", "http://1.2.3.4.5/", "http://x\\@y.example/"]
)
def test_a_wrong_url_is_2_wherever_one_is_given(place: Place, tmp_path: Path, url: str) -> None:
    _root, growth = place({"channels.yaml": "channels:\n  hao123: {medium: directory}\n"})
    for words in (("channel", "link", "hao123", "--to", url), ("init", str(tmp_path / "new"), "--site", url)):
        told = growth(*words)
        assert (told.code, told.out) == (2, ""), words
        assert told.err.startswith("error: "), words
        assert "\nfix: " in told.err, words
    assert not (tmp_path / "new").exists()


def test_a_table_with_broken_rows_brings_in_the_others_and_names_each(place: Place) -> None:
    root, growth = place()
    table = root / "people.csv"
    table.write_bytes(
        "姓名,邮箱,手机\n明,ming@example.com,13800138000\n乱,not-an-address,\n红,,1.38E+10\n丽,li@example.com,\n".encode("gb18030")
    )
    told = growth("contacts", "import", str(table), "--json")
    assert told.code == 0
    assert {key: told.json[key] for key in ("rows", "created", "updated", "unchanged")} == {
        "rows": 4,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
    }
    assert [(entry["row"], entry["column"]) for entry in told.json["rejected"]] == [(3, "email"), (4, "phone")]
    assert all(entry["reason"] for entry in told.json["rejected"])
    assert growth("contacts", "import", str(table), "--json").json["unchanged"] == 2


def test_a_request_with_a_wrong_signature_is_turned_away_and_leaves_nothing(
    make_web: Callable[..., Web], open_workspace: Callable[..., object]
) -> None:
    database = open_workspace(
        SITE,
        files={"wechat.yaml": "account: {app_id: wx1234567890abcdef, mode: plain}\nwelcome: {default: 你好}\n"},
        env={"WECHAT_TOKEN": "a-token-of-ours", "WECHAT_APP_SECRET": "s"},
    )
    web = make_web(database)
    fields = {"ToUserName": "gh", "FromUserName": "oX", "CreateTime": "1", "MsgType": "text", "Content": "hi", "MsgId": "1"}
    body = "<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items()) + "</xml>"
    answer: httpx.Response = web.stranger().send(
        "POST", "/wechat/callback?signature=0000&timestamp=1700000000&nonce=n", content=body.encode(), headers={"content-type": "text/xml"}
    )
    assert answer.status_code in (400, 401, 403)
    assert "你好" not in answer.text


def test_a_second_copy_of_the_same_event_changes_nothing(place: Place) -> None:
    root, growth = place()
    event = {
        "type": "page",
        "id": "e-1",
        "at": "2026-11-20T10:00:00+08:00",
        "visitor": "v1",
        "url": "https://www.example.com/",
        "user_agent": PHONE,
    }
    file = root / "events.jsonl"
    file.write_text("\n".join(json.dumps(event) for _copy in range(2)) + "\n")
    first = growth("events", "import", str(file), "--json")
    assert first.code == 0, first.err
    visits = growth("traffic", "visits", "--jsonl").lines
    assert [visit["pages"] for visit in visits] == [1]
    assert growth("events", "import", str(file), "--json").code == 0
    assert growth("traffic", "visits", "--jsonl").lines == visits
