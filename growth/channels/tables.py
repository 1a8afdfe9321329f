"""Core tables that rooms above may join with in their own queries; they are written here only."""

from __future__ import annotations

from typing import Final

from growth.channels import models
from growth.db import table_of

CHANNEL: Final = table_of(models.Channel)
CLICK: Final = table_of(models.Click)
COST: Final = table_of(models.Cost)
IDENTITY: Final = table_of(models.Identity)
LINK: Final = table_of(models.Link)
ORIGIN: Final = table_of(models.Origin)
TOUCH: Final = table_of(models.Touch)
TOUCH_CHANGE: Final = table_of(models.TouchChange)
