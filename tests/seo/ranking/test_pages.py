"""The dashboard's pages of keywords: empty with the next step, full with course, pages, downloads; to-do, search, facts about a URL."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest

from growth.app import handed
from growth.db import Database
from growth.jobs import Period
from growth.workspace import Every, load_workspace
from seo.ranking.importing import Given, import_positions
from seo.ranking.watch import Watched
from tests.conftest import NOW
from tests.seo.ranking.conftest import BASE
from tests.seo.ranking.exports import WEIGHTS, csv_file
from tests.web import Browser, Web

NASTY = '<script>alert(1)</script>=HYPERLINK("http://x")'


@pytest.fixture
def database_url() -> None:
    """Pages are the same on each engine."""
    return


@pytest.fixture
def full(crawled: Database, on_day: Callable[..., Watched], tmp_path: Path) -> Database:
    """Two weeks of positions with a fall, a page of each, weights, and a word that means harm."""
    for day, position in ((18, 6), (19, 7), (20, 14)):
        on_day(day, 网络借贷=position, 小额借款=3)
        on_day(day, 网络借贷=position + 3, engine="google", source="search-console")
    table = [["关键词", "排名", "URL"], ["网络借贷", 14, "/blog/1"], [NASTY, 3, "/"]]
    import_positions(crawled, csv_file(tmp_path / "x-2026-11-21.csv", table), now=NOW, given=Given(source="chinaz", engine="baidu"))
    import_positions(crawled, csv_file(tmp_path / "爱站-2026-11-21.csv", WEIGHTS), now=NOW)
    return crawled


def read(browser: Browser, path: str) -> str:
    """The page at `path`, which must be there."""
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
    return answer.text


def test_an_empty_page_says_what_to_do(database: Database, make_web: Callable[..., Web]) -> None:
    page = read(make_web(database).browser("seo"), "/seo/keywords")
    assert "keywords.yaml" in page
    assert "target: 10" in page


def test_words_newer_than_the_audit_are_named_with_what_to_do(crawled: Database, make_web: Callable[..., Web]) -> None:
    assert "newer than" not in read(make_web(crawled).browser("seo"), "/seo/keywords")
    words = crawled.workspace.root / "keywords.yaml"
    words.write_text(words.read_text("utf-8").rstrip() + "\n  提前结清: {}\n", "utf-8")
    crawled.workspace = load_workspace(crawled.workspace.root)
    seo = make_web(crawled).browser("seo")
    assert "1 word is newer than the last look at our pages: 提前结清" in read(seo, "/seo/keywords")
    assert "Not looked for yet" in read(seo, f"/seo/keyword?word={quote('提前结清')}")
    assert seo.post("/seo/keywords/look").status_code in (302, 303)
    page = read(seo, "/seo/keywords")
    assert "1 word is newer than the audit: 提前结清" in page
    assert "growth seo audit" in page
    assert "texts are searched by the next audit" in read(seo, f"/seo/keyword?word={quote('提前结清')}")


def test_words_without_positions_show_the_import(site: Database, make_web: Callable[..., Web]) -> None:
    page = read(make_web(site).browser("seo"), "/seo/keywords")
    assert "小额借款" in page
    assert "no position was imported yet" in page


def test_the_list_shows_falls_and_third_party_figures_with_their_source(full: Database, make_web: Callable[..., Web]) -> None:
    browser = make_web(full).browser("viewer")
    page = read(browser, "/seo/keywords")
    assert "fell out of its target (10) at Baidu on 2026-11-20" in page
    assert "partner.example" in page
    assert "2026-11-21" in page
    assert NASTY not in page
    every = read(browser, "/seo/keywords?show=all")
    assert "<script>alert(1)" not in every
    book = openpyxl.load_workbook(BytesIO(browser.get("/seo/keywords?show=all&format=xlsx").content))
    values = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert "网络借贷" in values
    assert browser.get("/seo/keywords?format=csv").content.startswith(b"\xef\xbb\xbf")


def test_one_word_has_its_course_its_pages_and_what_competes(full: Database, make_web: Callable[..., Web]) -> None:
    browser = make_web(full).browser("seo")
    address = f"/seo/keyword?word={quote('网络借贷')}"
    page = read(browser, address)
    assert "chart-keyword-course" in page
    assert f"{BASE}blog/1 ranks at Baidu" in page
    assert "3 pages say that they are about it" in page
    assert quote(f"{BASE}invest", safe="") in page
    rows = browser.get(f"{address}&format=csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + 7
    assert browser.get("/seo/keyword?word=nobody").status_code == 404
    assert "<script>alert" not in read(browser, f"/seo/keyword?word={quote(NASTY)}")


def test_a_fall_is_in_the_to_do_list_and_the_report(full: Database, make_web: Callable[..., Web]) -> None:
    assert "fell out of its target" in read(make_web(full).browser("seo"), "/todo")
    with full.read() as session:
        period = Period.of(Every.DAY, NOW.date())
        found = [one for sections in handed(full.workspace.apps, "report_sections") for one in sections(session, full.workspace, period)]
    keywords = next(one for one in found if one.id == "keywords")
    assert "2 of 3 positions fell" in keywords.sentence


def test_search_finds_a_word_and_a_page_tells_its_words(full: Database, make_web: Callable[..., Web]) -> None:
    browser = make_web(full).browser("seo")
    assert "/seo/keyword?word=" in read(browser, f"/search?q={quote('网络借')}")
    assert "/seo/keyword?word=" in read(browser, f"/seo/page?url={quote(BASE + 'blog/1', safe='')}")
