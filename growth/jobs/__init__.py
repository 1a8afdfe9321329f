"""Jobs: schedules and period keys, one run a job and period, and the engine that runs them."""

from growth.jobs.asking import AlreadyRun, NotRunning, ask, ask_to_stop
from growth.jobs.catalogue import Catalogue, read_catalogue
from growth.jobs.heart import alive
from growth.jobs.holidays import HolidayCalendar, shipped
from growth.jobs.identity import Identity, is_dead, this_process
from growth.jobs.job import Chore, ChoreRun, DuplicateJob, Job, JobRun, Postponed, RunState, UnknownJob
from growth.jobs.period import ONCE, Period, UnknownPeriod, instant_of
from growth.jobs.schedule import Occurrence, Schedule
from growth.jobs.settings import HolidaysFile
from growth.jobs.standing import Standing, standing
from growth.jobs.store import Run, last_runs
from growth.jobs.store import history as run_history
from growth.jobs.words import STATE_TEXTS, schedule_words

__all__ = [
    "ONCE",
    "STATE_TEXTS",
    "AlreadyRun",
    "Catalogue",
    "Chore",
    "ChoreRun",
    "DuplicateJob",
    "HolidayCalendar",
    "HolidaysFile",
    "Identity",
    "Job",
    "JobRun",
    "NotRunning",
    "Occurrence",
    "Period",
    "Postponed",
    "Run",
    "RunState",
    "Schedule",
    "Standing",
    "UnknownJob",
    "UnknownPeriod",
    "alive",
    "ask",
    "ask_to_stop",
    "instant_of",
    "is_dead",
    "last_runs",
    "read_catalogue",
    "run_history",
    "schedule_words",
    "shipped",
    "standing",
    "this_process",
]
