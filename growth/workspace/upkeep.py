"""growth.yaml: reports and targets, attributes of contacts, renewals, backup, retention."""

from __future__ import annotations

from datetime import time, timedelta

from pydantic import Field, field_validator

from growth.language import _
from growth.workspace.fields import DayText, Duration, MoneyText, TimeOfDay, YamlModel
from growth.workspace.schedule import Every, ScheduleYaml


class ReportSchedule(ScheduleYaml):
    """One report that is made and told by itself; its period is that of `every`."""

    to: tuple[str, ...] = Field(min_length=1, description="names of `notify` or addresses / 发给谁")

    @field_validator("every", mode="after")
    @classmethod
    def _has_a_period(cls, value: Every) -> Every:
        if value in (Every.HOUR, Every.ONCE):
            raise ValueError(_("a report is made every day, week, month or year"))
        return value


class Targets(YamlModel):
    """What a month should bring."""

    signups: int | None = Field(default=None, ge=0, description="sign-ups a month / 每月注册")
    visits: int | None = Field(default=None, ge=0, description="visits a month / 每月访问")
    cost: MoneyText | None = Field(default=None, description="cost a month / 每月费用")
    cac: MoneyText | None = Field(default=None, description="cost of one sign-up / 获客成本")


class Attribute(YamlModel):
    """A column of contacts that is declared. A column that looks like personal data is refused unless it is."""

    personal: bool = Field(default=False, description="encrypted and masked / 个人信息，加密存放")
    title: str = Field(default="", description="how it is shown / 显示名")


class Renewal(YamlModel):
    """Something that runs out; warned of 60, 30 and 7 days ahead."""

    what: str = Field(min_length=1, description="公众号认证")
    on: DayText
    note: str = ""


class Backup(ScheduleYaml):
    """When the database is copied, and how many copies are kept."""

    every: Every = Every.DAY
    at: TimeOfDay = Field(default=time(2, 0))
    keep: int = Field(default=14, ge=1, le=1000, description="copies kept / 保留份数")


class Retention(YamlModel):
    """How long rows are kept. A hand-over to a provider is kept 3 years at least (个人信息保护法 21, 网络数据安全管理条例 12)."""

    events: Duration = Field(default=timedelta(days=400), description="raw events of visits / 访问事件")
    deliveries: Duration = Field(default=timedelta(days=3 * 365), description="what was sent to whom / 投递记录")
    server_log: Duration = Field(default=timedelta(days=90), description="log lines / 日志")

    @field_validator("deliveries", mode="after")
    @classmethod
    def _three_years(cls, value: timedelta) -> timedelta:
        if value < timedelta(days=3 * 365):
            raise ValueError(_("records of what was handed to a provider are kept 3 years at least"))
        return value
