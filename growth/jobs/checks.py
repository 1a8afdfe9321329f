"""What ``growth check`` says about schedules: holidays that are not known yet, runs that pile up, times that are over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from growth import clock
from growth.app import RuleText
from growth.errors import GrowthError, Where
from growth.jobs.catalogue import Catalogue, read_catalogue
from growth.jobs.day import WorkdayOfMonth
from growth.jobs.job import Job
from growth.jobs.period import ONCE
from growth.jobs.schedule import Schedule
from growth.language import Text, _
from growth.workspace import SETTINGS, Every, OnHoliday, Problem, Severity, Workspace, problem_at

#: how far ahead a run in a year without known holidays is worth a word; the notice for a year appears in the November before
AHEAD = timedelta(days=60)


def check_schedules(workspace: Workspace) -> Iterator[Problem]:
    """Every problem of the schedules of this workspace, as of now."""
    try:
        catalogue = read_catalogue(workspace)
    except GrowthError as fault:
        yield problem_at(fault.where or workspace.where(SETTINGS), "jobs-unreadable", fault.message, hint=fault.fix)
        return
    now = clock.now()
    yield from _unknown_holidays(catalogue, now)
    for job in catalogue.jobs.values():
        if job.schedule is not None:
            yield from _piles_up(job, job.schedule, _place(job, workspace))
            yield from _over(catalogue, job, job.schedule, _place(job, workspace), now)


def unknown_years(catalogue: Catalogue, now: datetime) -> dict[int, list[str]]:
    """Years whose holidays are not known although jobs that mind them run there soon: year → names of the jobs.

    Soon is within `AHEAD`; of yearly jobs and those that happen once, the next run whenever it is.
    """
    found: dict[int, list[str]] = {}
    for job in catalogue.jobs.values():
        if job.schedule is None or not minds_holidays(job.schedule):
            continue
        runs = catalogue.due_of(job, now, now + AHEAD)
        if job.schedule.every in (Every.YEAR, Every.ONCE) and (following := catalogue.next_of(job, now)):
            runs = [following]
        for year in {run.due_at.astimezone(catalogue.workspace.zone).year for run in runs}:
            if not catalogue.holidays.knows(year):
                found.setdefault(year, []).append(job.name)
    return found


def minds_holidays(schedule: Schedule) -> bool:
    """Whether public holidays change when it runs."""
    return schedule.holiday != OnHoliday.IGNORE or isinstance(schedule.day, WorkdayOfMonth)


RULES = (
    RuleText(
        id="holidays-unknown",
        title=Text("The holidays of a year are not known", "该年节假日安排未知"),
        why=Text(
            "Schedules with `holiday:` or workdays need the State Council's notice for the year, which appears in the November before. "
            "Until it is there, weekends alone count as days off.",
            "使用 holiday 或工作日的计划需要国务院办公厅当年的放假通知（一般在前一年 11 月发布）；在此之前只按周末计算休息日。",
        ),
        mend=Text(
            "Upgrade growth, or write the notice's days into holidays.yaml: `off` for days off, `work` for weekends that are worked.",
            "升级 growth，或把通知中的日期写入 holidays.yaml：off 为放假，work 为调休上班。",
        ),
        source="https://www.gov.cn/zhengce/",
    ),
    RuleText(
        id="schedule-piles-up",
        title=Text("The runs of a holiday pile up", "节假日的执行会堆积"),
        why=Text(
            "A daily or hourly job with holiday: before or after runs once for each day of a holiday, all on the same workday.",
            "每天或每小时的任务若设 holiday: before 或 after，长假中每一天的执行都会移到同一个工作日。",
        ),
        mend=Text(
            "Write holiday: skip to leave those days out, or ignore to run on them.", "写 holiday: skip 跳过这些天，或 ignore 照常执行。"
        ),
        source="docs/reference/workspace.md",
    ),
    RuleText(
        id="schedule-over",
        title=Text("A time that is over", "时间已过"),
        why=Text(
            "What happens once lies in the past, longer ago than its catch-up time: it will not run.",
            "一次性任务的时间已过且超出补跑时限，不会再执行。",
        ),
        mend=Text("Give it a date to come, or delete the schedule.", "改为将来的日期，或删除该计划。"),
        source="docs/reference/workspace.md",
    ),
    RuleText(
        id="jobs-unreadable",
        title=Text("The jobs of the workspace cannot be read", "无法读取任务"),
        why=Text("Two jobs have one name, or an app cannot tell its jobs.", "两个任务重名，或某个应用无法给出它的任务。"),
        mend=Text("Do what the message says; until then the last good jobs run.", "按提示修改；在此之前沿用上一次有效的任务。"),
        source="docs/reference/workspace.md",
    ),
)


def rules() -> Iterable[RuleText]:
    """For ``growth explain``."""
    return RULES


def _unknown_holidays(catalogue: Catalogue, now: datetime) -> Iterator[Problem]:
    for year, names in sorted(unknown_years(catalogue, now).items()):
        yield problem_at(
            Where(catalogue.workspace.source("holidays")),
            "holidays-unknown",
            _("the holidays of {year} are not known: weekends alone count as days off for {jobs}", year=year, jobs=", ".join(names)),
            hint=_("write the State Council's notice into holidays.yaml, or upgrade growth"),
            severity=Severity.WARNING,
        )


def _piles_up(job: Job, schedule: Schedule, place: Where) -> Iterator[Problem]:
    if schedule.every in (Every.HOUR, Every.DAY) and schedule.holiday in (OnHoliday.BEFORE, OnHoliday.AFTER):
        yield problem_at(
            place,
            "schedule-piles-up",
            _(
                "{job}: every {every} with holiday: {holiday} runs once for each day of a holiday, all on one workday",
                job=job.name,
                every=schedule.every,
                holiday=schedule.holiday,
            ),
            hint="holiday: skip",
            severity=Severity.WARNING,
        )


def _over(catalogue: Catalogue, job: Job, schedule: Schedule, place: Where, now: datetime) -> Iterator[Problem]:
    if schedule.every != Every.ONCE:
        return
    run = schedule.of(ONCE, zone=catalogue.workspace.zone, holidays=catalogue.holidays)
    if run is not None and run.due_at + schedule.catch_up < now:
        yield problem_at(
            place,
            "schedule-over",
            _("{job}: its time is over ({at})", job=job.name, at=clock.rfc3339(run.due_at, catalogue.workspace.zone)),
            severity=Severity.WARNING,
        )


def _place(job: Job, workspace: Workspace) -> Where:
    return job.where or workspace.where(SETTINGS)
