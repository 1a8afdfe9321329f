"""What link-uncrawlable speaks of, element by element; and that every check says why in both languages, and where its rule is from."""

from __future__ import annotations

import pytest

from growth.language import speaking
from growth.workspace import Workspace
from seo.answer import Answer
from seo.check import catalogue
from seo.checks.link_uncrawlable import judge
from seo.facts import site_facts
from seo.reading import read_page
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("element", "counts"),
    [
        ('<a href="">尚未填写</a>', True),
        ('<a href="  ">尚未填写</a>', True),
        ('<a href="javascript:void(0)">打开</a>', True),
        ('<a href="JavaScript:openPage(3)">打开</a>', True),
        ('<a onclick="go()">打开</a>', True),
        ('<area href="" alt="区域">', True),
        ("<a>文字</a>", False),
        ('<a href="#top">回到顶部</a>', False),
        ('<a href="#">收起</a>', False),
        ('<a href="?">本页</a>', False),
        ('<a id="part"></a>', False),
        ('<a id="part" href="">第二节</a>', False),
        ('<a name="part" href="">第二节</a>', False),
        ('<a role="button" href="javascript:;">关闭</a>', False),
        ('<a role="button" onclick="go()">关闭</a>', False),
        ('<a id="close" href="javascript:;">关闭</a>', True),
        ('<a href="mailto:kf@small.test">写信</a>', False),
    ],
)
def test_a_link_without_an_address_counts_unless_it_is_a_button_or_a_place(workspace: Workspace, element: str, counts: bool) -> None:
    body = f"<!doctype html><html lang=zh-CN><title>页</title><body><p>{element}</p></body></html>".encode()
    facts = site_facts(workspace)
    answer = Answer(url=facts.home, status=200, headers={"content-type": "text/html; charset=utf-8"}, body=body)
    found = list(judge(read_page(answer, facts, read_at=NOW), {}))
    assert [one.detail["count"] for one in found] == [1] * counts


def test_every_check_speaks_both_languages_and_names_where_its_rule_is_from() -> None:
    for id, check in catalogue().items():
        meta = check.meta
        assert str(meta.source), id
        for text in (meta.title_good, meta.title_bad, meta.why, meta.mend):
            with speaking("en"):
                english = str(text)
            with speaking("zh-CN"):
                chinese = str(text)
            assert english != chinese, id
            assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), (id, chinese)
        assert str(meta.title_good) != str(meta.title_bad), id
