"""Visits depend on what happened and when, never on the order in which it was told."""

from __future__ import annotations

import itertools
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from growth.channels import TOUCH
from growth.db import open_database
from growth.traffic import Received, VisitView, catch_up, contact_clicks, visits
from growth.traffic.models import PageWay
from growth.workspace import load_workspace
from tests.journeys import Journey, Site, journey

BAIDU = "https://www.baidu.com/link?url=x"


def seen(site: Site) -> list[VisitView]:
    with site.database.read() as session:
        return list(visits(session))


def touched(site: Site) -> list[tuple[object, ...]]:
    with site.database.read() as session:
        return [tuple(row) for row in session.execute(select(TOUCH.c.at, TOUCH.c.origin_id, TOUCH.c.evidence).order_by(TOUCH.c.at))]


@pytest.mark.parametrize(("gap", "count"), [(1799, 1), (1800, 1), (1801, 2)])
def test_a_pause_longer_than_half_an_hour_begins_a_new_visit(site: Site, gap: int, count: int) -> None:
    journey(site).visit("/").wait(seconds=gap).go("/invest")
    assert len(seen(site)) == count


def test_midnight_ends_no_visit_and_the_day_is_that_of_its_start(site: Site) -> None:
    # 15:50 UTC is ten minutes to midnight in Shanghai
    journey(site, start=site.start.replace(hour=15, minute=50)).visit("/").wait(minutes=20).go("/invest")
    (visit,) = seen(site)
    assert visit.pages == 2
    with site.database.read() as session:
        assert [v.landing for v in visits(session, from_day=site.start.date(), until_day=site.start.date())] == ["/"]


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ("/?utm_source=a&utm_medium=email", "/x", 1),
        ("/", "/x?utm_source=a&utm_medium=email", 2),
        ("/?utm_source=a&utm_medium=email", "/x?utm_source=b&utm_medium=email", 2),
        ("/?utm_source=a&utm_medium=email", "/x?utm_source=a&utm_medium=email", 1),
        ("/?bd_vid=1", "/x?bd_vid=2", 1),
    ],
)
def test_another_campaign_within_a_visit_begins_a_new_one(site: Site, first: str, second: str, count: int) -> None:
    journey(site).visit(first).wait(minutes=1).visit(second)
    assert len(seen(site)) == count


def test_another_referrer_within_a_visit_is_a_touch_and_no_visit(site: Site) -> None:
    journey(site).visit("/", referrer=BAIDU).wait(minutes=1).visit("/x", referrer="https://www.zhihu.com/").wait(minutes=1).visit(
        "/y", referrer="https://www.zhihu.com/"
    )
    (visit,) = seen(site)
    assert (visit.medium, visit.source, visit.pages) == ("organic-search", "baidu", 3)
    assert len(touched(site)) == 2


@pytest.mark.parametrize(
    "back",
    [
        "https://www.example.com/cart",
        "https://cashier.alipay.com/pay",
        "https://pay.custody-bank.example/ok",
        "https://open.weixin.qq.com/",
    ],
)
def test_coming_back_from_the_site_itself_or_from_paying_is_no_touch(site: Site, back: str) -> None:
    journey(site).visit("/", via="poster").wait(minutes=40).visit("/done", referrer=back)
    assert len(touched(site)) == 1
    assert [visit.channel for visit in seen(site)] == ["poster", "direct"]


def test_two_tabs_of_one_visitor_are_one_visit(site: Site) -> None:
    one, two = journey(site, "ming"), journey(site, "ming")
    one.visit("/", referrer=BAIDU)
    two.wait(minutes=2).visit("/invest", referrer=BAIDU)
    one.wait(minutes=4).go("/loan")
    (visit,) = seen(site)
    assert (visit.pages, visit.landing, visit.exit) == (3, "/", "/loan")


def test_a_page_closed_long_after_counts_its_time_and_prolongs_nothing(site: Site) -> None:
    journey(site).visit("/").wait(minutes=50).leave(seconds=90).wait(minutes=10).go("/invest")
    first, second = seen(site)
    assert (first.engaged_ms, first.started_at == first.ended_at, second.landing) == (90_000, True, "/invest")


@pytest.mark.parametrize(
    ("act", "bounced"),
    [
        (lambda v: v, True),
        (lambda v: v.leave(seconds=9), True),
        (lambda v: v.leave(seconds=10), False),
        (lambda v: v.go("/x"), False),
        (lambda v: v.event("form", name="register start"), False),
        (lambda v: v.event("outbound", target="https://partner.example/"), False),
        (lambda v: v.event("click", x=0.5, y=0.5, width=400), True),
    ],
)
def test_one_page_without_time_or_act_is_a_bounce(site: Site, act: Callable[[Journey], Journey], bounced: bool) -> None:
    act(journey(site).visit("/").wait(seconds=5))
    assert [visit.bounced for visit in seen(site)] == [bounced]


def test_a_late_event_joins_two_visits_and_their_touches(site: Site) -> None:
    held: list[Received] = []
    visitor = journey(site, held=held).visit("/", referrer=BAIDU).wait(minutes=25).go("/middle").wait(minutes=25).go("/end").leave()
    site.send(held[0])
    site.send(*held[2:])
    assert [visit.landing for visit in seen(site)] == ["/", "/end"]
    site.send(held[1])
    (visit,) = seen(site)
    assert (visit.pages, visit.landing, visit.exit, visit.visitor) == (3, "/", "/end", visitor.visitor)
    assert len(touched(site)) == 1


def test_a_campaign_told_late_splits_a_visit(site: Site) -> None:
    held: list[Received] = []
    journey(site, held=held).visit("/").wait(minutes=5).visit("/x", via="poster").wait(minutes=5).go("/y")
    site.send(held[0], held[2])
    assert len(seen(site)) == 1
    site.send(held[1])
    assert [(visit.channel, visit.pages) for visit in seen(site)] == [("direct", 1), ("poster", 2)]


ACTS = st.lists(
    st.tuples(
        st.sampled_from([0, 30, 600, 1799, 1800, 1801, 4000]),
        st.sampled_from(["page", "poster", "hao123", "baidu", "zhihu", "pay", "leave", "click", "error", "form", "contact"]),
        st.sampled_from(["v1", "v2"]),
    ),
    min_size=1,
    max_size=14,
)


def told(site: Site, acts: list[tuple[int, str, str]], mark: str) -> list[Received]:
    """The events of a made-up history of two visitors, whose names end in `mark`."""
    held: list[Received] = []
    browsers = {name: journey(site, f"{name}-{mark}", held=held) for name in ("v1", "v2")}
    for gap, act, name in acts:
        for browser in browsers.values():
            browser.wait(seconds=gap)
        browser = browsers[name]
        if act in ("poster", "hao123"):
            browser.visit(f"/{act}", via=act)
        elif act in ("leave", "click", "error", "form"):
            browser.event(act, duration_ms=4000)
        elif act == "contact":
            browser.event(act, name="qq:10000")
        else:
            referrers = {"baidu": BAIDU, "zhihu": "https://www.zhihu.com/", "pay": "https://cashier.alipay.com/x", "page": browser.url}
            browser.visit(f"/{act}", referrer=referrers[act])
    return held


def result(site: Site, mark: str) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Visits and touches without their ids, which are given in the order of arrival."""
    mine = [visit for visit in seen(site) if visit.visitor.endswith(f"-{mark}")]
    shown: list[tuple[object, ...]] = [
        (v.visitor[:2], v.started_at, v.ended_at, v.pages, v.channel, v.source, v.landing, v.exit, v.engaged_ms, v.bounced) for v in mine
    ]
    landing = {f"visit:{visit.id}": visit.landing for visit in mine}
    with site.database.read() as session:
        rows = session.execute(select(TOUCH.c.at, TOUCH.c.origin_id, TOUCH.c.evidence)).all()
    return sorted(shown, key=str), sorted((at, origin, landing[proof]) for at, origin, proof in rows if proof in landing)


def rolled_up(site: Site) -> Counter[tuple[object, ...]]:
    """The steps from page to page, and the clicks to get in touch by channel."""
    found: Counter[tuple[object, ...]] = Counter()
    with site.database.read() as session:
        for page, day, following, count in session.execute(select(PageWay.page_id, PageWay.day, PageWay.next_id, PageWay.count)):
            found[page, day, following] = count
    for row in contact_clicks(site.database, from_day=date(2026, 1, 1), until_day=date(2027, 12, 31)):
        found[row.name, row.channel] = row.clicks
    return found


@pytest.fixture(scope="module")
def lasting_site(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for many histories."""
    root = tmp_path_factory.mktemp("lasting") / "workspace"
    shutil.copytree(prepared, root)
    database = open_database(load_workspace(root), check_schema=False)
    yield Site(database)
    database.close()


_marks = itertools.count()


@settings(max_examples=80, deadline=None)
@given(acts=ACTS, seed=st.integers(0, 10_000))
@example(acts=[(1, "page", "v1")] * 3 + [(1801, "leave", "v1"), (1, "page", "v1"), (1, "page", "v1")], seed=0)
@example(acts=[(1, "page", "v1"), (1799, "page", "v1"), (1, "page", "v2"), (1, "leave", "v1"), (1799, "page", "v1")], seed=1)
def test_events_in_any_order_and_any_batches_give_the_same_visits(lasting_site: Site, acts: list[tuple[int, str, str]], seed: int) -> None:
    # events of one instant and visitor are taken in the order of arrival: apart from that, order must not matter
    acts = [(max(gap, 1), act, name) for gap, act, name in acts]
    site, straight, mixed = lasting_site, f"s{next(_marks)}", f"m{next(_marks)}"
    before = rolled_up(site)
    site.send(*told(site, acts, straight))
    between = rolled_up(site)
    shuffled = told(site, acts, mixed)
    luck = random.Random(seed)
    luck.shuffle(shuffled)
    while shuffled:
        size = luck.randint(1, len(shuffled))
        site.send(*shuffled[:size])
        shuffled = shuffled[size:]
    assert result(site, mixed) == result(site, straight)
    assert rolled_up(site) - between == between - before


def test_a_crash_between_events_and_visits_loses_and_doubles_nothing(site: Site) -> None:
    held: list[Received] = []
    journey(site, held=held).visit("/", referrer=BAIDU).wait(minutes=1).go("/x")
    site.send(*held, catch=False)
    assert seen(site) == []
    assert catch_up(site.database) == 2
    assert catch_up(site.database) == 0
    site.send(*held)
    assert [visit.pages for visit in seen(site)] == [2]


def test_daily_visitors_are_told_apart_by_address_and_browser_and_forgotten_the_next_day(site: Site) -> None:
    one, same, other = journey(site, None), journey(site, None), journey(site, None)
    other.ip = "203.0.113.8"
    one.visit("/")
    same.wait(minutes=1).visit("/x")
    other.wait(minutes=1).visit("/x")
    assert len({visit.visitor for visit in seen(site)}) == 2
    same.wait(days=1).visit("/y")
    assert len({visit.visitor for visit in seen(site)}) == 3
    assert all("203.0.113" not in visit.visitor for visit in seen(site))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"user_agent": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"}, "ua_list"),
        ({"user_agent": "acme-fetcher/1.0"}, "ua_generic"),
        ({"user_agent": ""}, "ua_empty"),
        ({"prefetch": True}, "prefetch"),
        ({"no_track": True}, "no_track"),
        ({"address": "10.1.2.3"}, "staff"),
        ({"document": {"type": "page", "url": "https://www.other.example/"}}, "foreign"),
        ({"document": {"type": "page", "url": "https://www.example.com/", "referrer": "https://semalt.com/"}}, "spam_referrer"),
        ({"document": {"type": "page", "url": "https://www.example.com/", "age_ms": 8 * 86_400_000}}, "too_old"),
        ({"document": {"type": "page", "url": "https://[www.example.com/"}}, "invalid"),
    ],
)
def test_what_is_no_visit_is_left_out_with_its_reason(site: Site, change: dict[str, Any], reason: str) -> None:
    held: list[Received] = []
    journey(site, held=held).visit("/")
    assert site.send(replace(held[0], **change)) == {reason: 1}
    assert seen(site) == []


def test_a_visitor_faster_than_people_are_is_left_out_from_then_on(site: Site) -> None:
    held: list[Received] = []
    visitor = journey(site, held=held)
    for _view in range(130):
        visitor.visit("/")
    assert site.send(*held) == {"rate": 10}


def test_an_event_of_yesterday_that_was_offline_is_put_where_it_belongs(site: Site) -> None:
    held: list[Received] = []
    journey(site, "ming", held=held).visit("/", age_ms=int(timedelta(hours=20).total_seconds() * 1000))
    site.send(*held)
    (visit,) = seen(site)
    assert visit.started_at == site.start - timedelta(hours=20)
