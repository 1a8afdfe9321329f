"""Schedules and states as people read them, in the language in force."""

from __future__ import annotations

from growth.jobs.day import DayOfMonth, DayOfYear, DayRule, EachDay, NthWeekday, OnDate, Weekday, WorkdayOfMonth
from growth.jobs.job import RunState
from growth.jobs.schedule import Schedule
from growth.language import Text, _
from growth.text import full_width
from growth.workspace import Every, OnHoliday

_WEEKDAYS = (
    Text("Monday", "周一"),
    Text("Tuesday", "周二"),
    Text("Wednesday", "周三"),
    Text("Thursday", "周四"),
    Text("Friday", "周五"),
    Text("Saturday", "周六"),
    Text("Sunday", "周日"),
)
_EVERY = {
    Every.HOUR: Text("every hour", "每小时"),
    Every.DAY: Text("every day", "每天"),
    Every.WEEK: Text("every week", "每周"),
    Every.MONTH: Text("every month", "每月"),
    Every.YEAR: Text("every year", "每年"),
    Every.ONCE: Text("once", "一次"),
}
_HOLIDAY = {
    OnHoliday.SKIP: Text("not on holidays and weekends", "节假日和周末跳过"),
    OnHoliday.BEFORE: Text("before a holiday or weekend", "遇节假日或周末提前"),
    OnHoliday.AFTER: Text("after a holiday or weekend", "遇节假日或周末顺延"),
}
STATE_TEXTS = {
    RunState.DUE: Text("due", "待执行"),
    RunState.RUNNING: Text("running", "执行中"),
    RunState.WAITING: Text("goes on later", "稍后继续"),
    RunState.DONE: Text("done", "完成"),
    RunState.FAILED: Text("failed", "失败"),
    RunState.MISSED: Text("missed", "错过"),
    RunState.STOPPED: Text("stopped", "已停止"),
}


def schedule_words(schedule: Schedule) -> str:
    """``every month on day 1, 10:00, after a holiday or weekend``; ``每月 1 日 10:00，遇节假日或周末顺延``."""
    if schedule.every == Every.HOUR:
        said = _("{every} at minute {minute}", every=_EVERY[Every.HOUR], minute=f"{schedule.at.minute:02}")
    else:
        day = _day(schedule.day)
        begin = _("every {weekday}", weekday=day) if isinstance(schedule.day, Weekday) else _joined(str(_EVERY[schedule.every]), day)
        said = _joined(begin, f"{schedule.at:%H:%M}")
    return _("{schedule}, {holiday}", schedule=said, holiday=_HOLIDAY[schedule.holiday]) if schedule.holiday in _HOLIDAY else said


def _joined(left: str, right: str) -> str:
    """With a space between, but for two Chinese characters, which stand side by side."""
    apart = not (left and right) or (full_width(left[-1]) == 1 and full_width(right[0]) == 1)
    return left + right if apart else f"{left} {right}"


def _day(rule: DayRule) -> str:
    match rule:
        case DayOfMonth(31):
            return _("on the last day")
        case DayOfMonth(number):
            return _("on day {n}", n=number)
        case WorkdayOfMonth(step):
            return _("on the first workday") if step > 0 else _("on the last workday")
        case NthWeekday(nth, weekday):
            day = _WEEKDAYS[weekday]
            return _("on the last {weekday}", weekday=day) if nth < 0 else _("on {weekday} number {n}", weekday=day, n=nth)
        case Weekday(weekday):
            return str(_WEEKDAYS[weekday])
        case DayOfYear(month, day_number):
            return f"{month:02}-{day_number:02}"
        case OnDate(on):
            return on.isoformat()
        case EachDay():
            return ""
