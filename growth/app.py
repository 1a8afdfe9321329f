"""The one door: what an app hands over to growth, and how growth finds the apps.

growth never imports an app. Everything here is a dotted name (``module:attribute``), imported when it is first needed,
so that ``growth --help`` stays quick and an app can be left out. growth hands over its own rooms through the same door.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib.metadata import entry_points
from typing import Any

from growth.errors import GrowthError
from growth.language import Text, _


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A top-level word of the command line. `target` is a ``typer.Typer``."""

    name: str
    help: Text
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """An entry of the dashboard's navigation; shown to users that have one of `roles` (admin sees all)."""

    id: str
    label: Text
    path: str
    icon: str
    order: int
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """A kind of YAML file in the workspace.

    `pattern` is relative to the workspace: ``channels.yaml`` (one file) or ``campaigns/*.yaml`` (one a name).
    `model` is a pydantic model; `check` a function ``(Workspace, name, value) -> Iterable[Problem]`` for what a schema cannot say.
    """

    name: str
    pattern: str
    model: str
    check: str | None = None

    @property
    def many(self) -> bool:
        """Whether there is one file a name."""
        return "*" in self.pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrations:
    """Alembic scripts of one owner for one store (``main``, ``crawl`` or ``events``); `package` holds ``versions/``."""

    owner: str
    store: str
    package: str


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What an app has. Every field but `name`, `title` and `order` may stay empty.

    jobs                ``(Workspace) -> Iterable[growth.jobs.Job]``
    pages               ``() -> Sequence`` of Litestar handlers
    models              module whose import registers the tables
    sections            key of growth.yaml → pydantic model of that section
    report_sections     ``(session, Workspace, Period) -> Iterable[growth.reporting.Section]``
    doctor              ``(Workspace, Database | None) -> Iterable[Diagnosis]``
    overview_cards      ``(session, Workspace, Period) -> Iterable[growth.reporting.Figure]``
    calendar            ``(session, Workspace, from, until) -> Iterable[CalendarEntry]``
    todo                ``(session, Workspace) -> Iterable[TodoEntry]``
    search              ``(session, text) -> Iterable[Hit]``
    timeline            ``(session, contact_id) -> Iterable[TimelineEntry]``
    url_facts           ``(session, url) -> Iterable[Hit]``
    segment_fields      mapping of a condition's word (``opened``, ``follower`` …) → ``(value, since, now) -> Select of contact ids``;
                        `value` is what stands behind the word, `since` an instant or None
    personal_data       a `PersonalData`-shaped object: ``export(session, contact_id)``, ``erase(session, contact_id, now=)``, ``keep``
    privacy             ``(Workspace) -> Iterable[Collected | Recipient]``: what is kept of people and who receives it, as it is set up
    providers           name → ``(Workspace) -> growth.messaging.Provider``, who carries messages (``smtp``, ``wechat`` …)
    metrics             ``(session) -> Iterable[Sample]``
    rules               ``() -> Iterable[RuleText]``: what ``growth explain`` knows
    checks              ``(Workspace) -> Iterable[Problem]``: what ``growth check`` looks at beside single files
    """

    name: str
    title: Text
    order: int = 100
    commands: tuple[Command, ...] = ()
    navigation: tuple[NavItem, ...] = ()
    pages: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    migrations: tuple[Migrations, ...] = ()
    files: tuple[FileKind, ...] = ()
    sections: Mapping[str, str] = field(default_factory=dict)
    examples: str | None = None
    report_sections: tuple[str, ...] = ()
    doctor: tuple[str, ...] = ()
    overview_cards: tuple[str, ...] = ()
    calendar: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    timeline: tuple[str, ...] = ()
    url_facts: tuple[str, ...] = ()
    segment_fields: tuple[str, ...] = ()
    personal_data: tuple[str, ...] = ()
    privacy: tuple[str, ...] = ()
    providers: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


class Level(StrEnum):
    """How a diagnosis turned out."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One line of ``growth doctor``; `fix` is the one thing that mends it."""

    id: str
    level: Level
    message: str
    fix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """Something on a date: a campaign's run, an activity, a renewal."""

    at: datetime
    title: str
    kind: str
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoEntry:
    """Something that waits for a person with one of `roles`. `title` is a sentence, `link` the page that settles it."""

    id: str
    title: str
    link: str
    roles: tuple[str, ...]
    since: datetime
    severity: str = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One thing that happened to a contact."""

    at: datetime
    kind: str
    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A search result or a fact about a URL."""

    kind: str
    title: str
    link: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One Prometheus sample."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """What ``growth explain RULE`` prints: why the rule exists, how to mend, where it comes from."""

    id: str
    title: Text
    why: Text
    mend: Text
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """A line of 收集清单: what is kept of people, why, on what basis (个人信息保护法 13), how long.

    `overdue` counts the rows that are older than that, ``(Database, now) -> int``; None where nothing but erasing ends it.
    """

    what: str
    purpose: str
    basis: str
    kept: str
    overdue: Callable[[Any, datetime], int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A line of 共享清单: who outside gets something of people (个人信息保护法 21, 23), what and why; `abroad` where 38 and 39 bind."""

    name: str
    what: str
    purpose: str
    abroad: bool = False


class UnknownApp(GrowthError):
    """growth.yaml names an app that is not installed."""


def discover(enabled: Iterable[str] | None = None) -> tuple[App, ...]:
    """The installed apps in their order, growth first; `enabled` keeps growth and the named ones.

    Raises UnknownApp where `enabled` names one that is not installed.
    """
    found: dict[str, App] = {}
    for entry in entry_points(group="growth.apps"):
        app = entry.load()
        found[app.name] = app
    found.setdefault(GROWTH.name, GROWTH)
    if enabled is not None:
        wanted = set(enabled)
        if unknown := sorted(wanted - set(found)):
            known = ", ".join(sorted(set(found) - {GROWTH.name}))
            raise UnknownApp(_("apps: “{name}” is not installed", name=unknown[0]), fix=_("choose from: {words}", words=known))
        found = {name: app for name, app in found.items() if name in wanted or name == GROWTH.name}
    return tuple(sorted(found.values(), key=lambda app: (app.name != GROWTH.name, app.order, app.name)))


def load(target: str) -> Any:
    """The object behind ``module:attribute`` (or the module behind ``module``)."""
    module, _, attribute = target.partition(":")
    found = importlib.import_module(module)
    return getattr(found, attribute) if attribute else found


def handed(apps: Sequence[App], what: str) -> list[Any]:
    """Everything the apps hand over under `what` (``jobs``, ``todo`` …), imported now, in the apps' order."""
    return [load(target) for app in apps for target in getattr(app, what)]


def _command(name: str, en: str, zh: str, module: str | None = None) -> Command:
    return Command(name=name, help=Text(en, zh), target=f"growth.cli.{module or name}:app")


#: growth's own rooms, through the same door as any app
GROWTH = App(
    name="growth",
    title=Text("Growth", "增长"),
    order=0,
    commands=(
        _command(
            "init", "Make a workspace: keys, database, a link for the first administrator", "建立工作区：密钥、数据库、首位管理员的链接"
        ),
        _command("new", "Start a campaign, channel, placement, segment … from an example", "从示例新建群发、渠道、推广位、人群等"),
        _command("check", "Check all YAML, templates and copy", "检查全部 YAML、模板与文案"),
        _command("explain", "Say why a rule exists and how to mend what it finds", "说明一条规则的由来与改法"),
        _command("schema", "JSON Schemas of the YAML files, for editors", "输出 YAML 文件的 JSON Schema，供编辑器补全"),
        _command("up", "Run everything for one machine under one supervisor", "单机启动全部进程"),
        _command("web", "Run the web process", "启动网页进程"),
        _command("worker", "Run a worker process", "启动任务进程", "worker"),
        _command("scheduler", "Run a scheduler process", "启动调度进程", "scheduler"),
        _command(
            "sandbox", "The outside world in a box: mailbox, SMS, WeChat, search engines", "沙盒：邮箱、短信、微信、搜索引擎的本地替身"
        ),
        _command("demo", "Walk the whole growth plan on the sample site", "在示例网站上走一遍完整的推广计划"),
        _command("doctor", "Look for what is wrong with this installation", "自检"),
        _command("status", "What runs now, queues and lag", "当前进程、队列与延迟"),
        _command("jobs", "What is scheduled, due, running and done", "定时任务：计划、到期、执行、历史"),
        _command("alerts", "What is wrong, and whether the team was told", "告警：持续中的问题与团队通知"),
        _command("contacts", "Import, list, export, erase contacts", "联系人：导入、列表、导出、抹除"),
        _command("channel", "Channels, tracked links and QR codes", "渠道、追踪链接与二维码", "channels"),
        _command("costs", "Import what channels cost", "导入渠道费用", "costs"),
        _command("placement", "Where the site is published", "推广位", "placements"),
        _command("events", "Import visits from a file", "导入访问事件", "events"),
        _command("signups", "Import sign-ups from a file", "导入注册", "signups"),
        _command("call", "Phone calls, with the channel that the caller named", "来电登记：来电人所说的渠道、意向与回访日期", "calls"),
        _command("traffic", "Visits, and how one is classified", "访问与来源归类"),
        _command("attribution", "Which channel brought each sign-up", "归因：哪个渠道带来了注册"),
        _command("conversions", "Conversions handed back to ad platforms", "向广告平台回传转化", "conversions"),
        _command("funnel", "Steps from visit to value, by role and channel", "漏斗", "funnel"),
        _command("cohorts", "Who stays active and comes again, and what they are worth", "同期群：黏度、活跃度与交易量", "cohorts"),
        _command("report", "The operations report", "运营报告"),
        _command("todo", "What waits for a person", "待办"),
        _command("activity", "Promotions with dates, budget and goal, and what each brought", "活动：日期、预算、目标与复盘"),
        _command("calendar", "What happens when", "日历", "calendar"),
        _command("user", "Users and their roles", "用户与角色", "users"),
        _command("key", "API keys for the site's server", "API 密钥", "keys"),
        _command(
            "keys",
            "Keys of encryption and of mail signatures: a new one, everything sealed anew; DKIM",
            "加密密钥与邮件签名密钥：更换、重新加密、DKIM",
            "keyring",
        ),
        _command("privacy", "What is kept of people and who receives it; who can see what", "个人信息：收集清单、共享清单与自查"),
        _command("audit-log", "Who did what; verify the chain", "审计日志", "audit_log"),
        _command("db", "Upgrade, back up, restore, verify the database", "数据库：升级、备份、恢复、校验"),
    ),
    files=(
        FileKind(name="channels", pattern="channels.yaml", model="growth.channels.settings:ChannelsFile"),
        FileKind(
            name="placements",
            pattern="placements.yaml",
            model="growth.placements.settings:PlacementsFile",
            check="growth.placements.settings:check_placements",
        ),
        FileKind(
            name="segments",
            pattern="segments.yaml",
            model="growth.contacts.settings:SegmentsFile",
            check="growth.contacts.settings:check_segments",
        ),
        FileKind(name="holidays", pattern="holidays.yaml", model="growth.jobs.settings:HolidaysFile"),
        FileKind(
            name="activity",
            pattern="activities/*.yaml",
            model="growth.operations.schema:ActivityFile",
            check="growth.operations.schema:check_activity",
        ),
    ),
    sections={"conversions": "growth.traffic.conversions.settings:ConversionSettings"},
    checks=(
        "growth.workspace.references:check_settings",
        "growth.rendering.checking:check_templates",
        "growth.jobs.checks:check_schedules",
    ),
    rules=(
        "growth.compliance:explained",
        "growth.workspace.rules:rules",
        "growth.jobs.checks:rules",
    ),
    jobs=(
        "growth.jobs.own:jobs",
        "growth.placements.jobs:jobs",
        "growth.messaging.jobs:jobs",
        "growth.traffic.jobs:jobs",
        "growth.attribution.jobs:jobs",
        "growth.operations.jobs:jobs",
    ),
    pages=(
        "growth.web.subscriptions:pages",
        "growth.web.contacts:pages",
        "growth.web.calls:pages",
        "growth.web.messaging:pages",
        "growth.web.login:pages",
        "growth.web.settings:pages",
        "growth.web.audit_log:pages",
        "growth.web.privacy:pages",
        "growth.web.search:pages",
        "growth.web.monitoring:pages",
        "growth.web.links:pages",
        "growth.web.collect:pages",
        "growth.web.signups_api:pages",
        "growth.web.files:pages",
        "growth.web.styleguide:pages",
        "growth.web.overview:pages",
        "growth.web.channels:pages",
        "growth.web.attribution:pages",
        "growth.web.cohorts:pages",
        "growth.web.conversions:pages",
        "growth.web.website:pages",
        "growth.web.hot_areas:pages",
        "growth.web.live:pages",
        "growth.web.beside:pages",
        "growth.web.reports:pages",
        "growth.web.todo:pages",
        "growth.web.jobs:pages",
        "growth.web.placements:pages",
        "growth.web.calendar:pages",
    ),
    calendar=("growth.operations.calendar:own_entries",),
    todo=(
        "growth.jobs.handing:todo",
        "growth.placements.handing:todo",
        "growth.traffic.calls:todo",
        "growth.operations.todo:own_entries",
    ),
    doctor=(
        "growth.reporting.doctor:diagnose",
        "growth.workspace.doctor:diagnose",
        "growth.db.doctor:diagnose",
        "growth.accounts.doctor:diagnose",
        "growth.web.doctor:diagnose",
        "growth.jobs.doctor:diagnose",
        "growth.placements.keep:diagnose",
        "growth.traffic.handing:diagnose",
        "growth.traffic.conversions.chore:diagnose",
        "growth.messaging.doctor:diagnose",
    ),
    models=(
        "growth.db.models",
        "growth.placements.models",
        "growth.accounts.models",
        "growth.alerts.models",
        "growth.jobs.models",
        "growth.channels.models",
        "growth.traffic.models",
        "growth.traffic.conversions.models",
        "growth.attribution.rows",
        "growth.contacts.models",
        "growth.messaging.models",
    ),
    report_sections=("growth.placements.handing:report_section", "growth.traffic.handing:report_section"),
    search=(
        "growth.contacts.handing:search",
        "growth.placements.handing:search",
    ),
    url_facts=("growth.placements.handing:url_facts", "growth.traffic.handing:url_facts"),
    personal_data=(
        "growth.messaging.personal:PERSONAL_DATA",
        "growth.traffic.personal:PERSONAL_DATA",
        "growth.contacts.erasing:PERSONAL_DATA",
    ),
    privacy=(
        "growth.contacts.privacy:kept",
        "growth.traffic.privacy:kept",
        "growth.messaging.privacy:kept",
        "growth.operations.privacy:kept",
    ),
    segment_fields=("growth.traffic.segments:SEGMENT_FIELDS",),
    overview_cards=("growth.traffic.handing:overview_cards",),
    timeline=("growth.contacts.handing:timeline", "growth.messaging.personal:timeline", "growth.traffic.personal:timeline"),
    providers={
        "smtp": "growth.messaging.providers.smtp:open_smtp",
        "outbox": "growth.messaging.providers.outbox:open_outbox",
        "sendgrid": "growth.messaging.providers.sendgrid:open_sendgrid",
        "aliyun": "growth.messaging.providers.aliyun:open_aliyun",
        "tencent": "growth.messaging.providers.tencent:open_tencent",
    },
    metrics=("growth.contacts.handing:metrics", "growth.jobs.handing:metrics", "growth.traffic.handing:metrics"),
    migrations=(
        Migrations(owner="growth", store="main", package="growth.db.migrations.main"),
        Migrations(owner="growth", store="events", package="growth.db.migrations.events"),
    ),
    navigation=(
        NavItem(id="overview", label=Text("Overview", "总览"), path="/", icon="overview", order=0),
        NavItem(id="todo", label=Text("To do", "待办"), path="/todo", icon="todo", order=1),
        NavItem(
            id="channels",
            label=Text("Channels", "渠道"),
            path="/channels",
            icon="channels",
            order=2,
            roles=("viewer", "marketer", "director", "seo"),
        ),
        NavItem(
            id="website",
            label=Text("Website", "网站"),
            path="/website",
            icon="website",
            order=3,
            roles=("viewer", "marketer", "director", "seo"),
        ),
        NavItem(
            id="placements", label=Text("Placements", "推广位"), path="/placements", icon="placements", order=5, roles=("seo", "marketer")
        ),
        NavItem(id="contacts", label=Text("Contacts", "联系人"), path="/contacts", icon="contacts", order=8, roles=("marketer",)),
        NavItem(id="calendar", label=Text("Calendar", "日历"), path="/calendar", icon="calendar", order=9),
        NavItem(
            id="reports", label=Text("Reports", "报告"), path="/reports", icon="reports", order=10, roles=("director", "viewer", "marketer")
        ),
        NavItem(id="jobs", label=Text("Jobs", "任务"), path="/jobs", icon="jobs", order=11),
        NavItem(id="settings", label=Text("Settings", "设置"), path="/settings", icon="settings", order=12),
    ),
)
