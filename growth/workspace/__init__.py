"""The workspace: YAML in git, read into settings; every problem has its file, line and column.

``find_workspace`` and ``load_workspace`` give a `Workspace`; the models of growth.yaml are `Settings` and what it is made of.
Field types for the models of other rooms: `FromEnv`, `Secret`, `Duration`, `MoneyText`, `TimeOfDay`, `DayText`, `Url`, `Host`, `SitePath`,
`Percent`, `RateText` (a `Rate`), `WindowText` (a `Window`); the base of such models is `YamlModel`; a schedule is a `ScheduleYaml`.
"""

from growth.workspace.delivery import ANYWHERE
from growth.workspace.document import Document
from growth.workspace.environment import read_environment, set_variable
from growth.workspace.fields import (
    DayText,
    Duration,
    FromEnv,
    Host,
    MoneyText,
    Percent,
    Rate,
    RateText,
    Secret,
    SitePath,
    TimeOfDay,
    Url,
    Window,
    WindowText,
    YamlModel,
    duration_text,
    parse_day,
    parse_duration,
    parse_rate,
    parse_time,
    parse_window,
)
from growth.workspace.loading import find_workspace, load_workspace
from growth.workspace.problems import (
    MissingSecret,
    Problem,
    Severity,
    WorkspaceInvalid,
    WorkspaceMissing,
    did_you_mean,
    hint_for,
    problem_at,
)
from growth.workspace.schedule import Every, OnHoliday, ScheduleYaml
from growth.workspace.settings import Settings
from growth.workspace.site import Locale
from growth.workspace.upkeep import ReportSchedule, Targets
from growth.workspace.watched import Watched
from growth.workspace.workspace import SETTINGS, Workspace

__all__ = [
    "ANYWHERE",
    "SETTINGS",
    "DayText",
    "Document",
    "Duration",
    "Every",
    "FromEnv",
    "Host",
    "Locale",
    "MissingSecret",
    "MoneyText",
    "OnHoliday",
    "Percent",
    "Problem",
    "Rate",
    "RateText",
    "ReportSchedule",
    "ScheduleYaml",
    "Secret",
    "Settings",
    "Severity",
    "SitePath",
    "Targets",
    "TimeOfDay",
    "Url",
    "Watched",
    "Window",
    "WindowText",
    "Workspace",
    "WorkspaceInvalid",
    "WorkspaceMissing",
    "YamlModel",
    "did_you_mean",
    "duration_text",
    "find_workspace",
    "hint_for",
    "load_workspace",
    "parse_day",
    "parse_duration",
    "parse_rate",
    "parse_time",
    "parse_window",
    "problem_at",
    "read_environment",
    "set_variable",
]
