"""The report: each sign-up's credit sums to one, under every model, for every grouping, and opens to its touches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growth.attribution import (
    MICRO,
    UNATTRIBUTED,
    Dimension,
    Report,
    UnknownSignup,
    all_models,
    attribution_report,
    model_named,
    signup_path,
)
from growth.channels import join, record_click, resolve_link, tracked_link, undo_join
from growth.contacts import PersonFacts, remember
from growth.db import Database
from growth.money import Money
from growth.traffic import find_signup
from tests.growth.traffic.conftest import CHANNELS, YAML
from tests.journeys import Site, journey

NOVEMBER = {"from_day": date(2026, 11, 1), "until_day": date(2026, 11, 30)}
BAIDU = "https://www.baidu.com/link?url=x"


def reported(site: Site, model: str = "last_non_direct", **more: Any) -> Report:
    with site.database.read() as session:
        return attribution_report(
            session,
            workspace=site.database.workspace,
            model=model_named(model),
            **{**NOVEMBER, **more},
        )


def credit(report: Report) -> dict[str, float]:
    return {row.label: row.credit for row in report.rows if row.micros}


def test_a_poster_a_search_and_a_direct_visit_under_each_model(site: Site) -> None:
    visitor = journey(site, start=site.start - timedelta(days=14)).visit("/", via="poster")
    visitor.wait(days=7).visit("/", referrer=BAIDU).wait(days=7).visit("/").wait(minutes=1).sign_up("u1")
    journey(site).visit("/", referrer=BAIDU)
    expected = {
        "first": {"poster": 1},
        "last": {"direct": 1},
        "last_non_direct": {"organic-search": 1},
        "linear": {"poster": 1 / 3, "organic-search": 1 / 3, "direct": 1 / 3},
        "time_decay": {"poster": 1 / 7, "organic-search": 2 / 7, "direct": 4 / 7},
        "position": {"poster": 0.4, "organic-search": 0.2, "direct": 0.4},
        "shapley": {"poster": 1 / 3, "organic-search": 1 / 3, "direct": 1 / 3},
    }
    for model, shares in expected.items():
        assert credit(reported(site, model)) == pytest.approx(shares, abs=2e-6), model
    # by hand: half begin with the poster, all of them come by search later; half of those by search go on to sign up, all directly.
    # Removal effects 1/2, 1, 1
    assert credit(reported(site, "markov")) == pytest.approx({"poster": 0.2, "organic-search": 0.4, "direct": 0.4}, abs=2e-6)


def test_a_sign_up_without_a_touch_is_a_row_of_its_own_and_not_direct(site: Site) -> None:
    journey(site, "v1").sign_up("u1")
    journey(site, "v2").visit("/").sign_up("u2")
    assert credit(reported(site)) == {"direct": 1, UNATTRIBUTED: 1}
    assert reported(site).rows[-1].label == UNATTRIBUTED


@pytest.mark.parametrize(
    ("before", "counted"),
    [(timedelta(days=90), False), (timedelta(days=90) - timedelta(microseconds=1), True), (timedelta(), True)],
)
def test_the_lookback_ends_where_it_says(site: Site, before: timedelta, counted: bool) -> None:
    journey(site, "v1", start=site.start - before).visit("/", via="poster")
    journey(site, "v1").sign_up("u1")
    assert credit(reported(site)) == ({"poster": 1} if counted else {UNATTRIBUTED: 1})


def test_a_touch_after_the_sign_up_counts_nothing(site: Site) -> None:
    journey(site, "v1").sign_up("u1").wait(seconds=1).visit("/", via="poster")
    assert credit(reported(site)) == {UNATTRIBUTED: 1}


def test_a_payment_on_the_way_takes_no_credit(site: Site) -> None:
    visitor = journey(site).visit("/", via="poster").wait(minutes=2)
    visitor.visit("/paid", referrer="https://excashier.alipay.com/").wait(minutes=1).sign_up("u1")
    assert credit(reported(site, "last")) == {"poster": 1}


def test_a_later_campaign_changes_no_earlier_sign_up(site: Site) -> None:
    visitor = journey(site).visit("/", via="poster").sign_up("u1")
    before = credit(reported(site))
    visitor.wait(days=1).visit("/?utm_source=a&utm_medium=email")
    assert credit(reported(site)) == before


def test_two_browsers_of_one_person_are_one_path(site: Site) -> None:
    journey(site, "phone").visit("/", via="poster")
    journey(site, "desk").wait(days=1).visit("/", referrer=BAIDU).sign_up("u1", phone="13800138000")
    assert credit(reported(site, "first")) == {"organic-search": 1}
    with site.database.write() as session:
        join(session, one="visitor:phone", other="signup:u1", evidence="app_login:7", at=site.start)
    assert credit(reported(site, "first")) == {"poster": 1}
    with site.database.write() as session:
        undo_join(session, one="visitor:phone", other="signup:u1", now=site.start)
    assert credit(reported(site, "first")) == {"organic-search": 1}


def test_a_link_for_one_person_joins_their_browser_and_counts_once(site: Site) -> None:
    workspace = site.database.workspace
    with site.database.write() as session:
        ming = remember(session, PersonFacts(phone="+8613800138000", evidence="import:1"), now=site.start)
        made = tracked_link(session, channel="poster", target="/", workspace=workspace, now=site.start, contact=ming)
        link = resolve_link(session, made.code)
        record_click(session, link=link, at=site.start, bot=None, workspace=workspace)
    journey(site, "v1").wait(seconds=2).visit(f"/?g={made.code}")
    journey(site, "v2").wait(days=1).visit("/", referrer=BAIDU).sign_up("u1", phone="13800138000")
    assert credit(reported(site, "linear")) == {"poster": 0.5, "organic-search": 0.5}


def test_cost_cost_per_sign_up_and_return_stand_beside_the_credit(site: Site) -> None:
    for number in range(3):
        journey(site).visit("/", via="poster").sign_up(f"u{number}", value={"amount": "100", "currency": "CNY"})
    journey(site).step("u0", "bid", value={"amount": "600", "currency": "CNY"})
    (row,) = [row for row in reported(site).rows if row.label == "poster"]
    assert (row.cost, row.cac, row.visits) == (Money.parse("300 CNY"), Money.parse("100 CNY"), 3)
    assert (row.value, row.roi, row.is_uncertain) == (Money.parse("900 CNY"), 2.0, True)


def test_a_touch_that_gets_no_credit_has_no_return(site: Site) -> None:
    journey(site).visit("/", via="poster").wait(hours=1).visit("/", referrer=BAIDU).sign_up(
        "u1", value={"amount": "100", "currency": "CNY"}
    )
    rows = {row.label: row for row in reported(site, "last").rows}
    assert (rows["poster"].credit, rows["poster"].value, rows["poster"].roi) == (0, None, None)
    assert rows["organic-search"].value == Money.parse("100 CNY")


def test_roles_days_and_dimensions_are_filters_that_sum(site: Site) -> None:
    journey(site).visit("/?utm_source=a&utm_medium=email&utm_campaign=nov", referrer=BAIDU).sign_up("u1", role="investor")
    journey(site).visit("/loan?bd_vid=1", referrer=f"{BAIDU}&wd=x").sign_up("u2", role="borrower")
    journey(site, start=site.start - timedelta(days=40)).visit("/", via="poster").sign_up("u3", role="investor")
    assert reported(site).conversions == 2
    assert reported(site, from_day=None).conversions == 3
    assert credit(reported(site, role="investor")) == {"email": 1}
    assert credit(reported(site, dimension=Dimension.SOURCE)) == {"a": 1, "baidu": 1}
    assert credit(reported(site, dimension=Dimension.CAMPAIGN)) == {"nov": 1, "(none)": 1}
    assert credit(reported(site, dimension=Dimension.PAGE)) == {"/": 1, "/loan": 1}
    assert credit(reported(site, dimension=Dimension.CHANNEL)) == {"email": 1, "baidu-paid": 1}
    assert credit(reported(site, dimension=Dimension.MEDIUM)) == {"email": 1, "paid-search": 1}


def test_the_path_of_a_sign_up_shows_touches_evidence_and_every_credit(site: Site) -> None:
    journey(site, "v1").visit("/", via="poster").wait(days=1).visit("/", referrer=BAIDU).sign_up("u1", openid="oABCDEFG")
    with site.database.read() as session:
        found = signup_path(session, "u1", workspace=site.database.workspace)
    assert [(touch.channel, touch.kind, touch.key) for touch in found.touches] == [
        ("poster", "visit", "visitor:v1"),
        ("organic-search", "visit", "visitor:v1"),
    ]
    assert all(touch.evidence.startswith("visit:") for touch in found.touches)
    for model in all_models():
        assert sum(touch.credits[model] for touch in found.touches) == pytest.approx(1)
    assert {entry.evidence for entry in found.joins} == {"signup:1"}
    assert "oABCDEFG" not in repr(found)


def test_an_unknown_sign_up_is_refused(site: Site) -> None:
    with site.database.read() as session, pytest.raises(UnknownSignup):
        signup_path(session, "nobody", workspace=site.database.workspace)


STORIES = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(["poster", "hao123", "baidu", "direct"]), st.integers(1, 60 * 24 * 40)), max_size=5),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=15, deadline=None)
@given(stories=STORIES)
def test_credits_sum_to_the_sign_ups_under_every_model_and_grouping(
    copied_each: Callable[[], Site], stories: list[tuple[list[tuple[str, int]], bool]]
) -> None:
    site = copied_each()
    signed = 0
    for number, (touches, signs) in enumerate(stories):
        visitor = journey(site, start=site.start - timedelta(days=5 * 40))
        for way, minutes in touches:
            visitor.wait(minutes=minutes)
            if way in ("poster", "hao123"):
                visitor.visit("/", via=way)
            else:
                visitor.visit("/", referrer=BAIDU if way == "baidu" else "")
        if signs:
            signed += 1
            visitor.wait(minutes=1).sign_up(f"u{number}")
    for model in all_models():
        for dimension in (Dimension.CHANNEL, Dimension.PAGE, Dimension.SOURCE):
            report = reported(site, model, dimension=dimension, from_day=None)
            assert report.conversions == signed
            assert sum(row.micros for row in report.rows) == signed * MICRO


@pytest.fixture(scope="module")
def copied_each(prepared: object, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Site]:
    """A new site for every example."""
    import shutil

    from growth.db import open_database
    from growth.workspace import load_workspace

    def make() -> Site:
        root = tmp_path_factory.mktemp("example") / "workspace"
        shutil.copytree(prepared, root)
        return Site(open_database(load_workspace(root), check_schema=False))

    return make


def test_the_same_report_on_each_engine(open_workspace: Callable[..., Database]) -> None:
    site = Site(open_workspace(YAML, files={"channels.yaml": CHANNELS}))
    visitor = journey(site, "v1").visit("/", via="poster").wait(days=1).visit("/", referrer=BAIDU)
    visitor.sign_up("u1", value={"amount": "600", "currency": "CNY"})
    journey(site, "v2").visit("/", referrer=BAIDU)
    assert credit(reported(site, "linear")) == {"poster": 0.5, "organic-search": 0.5}
    # half of those who go on from search sign up; without the poster half of the sign-ups are lost, without search all
    assert credit(reported(site, "markov")) == pytest.approx({"poster": 1 / 3, "organic-search": 2 / 3}, abs=2e-6)
    assert [row.roi for row in reported(site, "linear").rows if row.label == "poster"] == [0.0]
    with site.database.read() as session:
        assert find_signup(session, "u1").visit_id is not None
        assert len(signup_path(session, "u1", workspace=site.database.workspace).touches) == 2
