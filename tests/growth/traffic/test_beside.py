"""Daily totals of 百度统计 and 友盟 beside ours: exports as they come, the difference, and its causes as recounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from growth import clock
from growth.db import Database
from growth.tables import TableUnreadable
from growth.traffic import Cause, Counter, CountImport, beside, import_counts
from tests.growth.traffic.conftest import CHANNELS, YAML
from tests.journeys import Site, journey
from tests.web import Web

BAIDU = """\
站点：www.example.com
时间：2026/11/01 - 2026/11/03,,,

日期,浏览量(PV),访问次数,访客数(UV),新访客数,IP数,跳出率,平均访问时长
2026/11/01,"1,234",410,"1,005",88,390,41.2%,00:02:10
2026/11/02,6,4,--,2,3,50%,00:01:00
2026-13-40,1,1,1,1,1,1%,00:00:01
全站汇总,"1,240",414,"1,005",90,393,41.3%,00:02:09
"""
UMENG = "时间,浏览次数(PV),独立访客(UV),IP,新独立访客,访问次数\r\n20261101,1300,1010,400,90,420\r\n2026-11-02（周一）,7,3,3,1,5\r\n"


@pytest.fixture
def site(open_workspace: Callable[..., Database]) -> Site:
    """A site on each engine."""
    return Site(open_workspace(YAML, files={"channels.yaml": CHANNELS}))


def bring(site: Site, path: Path, content: bytes, provider: Counter | None = None) -> CountImport:
    path.write_bytes(content)
    with site.database.write() as session:
        return import_counts(session, path, now=site.start, provider=provider)


def test_exports_are_read_as_they_come(site: Site, tmp_path: Path) -> None:
    first = bring(site, tmp_path / "趋势分析.csv", BAIDU.encode("gb18030"))
    assert (first.provider, first.rows, first.written, first.unchanged) == (Counter.BAIDU, 3, 2, 0)
    assert [(row.row, row.column) for row in first.rejected] == [(7, "day")]
    again = bring(site, tmp_path / "趋势分析.csv", BAIDU.encode("utf-8-sig"))
    assert (again.written, again.unchanged) == (0, 2)
    umeng = bring(site, tmp_path / "cnzz.csv", UMENG.encode("utf-8-sig"))
    assert (umeng.provider, umeng.written) == (Counter.UMENG, 2)
    corrected = bring(site, tmp_path / "cnzz.csv", UMENG.replace(",7,3", ",9,3").encode())
    assert (corrected.written, corrected.unchanged) == (1, 1)
    found = beside(site.database, provider=Counter.BAIDU, from_day=date(2026, 11, 1), until_day=date(2026, 11, 30))
    assert [(day.day.day, day.page_views.theirs, day.visitors.theirs, day.visits.theirs) for day in found.days] == [
        (1, 1234, 1005, 410),
        (2, 6, None, 4),
    ]
    assert (found.page_views.theirs, found.visitors.theirs, found.visits.theirs) == (1240, 1005, 414)
    other = beside(site.database, provider=Counter.UMENG, from_day=date(2026, 11, 2), until_day=date(2026, 11, 2))
    assert (other.page_views.theirs, other.visits.theirs) == (9, 5)


@pytest.mark.parametrize(
    "wrong", ["日期,渠道,费用\n2026-11-01,a,1\n", "日期,PV\n2026-11-01,5\n", "", "时间,浏览量(PV),浏览次数(PV)\n2026-11-01,1,2\n"]
)
def test_what_is_no_such_export_is_refused_with_the_way_out(site: Site, tmp_path: Path, wrong: str) -> None:
    with pytest.raises(TableUnreadable) as refused:
        bring(site, tmp_path / "x.csv", wrong.encode())
    assert refused.value.fix


def test_a_table_of_ones_own_needs_only_a_provider(site: Site, tmp_path: Path) -> None:
    done = bring(
        site, tmp_path / "x.csv", b"date,pv,uv\n00:00 - 00:59,5,1\n2026-11-01,5,x\n2026-11-01,5,1\n2026-11-02,-,-\n", Counter.UMENG
    )
    assert (done.rows, done.written, [row.column for row in done.rejected]) == (4, 1, ["day", "visitors", "page_views"])


def test_the_causes_are_recounts_of_the_days_that_both_tell_of(site: Site, tmp_path: Path) -> None:
    zone = site.database.workspace.zone
    day = clock.site_day(site.start, zone)
    evening = clock.day_start(day + timedelta(days=1), zone) - timedelta(minutes=5)
    journey(site, "v1").visit("/", title="首页").wait(minutes=1).visit("/loan?utm_source=edm&utm_medium=email&utm_campaign=nov")
    journey(site, "v2", start=evening).visit("/").wait(minutes=10).go("/loan")
    journey(site, "v3").visit("/").event("missing", url="https://www.example.com/gone", target="https://www.example.com/gone")
    journey(site, "v4").visit("/", agent="Baiduspider/2.0")
    journey(site, "v5", start=site.start + timedelta(days=3)).visit("/", agent="Baiduspider/2.0")
    journey(site, "v6").sign_up("u-unseen")
    text = f"日期,浏览量(PV),访问次数,访客数(UV)\n{day:%Y/%m/%d},8,6,4\n"
    bring(site, tmp_path / "b.csv", text.encode())
    found = beside(site.database, provider=Counter.BAIDU, from_day=day - timedelta(days=40), until_day=day + timedelta(days=40))
    assert (found.page_views.ours, found.page_views.difference, found.visits.ours, found.visitors.ours) == (4, -4, 4, 3)
    # 8 there, 4 here; a bot and a missing page explain two
    assert found.causes == {
        Cause.BOTS: 1,
        Cause.MISSING: 1,
        Cause.MIDNIGHT: 1,
        Cause.CAMPAIGN: 1,
        Cause.UNEXPLAINED: 2,
        Cause.UNSEEN: 1,
    }
    assert found.signups == 1


def test_the_page_takes_an_export_and_shows_both(site: Site, make_web: Callable[..., Web]) -> None:
    journey(site, "v1").visit("/")
    day = clock.site_day(site.start, site.database.workspace.zone)
    web = make_web(site.database)
    browser = web.browser("marketer")
    path = f"/website/beside?period={day:%Y-%m}"
    assert "growth traffic import-totals" in browser.get(path).text
    export = f'日期,浏览量(PV),访问次数,访客数(UV)\n{day:%Y/%m/%d},"1,000",6,4\n'.encode("gb18030")
    assert browser.post("/website/beside", {}, files={"file": ("b.csv", export)}).status_code == 303
    shown = browser.get(path).text
    assert "1,000" in shown
    assert "百度统计" in shown or "Baidu Tongji" in shown
    refused = browser.post("/website/beside", {}, files={"file": ("b.csv", b"a,b\n1,2\n")})
    assert refused.status_code == 303
    assert web.browser("viewer").post("/website/beside", {}).status_code == 403
    assert web.browser("viewer").get(path + "&format=csv").status_code == 200
