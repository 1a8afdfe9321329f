"""A word that falls out of its target is told once a fall, and settled when it is back; the import and the job look the same way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from growth.alerts import Alert, alerts, notices
from growth.db import Database
from growth.jobs import JobRun, Period, read_catalogue
from growth.workspace import Every
from seo.ranking.jobs import keywords_job
from seo.ranking.settings import KeywordsFile
from seo.ranking.standing import Standing, standings
from seo.ranking.watch import Watched
from tests.conftest import NOW

OnDay = Callable[..., Watched]


def told(database: Database) -> list[Alert]:
    """Alerts that last."""
    with database.read() as session:
        return [one for one in alerts(session, open_only=True) if one.kind == "rank_lost"]


def standing(database: Database, word: str, engine: str = "baidu", device: str = "") -> Standing:
    """How a word stands."""
    with database.read() as session:
        found = standings(session, database.workspace.one("keywords", KeywordsFile).keywords)
    return next(one for one in found if (one.word, one.engine, one.device) == (word, engine, device))


def test_a_fall_is_told_once_and_settled_when_the_word_is_back(site: Database, on_day: OnDay) -> None:
    on_day(18, 网络借贷=8)
    assert told(site) == []
    assert [one.word for one in on_day(19, 网络借贷=14).fallen] == ["网络借贷"]
    on_day(20, 网络借贷="100+")
    [alert] = told(site)
    assert "网络借贷" in alert.title
    assert "11-18 8 → 11-19 14" in alert.detail
    assert alert.count == 1
    on_day(21, 网络借贷=9)
    assert told(site) == []
    with site.read() as session:
        assert len([one for one in notices(session) if one.kind == "rank_lost"]) == 2


def test_a_second_fall_is_told_again(site: Database, on_day: OnDay) -> None:
    for day, position in ((17, 3), (18, 30), (19, 3), (20, 30)):
        watched = on_day(day, 网络借贷=position)
    assert [one.fell_on.day for one in watched.fallen if one.fell_on] == [20]


def test_a_word_that_never_was_in_its_target_has_not_fallen(site: Database, on_day: OnDay) -> None:
    on_day(18, 网络借贷=40)
    assert on_day(19, 网络借贷=55).fallen == ()
    assert standing(site, "网络借贷").within is False


def test_two_sources_are_not_compared(site: Database, on_day: OnDay) -> None:
    on_day(18, 网络借贷=8, source="chinaz")
    assert on_day(19, 网络借贷=14, source="aizhan").fallen == ()
    assert standing(site, "网络借贷").source == "aizhan"
    assert [one.source for one in on_day(20, 网络借贷=15, source="chinaz").fallen] == ["chinaz"]


def test_an_engine_or_device_that_nobody_asked_for_tells_nothing(site: Database, on_day: OnDay) -> None:
    on_day(18, 网络借贷=1, engine="sogou")
    assert on_day(19, 网络借贷=50, engine="sogou").fallen == ()
    on_day(18, 小额借款=1, device="desktop")
    assert on_day(19, 小额借款=50, device="desktop").fallen == ()
    on_day(18, 小额借款=1, device="mobile")
    assert [one.device for one in on_day(19, 小额借款=50, device="mobile").fallen] == ["mobile"]


def test_an_older_file_that_comes_late_changes_no_verdict(site: Database, on_day: OnDay) -> None:
    on_day(20, 网络借贷=8)
    assert on_day(18, 网络借贷=30).fallen == ()
    assert standing(site, "网络借贷").position == 8


def test_a_word_that_leaves_keywords_yaml_is_settled_without_a_word(site: Database, on_day: OnDay) -> None:
    on_day(18, 网络借贷=8)
    on_day(19, 网络借贷=14)
    (site.workspace.root / "keywords.yaml").write_text("keywords: {小额借款: {target: 5}}\n", "utf-8")
    from growth.workspace import load_workspace
    from seo.ranking.watch import watch_targets

    with site.write() as session:
        assert watch_targets(session, workspace=load_workspace(site.workspace.root), now=NOW).settled == 1
        assert len([one for one in notices(session) if one.kind == "rank_lost"]) == 1


def test_the_job_does_what_the_import_does(site: Database, on_day: OnDay, monkeypatch: pytest.MonkeyPatch) -> None:
    on_day(18, 网络借贷=8)
    monkeypatch.setattr("tests.seo.ranking.conftest.watch_targets", lambda *_a, **_k: Watched(fallen=(), settled=0))
    on_day(19, 网络借贷=14)
    assert told(site) == []
    assert "seo.keywords" in {job.name for job in read_catalogue(site.workspace).jobs.values()}
    run = JobRun(
        job="seo.keywords", key="2026-11-23", period=Period.of(Every.DAY, NOW.date()), workspace=site.workspace, database=site, now=NOW
    )
    assert "out of target: 1" in keywords_job(run)
    assert len(told(site)) == 1
    assert "out of target: 0" in keywords_job(run)
