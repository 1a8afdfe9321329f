"""placements.yaml (contracts/workspace.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from growth.language import _
from growth.placements.life import PlacementKind
from growth.workspace import DayText, MoneyText, Problem, Url, Workspace, YamlModel, hint_for, problem_at


class PlacementEntry(YamlModel):
    """One spot where we are published, or want to be."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="Stable name; what happened is kept under it.")
    channel: str = Field(description="The channel its visits, sign-ups and cost are booked on (channels.yaml).")
    kind: PlacementKind
    target: str | None = Field(default=None, description="For a directory: the profile's id (growth submit list).")
    title: str | None = None
    at: Url | None = Field(default=None, description="The page that shows it.")
    link_to: Url | None = Field(default=None, description="Where its link should lead; without it any page of ours will do.")
    rel: Literal["follow", "nofollow", "sponsored", "ugc", "any"] = "any"
    cost: MoneyText | None = None
    from_: DayText | None = Field(default=None, alias="from")
    until: DayText | None = Field(default=None, description="After this day it is expired, not lost.")
    keywords: tuple[str, ...] = ()
    formerly: str | None = Field(default=None, description="The id it had before.")


class PlacementsFile(YamlModel):
    """All placements; an entry that leaves the file is retired, never deleted."""

    placements: tuple[PlacementEntry, ...] = ()

    @model_validator(mode="after")
    def ids_are_unique(self) -> PlacementsFile:
        """Two entries of one id would share a life."""
        seen: set[str] = set()
        for entry in self.placements:
            if entry.id in seen:
                raise ValueError(_("the id “{id}” is there twice; give each placement its own", id=entry.id))
            seen.add(entry.id)
        return self


def check_placements(workspace: Workspace, name: str, value: PlacementsFile) -> Iterator[Problem]:
    """What a schema cannot say: the channels are there (`FileKind.check`)."""
    from growth.channels import declared_channels

    known = sorted(declared_channels(workspace))
    for position, entry in enumerate(value.placements):
        if entry.channel not in known:
            yield problem_at(
                workspace.where("placements", None, "placements", position, "channel"),
                "unknown-reference",
                _("channels.yaml has no “{name}”", name=entry.channel),
                hint=hint_for(entry.channel, known) or f"growth new channel {entry.channel}",
            )
        if entry.from_ and entry.until and entry.until < entry.from_:
            yield problem_at(
                workspace.where("placements", None, "placements", position, "until"),
                "wrong-value",
                _("it ends on {until}, before it begins on {first}", until=entry.until, first=entry.from_),
            )


def is_over(entry: PlacementEntry, day: date) -> bool:
    """Whether the placement's time has passed."""
    return entry.until is not None and day > entry.until
