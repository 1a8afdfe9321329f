"""``growth seo …``: output, exit codes, errors."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from growth.cli import words
from tests.sites.hostile import Hostile, page


@pytest.fixture
def database_url() -> None:
    """Commands are the same on each engine."""
    return


@pytest.fixture
def workspace(tmp_path: Path) -> Callable[..., Path]:
    """A workspace of a small hostile site that is only a little faulty."""

    def make(site: Hostile, more: str = "") -> Path:
        (tmp_path / "growth.yaml").write_text(
            f"site: {{name: 诚信贷, url: '{site.url}', locale: en}}\n"
            f"seo: {{crawl: {{requests_per_second: 100000, retry_after: 0s}}{more}}}\n"
        )
        return tmp_path

    return make


@pytest.fixture
def site() -> object:
    """A site with a broken link."""
    found = Hostile({"/": page('<a href="/gone">Gone</a><a href="/b">Second page</a>', title="Start"), "/b": page("text", title="")})
    yield found
    found.close()


@pytest.fixture
def growth(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """``growth(folder, "seo", …)`` → exit code, stdout, stderr."""

    def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
        code = words.run(["-C", str(folder), "--quiet", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


Growth = Callable[..., tuple[int, str, str]]


def test_audit_issues_pages_links(site: Hostile, workspace: Callable[..., Path], growth: Growth) -> None:
    folder = workspace(site)
    code, out, _err = growth(folder, "seo", "audit", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["crawl"]["pages"] == 2
    assert document["by_check"]["link-broken-internal"] == 1
    _code, out, _err = growth(folder, "seo", "issues", "--check", "link-broken-internal", "--jsonl")
    (issue,) = map(json.loads, out.splitlines())
    assert set(issue) >= {"check", "severity", "url", "message", "detail", "state", "first_seen", "weight"}
    assert issue["detail"]["target"] == f"{site.url}gone"
    _code, out, _err = growth(folder, "seo", "pages", "--json")
    assert {row["url"]: (row["status"], row["title"]) for row in json.loads(out)} == {
        site.url: (200, "Start"),
        f"{site.url}b": (200, ""),
        f"{site.url}gone": (404, None),
    }
    _code, out, _err = growth(folder, "seo", "links", "--broken", "--jsonl")
    (link,) = (row for row in map(json.loads, out.splitlines()) if row["kind"] == "a")
    assert (link["source"], link["target"], link["anchor"], link["status"], link["verdict"]) == (
        site.url,
        f"{site.url}gone",
        "Gone",
        404,
        "broken",
    )
    assert link["line"] == 1


def test_fail_on_decides_the_exit_code(site: Hostile, workspace: Callable[..., Path], growth: Growth) -> None:
    folder = workspace(site)
    assert growth(folder, "seo", "audit", "--fail-on", "error")[0] == 1
    assert growth(folder, "seo", "audit", "--fail-on", "none")[0] == 0
    assert growth(folder, "seo", "audit", "--fail-on", "bad")[0] == 2


def test_max_pages_stops_with_success_and_can_be_resumed(site: Hostile, workspace: Callable[..., Path], growth: Growth) -> None:
    folder = workspace(site)
    code, out, _err = growth(folder, "seo", "audit", "--max-pages", "1", "--json")
    assert (code, json.loads(out)["crawl"]["status"]) == (0, "limited")
    code, out, _err = growth(folder, "seo", "audit", "--resume", "--json")
    assert (code, json.loads(out)["crawl"]["pages"]) == (0, 2)


def test_a_robots_txt_that_answers_5xx_is_3_with_the_way_on(workspace: Callable[..., Path], growth: Growth) -> None:
    site = Hostile({"/": page("x"), "/robots.txt": (500, {}, b"")})
    code, _out, err = growth(workspace(site), "seo", "audit")
    site.close()
    assert code == 3
    assert "error:" in err
    assert "growth seo audit --resume" in err


@pytest.mark.parametrize(
    "words",
    [
        ("seo", "issues"),
        ("seo", "pages"),
        ("seo", "report"),
        ("seo", "diff"),
        ("seo", "sitemap"),
        ("seo", "audit", "--resume"),
        ("seo", "audit", "nonsense"),
        ("seo", "issues", "--severity", "grave"),
        ("seo", "issues", "--check", "no-such"),
        ("seo", "issues", "--state", "odd"),
        ("seo", "sitemap", "--for", "altavista"),
        ("seo", "report", "--format", "docx"),
        ("seo", "page", "no-such-file.html"),
        ("seo", "robots", "no-such-file", "--url", "/"),
    ],
)
def test_wrong_use_is_2_and_says_what_to_do(words: tuple[str, ...], site: Hostile, workspace: Callable[..., Path], growth: Growth) -> None:
    code, _out, err = growth(workspace(site), *words)
    assert code == 2
    assert "error:" in err
    assert "fix:" in err


def test_a_check_that_is_not_there_is_named_when_the_workspace_is_read(
    site: Hostile, workspace: Callable[..., Path], growth: Growth
) -> None:
    code, _out, err = growth(workspace(site, ", checks: {ignore: [title-mising]}"), "seo", "audit")
    assert code == 2
    assert "title-missing" in err
    assert "growth.yaml:2:" in err


def test_the_report_is_one_file_that_needs_nothing_else(site: Hostile, workspace: Callable[..., Path], growth: Growth) -> None:
    folder = workspace(site)
    growth(folder, "seo", "audit")
    target = folder / "crawl.html"
    code, _out, _err = growth(folder, "seo", "report", "-o", str(target))
    text = target.read_text("utf-8")
    assert code == 0
    assert "A link leads to a page of the site that does not answer" in text
    assert "<script" not in text
    assert 'src="http' not in text
    assert "<link" not in text
    assert growth(folder, "seo", "report", "--format", "csv", "-o", str(folder / "tables"))[0] == 0
    assert (folder / "tables" / "internal.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_sitemap_lists_the_indexable_pages_and_reads_back(site: Hostile, workspace: Callable[..., Path], growth: Growth) -> None:
    from seo.sitemap import read_sitemap

    folder = workspace(site)
    growth(folder, "seo", "audit")
    code, out, _err = growth(folder, "seo", "sitemap", "--split", "1", "-o", str(folder / "out"), "--json")
    files = [Path(name) for name in json.loads(out)["files"]]
    assert code == 0
    assert [file.name for file in files] == ["sitemap.xml", "sitemap-1.xml.gz", "sitemap-2.xml.gz"]
    assert [entry.url for entry in read_sitemap(files[0].read_bytes()).entries] == [
        f"{site.url}sitemap-1.xml.gz",
        f"{site.url}sitemap-2.xml.gz",
    ]
    assert [entry.url for file in files[1:] for entry in read_sitemap(file.read_bytes()).entries] == [site.url, f"{site.url}b"]
    code, out, _err = growth(folder, "seo", "silian", "--json")
    assert json.loads(out)["urls"] == [f"{site.url}gone"]


def test_a_draft_is_judged_before_it_is_online(site: Hostile, workspace: Callable[..., Path], growth: Growth) -> None:
    folder = workspace(site)
    (folder / "draft.html").write_text("<html><head><title></title></head><body><a href='https;//x'>y</a></body></html>")
    code, out, _err = growth(folder, "seo", "page", str(folder / "draft.html"), "--json")
    document = json.loads(out)
    assert code == 0
    assert document["checks"]["title-missing"] == "failed"
    assert document["checks"]["hreflang-no-self"] == "not-applicable"


def test_robots_is_tried_without_a_workspace(tmp_path: Path, growth: Growth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GROWTH_WORKSPACE", raising=False)
    (tmp_path / "robots.txt").write_text("User-agent: Baiduspider\nDisallow: /private/\n")
    code, out, _err = growth(Path(os.devnull), "seo", "robots", "robots.txt", "--agent", "Baiduspider", "--url", "/private/x", "--json")
    assert (code, json.loads(out)) == (0, {"allowed": False, "line": 2, "rule": "Disallow: /private/"})
    agent = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"
    _code, out, _err = growth(
        Path(os.devnull), "seo", "robots", "robots.txt", "--agent", agent, "--url", "https://e.com/private/x", "--json"
    )
    assert json.loads(out) == {"allowed": True, "line": None, "rule": None}


def test_two_audits_at_once_are_refused(site: Hostile, workspace: Callable[..., Path], growth: Growth) -> None:
    from growth.db import open_database
    from growth.workspace import load_workspace
    from seo.crawl.lock import only_crawl

    folder = workspace(site)
    database = open_database(load_workspace(folder))
    with only_crawl(database):
        code, _out, err = growth(folder, "seo", "audit")
    database.close()
    assert code == 2
    assert "running" in err


def test_every_check_is_listed_and_explained(site: Hostile, workspace: Callable[..., Path], growth: Growth) -> None:
    folder = workspace(site)
    _code, out, _err = growth(folder, "seo", "checks", "--json")
    checks = json.loads(out)
    assert len(checks) == 183
    assert all(check["why"] and check["mend"] and check["source"] for check in checks)
    code, out, _err = growth(folder, "explain", "title-stuffed")
    assert code == 0
    assert "Baidu" in out
