"""``growth seo compare``: what is compared, what is fetched and what is not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from growth.cli import words
from growth.errors import GrowthError, Unreachable
from growth.outbound import Reach
from growth.workspace import Workspace
from seo.comparing.comparison import Standing
from seo.comparing.terms import terms_of
from seo.comparing.visit import compare_pages, reach_of
from tests.conftest import NOW
from tests.sites.hostile import Hostile

OURS = """<html lang="zh-CN"><head><title>小额借款_诚信贷</title></head>
<body><h1>小额借款</h1><p>申请小额借款，额度透明。借款之前请先阅读合同。</p><a href="/a">说明</a></body></html>"""
THEIRS = """<html lang="zh-CN"><head><title>网络借贷年化利率 小额借款 - 对手</title>
<meta name="description" content="网络借贷年化利率与还款计划一览，支持提前还款，资金由银行存管。
年化利率透明，费用写明；借款流程、额度、期限说明。">
<meta property="og:title" content="x"><meta property="og:site_name" content="对手">
<script type="application/ld+json">{"@context":"https://schema.org","@type":"FAQPage","mainEntity":[{}]}</script></head>
<body><h1>网络借贷年化利率</h1><h2>年化利率怎么计算</h2>
<p>年化利率按照等额本息计算，年化利率越低费用越少。还款计划在合同里写明。等额本息与先息后本的区别，对手平台给出例子。</p>
<h2>提前还款违约金</h2><p>提前还款不收违约金。小额借款也一样，对手平台写在合同里。</p>
<img src="/a.png" alt="还款计划"><img src="/b.png" alt="例子"><iframe src="https://player.bilibili.com/player.html?bvid=1"></iframe>
<a href="/1">额度</a><a href="/2">期限</a></body></html>"""


@pytest.fixture
def database_url() -> None:
    """Commands are the same on each engine."""
    return


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, Any]], Hostile]]:
    """``serve({path: answer})`` → a site on loopback."""
    running: list[Hostile] = []

    def start(pages: dict[str, Any]) -> Hostile:
        running.append(Hostile(pages))
        return running[-1]

    yield start
    for each in running:
        each.close()


def html(text: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """A page that answers 200."""
    return 200, headers, text.encode()


@pytest.fixture
def workspace_of(make_workspace: Callable[..., Workspace]) -> Callable[[Hostile], Workspace]:
    """The workspace whose site is the one on loopback."""
    return lambda site: make_workspace(f"site: {{name: 诚信贷, url: '{site.url}', locale: en}}\n")


EVERYWHERE = Reach(allow_private=True)


def compared(workspace: Workspace, page: str, *others: str, **more: Any) -> Any:
    """A comparison in which loopback may be reached."""
    return compare_pages(workspace, page, others, now=NOW, **{"reach": EVERYWHERE, **more})


def test_every_difference_comes_with_what_to_do(serve: Any, workspace_of: Any) -> None:
    ours, first, second = serve({"/": html(OURS)}), serve({"/": html(THEIRS)}), serve({"/": html(THEIRS)})
    found = compared(workspace_of(ours), ours.url, first.url, second.url).comparison
    points = {point.id: point for point in found.points}
    for id in ("title", "description", "h1", "headings", "images", "structured-data", "text-length"):
        assert points[id].standing is Standing.BEHIND, id
        assert points[id].todo, id
    assert "年化利率" in points["title"].todo
    assert points["structured-data"].theirs == ("FAQPage, og", "FAQPage, og")
    assert points["videos"].theirs == ("1", "1")
    assert points["first-byte"].standing is not Standing.UNKNOWN
    assert points["wire-size"].ours.startswith(str(len(OURS.encode()))[:1])
    assert {gap.check for gap in found.checks} >= {"description-missing"}
    assert [gap.heading for gap in found.sections] == ["年化利率怎么计算", "提前还款违约金"]


def test_a_term_of_most_of_theirs_that_we_lack_is_named_and_ours_is_not(serve: Any, workspace_of: Any) -> None:
    ours, first, second = serve({"/": html(OURS)}), serve({"/": html(THEIRS)}), serve({"/": html(THEIRS)})
    found = compared(workspace_of(ours), ours.url, first.url, second.url).comparison
    terms = {term.term: term for term in found.terms}
    assert terms["年化利率"].ours == 0
    assert (terms["年化利率"].pages, terms["年化利率"].in_titles) == (2, 2)
    assert "等额本息" in terms
    assert "小额借款" not in terms
    # the name of the other site is no term to use
    assert not any("对手" in term for term in terms)


def test_a_page_is_level_with_itself(serve: Any, workspace_of: Any) -> None:
    site = serve({"/": html(THEIRS)})
    found = compared(workspace_of(site), site.url, site.url).comparison
    assert found.behind == []
    assert (found.terms, found.sections, found.checks) == ((), (), ())


def test_a_gbk_page_is_read_as_it_is_meant(serve: Any, workspace_of: Any) -> None:
    ours = serve({"/": html(OURS)})
    theirs = serve({"/": (200, {"content-type": "text/html; charset=gbk"}, THEIRS.encode("gbk"))})
    found = compared(workspace_of(ours), ours.url, theirs.url).comparison
    assert found.theirs[0].title == "网络借贷年化利率 小额借款 - 对手"


def test_robots_txt_of_another_site_is_obeyed_and_said(serve: Any, workspace_of: Any) -> None:
    ours = serve({"/": html(OURS), "/robots.txt": html("User-agent: *\nDisallow: /\n")})
    closed = serve({"/page": html(THEIRS), "/robots.txt": html("User-agent: *\nDisallow: /page\n")})
    moved = serve({"/": (302, {"location": closed.url + "page"}, b"")})
    failing = serve({"/": html(THEIRS), "/robots.txt": (503, {}, b"")})
    open_ = serve({"/": html(THEIRS)})
    found = compared(workspace_of(ours), ours.url, closed.url + "page", moved.url, failing.url, open_.url)
    assert [one.url for one in found.unread] == [closed.url + "page", moved.url, failing.url]
    assert all("robots.txt" in one.why for one in found.unread)
    assert "Disallow: /page" in found.unread[0].why
    assert "/page" not in closed.asked
    assert "/" not in failing.asked


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((404, {}, b"<title>404</title>"), "404"),
        ((200, {"content-type": "application/pdf"}, b"%PDF"), "no HTML page"),
        ((302, {"location": "/"}, b""), "circle"),
        ((302, {"location": "ftp://x.example/"}, b""), "no web address"),
        ((200, {}, b"<html><script>document.cookie='acw_sc__v2='</script></html>"), "firewall"),
    ],
)
def test_a_page_that_cannot_be_compared_is_listed_with_the_reason(serve: Any, workspace_of: Any, answer: Any, why: str) -> None:
    ours, bad, good = serve({"/": html(OURS)}), serve({"/": answer}), serve({"/": html(THEIRS)})
    found = compared(workspace_of(ours), ours.url, bad.url, good.url)
    (unread,) = found.unread
    assert why in unread.why
    assert len(found.comparison.theirs) == 1


def test_private_addresses_are_not_reached_but_for_the_site_itself(serve: Any, workspace_of: Any) -> None:
    ours, inside = serve({"/": html(OURS)}), serve({"/": html(THEIRS)})
    workspace = workspace_of(ours)
    with pytest.raises(Unreachable, match="private address refused"):
        compared(workspace, ours.url, inside.url, reach=reach_of(workspace, allow_private=False))
    assert inside.asked == []
    lured = serve({"/": (302, {"location": inside.url}, b"")})
    with pytest.raises(GrowthError, match="private address refused"):
        compared(workspace_of(lured), lured.url, lured.url, reach=reach_of(workspace_of(lured), allow_private=False))
    assert inside.asked == []


def test_a_saved_page_keeps_the_links_of_where_it_was_saved_from(serve: Any, workspace_of: Any, tmp_path: Path) -> None:
    ours = serve({"/": html(OURS)})
    file = tmp_path / "saved.html"
    file.write_text(f"<!DOCTYPE html>\n<!-- saved from url=(0026)https://www.theirs.example/loan -->\n{THEIRS}")
    found = compared(workspace_of(ours), ours.url, str(file)).comparison
    points = {point.id: point for point in found.points}
    assert points["links-internal"].theirs == ("2",)
    assert points["first-byte"].theirs == ("–",)
    assert points["first-byte"].standing is Standing.UNKNOWN


def test_a_page_that_scripts_fill_is_told(serve: Any, workspace_of: Any) -> None:
    ours = serve({"/": html(OURS)})
    theirs = serve({"/": html('<html><body><div id="app"></div><script src="/app.js"></script></body></html>')})
    assert compared(workspace_of(ours), ours.url, theirs.url).comparison.theirs[0].scripted


def test_chinese_is_cut_into_words_and_pairs() -> None:
    found = terms_of("小额借款的年化利率由平台公布，年化利率不含服务费。P2P lending 的利率 2026")
    assert found["年化利率"] == 2
    assert found["利率"] == 3
    assert found["p2p"] == 1
    assert found["p2p lending"] == 1
    assert not {"的", "由", "2026", "不"} & set(found)


def test_the_command_prints_tables_or_one_json_document(serve: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours, closed, theirs = serve({"/": html(OURS)}), serve({"/": (403, {}, b"no")}), serve({"/": html(THEIRS)})
    (tmp_path / "growth.yaml").write_text(
        f"site: {{name: 诚信贷, url: '{ours.url}', locale: en}}\nseo: {{crawl: {{allow_private: true}}}}\n"
    )
    line = ["-C", str(tmp_path), "seo", "compare", ours.url, theirs.url, closed.url]
    assert words.run(line) == 0
    out, err = capsys.readouterr()
    assert "Theirs" in out
    assert "年化利率" in out
    assert "403" in err
    assert words.run([*line, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"page", "competitors", "points", "terms", "sections", "checks", "unread"}
    assert document["unread"][0]["url"] == closed.url
    assert words.run(["-C", str(tmp_path), "seo", "compare", ours.url]) == 2
    assert words.run(["-C", str(tmp_path), "seo", "compare", ours.url, str(tmp_path / "none.html")]) == 2
    assert "none.html" in capsys.readouterr().err
