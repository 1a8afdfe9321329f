"""Which followers can be written to now: those who follow, and whose last act leaves room in their window (`growth.wechat.windows`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, literal, null, or_, select

from growth.messaging import SkipReason
from growth.wechat.models import Follower, Window
from growth.wechat.windows import KEPT_FOR_ANSWERS


def openness(now: datetime) -> Select[Any]:
    """Every follower's ``address_index``, and the ``reason`` why they cannot be written to now (`growth.app.App.openness`)."""
    no_room = or_(Window.closes_at.is_(None), Window.closes_at <= now, Window.used + KEPT_FOR_ANSWERS >= Window.quota)
    reason = case(
        (Follower.subscribed.is_(False), literal(SkipReason.NOT_FOLLOWING.value)),
        (no_room, literal(SkipReason.WINDOW_CLOSED.value)),
        else_=null(),
    )
    return (
        select(Follower.openid_index.label("address_index"), reason.label("reason"))
        .select_from(Follower)
        .outerjoin(Window, Window.follower_id == Follower.id)
    )
