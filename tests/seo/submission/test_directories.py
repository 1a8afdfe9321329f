"""Handing the site in at a directory: fit for it or not, which text into which field, the form, the listing, never twice."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from growth.alerts import alerts
from growth.errors import GrowthError
from growth.placements import PlacementState, Verdict, history, move
from growth.placements.keep import sync
from growth.sandbox import Sandbox
from growth.sandbox.directory import LinkStyle
from seo.submission.confirm import confirm
from seo.submission.directories import UnknownDirectory, fit, profile, profiles
from seo.submission.find import verify_directories
from seo.submission.prepare import NotNow
from tests.elsewhere import Elsewhere
from tests.seo.submission.conftest import DIRECTORY, GROWTH, Opened
from tests.seo.submission.desk import database_url, entry, looked, prepared, sent, state

__all__ = ["database_url"]


# what is known of directories


def test_the_shipped_profiles_are_whole_and_say_where_they_come_from(opened: Opened) -> None:
    known = profiles(opened().workspace)
    assert {"hao123", "sogou-site-name", "curlie", "webstack", "wanxiang"} <= set(known)
    for id, each in known.items():
        assert re.fullmatch(r"[a-z0-9-]+", id)
        assert each.home.startswith("http")
        assert each.source or id == "wanxiang"
        assert (each.form is not None) == (each.automation == "allowed" and each.method == "form"), id
    assert [id for id, each in known.items() if each.automation == "allowed"] == ["wanxiang"], "no program fills in a foreign form unasked"


def test_a_profile_of_the_workspace_wins_and_a_wrong_name_finds_the_near_one(opened: Opened) -> None:
    own = DIRECTORY + "  hao123: {{name: 我的好123, home: 'https://www.hao123.com/', method: manual}}\n"
    workspace = opened(directories=own).workspace
    assert profile(workspace, "hao123").name == "我的好123"
    with pytest.raises(UnknownDirectory) as unknown:
        profile(workspace, "hao132")
    assert unknown.value.fix == "did you mean “hao123”?"


# fit for it


def test_a_site_that_is_fit_is_prepared_with_the_longest_texts_that_fit(opened: Opened, our_site: Elsewhere, now: datetime) -> None:
    database = opened()
    found = prepared(database, now)
    assert found.eligible
    assert [(each.id, each.met) for each in found.requirements] == [("icp", True), ("home-200", True), ("title", True)]
    texts = {each.field: each for each in found.fields}
    assert (texts["name"].text, texts["name"].length, texts["name"].limit) == ("诚信贷小额借款网", 8, 15)
    assert texts["description"].text == "费用写明、资金存管的小额借款网站", "150 characters would not fit into 85"
    assert texts["url"].text == f"{our_site.url}/"
    assert state(database) is PlacementState.PREPARED


def test_a_dry_run_judges_and_changes_nothing(opened: Opened, now: datetime) -> None:
    database = opened()
    assert prepared(database, now, dry_run=True).eligible
    assert state(database) is PlacementState.PLANNED


REQUIRES = "requires: [icp, home-200, title]"


@pytest.mark.parametrize(
    ("requires", "home", "settings", "met", "fix"),
    [
        ("home-200", ("gone", 503), {}, False, "home page"),
        ("home-200", ("<title>x</title>", 200), {}, True, "home page"),
        ("icp", ("no number", 200), {}, False, "beian.miit.gov.cn"),
        ("icp", ("粤ICP证123456号", 200), {}, True, "site.icp"),
        ("icp", ("京ICP备00000000号", 200), {"  icp: 京ICP备00000000号\n": ""}, False, "site.icp"),
        ("company-icp", ("京ICP备00000000号", 200), {}, True, "site.company"),
        ("company-icp", ("京ICP备00000000号", 200), {"  company: 诚信数据科技有限公司\n": ""}, False, "site.company"),
        ("title", ("<title>诚信贷 - 小额借款</title>", 200), {}, True, "slogan"),
        ("title", ("<title>贷款,借款,网贷,小额贷款,信用贷</title>", 200), {}, False, "slogan"),
        ("title", ("<p>no title</p>", 200), {}, False, "slogan"),
        ("link-back", ('<a href="{sandbox}/directory">万象导航</a>', 200), {}, True, "友情链接"),
        ("link-back", ('<a href="https://other.example/">x</a>', 200), {}, False, "友情链接"),
        ('"age-months:6"', ("x", 200), {}, True, "wait"),
        ('"age-months:6"', ("x", 200), {"founded: 2014-05-01": "founded: 2026-09-01"}, False, "wait"),
        ('"age-months:6"', ("x", 200), {"  founded: 2014-05-01\n": ""}, None, "site.founded"),
        ('"no-broken-links:2"', ("x", 200), {}, None, "growth seo audit"),
        ("https", ("x", 200), {}, None, "this machine"),
        ("no-pop-ups", ("x", 200), {}, None, "yourself"),
    ],
)
def test_each_requirement_is_judged_with_what_mends_it(
    opened: Opened,
    sandbox: Sandbox,
    our_site: Elsewhere,
    now: datetime,
    requires: str,
    home: tuple[str, int],
    settings: dict[str, str],
    met: bool | None,
    fix: str,
) -> None:
    our_site.put("/", home[0].replace("{sandbox}", sandbox.url), status=home[1])
    growth = GROWTH
    for old, new in settings.items():
        assert old in growth
        growth = growth.replace(old, new)
    database = opened(growth=growth, directories=DIRECTORY.replace(REQUIRES, f"requires: [{requires}]"))
    found = prepared(database, now)
    (requirement,) = found.requirements
    assert requirement.met is met
    assert fix in (requirement.fix or "")
    assert found.eligible == (met is not False), "what cannot be told is left to a person"
    assert state(database) is (PlacementState.PLANNED if met is False else PlacementState.PREPARED)


def test_https_is_required_of_a_site_in_the_open(opened: Opened, now: datetime) -> None:
    growth = GROWTH.replace("url: '{site}/'", "url: 'http://www.example.invalid/'")
    found = prepared(opened(growth=growth, directories=DIRECTORY.replace(REQUIRES, "requires: [https, home-200]")), now)
    assert [(each.id, each.met) for each in found.requirements] == [("https", False), ("home-200", False)]
    assert not found.eligible


@pytest.mark.parametrize(
    ("fields", "text", "problem"),
    [
        ("{{name: {{bytes: 18, encoding: gbk}}}}", "诚信贷小额借款网", None),
        ("{{name: {{bytes: 15, encoding: gbk}}}}", "诚信贷", None),
        ("{{name: {{bytes: 5, encoding: gbk}}}}", "", "6 gbk bytes, 5 are allowed"),
        ("{{name: {{bytes: 9, encoding: utf-8}}}}", "诚信贷", None),
        ("{{description: {{chars: 10}}}}", "", "16 characters, 10 are allowed"),
        ("{{qq: {{chars: 10}}}}", "", "no text for it"),
        ("{{qq: {{chars: 10, required: false}}}}", "", None),
        ("{{email: {{chars: 30}}}}", "news@example.com", None),
        ("{{icp: {{}}}}", "京ICP备00000000号", None),
    ],
)
def test_a_text_is_measured_in_the_directorys_own_unit(opened: Opened, now: datetime, fields: str, text: str, problem: str | None) -> None:
    directories = re.sub(r"fields: \{\{name: .*\n", f"fields: {fields}\n", DIRECTORY, count=1)
    database = opened(directories=directories)
    (fitted,) = fit(database.workspace, profile(database.workspace, "wanxiang"))
    assert fitted.text == text
    assert (fitted.problem or "").endswith(problem or "") if problem else fitted.problem is None
    assert prepared(database, now).eligible is (problem is None)


def test_a_directory_without_a_placement_is_told_how_to_get_one(opened: Opened, now: datetime) -> None:
    with pytest.raises(GrowthError) as refused:
        prepared(opened(), now, "curlie")
    assert refused.value.fix == "growth placement add curlie-home --channel curlie --kind directory --target curlie"


# the listing


@pytest.mark.parametrize("style", list(LinkStyle))
def test_what_was_handed_in_is_found_once_the_editor_lists_it(
    opened: Opened, sandbox: Sandbox, our_site: Elsewhere, now: datetime, style: LinkStyle
) -> None:
    sandbox.directory.style = style
    database = opened()
    prepared(database, now)
    sent(database, now)
    waiting = looked(database, now)
    assert (waiting.verdict, waiting.state, waiting.at) == (Verdict.ABSENT, PlacementState.SUBMITTED, None)
    sandbox.directory.approve(entry(sandbox).id)
    found = looked(database, now + timedelta(days=3))
    assert (found.verdict, found.state) == (Verdict.LISTED, PlacementState.LIVE)
    assert found.at == f"{sandbox.url}/directory/category/finance"
    assert our_site.url in found.evidence


def test_a_listing_that_is_relinked_or_removed_is_noticed(opened: Opened, sandbox: Sandbox, now: datetime) -> None:
    database = opened()
    prepared(database, now)
    sent(database, now)
    number = entry(sandbox).id
    sandbox.directory.approve(number)
    looked(database, now)
    sandbox.directory.relink(number, "nofollow")
    assert looked(database, now + timedelta(days=7)).state is PlacementState.CHANGED
    sandbox.directory.relink(number, "")
    assert looked(database, now + timedelta(days=8)).state is PlacementState.LIVE
    sandbox.directory.remove(number)
    looked(database, now + timedelta(days=14))
    assert looked(database, now + timedelta(days=15)).state is PlacementState.LOST
    with database.read() as session:
        assert [alert.kind for alert in alerts(session, open_only=True)] == ["listing_lost"]
    assert prepared(database, now + timedelta(days=16)).eligible, "what is lost is handed in anew"


def test_a_refused_entry_is_noted_by_a_person(opened: Opened, sandbox: Sandbox, now: datetime) -> None:
    database = opened()
    prepared(database, now)
    sent(database, now)
    sandbox.directory.refuse(entry(sandbox).id, "类目不符")
    confirm(database, "wanxiang", at=None, note="类目不符", refused=True, now=now, actor="user:ming")
    assert state(database) is PlacementState.REFUSED
    with database.read() as session:
        assert history(session, id="wanxiang-finance")[-1].evidence == "类目不符"


def test_nothing_handed_in_is_nothing_to_look_at(opened: Opened, now: datetime) -> None:
    database = opened()
    sync(database, now=now)
    assert verify_directories(database, only=None, now=now, dry_run=False) == []
    with pytest.raises(UnknownDirectory):
        verify_directories(database, only="hao132", now=now, dry_run=False)


def test_a_directory_without_pages_asks_for_one(opened: Opened, sandbox: Sandbox, now: datetime) -> None:
    database = opened(directories=DIRECTORY.replace('find: ["{sandbox}/directory/category/finance"]', "find: []"))
    sync(database, now=now)
    confirm(database, "wanxiang", at=None, note="ticket 1", refused=False, now=now, actor="user:ming")
    assert (looked(database, now).verdict, looked(database, now).at) == (Verdict.NO_PAGE, None)
    confirm(database, "wanxiang", at=f"{sandbox.url}/directory", note="", refused=False, now=now, actor="user:ming")
    assert looked(database, now).verdict is Verdict.ABSENT
    with database.read() as session:
        assert [step.state for step in history(session, id="wanxiang-finance")] == ["submitted"]


# never twice


def test_what_is_under_review_is_not_handed_in_again(opened: Opened, sandbox: Sandbox, now: datetime) -> None:
    database = opened()
    prepared(database, now)
    sent(database, now)
    soon = now + timedelta(days=6)
    for attempt in (
        lambda: prepared(database, soon),
        lambda: sent(database, soon),
        lambda: confirm(database, "wanxiang", at=None, note="again", refused=False, now=soon, actor="user:hong"),
    ):
        with pytest.raises(NotNow) as refused:
            attempt()
        assert "2026-11-23" in refused.value.message
        assert refused.value.fix == "growth submit verify wanxiang"
    assert len([listing for listing in sandbox.directory.listings() if listing.email]) == 1


def test_after_the_review_it_may_be_handed_in_again(opened: Opened, now: datetime) -> None:
    database = opened()
    sync(database, now=now)
    confirm(database, "wanxiang", at=None, note="first", refused=False, now=now, actor="user:ming")
    later = now + timedelta(days=7)
    assert prepared(database, later).eligible
    confirm(database, "wanxiang", at=None, note="asked again", refused=False, now=later, actor="user:ming")
    with database.read() as session:
        assert [step.evidence for step in history(session, id="wanxiang-finance")] == ["first", "asked again"]


def test_human_editors_are_asked_once_ever(opened: Opened, now: datetime) -> None:
    database = opened(directories=DIRECTORY.replace("review_days: 7", "review_days: 7\n    once: true"))
    prepared(database, now)
    sent(database, now)
    with database.write() as session:
        move(session, id="wanxiang-finance", to=PlacementState.REFUSED, at=now, evidence="no", actor="test")
    with pytest.raises(NotNow, match="once"):
        prepared(database, now + timedelta(days=900))


def test_what_is_listed_is_not_handed_in(opened: Opened, sandbox: Sandbox, now: datetime) -> None:
    database = opened()
    prepared(database, now)
    sent(database, now)
    sandbox.directory.approve(entry(sandbox).id)
    looked(database, now)
    with pytest.raises(NotNow, match="lists the site already"):
        prepared(database, now + timedelta(days=30))
    with pytest.raises(NotNow):
        confirm(database, "wanxiang", at=None, note="", refused=False, now=now + timedelta(days=30), actor="user:ming")


@pytest.mark.parametrize("at", ["not a page", "javascript:alert(1)", "file:///etc/passwd"])
def test_a_page_that_is_none_is_refused_and_nothing_noted(opened: Opened, now: datetime, at: str) -> None:
    database = opened()
    with pytest.raises(GrowthError) as refused:
        confirm(database, "wanxiang", at=at, note="", refused=False, now=now, actor="user:ming")
    assert "--at" in (refused.value.fix or "")
    sync(database, now=now)
    assert state(database) is PlacementState.PLANNED
