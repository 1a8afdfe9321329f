"""An issue is new, open, fixed, back; it is accepted by growth.yaml; its weight says what it costs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from growth.db import Database
from seo.audit import run_audit
from seo.diff import diff_crawls
from seo.issues import IssueState
from seo.listing import list_issues
from tests.conftest import NOW
from tests.sites.served import LocalFetcher, Served, files

BASE = "https://www.life.test/"
YAML = "site: {{name: 诚信贷, url: '{base}'}}\nseo: {{crawl: {{requests_per_second: 100000, retry_after: 0s}}{more}}}\n"


def site() -> Served:
    """Three pages that link to each other."""
    pages = ["/", "/a.html", "/b.html"]
    return Served(base=BASE, resources={**files(BASE), **{path: {"links": pages} for path in pages}})


def audit(database: Database, served: Served, **more: Any) -> dict[str, Any]:
    """Audit; the issues of title-missing by page."""
    run_audit(database, now=NOW, fetching=partial(LocalFetcher, served), **more)
    return {issue.url: issue for issue in list_issues(database, check="title-missing", accepted=True)}


def test_an_issue_is_new_then_open_then_fixed_then_back(open_workspace: Callable[..., Database]) -> None:
    database, served, url = open_workspace(YAML.format(base=BASE, more="")), site(), f"{BASE}a.html"
    served.resources["/a.html"] |= {"title": ""}
    first = audit(database, served)[url]
    assert first.state is IssueState.NEW
    second = audit(database, served)[url]
    assert (second.state, second.first_seen, second.id) == (IssueState.OPEN, first.first_seen, first.id)
    served.resources["/a.html"].pop("title")
    assert audit(database, served) == {}
    assert [issue.url for issue in list_issues(database, check="title-missing", state="fixed")] == [url]
    served.resources["/a.html"] |= {"title": ""}
    back = audit(database, served)[url]
    assert (back.state, back.id) == (IssueState.REAPPEARED, first.id)


def test_a_page_that_was_not_looked_at_keeps_its_issue(open_workspace: Callable[..., Database]) -> None:
    database, served, url = open_workspace(YAML.format(base=BASE, more="")), site(), f"{BASE}b.html"
    served.resources["/b.html"] |= {"title": ""}
    audit(database, served)
    found = audit(database, served, max_pages=1)
    assert found[url].state is IssueState.NEW
    assert [one.url for one in list_issues(database, check="title-missing", state="fixed")] == []


def test_a_broken_target_is_one_issue_however_many_pages_link_to_it(open_workspace: Callable[..., Database]) -> None:
    database, served = open_workspace(YAML.format(base=BASE, more="")), site()
    for path in ("/a.html", "/b.html"):
        served.resources[path] |= {"body": '<a href="/gone.html#part">已经没有的页面</a>'}
    audit(database, served)
    (issue,) = list_issues(database, check="link-broken-internal")
    detail = issue.detail
    assert detail["target"] == f"{BASE}gone.html"
    assert (detail["status"], detail["anchor"], detail["source_count"]) == (404, "已经没有的页面", 2)
    assert detail["sources"] == [f"{BASE}a.html", f"{BASE}b.html"]
    assert detail["links"][0]["line"] > 0
    # the first page is mended: it is still the same issue
    served.resources["/a.html"].pop("body")
    audit(database, served)
    (later,) = list_issues(database, check="link-broken-internal")
    assert (later.id, later.url) == (issue.id, f"{BASE}b.html")


def test_growth_yaml_accepts_issues_with_a_reason(open_workspace: Callable[..., Database]) -> None:
    accept = f', accept: [{{check: title-missing, url: "{BASE}a*", because: 测试页}}]'
    database, served = open_workspace(YAML.format(base=BASE, more=accept)), site()
    for path in ("/a.html", "/b.html"):
        served.resources[path] |= {"title": ""}
    found = audit(database, served)
    assert found[f"{BASE}a.html"].accepted == "测试页"
    assert [issue.url for issue in list_issues(database, check="title-missing")] == [f"{BASE}b.html"]


def test_checks_are_left_out_weighed_otherwise_and_limited(open_workspace: Callable[..., Database]) -> None:
    checks = (
        ", checks: {ignore: [h1-missing], severity: {title-missing: notice}, limits: {title-too-short: 9000, content-thin: {han: 9000}}}"
    )
    database, served = open_workspace(YAML.format(base=BASE, more=checks)), site()
    served.resources["/a.html"] |= {"title": "", "drop": ["h1"]}
    found = audit(database, served)
    assert found[f"{BASE}a.html"].severity == "notice"
    by_check = {issue.check for issue in list_issues(database)}
    assert "h1-missing" not in by_check
    assert {"title-too-short", "content-thin"} <= by_check


def test_a_page_that_many_link_to_weighs_more(open_workspace: Callable[..., Database]) -> None:
    database, served = open_workspace(YAML.format(base=BASE, more="")), site()
    served.resources["/a.html"] |= {"title": ""}
    served.resources["/c.html"] = {"title": "", "links": ["/"]}
    served.resources["/b.html"] |= {"links": ["/", "/a.html", "/c.html"]}
    found = audit(database, served)
    assert found[f"{BASE}a.html"].weight > found[f"{BASE}c.html"].weight > 0


def test_two_crawls_are_compared(open_workspace: Callable[..., Database]) -> None:
    database, served = open_workspace(YAML.format(base=BASE, more="")), site()
    served.resources["/a.html"] |= {"title": ""}
    audit(database, served)
    served.resources["/a.html"].pop("title")
    served.resources["/b.html"] |= {"drop": ["h1"]}
    audit(database, served)
    found = diff_crawls(database)
    changes = {(change.state, change.check, change.url) for change in found.changes if change.state is not IssueState.OPEN}
    assert (IssueState.FIXED, "title-missing", f"{BASE}a.html") in changes
    assert (IssueState.NEW, "h1-missing", f"{BASE}b.html") in changes
    then = {issue.check: issue.state for issue in list_issues(database, crawl_id=1)}
    assert then["title-missing"] is IssueState.NEW


def test_only_the_newest_crawls_keep_their_pages(open_workspace: Callable[..., Database]) -> None:
    yaml = "site: {{name: 诚信贷, url: '{base}'}}\nseo: {{crawl: {{requests_per_second: 100000, keep: 2}}}}\n"
    database, served = open_workspace(yaml.format(base=BASE)), site()
    for _time in range(3):
        audit(database, served)
    from seo.crawls import crawls

    with database.read() as session:
        assert [(crawl.id, crawl.kept, crawl.pages) for crawl in crawls(session)] == [(3, True, 3), (2, True, 3), (1, False, 3)]
