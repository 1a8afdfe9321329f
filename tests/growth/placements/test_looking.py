"""A look at a placement's page: what it sees, the step that follows, who is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from growth.alerts import alerts
from growth.db import Database
from growth.placements import Look, PlacementState, UnknownPlacement, Verdict, due_for_check, history, move, placement, verify_placement
from growth.placements.keep import diagnose, sync, verify_due
from tests.elsewhere import Elsewhere


@pytest.fixture
def database_url() -> None:
    """The rows are tested on each engine elsewhere."""
    return


@pytest.fixture
def handed_in(placed: Callable[..., Database], elsewhere: Elsewhere, our_site: Elsewhere, now: datetime) -> Database:
    """A listing that was handed in; its page is ``/links`` of `elsewhere` and should lead to our home page, followed."""
    entry = f"{{id: one, channel: hao123, kind: directory, at: '{elsewhere.url}/links', link_to: '{our_site.url}/', rel: follow}}"
    database = placed(f"placements:\n  - {entry}\n")
    sync(database, now=now)
    with database.write() as session:
        move(session, id="one", to=PlacementState.SUBMITTED, at=now, evidence="receipt 7", actor="user:ming")
    return database


def look(database: Database, now: datetime) -> Look:
    (found,) = verify_due(database, now=now, ids=frozenset({"one"}), actor="user:ming")
    return found


def states(database: Database) -> list[str]:
    with database.read() as session:
        return [step.state for step in history(session, id="one")]


def test_a_listing_that_is_seen_is_live_with_what_was_seen_as_evidence(
    handed_in: Database, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime
) -> None:
    elsewhere.put("/links", f'<ul><li><a href="{our_site.url}/">诚信贷</a> 小额借款</ul>')
    found = look(handed_in, now)
    assert (found.verdict, found.state) == (Verdict.LISTED, PlacementState.LIVE)
    assert our_site.url in found.evidence
    assert "诚信贷" in found.evidence
    with handed_in.read() as session:
        step = history(session, id="one")[-1]
        view = placement(session, id="one")
    assert (step.state, step.actor, step.evidence, step.at) == ("live", "user:ming", found.evidence, now)
    assert view is not None
    assert view.checked_at == now


@pytest.mark.parametrize(
    "wrapped",
    [
        "/go?url={ours}%2F",
        "/out/aHR0cDovLzEyNy4wLjAuMTo5OTk5OS8=",
    ],
)
def test_a_wrapper_that_carries_another_address_is_no_listing(
    handed_in: Database, elsewhere: Elsewhere, now: datetime, wrapped: str
) -> None:
    elsewhere.put("/links", f'<a href="{wrapped.format(ours="http%3A%2F%2Fother.example")}">x</a>')
    assert look(handed_in, now).verdict is Verdict.ABSENT


def test_a_wrapper_that_redirects_to_us_is_a_listing(handed_in: Database, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime) -> None:
    elsewhere.put("/links", '<a href="/go/17">诚信贷</a>')
    elsewhere.put("/go/17", "", status=302, headers={"location": f"{our_site.url}/"})
    assert look(handed_in, now).verdict is Verdict.LISTED
    assert [asked.path for asked in our_site.asked] == [], "our own site is not fetched for it"


@pytest.mark.parametrize(
    "page",
    [
        '<a rel="nofollow" href="{ours}/">诚信贷</a>',
        '<meta name="robots" content="nofollow"><a href="{ours}/">诚信贷</a>',
        '<a href="{ours}/another">诚信贷</a>',
    ],
)
@pytest.mark.parametrize("before", [PlacementState.SUBMITTED, PlacementState.LIVE])
def test_another_rel_or_target_is_changed_and_told(
    handed_in: Database, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime, page: str, before: PlacementState
) -> None:
    if before is PlacementState.LIVE:
        elsewhere.put("/links", f'<a href="{our_site.url}/">诚信贷</a>')
        look(handed_in, now)
    elsewhere.put("/links", page.format(ours=our_site.url))
    found = look(handed_in, now + timedelta(days=1))
    assert (found.verdict, found.state) == (Verdict.DIFFERENT, PlacementState.CHANGED)
    with handed_in.read() as session:
        (alert,) = alerts(session, open_only=True)
    assert (alert.kind, alert.link) == ("listing_lost", "/placements/one")


def test_the_best_of_several_links_counts(handed_in: Database, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime) -> None:
    links = f'<a rel="nofollow" href="{our_site.url}/">a</a><a href="{our_site.url}/loans">b</a><a href="{our_site.url}/">c</a>'
    elsewhere.put("/links", links)
    assert look(handed_in, now).state is PlacementState.LIVE


@pytest.mark.parametrize("gone", ["the link", "the page"])
def test_what_is_gone_twice_is_lost_and_told_once(
    handed_in: Database, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime, gone: str
) -> None:
    elsewhere.put("/links", f'<a href="{our_site.url}/">诚信贷</a>')
    look(handed_in, now)
    if gone == "the page":
        elsewhere.take("/links")
    else:
        elsewhere.put("/links", "<a href='/'>nobody</a>")
    day = timedelta(days=1)
    assert look(handed_in, now + day).state is PlacementState.LIVE, "once may be chance"
    found = look(handed_in, now + 2 * day)
    assert (found.verdict, found.state) == (Verdict.ABSENT, PlacementState.LOST)
    look(handed_in, now + 3 * day)
    with handed_in.read() as session:
        (alert,) = alerts(session)
    assert (alert.kind, alert.closed_at) == ("listing_lost", None)
    assert states(handed_in) == ["submitted", "live", "lost"]
    (diagnosis,) = diagnose(handed_in.workspace, handed_in)
    assert "one" in diagnosis.message


def test_a_miss_between_two_sights_counts_for_nothing(
    handed_in: Database, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime
) -> None:
    day = timedelta(days=1)
    for number in range(3):
        elsewhere.put("/links", f'<a href="{our_site.url}/">诚信贷</a>')
        assert look(handed_in, now + 2 * number * day).state is PlacementState.LIVE
        elsewhere.put("/links", "rebuilding")
        assert look(handed_in, now + (2 * number + 1) * day).state is PlacementState.LIVE


def test_what_comes_back_is_live_again_and_the_alert_is_closed(
    handed_in: Database, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime
) -> None:
    day = timedelta(days=1)
    listing = f'<a href="{our_site.url}/">诚信贷</a>'
    elsewhere.put("/links", listing)
    look(handed_in, now)
    elsewhere.put("/links", "nobody")
    look(handed_in, now + day)
    look(handed_in, now + 2 * day)
    elsewhere.put("/links", listing)
    assert look(handed_in, now + 3 * day).state is PlacementState.LIVE
    with handed_in.read() as session:
        assert alerts(session, open_only=True) == []
    elsewhere.put("/links", "nobody")
    look(handed_in, now + 4 * day)
    look(handed_in, now + 5 * day)
    with handed_in.read() as session:
        assert len(alerts(session, open_only=True)) == 1, "lost again is told again"


def test_silence_is_not_loss_until_it_has_lasted_a_week(
    handed_in: Database, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime
) -> None:
    elsewhere.put("/links", f'<a href="{our_site.url}/">诚信贷</a>')
    look(handed_in, now)
    elsewhere.put("/links", "down", status=503)
    for number in range(1, 7):
        found = look(handed_in, now + timedelta(days=number))
        assert (found.verdict, found.state) == (Verdict.UNREACHABLE, PlacementState.LIVE)
    elsewhere.close()
    found = look(handed_in, now + timedelta(days=7))
    assert (found.verdict, found.state) == (Verdict.UNREACHABLE, PlacementState.LOST)


@pytest.mark.parametrize("status", [401, 403, 418, 429])
def test_a_page_that_keeps_programs_out_says_nothing(
    handed_in: Database, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime, status: int
) -> None:
    elsewhere.put("/links", f'<a href="{our_site.url}/">诚信贷</a>')
    look(handed_in, now)
    elsewhere.put("/links", "no programs", status=status)
    for number in range(1, 12):
        found = look(handed_in, now + timedelta(days=number))
    assert (found.verdict, found.state) == (Verdict.CLOSED, PlacementState.LIVE)
    assert str(status) in found.evidence


def test_a_page_in_gbk_is_read(handed_in: Database, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime) -> None:
    page = f'<meta charset="gb2312"><a href="{our_site.url}/">诚信贷</a>'
    elsewhere.put("/links", page, encoding="gb18030", headers={"content-type": "text/html"})
    assert "诚信贷" in look(handed_in, now).evidence


def test_without_a_page_nothing_is_fetched(placed: Callable[..., Database], now: datetime) -> None:
    database = placed("placements:\n  - {id: one, channel: partner, kind: poster}\n")
    sync(database, now=now)
    found = look(database, now)
    assert (found.verdict, found.state) == (Verdict.NO_PAGE, PlacementState.PLANNED)
    with pytest.raises(UnknownPlacement):
        verify_placement(database, id="nowhere", now=now, actor="test")


@pytest.mark.parametrize("state", [PlacementState.PLANNED, PlacementState.PREPARED, PlacementState.REFUSED, PlacementState.EXPIRED])
def test_a_listing_that_nobody_expected_is_believed(
    placed: Callable[..., Database], elsewhere: Elsewhere, our_site: Elsewhere, now: datetime, state: PlacementState
) -> None:
    page = elsewhere.put("/links", f'<a rel="nofollow" href="{our_site.url}/">诚信贷</a>')
    database = placed(f"placements:\n  - {{id: one, channel: hao123, kind: directory, at: '{page}', rel: follow}}\n")
    sync(database, now=now)
    with database.write() as session:
        for step in [*{PlacementState.REFUSED: [PlacementState.SUBMITTED]}.get(state, []), state]:
            if step is not PlacementState.PLANNED:
                move(session, id="one", to=step, at=now, evidence="arranged", actor="user:ming")
    assert look(database, now).state is PlacementState.CHANGED


def test_what_is_over_stays_over_though_it_is_still_shown(
    placed: Callable[..., Database], elsewhere: Elsewhere, our_site: Elsewhere, now: datetime
) -> None:
    page = elsewhere.put("/links", f'<a href="{our_site.url}/">诚信贷</a>')
    database = placed(f"placements:\n  - {{id: one, channel: partner, kind: ad, at: '{page}', until: 2026-11-01}}\n")
    sync(database, now=now)
    found = look(database, now)
    assert (found.verdict, found.state) == (Verdict.LISTED, PlacementState.EXPIRED)
    sync(database, now=now)
    assert states(database) == ["expired"]


def test_private_addresses_are_not_looked_at_for_a_site_in_the_open(
    open_workspace: Callable[..., Database], elsewhere: Elsewhere, now: datetime
) -> None:
    page = elsewhere.put("/links", '<a href="https://www.example.com/">诚信贷</a>')
    database = open_workspace(
        files={
            "placements.yaml": f"placements:\n  - {{id: one, channel: partner, kind: partner-link, at: '{page}'}}\n",
            "channels.yaml": "channels:\n  partner: {medium: partner-link}\n",
        }
    )
    sync(database, now=now)
    found = look(database, now)
    assert found.verdict is Verdict.UNREACHABLE
    assert elsewhere.asked == []


def test_a_page_is_looked_at_after_3_7_14_30_days_then_monthly_and_daily_while_it_is_missed(
    handed_in: Database, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime
) -> None:
    elsewhere.put("/links", f'<a href="{our_site.url}/">诚信贷</a>')
    looked: list[int] = []
    for day in range(100):
        at = now + timedelta(days=day)
        if list(verify_due(handed_in, now=at)):
            looked.append(day)
    assert looked == [0, 3, 7, 14, 30, 60, 90]
    elsewhere.put("/links", "nobody")
    list(verify_due(handed_in, now=now + timedelta(days=120)))
    with handed_in.read() as session:
        view = placement(session, id="one")
    assert view is not None
    assert due_for_check(view, now=now + timedelta(days=121))
