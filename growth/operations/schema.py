"""``activities/*.yaml``: a promotion with dates, budget and goal that joins channels and campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from growth.language import _
from growth.workspace import Duration, MoneyText, Problem, hint_for, problem_at
from growth.workspace.fields import DayText, YamlModel

if TYPE_CHECKING:
    from growth.workspace import Workspace


class ActivityGoal(YamlModel):
    """What the activity should bring in its days."""

    signups: int | None = Field(default=None, ge=0, description="sign-ups / 注册数")
    visits: int | None = Field(default=None, ge=0, description="visits / 访问数")


class ActivityTask(YamlModel):
    """Something a person does for it by a day."""

    what: str = Field(min_length=1, description="what is to be done / 做什么")
    who: str = Field(default="", description="who does it / 谁负责")
    due: DayText
    done: bool = Field(default=False, description="ticked off / 已完成")


class ActivityFile(YamlModel):
    """One activity or event a file (活动)."""

    name: str = Field(min_length=1, description="its title / 活动名称")
    from_: DayText = Field(alias="from", description="first day / 开始")
    until: DayText = Field(description="last day / 结束")
    owner: str = Field(default="", description="who answers for it / 负责人")
    budget: MoneyText | None = Field(default=None, description="20000 CNY / 预算")
    goal: ActivityGoal = Field(default_factory=ActivityGoal)
    channels: tuple[str, ...] = Field(default=(), description="channels of channels.yaml / 渠道")
    campaigns: tuple[str, ...] = Field(default=(), description="campaigns of campaigns/*.yaml / 群发任务")
    tasks: tuple[ActivityTask, ...] = ()
    compare: Duration = Field(default=timedelta(days=14), description="compared with so many days before it / 对比期")

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> ActivityFile:
        if self.until < self.from_:
            raise ValueError(_("it ends on {until}, before it begins on {first}", until=self.until, first=self.from_))
        return self


def check_activity(workspace: Workspace, name: str, value: ActivityFile) -> Iterator[Problem]:
    """What a schema cannot say: the channels and campaigns it names are there."""
    from growth.channels import declared_channels

    known = {"channels": sorted(declared_channels(workspace)), "campaigns": _campaigns(workspace)}
    for kind, names in (("channels", value.channels), ("campaigns", value.campaigns)):
        for place, wanted in enumerate(names):
            if wanted not in known[kind]:
                yield problem_at(
                    workspace.where("activity", name, kind, place),
                    "unknown-reference",
                    _("there is no {kind} “{name}”", kind=_("channel") if kind == "channels" else _("campaign"), name=wanted),
                    hint=hint_for(wanted, known[kind]) or f"growth new {kind.removesuffix('s')} NAME",
                )


def _campaigns(workspace: Workspace) -> list[str]:
    """The names of the campaign files; the app that reads them may be left out."""
    return sorted(path.stem for path in (workspace.root / "campaigns").glob("*.yaml"))
