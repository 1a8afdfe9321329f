"""The dashboard: overview, issues, one issue, pages, one page's sheet, links, crawls, diff, files, a running crawl."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from sqlalchemy import update

from growth.db import Database
from seo.listing import list_issues
from seo.models import CrawlRow
from tests.conftest import NOW
from tests.seo.conftest import audited
from tests.sites.served import Served, files
from tests.sites.worlds import World, sitemap
from tests.web import Browser, Web

BASE = "https://www.shown.test/"
NASTY = '<script>alert(1)</script>=HYPERLINK("http://x")'


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A site with some faults, audited twice."""
    pages = ["/", "/list/", "/contact.html", "/p/1.html", "/p/2.html"]
    resources: dict[str, Any] = {**files(BASE), **{path: {"links": [one for one in pages if one != path]} for path in pages}}
    resources["/p/1.html"] |= {"title": NASTY, "body": f'<a href="/gone.html">{NASTY.replace("<", "&lt;")}</a>'}
    resources["/p/2.html"] |= {"title": ""}
    resources["/sitemap.xml"] = {"text": sitemap(pages), "type": "application/xml"}
    accept = "accept: [{check: title-site-name-missing, url: '*', because: 品牌名在页脚}]"
    crawl = f"seo: {{crawl: {{requests_per_second: 100000, retry_after: 0s}}, {accept}}}"
    world = World(site=Served(base=BASE, resources=resources), growth_yaml=f"site: {{name: 诚信贷, url: '{BASE}'}}\n{crawl}\n")
    folder: Path = tmp_path_factory.mktemp("shown") / "w"
    database, _issues = audited(world, folder)
    del resources["/p/2.html"]["title"]
    database.close()
    database, _issues = audited(world, folder)
    yield database
    database.close()


@pytest.fixture
def seo(crawled: Database, make_web: Callable[..., Web]) -> Browser:
    """Somebody of the SEO staff at the dashboard."""
    return make_web(crawled).browser("seo")


def text(browser: Browser, path: str) -> str:
    """The page at `path`, which must be there."""
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
    return answer.text


def test_the_overview_says_how_the_site_stands(seo: Browser) -> None:
    page = text(seo, "/seo")
    assert "站内链接打不开" in page
    assert "/seo/issues/link-broken-internal" in page


def test_what_to_mend_first_says_what_it_costs_and_two_audits_on_one_day_are_a_trend(seo: Browser) -> None:
    page = text(seo, "/seo")
    assert re.search("站内链接打不开 \\(1\\)：按链接权重排第 \\d", page), "no visits were counted"
    assert "chart-trend" in page or "错误与警告" in page
    assert "#1 · " in page
    assert "#2 · " in page


def test_accepted_issues_have_a_filter_with_their_reason(seo: Browser) -> None:
    assert "/seo/issues/title-site-name-missing" not in text(seo, "/seo/issues")
    page = text(seo, "/seo/issues?state=accepted")
    assert "/seo/issues/title-site-name-missing?state=accepted" in page
    assert "/seo/issues/link-broken-internal" not in page
    assert "品牌名在页脚" in text(seo, "/seo/issues/title-site-name-missing?state=accepted")
    assert "品牌名在页脚" not in text(seo, "/seo/issues/title-site-name-missing")
    sheet = text(seo, f"/seo/page?url={quote(BASE + 'p/1.html', safe='')}")
    assert "已接受" in sheet


def test_issues_are_filtered_and_taken_away(seo: Browser) -> None:
    assert "link-broken-internal" in text(seo, "/seo/issues?severity=error")
    assert "/seo/issues/link-broken-internal" not in text(seo, "/seo/issues?severity=notice")
    assert "link-broken-internal" not in text(seo, "/seo/issues?group=text")
    assert seo.get("/seo/issues?format=csv").content.startswith(b"\xef\xbb\xbf")


def test_a_check_says_why_how_to_mend_and_lists_its_pages(seo: Browser) -> None:
    page = text(seo, "/seo/issues/link-broken-internal")
    assert "访客点到死链就会离开" in page
    assert "改正链接地址" in page
    assert f"{BASE}gone.html" in page
    assert seo.get("/seo/issues/no-such-check").status_code == 404


def test_an_issue_shows_the_links_that_lead_to_it(seo: Browser, crawled: Database) -> None:
    issue = next(one for one in list_issues(crawled) if one.check == "link-broken-internal")
    page = text(seo, f"/seo/issue/{issue.id}")
    assert f"{BASE}p/1.html" in page
    assert seo.get("/seo/issue/999999").status_code == 404


def test_an_issue_is_given_to_somebody_and_shows_in_their_list(seo: Browser, crawled: Database) -> None:
    issue = next(one for one in list_issues(crawled) if one.check == "link-broken-internal")
    assert seo.post(f"/seo/issue/{issue.id}/assign", {"assigned_to": "小王"}).status_code == 303
    assert "小王" in text(seo, f"/seo/issue/{issue.id}")
    assert "小王" in text(seo, "/todo")


def test_a_viewer_sees_but_does_not_begin_or_give(crawled: Database, make_web: Callable[..., Web]) -> None:
    viewer = make_web(crawled).browser("viewer")
    assert "/seo/audit" not in text(viewer, "/seo")
    assert viewer.post("/seo/audit").status_code == 403
    assert viewer.post("/seo/issue/1/assign", {"assigned_to": "x"}).status_code == 403


def test_pages_are_listed_searched_and_sorted(seo: Browser) -> None:
    assert ">/p/2.html<" in text(seo, "/seo/pages")
    found = text(seo, "/seo/pages?q=contact&sort=-words")
    assert ">/contact.html<" in found
    assert ">/p/2.html<" not in found


def test_a_page_has_a_sheet_with_all_that_was_seen(seo: Browser) -> None:
    page = text(seo, f"/seo/page?url={quote(BASE + 'p/1.html', safe='')}")
    for part in (f"{BASE}contact.html", "og:title", "strict-transport-security", "h1"):
        assert part in page
    assert seo.get("/seo/page?url=https://www.shown.test/never").status_code == 404
    assert seo.get("/seo/page?url=nonsense").status_code == 404


def test_a_sheet_shows_what_the_page_loads_apart_from_its_links(seo: Browser) -> None:
    page = text(seo, f"/seo/page?url={quote(BASE + 'p/1.html', safe='')}")
    links, resources = page.split("本页上的链接", 1)[1].split("脚本、样式、图片与媒体", 1)
    assert "js/t.js" in resources
    assert "脚本" in resources
    assert "js/t.js" not in links
    assert "gone.html" in links


def test_all_links_of_a_page_are_paged_filtered_and_taken_away(seo: Browser) -> None:
    own = f"/seo/page/links?url={quote(BASE + 'p/1.html', safe='')}"
    assert f"{BASE}contact.html" in text(seo, own)
    out = text(seo, f"{own}&show=out&q=gone")
    assert "gone.html" in out
    assert "contact.html" not in out.split("<table", 1)[1]
    rows = seo.get(f"{own}&show=resources&format=csv").content.decode("utf-8-sig").splitlines()
    assert any("js/t.js,脚本,200" in row for row in rows), rows
    for wrong in (f"{own}&show=nonsense", "/seo/page/links?url=nonsense", f"/seo/page/links?url={BASE}never"):
        assert seo.get(wrong).status_code == 404, wrong


def test_what_a_crawled_page_says_never_runs_here(seo: Browser) -> None:
    for path in ("/seo/pages", f"/seo/page?url={quote(BASE + 'p/1.html', safe='')}", "/seo/links", "/seo/issues/link-broken-internal"):
        assert "<script>alert(1)" not in text(seo, path)
    assert "<script>alert(1)" not in seo.get("/seo/report/html").text
    book = openpyxl.load_workbook(BytesIO(seo.get("/seo/report/xlsx").content))
    cells = [cell for sheet in book for row in sheet for cell in row if isinstance(cell.value, str) and "HYPERLINK" in cell.value]
    assert cells
    assert all(cell.data_type == "s" for cell in cells)


def test_links_show_what_they_lead_to(seo: Browser) -> None:
    assert "gone.html" in text(seo, "/seo/links")
    assert "gone.html" not in text(seo, "/seo/links?show=external")
    assert "contact.html" in text(seo, "/seo/links?show=all")


def test_crawls_are_kept_and_compared(seo: Browser) -> None:
    assert "/seo/diff?new=2" in text(seo, "/seo/crawls")
    page = text(seo, "/seo/diff?old=1&new=2")
    assert "title-missing" in page or "页面没有标题" in page
    assert seo.get("/seo/diff?old=1&new=2&format=csv").status_code == 200


def test_the_workbook_has_the_columns_that_seo_staff_know(seo: Browser, crawled: Database) -> None:
    english = Browser(seo.web)
    english.cookies = dict(seo.cookies)
    english.post("/appearance", {"language": "en", "next": "/seo"})
    book = openpyxl.load_workbook(BytesIO(english.get("/seo/report/xlsx").content))
    heads = [cell.value for cell in book["Internal"][1]]
    for name in (
        "Address",
        "Status Code",
        "Indexability",
        "Title 1",
        "Title 1 Length",
        "Title 1 Pixel Width",
        "Meta Description 1",
        "H1-1",
        "Crawl Depth",
    ):
        assert name in heads
    assert {"Links and structure", "Broken links"} <= set(book.sheetnames)


def test_a_running_crawl_shows_its_progress(seo: Browser, crawled: Database) -> None:
    with crawled.write() as session:
        session.add(
            CrawlRow(
                start_url=BASE,
                state="running",
                started_at=NOW,
                heartbeat_at=NOW,
                max_pages=1000,
                pages=40,
                queued=60,
                seconds=20.0,
                workspace_hash="",
                asked_by="command",
                totals={},
            )
        )
    try:
        assert 'hx-get="/seo/running"' in text(seo, "/seo")
        assert "40" in text(seo, "/seo/running")
    finally:
        with crawled.write() as session:
            session.execute(update(CrawlRow).where(CrawlRow.state == "running").values(state="abandoned"))
    assert seo.get("/seo/running").status_code == 303


def test_an_audit_is_asked_for(seo: Browser) -> None:
    assert seo.post("/seo/audit").status_code == 303


def test_without_an_audit_the_pages_say_what_to_do(web: Web) -> None:
    browser = web.browser("seo")
    for path in ("/seo", "/seo/issues", "/seo/pages", "/seo/links", "/seo/crawls", "/seo/diff"):
        assert "growth seo audit" in text(browser, path), path
    assert browser.get("/seo/report/html").status_code == 404
