"""``/seo/coverage``: sentence, figures with evidence, tables with downloads, the form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from growth.db import Database
from seo.indexing.importing import read_logs
from tests.conftest import NOW
from tests.seo.indexing.lines import BAIDU, BAIDUS, SOMEBODYS, combined
from tests.sites.served import Served, files
from tests.web import Browser, Web

BASE = "https://www.example.com/"


@pytest.fixture
def seo(audit_of: Callable[..., tuple[Database, object]], make_web: Callable[..., Web], tmp_path: Path) -> Browser:
    """Somebody of the SEO staff, with an audited site and a log that was read."""
    pages = ["/", "/news/1.html", "/never.html"]
    database, _result = audit_of(Served(base=BASE, resources={**files(BASE), **{path: {"links": pages} for path in pages}}))
    log = tmp_path / "access.log"
    lines = [
        combined(path="/news/1.html"),
        combined(SOMEBODYS, "/"),
        combined(BAIDUS, "/gone/<script>alert(1)</script>", BAIDU, status=404),
    ]
    lines += [combined(path="/", at="22/Nov/2026:10:00:00 +0800"), combined(path="/old/", at="01/Mar/2026:10:00:00 +0800")]
    log.write_text("".join(lines))
    read_logs(database, [log], now=NOW, names=False)
    return make_web(database).browser("seo")


def text(browser: Browser, path: str) -> str:
    """The page at `path`, which must be there."""
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
    return answer.text


def test_the_page_says_who_came_and_what_was_never_asked_for(seo: Browser) -> None:
    page = text(seo, "/seo/coverage")
    assert "爬虫共抓取 3 次" in page
    assert "Google 从未抓取" in page
    assert "/news/" in text(seo, "/seo/coverage?show=sections")
    assert "/seo/coverage" in text(seo, "/seo")


def test_days_are_chosen_by_the_address(seo: Browser) -> None:
    assert "爬虫共抓取 4 次" in text(seo, "/seo/coverage?days=0")


def test_every_figure_opens_its_evidence(seo: Browser) -> None:
    for figure in ("visits", "failed", "forged", "never", "pushed_visited"):
        assert f"/seo/coverage/evidence/{figure}" in text(seo, "/seo/coverage")
        assert "growth seo coverage --json" in text(seo, f"/seo/coverage/evidence/{figure}")
    assert seo.get("/seo/coverage/evidence/nothing").status_code == 404


def test_tables_are_taken_away(seo: Browser) -> None:
    assert f"{BASE}never.html" in text(seo, "/seo/coverage?show=never&engine=google")
    assert f"{BASE}never.html" in seo.get("/seo/coverage?show=never&engine=google&format=csv").content.decode("utf-8-sig")
    for show in ("engines", "sections", "pages", "never", "dead"):
        assert seo.get(f"/seo/coverage?show={show}&format=xlsx").content.startswith(b"PK")


def test_what_a_crawler_asked_for_never_runs_here(seo: Browser) -> None:
    page = text(seo, "/seo/coverage?show=dead")
    assert "gone" in page
    assert "<script>alert(1)" not in page


def test_the_count_of_a_console_is_written_down(seo: Browser) -> None:
    assert seo.post("/seo/coverage/indexed", {"engine": "baidu", "pages": "1,234"}).status_code == 303
    assert "1,234" in text(seo, "/seo/coverage?show=pages")
    assert seo.post("/seo/coverage/indexed", {"engine": "baidu", "pages": "many"}).status_code == 200
    assert seo.post("/seo/coverage/indexed", {"engine": "askjeeves", "pages": "1"}).status_code == 200


def test_a_viewer_sees_and_writes_nothing_down(seo: Browser) -> None:
    viewer = seo.web.browser("viewer")
    assert "/seo/coverage/indexed" not in text(viewer, "/seo/coverage")
    assert viewer.post("/seo/coverage/indexed", {"engine": "baidu", "pages": "1"}).status_code == 403


def test_without_a_log_the_page_says_what_to_do(web: Web) -> None:
    assert "growth seo coverage --log" in text(web.browser("seo"), "/seo/coverage")
