"""placements.yaml (contracts/workspace.md)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from growth.placements.life import PlacementKind
from growth.workspace import DayText, MoneyText, Url, YamlModel


class PlacementEntry(YamlModel):
    """One spot where we are published, or want to be."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="Stable name; what happened is kept under it.")
    channel: str = Field(description="The channel its visits, sign-ups and cost are booked on (channels.yaml).")
    kind: PlacementKind
    target: str | None = Field(default=None, description="For a directory: the profile's id (growth submit list).")
    title: str | None = None
    at: Url | None = Field(default=None, description="The page that shows it.")
    link_to: Url | None = Field(default=None, description="Where its link should lead; default: the site's home page.")
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
                raise ValueError(f"the id “{entry.id}” is there twice; give each placement its own")
            seen.add(entry.id)
        return self


def is_over(entry: PlacementEntry, day: date) -> bool:
    """Whether the placement's time has passed."""
    return entry.until is not None and day > entry.until
