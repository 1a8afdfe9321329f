"""What is kept of days equals a recount, whatever came in whatever order, and whenever it was kept."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growth.attribution import (
    UNATTRIBUTED,
    Dimension,
    all_models,
    attribution_report,
    keep_credits,
    keep_nulls,
    origin_views,
    shares,
    site_journeys,
)
from growth.attribution.kept import kept_nulls, standing
from growth.attribution.nulls import null_paths
from growth.attribution.tally import count_paths, learn
from growth.channels import join, undo_join
from growth.db import Database, open_database
from growth.traffic import catch_up
from growth.workspace import load_workspace
from tests.growth.traffic.conftest import CHANNELS, YAML
from tests.journeys import Received, Site, journey

BAIDU = "https://www.baidu.com/link?url=x"
PEOPLE = 4
#: what may happen: (what, whose, how long after the start, how or with whom)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["visit", "visit", "late", "sign_up", "step", "join", "undo", "keep", "keep"]),
        st.integers(0, PEOPLE - 1),
        st.integers(0, 60 * 24 * 20),
        st.integers(0, 3),
    ),
    min_size=3,
    max_size=18,
)
Figures = dict[tuple[str, str, str], dict[str, tuple[int, int]]]
PERIODS = ((None, date(2027, 12, 31)), (date(2026, 11, 1), date(2026, 11, 30)), (date(2026, 11, 3), date(2026, 12, 1)))


@pytest.fixture(scope="module")
def fresh(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Site]]:
    """A new site for every example."""
    opened: list[Database] = []

    def make() -> Site:
        root = tmp_path_factory.mktemp("kept") / "workspace"
        shutil.copytree(prepared, root)
        opened.append(open_database(load_workspace(root), check_schema=False))
        return Site(opened[-1])

    yield make
    for database in opened:
        database.close()


def told(site: Site, *, role: str | None = None) -> Figures:
    """What the reports say: millionths and value by period, model and label."""
    found: Figures = {}
    with site.database.read() as session:
        for first, last in PERIODS:
            for id, model in all_models().items():
                report = attribution_report(
                    session, workspace=site.database.workspace, model=model, from_day=first, until_day=last, role=role
                )
                found[str(first), str(last), id] = {
                    row.label: (row.micros, row.value.minor if row.value else 0) for row in report.rows if row.micros
                }
    return found


def recounted(site: Site, *, role: str | None = None) -> Figures:
    """The same from touches and sign-ups alone, a sign-up at a time."""
    found: Figures = {}
    workspace = site.database.workspace
    with site.database.read() as session:
        for first, last in PERIODS:
            journeys = list(site_journeys(session, workspace, from_day=first, until_day=last, role=role))
            nulls = null_paths(session, zone=workspace.zone, from_day=first, until_day=last)
            for id, model in all_models().items():
                learned = learn(model, count_paths(journeys), nulls, origin_views(session)) if model.learn else {}
                micros: Counter[str] = Counter()
                value: Counter[str] = Counter()
                for each in journeys:
                    labels = [touch.origin.channel for touch in each.touches] or [UNATTRIBUTED]
                    weights = model.weigh(each.path, learned) if each.touches else [1]
                    for label, part, worth in zip(labels, shares(weights), shares(weights, each.value), strict=True):
                        micros[label] += part
                        value[label] += worth
                found[str(first), str(last), id] = {label: (micros[label], value[label]) for label in micros if micros[label]}
    return found


def play(site: Site, acts: list[tuple[str, int, int, int]]) -> None:
    held: list[Received] = []
    for number, (what, who, minutes, how) in enumerate(acts):
        person = journey(site, f"v{who}", start=site.start + timedelta(minutes=minutes), held=held if what == "late" else None)
        if what in ("visit", "late"):
            if how < 2:
                person.visit("/", via=("poster", "hao123")[how])
            else:
                person.visit("/", referrer=BAIDU if how == 2 else "")
        elif what == "sign_up":
            worth = {"value": {"amount": str(100 + how), "currency": "CNY"}} if how else {}
            person.sign_up(f"u{who}-{how}", role=("investor", "borrower")[how % 2], **worth)
        elif what == "step":
            person.step(f"u{who}-{how}", f"bid{number}", value={"amount": "7.77", "currency": "CNY"})
        elif what in ("join", "undo"):
            one, other = f"visitor:v{who}", f"signup:u{how}-{(who + how) % 4}"
            with site.database.write() as session:
                if what == "join":
                    join(session, one=one, other=other, evidence=f"app_login:{number}", at=site.start)
                else:
                    undo_join(session, one=f"visitor:v{who}", other=f"signup:u{who}-{how}", now=site.start)
                    undo_join(session, one=one, other=other, now=site.start)
        else:
            keep_credits(site.database, most_days=how or None)
            keep_nulls(site.database, from_day=PERIODS[how % 3][0], until_day=PERIODS[how % 3][1])
            if held:
                site.send(*reversed(held))
                held.clear()
    site.send(*held)


@settings(max_examples=40, deadline=None)
@given(acts=ACTS)
def test_kept_results_equal_a_recount_after_any_order_of_events_merges_and_their_undoing(
    fresh: Callable[[], Site], acts: list[tuple[str, int, int, int]]
) -> None:
    site = fresh()
    play(site, acts)
    assert told(site) == recounted(site)
    keep_credits(site.database)
    for first, last in PERIODS:
        keep_nulls(site.database, from_day=first, until_day=last)
    assert told(site) == recounted(site)
    assert told(site, role="investor") == recounted(site, role="investor")


def holding(site: Site) -> set[date]:
    with site.database.read() as session:
        return set(standing(session, workspace=site.database.workspace, from_day=None, until_day=date(2027, 1, 1)).kept)


def test_only_the_days_that_a_change_reaches_are_made_anew(site: Site) -> None:
    for day in range(5):
        journey(site, f"v{day}", start=site.start + timedelta(days=day)).visit("/", via="poster").sign_up(f"u{day}")
    assert keep_credits(site.database) == 5
    assert len(holding(site)) == 5
    assert keep_credits(site.database) == 0
    # nobody known: no sign-up's path changes
    journey(site, "stranger", start=site.start + timedelta(days=2)).visit("/", via="hao123")
    assert len(holding(site)) == 5
    # a touch of somebody who signed up on the third day, told late
    journey(site, "v2", start=site.start + timedelta(days=1)).visit("/", referrer=BAIDU)
    assert len(holding(site)) == 4
    assert keep_credits(site.database) == 1
    # and one after their sign-up reaches no path
    journey(site, "v2", start=site.start + timedelta(days=4)).visit("/", referrer=BAIDU)
    assert len(holding(site)) == 5


def test_a_channel_that_is_called_otherwise_makes_what_was_kept_void(site: Site) -> None:
    journey(site, "v1").visit("/", via="poster").sign_up("u1")
    keep_credits(site.database)
    root = site.database.workspace.root
    (root / "channels.yaml").write_text(CHANNELS.replace("  poster: {", "  wall: {formerly: poster, "), "utf-8")
    renamed = Site(open_database(load_workspace(root), check_schema=False))
    assert holding(renamed) == set()
    assert told(renamed) == recounted(renamed)
    assert "wall" in told(renamed)["None", "2027-12-31", "first"]
    keep_credits(renamed.database)
    assert len(holding(renamed)) == 1


def test_a_longer_lookback_makes_what_was_kept_void(site: Site) -> None:
    journey(site, "v1", start=site.start - timedelta(days=100)).visit("/", via="poster")
    journey(site, "v1").sign_up("u1")
    keep_credits(site.database)
    root = site.database.workspace.root
    (root / "growth.yaml").write_text(YAML + "attribution: {lookback: 120 days}\n", "utf-8")
    longer = Site(open_database(load_workspace(root), check_schema=False))
    assert holding(longer) == set()
    assert list(told(longer)["None", "2027-12-31", "first"]) == ["poster"]


def test_paths_that_came_to_nothing_are_kept_until_a_touch_among_their_days(site: Site) -> None:
    first, last = PERIODS[1]
    journey(site, "v1").visit("/", via="poster")
    journey(site, "v2", start=site.start + timedelta(days=4)).visit("/")
    keep_nulls(site.database, from_day=first, until_day=last)

    def kept() -> object:
        with site.database.read() as session:
            found = kept_nulls(session, workspace=site.database.workspace, from_day=first, until_day=last)
            counted = null_paths(session, zone=site.database.workspace.zone, from_day=first, until_day=last)
        assert found is None or set(found) == set(counted)
        return found

    assert kept() is not None
    # whoever comes now, comes back, or signs up changes nothing of the days before
    journey(site, "v3", start=site.start + timedelta(days=4)).visit("/")
    journey(site, "v1", start=site.start + timedelta(days=4)).visit("/", via="hao123").sign_up("u1")
    journey(site, "v3", start=site.start + timedelta(days=4)).step("u1", "bid", value={"amount": "5", "currency": "CNY"})
    assert kept() is not None
    keep_credits(site.database)
    assert kept() is not None
    # two who had been met before are found to be one
    journey(site, "v4").visit("/")
    assert kept() is None
    keep_nulls(site.database, from_day=first, until_day=last)
    assert kept() is not None
    with site.database.write() as session:
        join(session, one="visitor:v4", other="visitor:v1", evidence="app_login:1", at=site.start)
    assert kept() is None


def test_days_are_kept_on_each_engine(open_workspace: Callable[..., Database]) -> None:
    site = Site(open_workspace(YAML, files={"channels.yaml": CHANNELS}))
    acts = [("visit", who, 60 * 24 * day + who, who) for who in range(3) for day in range(4)]
    play(site, [*acts, ("sign_up", 0, 6000, 1), ("sign_up", 1, 9000, 2), ("keep", 0, 0, 0), ("step", 0, 6100, 1)])
    assert told(site) == recounted(site)
    play(site, [("visit", 1, 50, 0), ("keep", 0, 0, 1), ("join", 2, 0, 0), ("keep", 0, 0, 2), ("undo", 1, 0, 2), ("keep", 0, 0, 0)])
    assert told(site) == recounted(site)
    assert holding(site)
    catch_up(site.database)
    with site.database.read() as session:
        report = attribution_report(
            session, workspace=site.database.workspace, model=all_models()["linear"], until_day=PERIODS[0][1], dimension=Dimension.PAGE
        )
    assert report.conversions == 2
