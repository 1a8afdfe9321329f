"""The engines take what the real ones take, and refuse in their words."""

from __future__ import annotations

import httpx
import pytest

from growth.sandbox import Sandbox
from growth.sandbox.demo import INDEXNOW_KEY, DemoSite
from growth.sandbox.keys import BAIDU_TOKEN, BING_KEY
from tests.growth.sandbox.conftest import Clock

SITE = "https://www.example.com"


def baidu(http: httpx.Client, body: str, *, site: str = SITE, token: str = BAIDU_TOKEN) -> httpx.Response:
    return http.post("/urls", params={"site": site, "token": token}, content=body.encode(), headers={"content-type": "text/plain"})


def test_baidu_names_foreign_and_broken_addresses_and_counts_the_rest(sandbox: Sandbox, http: httpx.Client) -> None:
    answer = baidu(http, f"{SITE}/a\n\n {SITE}/b \nhttps://other.example/\nnot an address")
    assert answer.json() == {"remain": 2998, "success": 2, "not_same_site": ["https://other.example/"], "not_valid": ["not an address"]}
    assert sandbox.search.pushed("baidu") == [f"{SITE}/a", f"{SITE}/b"]


def test_baidu_leaves_empty_lists_out_or_sends_them(sandbox: Sandbox, http: httpx.Client) -> None:
    assert set(baidu(http, f"{SITE}/a").json()) == {"remain", "success"}
    sandbox.search.rules.empty_lists = True
    assert baidu(http, f"{SITE}/a").json()["not_valid"] == []


@pytest.mark.parametrize(
    ("body", "token", "status", "message"),
    [
        (f"{SITE}/a", "wrong", 401, "token is not valid"),
        ("", BAIDU_TOKEN, 400, "empty content"),
        ("\n".join(f"{SITE}/{n}" for n in range(2001)), BAIDU_TOKEN, 400, "only 2000 urls are allowed once"),
    ],
)
def test_baidu_refuses_in_its_own_words(http: httpx.Client, body: str, token: str, status: int, message: str) -> None:
    answer = baidu(http, body, token=token)
    assert answer.status_code == status
    assert answer.json() == {"error": status, "message": message}


def test_baidu_knows_verified_sites_only_where_it_is_told_them(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.search.rules.sites = frozenset({"www.example.com"})
    assert baidu(http, f"{SITE}/a").status_code == 200
    assert baidu(http, "https://m.example.com/", site="m.example.com").json() == {"error": 400, "message": "site error"}


def test_a_used_up_day_is_over_quota_until_midnight_in_china(sandbox: Sandbox, http: httpx.Client, clock: Clock) -> None:
    sandbox.search.rules.quota = 2
    assert baidu(http, f"{SITE}/a\n{SITE}/b\n{SITE}/c").json() == {"error": 400, "message": "over quota"}
    assert baidu(http, f"{SITE}/a\n{SITE}/b").json()["remain"] == 0
    assert baidu(http, f"{SITE}/c").json()["message"] == "over quota"
    clock.wait(hours=14)  # 10:00 → 24:00 in Shanghai
    assert baidu(http, f"{SITE}/c").json() == {"remain": 1, "success": 1}


def test_a_scripted_failure_passes(sandbox: Sandbox, http: httpx.Client) -> None:
    http.post("/search/behaviour", json={"fail": {"baidu": 500}, "fail_times": 1})
    assert baidu(http, f"{SITE}/a").json() == {"error": 500, "message": "internal error, please try later"}
    assert baidu(http, f"{SITE}/a").status_code == 200
    assert http.post("/search/behaviour", json={"quotta": 1}).status_code == 422


def indexnow(http: httpx.Client, site: str, **more: object) -> httpx.Response:
    return http.post("/indexnow", json={"host": "127.0.0.1", "key": INDEXNOW_KEY, "urlList": [f"{site}/a"], **more})


def test_indexnow_looks_at_the_key_file_of_the_site(sandbox: Sandbox, http: httpx.Client) -> None:
    with DemoSite() as site:
        assert indexnow(http, site.url).status_code == 200
        assert indexnow(http, site.url, key="another-key-here").status_code == 403
        assert http.get("/indexnow", params={"url": f"{site.url}/b", "key": INDEXNOW_KEY}).status_code == 200
        sandbox.search.rules.key_pending = 1
        assert indexnow(http, site.url).status_code == 202
    assert len(sandbox.search.pushed("indexnow")) == 3


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"key": "short"}, 422),
        ({"key": "x" * 129}, 422),
        ({"key": "not_a_key!"}, 422),
        ({"urlList": []}, 400),
        ({"urlList": "x"}, 400),
        ({"urlList": ["https://other.example/"]}, 422),
        ({"keyLocation": "https://other.example/key.txt"}, 422),
        ({"keyLocation": "http://127.0.0.1:9/news/key.txt"}, 422),
    ],
)
def test_indexnow_refuses_what_the_protocol_forbids(http: httpx.Client, more: dict[str, object], status: int) -> None:
    assert indexnow(http, "http://127.0.0.1:9", **more).status_code == status


def test_a_key_file_elsewhere_is_never_fetched(sandbox: Sandbox, http: httpx.Client) -> None:
    answer = http.post("/indexnow", json={"host": "www.example.com", "key": INDEXNOW_KEY, "urlList": [f"{SITE}/a"]})
    assert answer.status_code == 202


def test_indexnow_says_when_to_come_back(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.search.rules.fail = {"indexnow": 429}
    answer = indexnow(http, "http://127.0.0.1:9")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


def bing(http: httpx.Client, urls: list[str], key: str = BING_KEY) -> httpx.Response:
    return http.post("/webmaster/api.svc/json/SubmitUrlBatch", params={"apikey": key}, json={"siteUrl": SITE, "urlList": urls})


def test_bing_takes_a_batch_within_the_quota_and_nothing_beyond(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.search.rules.quota = 3
    assert bing(http, [f"{SITE}/{n}" for n in range(2)]).json() == {"d": None}
    quota = http.get("/webmaster/api.svc/json/GetUrlSubmissionQuota", params={"apikey": BING_KEY, "siteUrl": SITE}).json()
    assert quota["d"]["DailyQuota"] == 1
    assert bing(http, [f"{SITE}/{n}" for n in range(2)]).json()["ErrorCode"] == 4
    assert sandbox.search.pushed("bing") == [f"{SITE}/0", f"{SITE}/1"]


@pytest.mark.parametrize(
    ("urls", "key", "code"), [([f"{SITE}/a"], "wrong", 3), (["https://other.example/"], BING_KEY, 7), ([], BING_KEY, 7)]
)
def test_bing_refuses_with_its_error_codes(http: httpx.Client, urls: list[str], key: str, code: int) -> None:
    answer = bing(http, urls, key)
    assert answer.status_code == 400
    assert answer.json()["ErrorCode"] == code
    assert answer.json()["Message"].startswith("ERROR!!! ")


@pytest.mark.parametrize(
    ("token", "body", "code"), [("TI_" + "a" * 32, f"{SITE}/a", 200), ("bad", f"{SITE}/a", 201), ("TI_" + "a" * 32, "", 400)]
)
def test_shenma_answers_200_whatever_happens_and_tells_the_truth_inside(http: httpx.Client, token: str, body: str, code: int) -> None:
    query = {"site": "www.example.com", "user_name": "a@example.com", "resource_name": "mip_add", "token": token}
    answer = http.post("/push", params=query, content=body)
    assert answer.status_code == 200
    assert answer.json()["returnCode"] == code


def test_what_was_pushed_is_listed_by_engine(http: httpx.Client) -> None:
    baidu(http, f"{SITE}/a\n{SITE}/b")
    bing(http, [f"{SITE}/c"])
    (entry,) = http.get("/search/api/pushed", params={"engine": "bing"}).json()
    assert entry["urls"] == [f"{SITE}/c"]
    assert f"{SITE}/b" in http.get("/search").text
