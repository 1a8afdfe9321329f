"""Which pages of ours are about a word, which of them compete, and what the word costs as an ad."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from growth import clock
from growth.channels import TouchKind, declared_channels, ensure_channels, import_costs, record_touch
from growth.db import Database
from growth.traffic import SignupBody, record_signup
from growth.workspace import load_workspace
from seo.ranking.importing import Given, import_positions
from seo.ranking.our_pages import count_words
from seo.ranking.overview import WordOverview, keyword_overview
from tests.conftest import NOW
from tests.seo.ranking.conftest import BASE, GROWTH, KEYWORDS, PAGES, crawl
from tests.seo.ranking.exports import csv_file


def overview(database: Database, word: str) -> WordOverview:
    """What is known of a word."""
    with database.read() as session:
        today = clock.site_day(NOW, database.workspace.zone)
        return next(one for one in keyword_overview(session, database.workspace, today=today, everything=True) if one.word == word)


def test_pages_are_found_by_title_heading_text_and_anchor(crawled: Database) -> None:
    pages = {page.url: page for page in overview(crawled, "网络借贷").pages or ()}
    named = pages[f"{BASE}invest"]
    assert (named.named, named.in_title, named.in_h1, named.headings) == (True, True, True, 2)
    assert (named.in_text or 0) >= 3
    assert named.anchors == 1
    assert f"{BASE}hidden" not in pages, "a page that engines may not take is none of ours for a word"
    assert pages[f"{BASE}loans"].targets is False


def test_pages_that_say_that_they_are_about_the_same_word_compete(crawled: Database) -> None:
    assert [page.url for page in overview(crawled, "网络借贷").competing] == [f"{BASE}invest", f"{BASE}blog/1", BASE]
    assert overview(crawled, "小额借款").competing == ()


def test_the_sites_own_tail_in_every_title_is_no_competition(crawled: Database) -> None:
    found = overview(crawled, "诚信贷")
    assert [page.url for page in found.pages or () if page.targets] == [BASE]
    assert all(page.by_tail for page in found.pages or () if page.in_title and page.url != BASE)


def test_pages_do_not_compete_for_the_sites_own_name(open_workspace: Callable[..., Database]) -> None:
    database = open_workspace(GROWTH, files={"keywords.yaml": KEYWORDS})
    pages = {path: {**page, "title": f"诚信贷怎样{path.strip('/') or '借款'}"} for path, page in PAGES.items()}
    crawl(database, pages)
    found = overview(database, "诚信贷")
    assert sum(page.targets for page in found.pages or ()) > 1
    assert found.competing == ()


def test_words_are_looked_for_once_a_crawl_and_when_keywords_yaml_changes(crawled: Database) -> None:
    assert not count_words(crawled, now=NOW), "the audit did it"
    pages = {path: page for path, page in PAGES.items() if path != "/blog/1"}
    crawl(crawled, pages)
    assert f"{BASE}blog/1" not in {page.url for page in overview(crawled, "网络借贷").competing}
    assert not count_words(crawled, now=NOW)


def test_a_word_newer_than_the_crawl_has_pages_but_no_count_in_the_text(open_workspace: Callable[..., Database]) -> None:
    database = open_workspace(GROWTH, files={"keywords.yaml": "keywords: {小额借款: {}}\n"})
    crawl(database)
    (database.workspace.root / "keywords.yaml").write_text(KEYWORDS, "utf-8")
    database.workspace = load_workspace(database.workspace.root)
    assert overview(database, "网络借贷").pages is None
    assert count_words(database, now=NOW)
    found = overview(database, "网络借贷")
    assert {page.in_text for page in found.pages or ()} == {None}
    assert not found.in_texts
    assert overview(database, "小额借款").in_texts
    crawl(database)
    assert overview(database, "网络借贷").in_texts


def test_pages_that_rank_in_turns_and_a_page_that_ranks_instead_of_the_named_one(crawled: Database, tmp_path: Path) -> None:
    table = [
        ["关键词", "日期", "排名", "URL"],
        ["网络借贷", "2026-11-18", 6, "/invest"],
        ["网络借贷", "2026-11-20", 9, "/blog/1"],
        ["小额借款", "2026-11-20", 4, "/loans"],
    ]
    import_positions(crawled, csv_file(tmp_path / "a.csv", table), now=NOW, given=Given(engine="baidu"))
    found = overview(crawled, "网络借贷")
    assert set(found.turns) == {f"{BASE}invest", f"{BASE}blog/1"}
    assert found.wrong_page is not None
    assert found.wrong_page.url == f"{BASE}blog/1"
    assert overview(crawled, "小额借款").wrong_page is None
    assert overview(crawled, "小额借款").turns == ()


def test_a_word_with_many_pages_keeps_the_best(site: Database) -> None:
    pages = {**PAGES, **{f"/n/{number}": {"title": f"第 {number} 篇", "h1": "篇", "body": "<p>网络借贷</p>"} for number in range(300)}}
    crawl(site, pages)
    count_words(site, now=NOW)
    found = overview(site, "网络借贷").pages or ()
    assert len(found) == 50
    assert found[0].url == f"{BASE}invest"


@pytest.fixture
def advertised(open_workspace: Callable[..., Database], tmp_path: Path) -> Database:
    """A word that costs 120 CNY as an ad; an old day does not count."""
    database = open_workspace(
        GROWTH, files={"keywords.yaml": KEYWORDS, "channels.yaml": "channels:\n  baidu-paid: {medium: paid-search}\n"}
    )
    head = ["日期", "渠道", "费用", "关键词", "展现", "点击"]
    rows = [["2026-11-20", "baidu-paid", 80, "网络借贷", 900, 30], ["2026-11-21", "baidu-paid", 40, "网络借贷", 500, 10]]
    rows += [["2026-06-01", "baidu-paid", 999, "网络借贷", 1, 1], ["2026-11-21", "baidu-paid", 7, "别的词", 1, 1]]
    with database.write() as session:
        ensure_channels(session, workspace=database.workspace, now=NOW)
        import_costs(session, csv_file(tmp_path / "costs.csv", [head, *rows]), declared=declared_channels(database.workspace))
    return database


def test_paid_stands_beside_organic_with_the_figures_of_the_attribution_report(advertised: Database) -> None:
    paid = overview(advertised, "网络借贷").paid
    assert paid is not None
    assert [str(cost) for cost in paid.costs] == ["120.00 CNY"]
    assert (paid.clicks, paid.impressions, paid.signups, paid.cac) == (40, 1400, 0.0, None)
    assert overview(advertised, "小额借款").paid is None


def test_a_sign_up_that_the_ad_brought_is_its_credit_and_gives_a_cost_each(advertised: Database) -> None:
    at = NOW - timedelta(days=2)
    with advertised.write() as session:
        more = {"channel": "baidu-paid", "kind": TouchKind.VISIT, "key": "visitor:v1", "evidence": "visit:1"}
        record_touch(session, at=at, term="网络借贷", **more)
        body = SignupBody(id="u1", visitor="v1", at=at + timedelta(hours=1))
        record_signup(session, body, workspace=advertised.workspace, now=NOW)
    paid = overview(advertised, "网络借贷").paid
    assert paid is not None
    assert (paid.signups, str(paid.cac)) == (1.0, "120.00 CNY")
