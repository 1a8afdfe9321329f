"""Link equity put to use: who deserves links, and from where."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import openpyxl

from growth.db import Database
from seo.audit import prune, run_audit
from seo.crawls import find_crawl
from seo.equity import LinkProposal, keep_proposals, kept_proposals, propose_links
from tests.conftest import NOW
from tests.sites.served import LocalFetcher, Served, files
from tests.web import Web

BASE = "https://www.equity.test/"
YAML = "site: {{name: 诚信贷, url: '{base}', locale: en}}\nseo: {{goals: [/goal.html], crawl: {{requests_per_second: 100000}}}}\n"


def page(title: str, *links: str, head: str = "") -> dict[str, Any]:
    """A page about its title."""
    anchors = "".join(f'<a href="{link}">{link}</a>' for link in links)
    body = f"<h1>{title}</h1>{anchors}<p>{title * 40}</p>"
    return {"html": f"<html lang=zh-CN><head><title>{title}</title>{head}</head><body>{body}</body></html>"}


def site() -> Served:
    """A home page that links to three hubs; a guide deep down that only one page links to, and that two hubs are about."""
    pages = {
        "/": page("首页", "/rates.html", "/terms.html", "/other.html"),
        "/rates.html": page("年化利率与等额本息怎么看", "/", "/terms.html", "/other.html"),
        "/terms.html": page("等额本息的年化利率说明", "/", "/rates.html", "/other.html"),
        "/other.html": page("公司新闻与活动", "/", "/rates.html", "/terms.html", "/list.html"),
        "/list.html": page("文章列表目录", "/", "/guide.html", "/goal.html"),
        "/guide.html": page("等额本息怎么计算年化利率", "/"),
        "/goal.html": page("注册账户：等额本息与年化利率一览", "/"),
    }
    return Served(base=BASE, resources={**files(BASE), **pages})


def proposed(database: Database) -> dict[str, LinkProposal]:
    """The proposals after one audit, by page."""
    with database.read() as session:
        crawl = find_crawl(session)
    return {one.url.removeprefix(BASE): one for one in kept_proposals(database, crawl)}


def audited(open_workspace: Callable[..., Database], served: Served | None = None) -> Database:
    """A database after an audit."""
    database = open_workspace(YAML.format(base=BASE))
    run_audit(database, now=NOW, fetching=partial(LocalFetcher, served or site()))
    return database


def test_a_weak_page_gets_links_from_strong_pages_about_the_same(open_workspace: Callable[..., Database]) -> None:
    found = proposed(audited(open_workspace))
    guide = found["guide.html"]
    givers = {giver.url.removeprefix(BASE) for giver in guide.givers}
    assert givers <= {"rates.html", "terms.html"}
    assert givers
    assert guide.equity < 1 < max(giver.equity for giver in guide.givers)
    assert all(len(giver.shared) >= 2 for giver in guide.givers)
    # a page that links there already is not asked to
    assert "list.html" not in givers
    assert found["goal.html"].wanted
    assert not guide.wanted


def test_they_are_made_once_a_crawl_and_go_with_its_pages(open_workspace: Callable[..., Database]) -> None:
    database = audited(open_workspace)
    with database.read() as session:
        crawl = find_crawl(session)
    kept = kept_proposals(database, crawl)
    assert kept == propose_links(database, crawl, now=NOW)
    keep_proposals(database, crawl, now=NOW)
    assert kept_proposals(database, crawl) == kept, "twice is once"
    assert kept_proposals(database, crawl, most=1) == kept[:1]
    for _time in range(2):
        run_audit(database, now=NOW, fetching=partial(LocalFetcher, site()))
    prune(database, keep=1)
    assert kept_proposals(database, crawl) == []


def test_a_page_that_must_not_be_indexed_is_not_proposed(open_workspace: Callable[..., Database]) -> None:
    served = site()
    served.resources["/guide.html"] = page("等额本息怎么计算年化利率", "/", head='<meta name="robots" content="noindex">')
    assert "guide.html" not in proposed(audited(open_workspace, served))


def test_the_dashboard_the_report_and_the_workbook_have_them(open_workspace: Callable[..., Database], make_web: Callable[..., Web]) -> None:
    browser = make_web(audited(open_workspace)).browser("seo")
    page = browser.get("/seo/links/wanted")
    assert "guide.html" in page.text
    assert "/seo/links/wanted" in browser.get("/seo/links").text
    assert browser.get("/seo/links/wanted?format=csv").text.count("guide.html") >= 1
    assert "Links to add" in browser.get("/seo/report/html").text
    book: Any = openpyxl.load_workbook(BytesIO(browser.get("/seo/report/xlsx").content))
    rows = list(book["Links to add"].values)
    assert rows[0][0] == "Page That Deserves Links"
    assert f"{BASE}guide.html" in {row[0] for row in rows}


def test_without_a_crawl_the_page_says_what_to_do(web: Web) -> None:
    assert "growth seo audit" in web.browser("seo").get("/seo/links/wanted").text
