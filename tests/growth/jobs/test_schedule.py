"""Schedules: which day, which hour, which period (fault F12), against a table made by hand from the published holidays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growth.jobs.day import UnknownDay, read_day
from growth.jobs.holidays import shipped
from growth.jobs.period import Period
from growth.jobs.schedule import Schedule
from growth.workspace import Every, OnHoliday, ScheduleYaml, Workspace
from tests.command import Growth, growth_in

__all__ = ["growth_in"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def made(every: str, day: str | None = None, at: str = "10:00", holiday: str = "ignore") -> Schedule:
    kind = Every(every)
    return Schedule(every=kind, day=read_day(kind, day), at=time.fromisoformat(at), holiday=OnHoliday(holiday))


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


#: every, day, at, holiday, period, when it runs in Shanghai (None: no run for that period)
GOLDEN = [
    # day 31 and the end of February
    ("month", "31", "10:00", "ignore", "2026-01", "2026-01-31T10:00"),
    ("month", "31", "10:00", "ignore", "2026-02", "2026-02-28T10:00"),
    ("month", "31", "10:00", "ignore", "2024-02", "2024-02-29T10:00"),
    ("month", "30", "10:00", "ignore", "2026-02", "2026-02-28T10:00"),
    ("month", "31", "10:00", "ignore", "2026-04", "2026-04-30T10:00"),
    ("month", "last", "10:00", "ignore", "2026-11", "2026-11-30T10:00"),
    # 1 May, 1 October, 1 January are holidays
    ("month", "1", "10:00", "ignore", "2026-05", "2026-05-01T10:00"),
    ("month", "1", "10:00", "after", "2026-05", "2026-05-06T10:00"),
    ("month", "1", "10:00", "before", "2026-05", "2026-04-30T10:00"),
    ("month", "1", "10:00", "skip", "2026-05", None),
    ("month", "1", "10:00", "after", "2026-10", "2026-10-08T10:00"),
    ("month", "1", "10:00", "before", "2026-10", "2026-09-30T10:00"),
    ("month", "1", "10:00", "after", "2026-01", "2026-01-04T10:00"),
    ("month", "1", "10:00", "after", "2025-10", "2025-10-09T10:00"),
    ("month", "1", "10:00", "after", "2024-06", "2024-06-03T10:00"),
    # weekends, and weekends worked in exchange
    ("month", "1", "10:00", "before", "2026-11", "2026-10-30T10:00"),
    ("month", "1", "10:00", "after", "2026-11", "2026-11-02T10:00"),
    ("month", "14", "10:00", "after", "2026-02", "2026-02-14T10:00"),
    ("month", "15", "10:00", "after", "2026-02", "2026-02-24T10:00"),
    ("month", "15", "10:00", "before", "2026-02", "2026-02-14T10:00"),
    ("month", "28", "10:00", "before", "2026-02", "2026-02-28T10:00"),
    ("month", "26", "10:00", "skip", "2025-01", "2025-01-26T10:00"),
    # first and last workday
    ("month", "first workday", "09:00", "ignore", "2026-01", "2026-01-04T09:00"),
    ("month", "first workday", "09:00", "ignore", "2026-10", "2026-10-08T09:00"),
    ("month", "first workday", "09:00", "ignore", "2024-05", "2024-05-06T09:00"),
    ("month", "last workday", "09:00", "ignore", "2026-02", "2026-02-28T09:00"),
    ("month", "last workday", "09:00", "ignore", "2025-01", "2025-01-27T09:00"),
    ("month", "last workday", "09:00", "ignore", "2025-05", "2025-05-30T09:00"),
    # the nth weekday
    ("month", "2nd tue", "09:30", "ignore", "2026-12", "2026-12-08T09:30"),
    ("month", "1st sun", "09:30", "ignore", "2026-11", "2026-11-01T09:30"),
    ("month", "last fri", "09:30", "ignore", "2026-12", "2026-12-25T09:30"),
    ("month", "5th mon", "09:30", "ignore", "2026-11", "2026-11-30T09:30"),
    ("month", "5th mon", "09:30", "ignore", "2026-10", "2026-10-26T09:30"),
    ("month", "1st thu", "09:30", "after", "2026-01", "2026-01-04T09:30"),
    # weeks
    ("week", "mon", "09:00", "ignore", "2026-W48", "2026-11-23T09:00"),
    ("week", "sun", "09:00", "ignore", "2026-W53", "2027-01-03T09:00"),
    ("week", "thu", "09:00", "before", "2026-W40", "2026-09-30T09:00"),
    ("week", "sat", "09:00", "skip", "2026-W41", "2026-10-10T09:00"),
    # days
    ("day", None, "23:59", "skip", "2026-10-10", "2026-10-10T23:59"),
    ("day", None, "09:00", "skip", "2026-10-03", None),
    ("day", None, "00:00", "ignore", "2024-02-29", "2024-02-29T00:00"),
    # years and once
    ("year", "11-11", "00:00", "ignore", "2026", "2026-11-11T00:00"),
    ("year", "02-29", "10:00", "ignore", "2026", "2026-02-28T10:00"),
    ("year", "10-01", "10:00", "before", "2027", "2027-10-01T10:00"),
    ("once", "2026-12-01", "10:00", "ignore", "once", "2026-12-01T10:00"),
    ("once", "2026-10-01", "10:00", "after", "once", "2026-10-08T10:00"),
]


@pytest.mark.parametrize(("every", "day", "at", "holiday", "period", "runs"), GOLDEN)
def test_the_golden_table_of_dates(every: str, day: str | None, at: str, holiday: str, period: str, runs: str | None) -> None:
    schedule = made(every, day, at, holiday)
    found = schedule.of(Period.parse(period), zone=SHANGHAI)
    assert (found.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M") if found else None) == runs
    # the same run is found by looking at the days around it, and nowhere else under this name
    around = schedule.between(local("2024-01-01T00:00"), local("2028-01-01T00:00"), zone=SHANGHAI)
    assert [run.due_at for run in around if run.period.key == period] == ([found.due_at] if found else [])


def test_campaigns_fall_due_as_the_golden_table_says(make_workspace: Callable[..., Workspace], growth_in: Callable[[Path], Growth]) -> None:
    """F12, at the public door: one campaign a line, all runs of 2024–2027 as ``growth jobs due`` lists them."""
    files = {"channels.yaml": "channels: {newsletter: {medium: email}}\n"}
    for line, (every, day, at, holiday, _period, _runs) in enumerate(GOLDEN):
        words = {"every": every, "at": at, "holiday": holiday} | ({"day": day} if day else {})
        schedule = ", ".join(f'{name}: "{value}"' for name, value in words.items())
        files[f"campaigns/line{line}.yaml"] = (
            f"medium: email\npurpose: service\nchannel: newsletter\naudience: {{}}\n"
            f"content: {{subject: News, body: News}}\nschedule: {{{schedule}}}\n"
        )
    workspace = make_workspace('site: {url: "https://www.example.com/"}\n', files=files)
    listed = growth_in(workspace.root)("jobs", "due", "--from", "2024-01-01", "--to", "2027-12-31", "--json").json
    found = {(run["job"], run["period"]): run["at"] for run in listed}
    for line, golden in enumerate(GOLDEN):
        *_how, period, runs = golden
        assert found.get((f"campaign:line{line}", period)) == (f"{runs}:00+08:00" if runs else None), golden


def test_a_run_moved_out_of_its_month_keeps_the_month_s_name() -> None:
    runs = made("month", "1", holiday="before").between(local("2026-09-30T00:00"), local("2026-10-31T23:59"), zone=SHANGHAI)
    assert [(run.period.key, run.due_at.astimezone(SHANGHAI).date()) for run in runs] == [
        ("2026-10", date(2026, 9, 30)),
        ("2026-11", date(2026, 10, 30)),
    ]


def test_both_ends_of_a_span_are_included() -> None:
    daily = made("day", at="10:00")
    runs = daily.between(local("2026-11-23T10:00"), local("2026-11-24T10:00"), zone=SHANGHAI)
    assert [run.period.key for run in runs] == ["2026-11-23", "2026-11-24"]
    assert daily.between(local("2026-11-23T10:01"), local("2026-11-24T09:59"), zone=SHANGHAI) == []


def test_the_days_of_a_holiday_wait_for_the_next_workday() -> None:
    runs = made("day", holiday="after").between(local("2026-02-14T00:00"), local("2026-02-24T23:00"), zone=SHANGHAI)
    assert [run.period.key for run in runs if run.due_at == local("2026-02-24T10:00")] == [f"2026-02-{day}" for day in range(15, 25)]


def test_a_time_that_summer_time_leaves_out_runs_with_the_offset_from_before() -> None:
    runs = made("day", at="02:30").between(local("2026-03-07T12:00", NEW_YORK), local("2026-03-09T12:00", NEW_YORK), zone=NEW_YORK)
    assert [(run.period.key, run.due_at) for run in runs] == [
        ("2026-03-08", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("2026-03-09", datetime(2026, 3, 9, 6, 30, tzinfo=UTC)),
    ]


def test_a_time_that_comes_twice_runs_once_the_first_time() -> None:
    runs = made("day", at="01:30").between(local("2026-10-31T12:00", NEW_YORK), local("2026-11-01T12:00", NEW_YORK), zone=NEW_YORK)
    assert [(run.period.key, run.due_at) for run in runs] == [("2026-11-01", datetime(2026, 11, 1, 5, 30, tzinfo=UTC))]


def test_an_hourly_job_has_23_runs_in_spring_and_24_in_autumn_and_never_one_name_twice() -> None:
    hourly = made("hour", at="00:15")
    for day, count, missing in ((date(2026, 3, 8), 23, "2026-03-08T02"), (date(2026, 11, 1), 24, None)):
        period = Period.of(Every.DAY, day)
        runs = hourly.between(period.start(NEW_YORK), period.end(NEW_YORK) - timedelta(microseconds=1), zone=NEW_YORK)
        keys = [run.period.key for run in runs]
        assert len(set(keys)) == len(keys) == count
        assert missing not in keys


def test_an_hour_of_which_half_is_left_out_still_has_its_run() -> None:
    runs = made("hour", at="00:00").between(local("2026-10-04T01:00", LORD_HOWE), local("2026-10-04T03:00", LORD_HOWE), zone=LORD_HOWE)
    assert [run.period.key for run in runs] == ["2026-10-04T01", "2026-10-04T02", "2026-10-04T03"]


def test_the_server_s_zone_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    import time as system

    asked = (local("2026-11-01T00:00"), local("2026-11-30T23:59"))
    here = made("month", "1", holiday="after").between(*asked, zone=SHANGHAI)
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    system.tzset()
    try:
        assert made("month", "1", holiday="after").between(*asked, zone=SHANGHAI) == here
    finally:
        monkeypatch.undo()
        system.tzset()


def test_the_next_and_the_latest_run_of_a_moved_schedule() -> None:
    monthly = made("month", "1", holiday="before")
    instant = local("2026-10-30T09:00")
    following, latest = monthly.after(instant, zone=SHANGHAI), monthly.latest(instant, zone=SHANGHAI)
    assert following is not None
    assert (following.period.key, following.due_at) == ("2026-11", local("2026-10-30T10:00"))
    assert latest is not None
    assert latest.period.key == "2026-10"
    after_it = monthly.latest(local("2026-10-30T10:00"), zone=SHANGHAI)
    assert after_it is not None
    assert after_it.period.key == "2026-11"


def test_what_happens_once_is_over_afterwards() -> None:
    once = made("once", "2026-12-01")
    assert once.after(local("2026-12-01T10:00"), zone=SHANGHAI) is None
    assert once.latest(local("2026-11-30T10:00"), zone=SHANGHAI) is None
    found = once.latest(local("2026-12-02T10:00"), zone=SHANGHAI)
    assert found is not None
    assert found.period.key == "once"


@pytest.mark.parametrize(
    ("every", "day", "allowed"),
    [
        ("month", "32", "1..31"),
        ("month", "0", "1..31"),
        ("month", "6th mon", "2nd tue"),
        ("month", "mon", "first workday"),
        ("month", "2nd workday", "first workday"),
        ("week", "1", "mon, tue"),
        ("week", "monday", "mon, tue"),
        ("day", "1", "no day"),
        ("hour", "mon", "no day"),
        ("year", "02-30", "11-11"),
        ("year", "13-01", "11-11"),
        ("once", "2026-02-30", "2026-12-01"),
        ("once", "12-01", "2026-12-01"),
        ("once", None, "2026-12-01"),
    ],
)
def test_a_day_that_does_not_fit_is_refused_with_what_is_allowed(every: str, day: str | None, allowed: str) -> None:
    with pytest.raises(UnknownDay) as fault:
        read_day(Every(every), day)
    assert fault.value.fix is not None
    assert allowed in fault.value.fix


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"every": "month", "day": "Second Tuesday", "at": "09:30"}, made("month", "2nd tue", "09:30")),
        ({"every": "month", "day": "last", "at": "10:00", "holiday": "before"}, made("month", "last", "10:00", "before")),
        ({"every": "month", "day": 31, "at": "10:00"}, made("month", "31", "10:00")),
        ({"every": "month", "at": "10:00"}, made("month", "1", "10:00")),
        ({"every": "week", "day": "周一", "at": "03:00"}, made("week", "mon", "03:00")),
        ({"every": "year", "day": "11-11", "at": "00:00"}, made("year", "11-11", "00:00")),
        ({"every": "once", "day": "2026-12-01", "at": "10:00"}, made("once", "2026-12-01", "10:00")),
        ({"every": "hour", "at": ":15"}, made("hour", None, "00:15")),
        ({"every": "day", "at": "02:00"}, made("day", None, "02:00")),
        ({"every": "month", "day": "last workday", "at": "10:00"}, made("month", "last workday", "10:00")),
    ],
)
def test_a_file_s_schedule_means_what_it_says(written: dict[str, object], expected: Schedule) -> None:
    assert Schedule.from_yaml(ScheduleYaml.model_validate(written)) == expected


days = {
    Every.HOUR: st.none(),
    Every.DAY: st.none(),
    Every.WEEK: st.sampled_from(["mon", "wed", "sat", "sun"]),
    Every.MONTH: st.one_of(
        st.integers(1, 31).map(str), st.sampled_from(["last", "first workday", "last workday", "2nd tue", "last sun", "4th sat"])
    ),
    Every.YEAR: st.sampled_from(["01-01", "02-29", "10-01", "11-11", "12-31"]),
}


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    every = draw(st.sampled_from(list(days)))
    at = draw(st.times()).replace(microsecond=0)
    return Schedule(every=every, day=read_day(every, draw(days[every])), at=at, holiday=draw(st.sampled_from(OnHoliday)))


instants = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1)).map(lambda naive: naive.replace(tzinfo=UTC))
zones = st.sampled_from([SHANGHAI, NEW_YORK, LORD_HOWE])


@settings(deadline=None)
@given(schedules(), instants, st.timedeltas(timedelta(0), timedelta(days=40)), st.floats(0, 1), zones)
def test_cutting_a_span_in_two_loses_and_doubles_nothing(
    schedule: Schedule, since: datetime, length: timedelta, share: float, zone: ZoneInfo
) -> None:
    until, cut = since + length, since + length * share
    whole = schedule.between(since, until, zone=zone)
    parts = schedule.between(since, cut, zone=zone) + schedule.between(cut + timedelta(microseconds=1), until, zone=zone)
    assert sorted(parts) == whole
    assert len({run.period for run in whole}) == len(whole)
    assert all(since <= run.due_at <= until for run in whole)


@settings(deadline=None)
@given(schedules(), instants, zones)
def test_the_next_run_is_the_first_of_the_span_after(schedule: Schedule, instant: datetime, zone: ZoneInfo) -> None:
    following = schedule.after(instant, zone=zone)
    if following is None:  # a Saturday that is skipped, in years of which no Saturday is known to be worked
        assert schedule.between(instant, instant + timedelta(days=3000), zone=zone) == []
        return
    assert schedule.between(instant + timedelta(microseconds=1), following.due_at, zone=zone)[0].due_at == following.due_at
    latest = schedule.latest(following.due_at, zone=zone)
    assert latest is not None
    assert latest.due_at == following.due_at


@settings(deadline=None)
@given(schedules(), instants)
def test_no_run_that_minds_holidays_falls_on_one(schedule: Schedule, instant: datetime) -> None:
    for run in schedule.between(instant, instant + timedelta(days=30), zone=SHANGHAI):
        day = run.due_at.astimezone(SHANGHAI).date()
        if schedule.holiday != OnHoliday.IGNORE:
            assert chinese_calendar.is_workday(day), (run, shipped().name(day))
