"""Rows of comparisons that the dashboard was asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class ComparisonRow(Base):
    """One comparison. `state` is a `seo.comparing.store.CompareState`; `read` pages of ``1 + len(competitors)`` were looked at so far.
    `profiles` holds what was measured, packed: the judgement is made anew whenever it is shown, in the reader's language.
    """

    __tablename__ = "seo_comparison"

    id: Mapped[int] = mapped_column(primary_key=True)
    page: Mapped[str] = mapped_column(Text)
    competitors: Mapped[list[str]]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[str]
    read: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str | None] = mapped_column(Text)
    profiles: Mapped[bytes | None]
    #: a draft that was handed in as our page (zlib), until it is read; `page` is its file name then
    draft: Mapped[bytes | None]
