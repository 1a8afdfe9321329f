"""growth submit: shapes, exit codes and words of the contract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from growth.db import Database
from growth.errors import GrowthError
from growth.jobs import JobRun, Period, read_catalogue
from growth.sandbox import Sandbox
from growth.sandbox.keys import INDEXNOW_KEY
from growth.workspace import Every
from seo.submission.jobs import push_job
from tests.command import Growth
from tests.elsewhere import Elsewhere
from tests.seo.submission.conftest import GROWTH, Opened

ENGINE = {"sent", "accepted", "rejected", "left", "quota_left"}


@pytest.fixture
def database_url() -> None:
    """Commands are the same on each engine."""
    return


@pytest.fixture
def urls(our_site: Elsewhere, tmp_path: Path) -> Path:
    """A file with four pages of ours and one of somebody else's."""
    our_site.put(f"/{INDEXNOW_KEY}.txt", INDEXNOW_KEY)
    lines = [*(f"{our_site.url}/page/{number}" for number in range(4)), "https://elsewhere.example/a", f"{our_site.url}/page/0"]
    (tmp_path / "urls.txt").write_text("\r\n".join(lines), "utf-8-sig")
    return tmp_path / "urls.txt"


def test_push_tells_every_engine_in_the_shape_of_the_contract(
    opened: Opened, growth: Callable[[Database], Growth], urls: Path, sandbox: Sandbox
) -> None:
    done = growth(opened())("submit", "push", "--file", str(urls), "--json")
    assert done.code == 0
    assert set(done.json["engines"]) == {"baidu", "bing", "indexnow"}
    for answer in done.json["engines"].values():
        assert set(answer) == ENGINE
        assert (answer["sent"], answer["accepted"], answer["left"]) == (5, 4, 0)
        assert [entry["url"] for entry in answer["rejected"]] == ["https://elsewhere.example/a"]
    assert done.json["engines"]["baidu"]["rejected"][0]["reason"] == "not_same_site"
    assert (done.json["engines"]["baidu"]["quota_left"], done.json["engines"]["indexnow"]["quota_left"]) == (2996, None)


def test_what_is_left_for_another_day_is_3_and_one_engine_stops_no_other(
    opened: Opened, growth: Callable[[Database], Growth], urls: Path, sandbox: Sandbox
) -> None:
    sandbox.search.rules.quota = 2
    done = growth(opened())("submit", "push", "--file", str(urls), "--json")
    assert done.code == 3
    baidu, indexnow = done.json["engines"]["baidu"], done.json["engines"]["indexnow"]
    assert (baidu["accepted"], baidu["left"], baidu["quota_left"]) == (2, 3, 0)
    assert (indexnow["accepted"], indexnow["left"]) == (4, 0)
    assert "warning: baidu" in done.err


def test_a_wrong_key_alone_is_2_and_beside_others_3(opened: Opened, growth: Callable[[Database], Growth], urls: Path) -> None:
    call = growth(opened(env={"BAIDU_PUSH_TOKEN": "wrongwrongwrong1"}))
    alone = call("submit", "push", "--engine", "baidu", "--file", str(urls))
    assert alone.code == 2
    assert "error: baidu: token is not valid" in alone.err
    assert "fix: " in alone.err
    assert "wrongwrongwrong1" not in alone.out + alone.err
    beside = call("submit", "push", "--file", str(urls), "--json")
    assert beside.code == 3
    assert beside.json["engines"]["bing"]["accepted"] == 4


def test_a_dry_run_names_the_pages_and_tells_nobody(
    opened: Opened, growth: Callable[[Database], Growth], urls: Path, sandbox: Sandbox
) -> None:
    done = growth(opened())("submit", "push", "--engine", "baidu", "--file", str(urls), "--dry-run", "--json")
    assert done.code == 0
    assert len(done.json["engines"]["baidu"]["would_send"]) == 5
    assert sandbox.search.pushed() == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("push", "--engine", "gooogle"), "gooogle"),
        (("push", "--file", "nowhere.txt"), "nowhere.txt"),
        (("push",), "growth seo audit"),
        (("prepare", "hao132"), "did you mean “hao123”?"),
        (("prepare", "curlie"), "growth placement add curlie-home"),
        (("send", "hao123"), "growth submit prepare hao123"),
        (("send", "wanxiang"), "not prepared"),
        (("confirm", "hao132"), "hao132"),
        (("confirm", "wanxiang", "--refused"), "cannot become refused"),
        (("confirm", "wanxiang", "--at", "nowhere"), "--at"),
        (("verify", "hao132"), "hao132"),
    ],
)
def test_wrong_use_is_2_with_a_way_out_and_changes_nothing(
    opened: Opened, growth: Callable[[Database], Growth], words: tuple[str, ...], said: str
) -> None:
    call = growth(opened())
    done = call("submit", *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "error: " in done.err
    assert "fix: " in done.err
    assert {row["state"] for row in call("placement", "list", "--json").json} == {"planned"}


@pytest.mark.parametrize(
    ("content", "said"), [(b"https://a.example/\nnonsense\n", ":2:1"), (b"", "names no page"), (b"\xff\xfe\xff\xff\x00", "cannot be read")]
)
def test_a_file_of_pages_that_is_none_is_named(
    opened: Opened, growth: Callable[[Database], Growth], tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "urls.txt").write_bytes(content)
    done = growth(opened())("submit", "push", "--file", str(tmp_path / "urls.txt"))
    assert (done.code, "urls.txt" in done.err, said in done.err) == (2, True, True)


def test_no_engine_set_up_says_how(opened: Opened, growth: Callable[[Database], Growth], urls: Path) -> None:
    done = growth(opened(growth=GROWTH[: GROWTH.index("submit:")]))("submit", "push", "--file", str(urls))
    assert done.code == 2
    assert "submit:" in done.err


def test_the_list_shows_engines_and_directories_side_by_side(opened: Opened, growth: Callable[[Database], Growth], urls: Path) -> None:
    call = growth(opened())
    call("submit", "push", "--engine", "baidu", "--file", str(urls))
    rows = {row["id"]: row for row in call("submit", "list", "--json").json}
    assert (rows["baidu"]["kind"], rows["baidu"]["method"], rows["baidu"]["state"]) == ("engine", "api", "connected")
    assert (rows["baidu"]["pushed"], rows["baidu"]["rejected"], rows["baidu"]["left"], rows["baidu"]["quota_left"]) == (4, 1, 0, 2996)
    assert (rows["wanxiang"]["kind"], rows["wanxiang"]["state"], rows["wanxiang"]["placement"]) == (
        "directory",
        "planned",
        "wanxiang-finance",
    )
    assert rows["curlie"]["state"] == "not-planned"
    assert call("submit", "list").code == 0


def test_a_directory_from_requirements_to_the_listing(
    opened: Opened, growth: Callable[[Database], Growth], sandbox: Sandbox, our_site: Elsewhere
) -> None:
    call = growth(opened())
    ready = call("submit", "prepare", "wanxiang", "--json")
    assert (ready.code, ready.json["eligible"], ready.json["placement"]) == (0, True, "wanxiang-finance")
    assert {field["field"]: field["text"] for field in ready.json["fields"]}["name"] == "诚信贷小额借款网"
    dry = call("submit", "send", "wanxiang", "--dry-run", "--json")
    assert (dry.code, dry.json["receipt"], dry.json["fields"]["category"]) == (0, None, "finance")
    sent = call("submit", "send", "wanxiang", "--json")
    assert (sent.code, "投稿成功" in sent.json["receipt"]) == (0, True)
    assert call("submit", "verify", "--json").json[0]["state"] == "submitted"
    sandbox.directory.approve(sandbox.directory.listings()[-1].id)
    dry_look = call("submit", "verify", "--dry-run", "--json").json[0]
    assert (dry_look["verdict"], dry_look["state"]) == ("not-looked", "submitted")
    (look,) = call("submit", "verify", "wanxiang", "--json").json
    assert (look["verdict"], look["state"]) == ("listed", "live")
    assert call("placement", "list", "--json").json[1]["state"] == "live"


def test_a_site_that_is_not_fit_is_1_and_each_reason_is_told(
    opened: Opened, growth: Callable[[Database], Growth], our_site: Elsewhere
) -> None:
    our_site.put("/", "<title>a,b,c,d,e,f</title>")
    call = growth(opened())
    done = call("submit", "prepare", "wanxiang")
    assert done.code == 1
    assert done.out.count("✗") == 2
    assert "beian.miit.gov.cn" in done.out
    assert call("placement", "list", "--json").json[1]["state"] == "planned"


def test_what_a_person_did_is_noted_with_its_proof(opened: Opened, growth: Callable[[Database], Growth]) -> None:
    call = growth(opened())
    dry = call("submit", "confirm", "hao123", "--note", "工单 1234", "--dry-run", "--json")
    assert dry.json == {"placement": "hao123-home", "state": "submitted", "written": False}
    assert call("placement", "list", "--json").json[0]["state"] == "planned"
    done = call("submit", "confirm", "hao123", "--note", "工单 1234", "--at", "https://www.hao123.com/finance", "--json")
    assert done.json == {"placement": "hao123-home", "state": "submitted", "written": True}
    row = call("placement", "list", "--json").json[0]
    assert (row["state"], row["evidence"], row["at"]) == ("submitted", "工单 1234", "https://www.hao123.com/finance")
    again = call("submit", "confirm", "hao123", "--note", "twice")
    assert (again.code, "is reviewing" in again.err) == (2, True)
    refused = call("submit", "confirm", "hao123", "--refused", "--note", "流量不足", "--json")
    assert refused.json["state"] == "refused"


def test_the_daily_job_is_there_where_an_engine_is_set_up(opened: Opened) -> None:
    assert {"seo.push", "placements.verify"} <= set(read_catalogue(opened().workspace).jobs)
    bare = opened(growth=GROWTH[: GROWTH.index("submit:")], placements="placements: []\n")
    assert not {"seo.push", "placements.verify"} & set(read_catalogue(bare.workspace).jobs)


def test_without_a_file_the_indexable_pages_of_the_crawl_are_told_once(
    opened: Opened, growth: Callable[[Database], Growth], sandbox: Sandbox, our_site: Elsewhere, now: datetime
) -> None:
    our_site.put("/", '<title>诚信贷</title><a href="/a">a</a><a href="/hidden">b</a><a href="/copy">c</a><a href="/gone">d</a>')
    our_site.put("/a", "<title>a</title>")
    our_site.put("/hidden", '<title>b</title><meta name="robots" content="noindex">')
    our_site.put("/copy", f'<title>c</title><link rel="canonical" href="{our_site.url}/a">')
    database = opened()
    call = growth(database)
    assert call("seo", "audit").code == 0
    done = call("submit", "push", "--engine", "baidu", "--json")
    assert done.json["engines"]["baidu"]["accepted"] == 2
    assert sandbox.search.pushed("baidu") == [f"{our_site.url}/", f"{our_site.url}/a"]
    assert call("submit", "push", "--engine", "baidu", "--json").json["engines"]["baidu"]["sent"] == 0
    our_site.put(f"/{INDEXNOW_KEY}.txt", INDEXNOW_KEY)
    assert push_job(_run(database, now)) == "baidu: 0 accepted, 0 left; bing: 2 accepted, 0 left; indexnow: 2 accepted, 0 left"


def test_the_daily_job_fails_where_an_engine_refuses_us(
    opened: Opened, growth: Callable[[Database], Growth], our_site: Elsewhere, now: datetime
) -> None:
    database = opened(env={"BING_API_KEY": "0" * 32})
    assert growth(database)("seo", "audit").code == 0
    with pytest.raises(GrowthError, match="InvalidApiKey"):
        push_job(_run(database, now))


def _run(database: Database, now: datetime) -> JobRun:
    period = Period.of(Every.DAY, now.date())
    return JobRun(job="seo.push", key=period.key, period=period, workspace=database.workspace, database=database, now=now)
