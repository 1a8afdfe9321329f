"""Core tables that rooms above may join with in their own queries; they are written here only."""

from __future__ import annotations

from typing import Final

from growth.db import table_of
from growth.traffic import models

PAGE: Final = table_of(models.PagePath)
SIGNUP: Final = table_of(models.Signup)
STEP: Final = table_of(models.Step)
VISIT: Final = table_of(models.Visit)
