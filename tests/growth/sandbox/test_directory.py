"""The directory takes an entry through its form, lists it after a review, and links back in several ways."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from growth.sandbox import Sandbox
from growth.sandbox.directory import LinkStyle, State
from tests.growth.sandbox.conftest import Clock

ENTRY = {
    "name": "诚信贷小额借款网",
    "url": "http://127.0.0.1:8024/",
    "description": "费用写明、资金存管的小额借款网站",
    "category": "finance",
    "email": "news@example.com",
}


def hand_in(http: httpx.Client, **changes: str) -> httpx.Response:
    found = re.search(r'name="token" value="([^"]+)"', http.get("/directory/submit").text)
    assert found
    return http.post("/directory/submit", data={**ENTRY, "token": found[1], **changes})


def test_an_entry_is_listed_once_the_editor_approves(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.directory.review = None
    answer = hand_in(http)
    number = re.search(r"投稿成功，编号 (\d+)", answer.text)
    assert number
    assert ENTRY["name"] not in http.get("/directory/category/finance").text
    http.post(f"/directory/review/{number[1]}", data={"verb": "approve"})
    page = http.get("/directory/category/finance").text
    assert ENTRY["name"] in page
    assert "/directory/go?url=http%3A%2F%2F127.0.0.1%3A8024%2F" in page
    assert http.get(f"/directory/site/{number[1]}").status_code == 200
    assert http.get("/directory/go", params={"url": ENTRY["url"]}).headers["location"] == ENTRY["url"]


def test_an_entry_is_approved_by_itself_after_the_review(sandbox: Sandbox, http: httpx.Client, clock: Clock) -> None:
    hand_in(http)
    assert sandbox.directory.listings()[-1].state is State.PENDING
    clock.wait(seconds=5)
    assert sandbox.directory.listings()[-1].state is State.LISTED


def test_links_are_plain_or_wrapped_and_may_carry_nofollow(sandbox: Sandbox, http: httpx.Client, clock: Clock) -> None:
    http.post("/directory/behaviour", json={"style": "direct", "rel": "nofollow", "review_seconds": 0})
    hand_in(http)
    page = http.get("/directory/category/finance").text
    assert f'href="{ENTRY["url"]}" target="_blank" rel="noopener nofollow"' in page
    sandbox.directory.relink(sandbox.directory.listings()[-1].id, "")
    assert f'href="{ENTRY["url"]}" target="_blank" rel="noopener"' in http.get("/directory/category/finance").text
    assert sandbox.directory.style is LinkStyle.DIRECT


def test_a_removed_listing_is_gone_from_every_page(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.directory.review = None
    hand_in(http)
    number = sandbox.directory.listings()[-1].id
    sandbox.directory.approve(number)
    http.post(f"/directory/api/entries/{number}/remove")
    assert ENTRY["name"] not in http.get("/directory").text
    assert http.get(f"/directory/site/{number}").status_code == 404
    assert http.get("/directory/go", params={"url": ENTRY["url"]}).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "一二三四五六七八九十一二三四五六"}, "网站名称"),
        ({"name": ""}, "网站名称"),
        ({"url": "www.example.com"}, "网址须以"),
        ({"url": "https://"}, "网址须以"),
        ({"description": "字" * 86}, "网站简介"),
        ({"category": "space"}, "请选择分类"),
        ({"email": "nobody"}, "联系邮箱"),
        ({"token": "old"}, "页面已过期"),
        ({"url": "https://finance.example/"}, "已投稿或已收录"),
    ],
)
def test_a_form_outside_the_limits_is_sent_back_with_the_reason(
    sandbox: Sandbox, http: httpx.Client, changes: dict[str, str], words: str
) -> None:
    before = len(sandbox.directory.listings())
    answer = hand_in(http, **changes)
    assert answer.status_code == 422
    assert re.search(rf"投稿失败：[^。]*{words}", answer.text)
    assert len(sandbox.directory.listings()) == before


def test_a_refused_entry_says_why(sandbox: Sandbox, http: httpx.Client) -> None:
    hand_in(http)
    number = sandbox.directory.listings()[-1].id
    assert http.post(f"/directory/api/entries/{number}/refuse", params={"reason": "打不开"}).json()["reason"] == "打不开"
    assert "打不开" in http.get("/directory/review").text
    assert http.post("/directory/api/entries/9999/approve").status_code == 404


def test_the_directory_sends_nobody_to_an_address_that_is_not_listed(http: httpx.Client) -> None:
    assert http.get("/directory/go", params={"url": "https://evil.example/"}).status_code == 404


def test_entries_outlive_a_restart(tmp_path: Path) -> None:
    with Sandbox(folder=tmp_path) as first, httpx.Client(base_url=first.url) as http:
        hand_in(http)
        first.directory.approve(first.directory.listings()[-1].id)
    with Sandbox(folder=tmp_path) as second:
        listing = second.directory.listings()[-1]
        assert (listing.name, listing.state) == (ENTRY["name"], State.LISTED)
