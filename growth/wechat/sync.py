"""Read the followers from WeChat: an event that never reached us (callback down) is made good here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from growth.clock import from_micros
from growth.db import Database
from growth.wechat.client import Account
from growth.wechat.followers import FollowKind, note_follow, note_unfollow, openid_of
from growth.wechat.models import Follower

#: openids that user/info/batchget takes at once
BATCH = 100


def sync_followers(database: Database, account: Account, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """``{"total", "added", "left"}``: how many follow, how many of them we did not know, how many left without our hearing of it."""
    live = list(_openids(account))
    with database.read() as session:
        known = {openid_of(session, row): row.subscribed for row in session.scalars(select(Follower))}
    added = [openid for openid in live if not known.get(openid, False)]
    left = sorted(openid for openid, subscribed in known.items() if subscribed and openid not in set(live))
    if not dry_run:
        for start in range(0, len(added), BATCH):
            infos = _infos(account, added[start : start + BATCH])
            with database.write() as session:
                for openid in added[start : start + BATCH]:
                    at, scene = infos.get(openid, (now, ""))
                    note_follow(session, openid=openid, scene=scene, kind=FollowKind.FOLLOW, at=at, workspace=database.workspace)
        with database.write() as session:
            for openid in left:
                note_unfollow(session, openid=openid, at=now, workspace=database.workspace)
    return {"total": len(live), "added": len(added), "left": len(left)}


def _openids(account: Account) -> Iterator[str]:
    following = ""
    while True:
        found = account.call("user/get", params={"next_openid": following} if following else None, method="get")
        page = found.get("data", {}).get("openid", [])
        yield from page
        following = found.get("next_openid", "")
        if not page or not following:
            return


def _infos(account: Account, openids: list[str]) -> dict[str, tuple[datetime, str]]:
    """When each began to follow, and through which scene."""
    body = {"user_list": [{"openid": openid, "lang": "zh_CN"} for openid in openids]}
    found = account.call("user/info/batchget", data=body).get("user_info_list", [])
    return {
        info["openid"]: (from_micros(int(info["subscribe_time"]) * 1_000_000), str(info.get("qr_scene_str") or info.get("qr_scene") or ""))
        for info in found
        if info.get("subscribe")
    }
