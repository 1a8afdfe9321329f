"""Pushing to search engines: partial success, quotas, wrong keys, faults that pass; each against a stand-in with the engine's own words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from growth.db import Database
from growth.errors import GrowthError
from growth.sandbox import Part, Sandbox
from growth.sandbox.keys import INDEXNOW_KEY
from seo.submission.engine import Rejected
from seo.submission.push import PushResult, candidates, engines, push, pushed_counts, quota_left, read_urls
from tests.elsewhere import Elsewhere
from tests.seo.submission.conftest import GROWTH, Opened

#: the site's own day in which nothing was pushed yet
TOMORROW = timedelta(days=1)


@pytest.fixture
def database_url() -> None:
    """What is kept is tested on each engine in test_what_is_kept."""
    return


def told(database: Database, engine: str, urls: list[str], now: datetime) -> PushResult:
    return push(database, engines(database, only=engine)[engine], urls, now=now)


def pages(site: Elsewhere, count: int) -> list[str]:
    return [f"{site.url}/page/{number}" for number in range(count)]


# Baidu


def test_baidu_takes_pages_and_says_what_is_left(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    database = opened()
    result = told(database, "baidu", pages(our_site, 5), now)
    assert (result.sent, result.accepted, result.rejected, result.left, result.quota_left) == (5, 5, [], 0, 2995)
    assert sandbox.search.pushed("baidu") == pages(our_site, 5)


@pytest.mark.parametrize("empty_lists", [False, True])
def test_baidu_takes_some_and_names_the_others(
    opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime, empty_lists: bool
) -> None:
    sandbox.search.rules.empty_lists = empty_lists
    database = opened()
    urls = [*pages(our_site, 3), "https://elsewhere.example/a", "https://elsewhere.example/b"]
    result = told(database, "baidu", urls, now)
    assert (result.sent, result.accepted, result.left) == (5, 3, 0)
    assert [(entry.url, entry.reason) for entry in result.rejected] == [
        ("https://elsewhere.example/a", "not_same_site"),
        ("https://elsewhere.example/b", "not_same_site"),
    ]


def test_baidus_quota_is_asked_with_one_page_and_never_overrun(
    opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime
) -> None:
    sandbox.search.rules.quota = 4
    database = opened()
    result = told(database, "baidu", pages(our_site, 10), now)
    assert (result.sent, result.accepted, result.left, result.quota_left) == (4, 4, 6, 0)
    assert sandbox.search.pushed("baidu") == pages(our_site, 4)
    with database.read() as session:
        assert quota_left(session, engine="baidu") == 0
        assert pushed_counts(session) == {"baidu": {"accepted": 4, "left": 6}}
        assert candidates(session, engine="baidu", urls=pages(our_site, 10), now=now) == pages(our_site, 10)[4:]


def test_a_quota_used_up_by_somebody_else_leaves_all(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    sandbox.search.rules.quota = 0
    database = opened()
    result = told(database, "baidu", pages(our_site, 3), now)
    assert (result.sent, result.accepted, result.left, result.quota_left, result.refused) == (0, 0, 3, 0, False)
    assert result.message == "over quota"


def test_what_is_left_goes_the_next_day(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    sandbox.search.rules.quota = 2
    database = opened()
    urls = pages(our_site, 3)
    told(database, "baidu", urls, now)
    sandbox.reset(now=lambda: now + TOMORROW)
    with database.read() as session:
        again = candidates(session, engine="baidu", urls=urls, now=now + TOMORROW)
    assert again == urls[2:]
    assert told(database, "baidu", again, now + TOMORROW).accepted == 1


def test_more_pages_than_a_call_holds_go_in_several(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    sandbox.search.rules.quota = 100_000
    database = opened()
    urls = pages(our_site, 4500)
    result = told(database, "baidu", urls, now)
    assert (result.accepted, result.left) == (4500, 0)
    assert [len(entry.detail["urls"]) for entry in sandbox.log.entries(Part.SEARCH, kind="baidu")] == [1, 2000, 2000, 499]


def test_a_wrong_token_is_refused_with_where_to_find_the_right_one(
    opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime
) -> None:
    database = opened(env={"BAIDU_PUSH_TOKEN": "wrongwrongwrong1"})
    result = told(database, "baidu", pages(our_site, 3), now)
    assert (result.sent, result.left, result.refused) == (0, 3, True)
    assert "token is not valid" in result.message
    assert "wrongwrongwrong1" not in result.message
    assert "ziyuan.baidu.com" in (result.fix or "")
    with database.read() as session:
        assert pushed_counts(session) == {}, "nothing is changed by a refusal"


def test_a_site_that_is_not_verified_is_refused(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    sandbox.search.rules.sites = frozenset({"www.example.com"})
    result = told(opened(), "baidu", pages(our_site, 1), now)
    assert result.refused
    assert "submit.baidu.site" in (result.fix or "")


@pytest.mark.parametrize("engine", ["baidu", "bing", "indexnow"])
def test_a_fault_that_passes_is_tried_again(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime, engine: str) -> None:
    our_site.put(f"/{INDEXNOW_KEY}.txt", INDEXNOW_KEY)
    sandbox.search.rules.fail = {engine: 500}
    sandbox.search.rules.fail_times = 2
    result = told(opened(), engine, pages(our_site, 3), now)
    assert (result.accepted, result.left) == (3, 0)


@pytest.mark.parametrize("engine", ["baidu", "bing", "indexnow"])
def test_a_fault_that_stays_leaves_the_pages_for_another_time(
    opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime, engine: str
) -> None:
    our_site.put(f"/{INDEXNOW_KEY}.txt", INDEXNOW_KEY)
    sandbox.search.rules.fail = {engine: 503}
    database = opened()
    result = told(database, engine, pages(our_site, 3), now)
    assert (result.sent, result.accepted, result.left, result.refused) == (0, 0, 3, False)
    with database.read() as session:
        assert pushed_counts(session) == {engine: {"left": 3}}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html>blocked</html>"),
        (200, "[1, 2]"),
        (502, ""),
        (200, '{"success": "many", "remain": null}'),
        (200, '{"error": 0}'),
        (400, '{"error":400,"message":"only 2000 urls are allowed once"}'),
        (404, '{"error":404,"message":"not found"}'),
    ],
)
def test_an_answer_that_makes_no_sense_loses_no_page(
    opened: Opened, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime, status: int, body: str
) -> None:
    elsewhere.put("/urls", body, status=status)
    database = opened(growth=GROWTH.replace("{sandbox}/urls", f"{elsewhere.url}/urls"))
    result = told(database, "baidu", pages(our_site, 3), now)
    assert (result.accepted, result.left) == (0, 3)


def test_an_engine_that_does_not_answer_leaves_the_pages(opened: Opened, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime) -> None:
    elsewhere.close()
    database = opened(growth=GROWTH.replace("{sandbox}/urls", f"{elsewhere.url}/urls"))
    result = told(database, "baidu", pages(our_site, 3), now)
    assert (result.accepted, result.left, result.refused) == (0, 3, False)


# IndexNow


def test_indexnow_takes_pages_where_the_key_file_is_right(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    our_site.put(f"/{INDEXNOW_KEY}.txt", f"{INDEXNOW_KEY}\n")
    result = told(opened(), "indexnow", [*pages(our_site, 2), "https://elsewhere.example/a"], now)
    assert (result.accepted, result.left, result.quota_left) == (2, 0, None)
    assert result.rejected == [Rejected(url="https://elsewhere.example/a", reason="not-on-host")]
    assert sandbox.search.pushed("indexnow") == pages(our_site, 2)


@pytest.mark.parametrize("case", ["missing", "wrong", "page", "elsewhere"])
def test_a_key_file_that_is_not_right_is_found_before_the_engine_is_asked(
    opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime, case: str
) -> None:
    path = f"/{INDEXNOW_KEY}.txt"
    if case == "wrong":
        our_site.put(path, "another-key-altogether")
    elif case == "page":
        our_site.put(path, f"<html>{INDEXNOW_KEY}</html>")
    elif case == "elsewhere":
        our_site.put(path, "", status=302, headers={"location": f"http://localhost:{our_site.url.rpartition(':')[2]}/key"})
        our_site.put("/key", INDEXNOW_KEY)
    result = told(opened(), "indexnow", pages(our_site, 2), now)
    assert (result.accepted, result.left, result.refused) == (0, 2, True)
    assert f"serve {our_site.url}{path} with the one line {INDEXNOW_KEY}" == result.fix
    assert sandbox.search.pushed("indexnow") == []


def test_a_key_file_in_a_folder_is_good_for_that_folder(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    place = our_site.put("/news/key.txt", INDEXNOW_KEY)
    database = opened(growth=GROWTH.replace("indexnow: {{", f"indexnow: {{{{key_location: '{place}', "))
    result = told(database, "indexnow", [f"{our_site.url}/news/1", f"{our_site.url}/about"], now)
    assert (result.accepted, result.rejected) == (1, [Rejected(url=f"{our_site.url}/about", reason="outside-key-folder")])


def test_a_pending_key_check_counts_as_taken(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    our_site.put(f"/{INDEXNOW_KEY}.txt", INDEXNOW_KEY)
    sandbox.search.rules.key_pending = 1
    result = told(opened(), "indexnow", pages(our_site, 2), now)
    assert (result.accepted, result.message) == (2, "key check pending")


def test_too_many_requests_are_not_repeated_at_once(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    our_site.put(f"/{INDEXNOW_KEY}.txt", INDEXNOW_KEY)
    sandbox.search.rules.fail = {"indexnow": 429}
    sandbox.search.rules.fail_times = 1
    result = told(opened(), "indexnow", pages(our_site, 2), now)
    assert (result.accepted, result.left, result.refused) == (0, 2, False)


@pytest.mark.parametrize("key", ["short", "has_underscore_", "with space in", "x" * 129])
def test_a_key_of_the_wrong_form_is_named_at_its_place(opened: Opened, key: str) -> None:
    database = opened(growth=GROWTH.replace("key: {key}", f'key: "{key}"'))
    with pytest.raises(GrowthError) as refused:
        engines(database)
    assert refused.value.where is not None
    assert (refused.value.where.file, refused.value.where.line) == ("growth.yaml", 12)


# Bing


def test_bing_is_told_what_its_quota_allows(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    sandbox.search.rules.quota = 3
    urls = [*pages(our_site, 5), "https://elsewhere.example/a"]
    result = told(opened(), "bing", urls, now)
    assert (result.accepted, result.left, result.quota_left) == (3, 2, 0)
    assert [entry.reason for entry in result.rejected] == ["not-on-host"]
    assert sandbox.search.pushed("bing") == pages(our_site, 3)


def test_bing_goes_by_500(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    result = told(opened(), "bing", pages(our_site, 1100), now)
    assert result.accepted == 1100
    assert [len(entry.detail["urls"]) for entry in sandbox.log.entries(Part.SEARCH, kind="bing")] == [500, 500, 100]


def test_a_wrong_bing_key_is_refused(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    result = told(opened(env={"BING_API_KEY": "0" * 32}), "bing", pages(our_site, 2), now)
    assert (result.refused, result.left) == (True, 2)
    assert "InvalidApiKey" in result.message


# what is set up, what is known


def test_only_what_is_set_up_is_told(opened: Opened) -> None:
    bare = GROWTH[: GROWTH.index("submit:")]
    with pytest.raises(GrowthError, match="no search engine"):
        engines(opened(growth=bare))
    some = opened(growth=bare + 'submit: {{baidu: {{site: a, token: "${{BAIDU_PUSH_TOKEN}}"}}}}\n')
    assert list(engines(some)) == ["baidu"]
    with pytest.raises(GrowthError, match="no search engine"):
        engines(some, only="bing")
    with pytest.raises(GrowthError, match="gooogle"):
        engines(some, only="gooogle")


def test_a_missing_secret_is_named(opened: Opened) -> None:
    database = opened(growth=GROWTH.replace("BAIDU_PUSH_TOKEN", "NOT_SET_ANYWHERE"))
    with pytest.raises(GrowthError, match="NOT_SET_ANYWHERE"):
        engines(database)


def test_what_was_told_lately_is_not_told_again(opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime) -> None:
    database = opened()
    urls = pages(our_site, 3)
    told(database, "baidu", [*urls[:2], "https://elsewhere.example/a"], now)
    with database.read() as session:
        later = [now + timedelta(days=days) for days in (1, 29, 30)]
        every = [*urls, "https://elsewhere.example/a"]
        found = [candidates(session, engine="baidu", urls=every, now=at) for at in later]
    assert found == [urls[2:], urls[2:], [urls[2], *urls[:2], "https://elsewhere.example/a"]]


def test_a_list_of_pages_is_read_line_by_line() -> None:
    lines = ["\ufeffhttps://www.example.com", "", "# a comment", "  HTTPS://www.example.com/a b  "]
    assert read_urls(lines, source="urls.txt") == ["https://www.example.com/", "https://www.example.com/a%20b"]
    with pytest.raises(GrowthError, match=r"urls\.txt:2:1"):
        read_urls(["https://www.example.com/", "www.example.com/b"], source="urls.txt")
