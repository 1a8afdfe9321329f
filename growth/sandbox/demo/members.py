"""The demo site's members: who registered, kept in a file, and told to Growth Suite as a site's developer would do it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from growth import clock

ROLES = ("borrower", "investor")
_PHONE = re.compile(r"1[3-9]\d{9}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who registered. `visitor` and `page` come from the collector script; `told` once Growth Suite has taken it."""

    id: str
    at: str
    name: str
    phone: str
    email: str
    role: str
    code: str = ""
    visitor: str = ""
    page: str = ""
    told: bool = False


class Members:
    """The members, in ``members.jsonl`` of a folder or in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / "members.jsonl" if folder else None
        self._members: dict[str, Member] = {}
        self._lock = threading.Lock()
        if self._file and self._file.exists():
            for line in self._file.read_text("utf-8").splitlines():
                member = Member(**json.loads(line))
                self._members[member.id] = member

    def all(self) -> list[Member]:
        """Members in the order of registration."""
        with self._lock:
            return list(self._members.values())

    def add(self, fields: Mapping[str, str], *, now: datetime) -> Member:
        """Register; `fields` are clean (see `faults`)."""
        with self._lock:
            number = 10001 + len(self._members)
            member = Member(
                id=f"u{number}",
                at=clock.rfc3339(now),
                name=fields["name"].strip(),
                phone=fields["phone"].strip(),
                email=fields.get("email", "").strip(),
                role=fields["role"],
                code=fields.get("code", "").strip(),
                visitor=fields.get("growth_visitor", ""),
                page=fields.get("growth_page", ""),
            )
            self._put(member)
        return member

    def faults(self, fields: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with a filled-in form, by field."""
        found: dict[str, str] = {}
        if not 2 <= len(fields.get("name", "").strip()) <= 20:
            found["name"] = "请填写姓名，2 至 20 个字"
        phone = fields.get("phone", "").strip()
        if not _PHONE.fullmatch(phone):
            found["phone"] = "请填写 11 位手机号"
        elif any(member.phone == phone for member in self.all()):
            found["phone"] = "该手机号已注册，请直接登录"
        email = fields.get("email", "").strip()
        if email and not _EMAIL.fullmatch(email):
            found["email"] = "邮箱格式不正确"
        if fields.get("role") not in ROLES:
            found["role"] = "请选择您的身份"
        if fields.get("consent") != "yes":
            found["consent"] = "请阅读并同意服务协议与隐私政策"
        return found

    def tell(self, growth_url: str, key: str) -> int:
        """Send every member that Growth Suite has not taken yet to its sign-up API; returns how many are still untold.

        The member's own id is the idempotency key, so a repeat after a lost answer does no harm.
        """
        import httpx

        waiting = [member for member in self.all() if not member.told]
        for member in waiting:
            try:
                answer = httpx.post(
                    f"{growth_url.rstrip('/')}/api/v1/signups",
                    json=signup(member),
                    headers={"authorization": f"Bearer {key}", "idempotency-key": f"signup-{member.id}"},
                    timeout=5,
                )
            except httpx.HTTPError:
                break
            if answer.status_code in (200, 201):
                with self._lock:
                    self._put(replace(member, told=True))
        return sum(not member.told for member in self.all())

    def _put(self, member: Member) -> None:
        self._members[member.id] = member
        if self._file:
            lines = [json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in self._members.values()]
            beside = self._file.with_suffix(".new")
            beside.write_text("".join(lines), "utf-8")
            beside.replace(self._file)


def signup(member: Member) -> dict[str, Any]:
    """The body of ``POST /api/v1/signups``; what is unknown is left out."""
    found = {
        "id": member.id,
        "at": member.at,
        "role": member.role,
        "email": member.email,
        "phone": f"+86{member.phone}",
        "visitor": member.visitor,
        "page": member.page,
        "code": member.code,
    }
    return {name: value for name, value in found.items() if value}
