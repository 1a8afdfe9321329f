"""Tags and followers of the API. Names and pictures of users are not given out since 2021-12-27.

Facts: developers.weixin.qq.com usermanage/tag and user/info.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from growth.sandbox.wechat.account import Account, Follower, Right
from growth.sandbox.wechat.refusal import Refusal

MOST_TAGS, MOST_OF_A_USER, MOST_BATCH, MOST_INFO, PAGE = 100, 20, 50, 100, 10_000
TAG_NAME_BYTES = 30
_Call = Callable[[dict[str, Any], Mapping[str, str]], dict[str, Any]]


class FollowerApi:
    """The calls about tags and followers of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def calls(self) -> list[tuple[str, str, Right | None, _Call]]:
        """(method, path, needed right, call)."""
        right = Right.FOLLOWERS
        return [
            ("POST", "tags/create", right, self._tag_create),
            ("GET", "tags/get", right, self._tags),
            ("POST", "tags/update", right, self._tag_update),
            ("POST", "tags/delete", right, self._tag_delete),
            ("POST", "tags/members/batchtagging", right, self._tagging),
            ("POST", "tags/members/batchuntagging", right, self._untagging),
            ("POST", "tags/getidlist", right, self._tags_of),
            ("POST", "user/tag/get", right, self._tag_members),
            ("GET", "user/tag/get", right, self._tag_members),
            ("GET", "user/info", right, self._info),
            ("POST", "user/info/batchget", right, self._infos),
            ("GET", "user/get", right, self._followers),
            ("POST", "user/info/updateremark", right, self._remark),
        ]

    def _tag_create(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        name = self._tag_name(body)
        if len(self._account.tags) - 1 >= MOST_TAGS:
            raise Refusal(45056, "too many tags")
        number = max([99, *self._account.tags]) + 1
        self._account.tags[number] = name
        self._account.note("tag", id=number, name=name)
        return {"tag": {"id": number, "name": name}}

    def _tags(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        followers = self._account.followers.values()
        return {
            "tags": [
                {"id": number, "name": name, "count": sum(number in follower.tags for follower in followers)}
                for number, name in sorted(self._account.tags.items())
            ]
        }

    def _tag_update(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        number = self._own_tag(body)
        self._account.tags[number] = self._tag_name(body)
        self._account.note("tag", id=number, name=self._account.tags[number])
        return {}

    def _tag_delete(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        number = self._own_tag(body)
        del self._account.tags[number]
        for follower in self._account.followers.values():
            follower.tags = [tag for tag in follower.tags if tag != number]
        self._account.note("tag", id=number, name=None)
        return {}

    def _tagging(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        number, followers = self._batch(body)
        if any(len(follower.tags) >= MOST_OF_A_USER and number not in follower.tags for follower in followers):
            raise Refusal(45059, "has too many tags")
        for follower in followers:
            follower.tags = [tag for tag in follower.tags if tag != number] + [number]
        self._account.note("tagging", tag=number, openids=[follower.openid for follower in followers])
        return {}

    def _untagging(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        number, followers = self._batch(body)
        for follower in followers:
            follower.tags = [tag for tag in follower.tags if tag != number]
        self._account.note("untagging", tag=number, openids=[follower.openid for follower in followers])
        return {}

    def _tags_of(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        return {"tagid_list": self._follower(body.get("openid")).tags}

    def _tag_members(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        number = body.get("tagid", query.get("tagid"))
        if not str(number).isdigit() or int(str(number)) not in self._account.tags:
            raise Refusal(45159, "invalid tag id")
        found = [follower.openid for follower in self._subscribed() if int(str(number)) in follower.tags]
        return {"count": len(found), "data": {"openid": found}, "next_openid": found[-1] if found else ""}

    def _info(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        return _info(self._follower(query.get("openid")))

    def _infos(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        wanted = body.get("user_list")
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= MOST_INFO:
            raise Refusal(40032, "invalid openid list size")
        return {"user_info_list": [_info(self._follower((one or {}).get("openid"))) for one in wanted]}

    def _followers(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        every = [follower.openid for follower in self._subscribed()]
        after = query.get("next_openid") or ""
        if after and after not in self._account.followers:
            raise Refusal(40003, "invalid openid")
        start = every.index(after) + 1 if after in every else 0
        page = every[start : start + PAGE]
        data = {"data": {"openid": page}} if page else {}
        return {"total": len(every), "count": len(page), **data, "next_openid": page[-1] if page else ""}

    def _remark(self, body: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        remark = str(body.get("remark", ""))
        if len(remark) > 30:
            raise Refusal(45060, "remark too long")
        self._follower(body.get("openid")).remark = remark
        return {}

    def _subscribed(self) -> list[Follower]:
        return sorted((one for one in self._account.followers.values() if one.subscribed), key=lambda one: (one.subscribed_at, one.openid))

    def _follower(self, openid: object) -> Follower:
        found = self._account.followers.get(str(openid))
        if found is None:
            raise Refusal(40003, "invalid openid")
        return found

    def _batch(self, body: dict[str, Any]) -> tuple[int, list[Follower]]:
        openids = body.get("openid_list")
        if not isinstance(openids, list) or not 1 <= len(openids) <= MOST_BATCH:
            raise Refusal(40032, "invalid openid list size")
        number = body.get("tagid")
        if not isinstance(number, int) or number not in self._account.tags:
            raise Refusal(45159, "invalid tag id")
        followers = [self._follower(openid) for openid in openids]
        if not all(follower.subscribed for follower in followers):
            raise Refusal(49003, "not match appid with openid or not subscribe")
        return number, followers

    def _own_tag(self, body: dict[str, Any]) -> int:
        number = (body.get("tag") or {}).get("id")
        if number in (0, 1, 2):
            raise Refusal(45058, "can't modify sys tag")
        if not isinstance(number, int) or number not in self._account.tags:
            raise Refusal(45159, "invalid tag id")
        return number

    def _tag_name(self, body: dict[str, Any]) -> str:
        name = (body.get("tag") or {}).get("name")
        if not isinstance(name, str) or not name:
            raise Refusal(-1, "system error")
        if len(name.encode()) > TAG_NAME_BYTES:
            raise Refusal(45158, "invalid tag name length")
        if name in self._account.tags.values():
            raise Refusal(45157, "invalid tag name, dup name")
        return name


def _info(follower: Follower) -> dict[str, Any]:
    if not follower.subscribed:
        return {"subscribe": 0, "openid": follower.openid}
    number = int(follower.scene) if follower.scene.isdigit() else 0
    return {
        "subscribe": 1,
        "openid": follower.openid,
        "nickname": "",
        "sex": 0,
        "language": "zh_CN",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": follower.subscribed_at,
        "remark": follower.remark,
        "groupid": follower.tags[-1] if follower.tags else 0,
        "tagid_list": follower.tags,
        "subscribe_scene": follower.subscribe_scene,
        "qr_scene": number,
        "qr_scene_str": "" if number else follower.scene,
    }
