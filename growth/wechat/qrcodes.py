"""Parametric QR codes: one a channel, the scene is the channel's name; temporary ones are made anew before they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.db import Database
from growth.errors import GrowthError
from growth.language import _
from growth.wechat.client import Account
from growth.wechat.models import QrCodeRow
from growth.wechat.settings import WeChatFile

#: an account has so many permanent codes for ever (developers.weixin.qq.com › 生成带参数二维码)
PERMANENT_LIMIT = 100_000
#: longest life of a temporary code
LONGEST = timedelta(days=30)
#: a temporary code is made anew when less than this is left
RENEW = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class QrView:
    """A code as others see it; `url` is what the picture says."""

    channel: str
    scene: str
    permanent: bool
    url: str
    created_at: datetime
    expires_at: datetime | None


def qr_codes(session: Session) -> list[QrView]:
    """All codes that were made."""
    return [_view(row) for row in session.scalars(select(QrCodeRow).order_by(QrCodeRow.channel))]


def needs_code(session: Session, *, channel: str, permanent: bool, now: datetime) -> bool:
    """Whether a code must be made: there is none, it ends soon, or a printed one must last."""
    row = session.get(QrCodeRow, channel)
    if row is None or (permanent and not row.permanent):
        return True
    return row.expires_at is not None and row.expires_at - now < RENEW


def ensure_code(database: Database, file: WeChatFile, account: Account, *, channel: str, now: datetime) -> QrView:
    """The code of a channel of wechat.yaml › qrcodes, made at WeChat where it is needed. Raises GrowthError for an undeclared one."""
    declared = file.qrcodes.get(channel)
    if declared is None:
        raise GrowthError(_("wechat.yaml › qrcodes has no “{channel}”", channel=channel), fix=f"qrcodes: {{{channel}: permanent}}")
    with database.read() as session:
        row = session.get(QrCodeRow, channel)
        if row is not None and not needs_code(session, channel=channel, permanent=declared.permanent, now=now):
            return _view(row)
        permanent = session.scalar(select(func.count()).where(QrCodeRow.permanent)) or 0
    if declared.permanent and permanent >= PERMANENT_LIMIT:
        raise GrowthError(
            _("the account's {n} permanent QR codes are used up", n=PERMANENT_LIMIT), fix=_("give this one `expires: 30 days`")
        )
    body: dict[str, object] = {"action_info": {"scene": {"scene_str": channel}}}
    if declared.expires is None:
        body["action_name"] = "QR_LIMIT_STR_SCENE"
    else:
        body |= {"action_name": "QR_STR_SCENE", "expire_seconds": int(min(declared.expires, LONGEST).total_seconds())}
    found = account.call("qrcode/create", data=body)
    expires = now + timedelta(seconds=int(found["expire_seconds"])) if declared.expires is not None else None
    with database.write() as session:
        made = session.merge(
            QrCodeRow(
                channel=channel,
                scene=channel,
                permanent=declared.permanent,
                ticket=found["ticket"],
                url=found["url"],
                created_at=now,
                expires_at=expires,
            )
        )
        return _view(made)


def _view(row: QrCodeRow) -> QrView:
    return QrView(
        channel=row.channel, scene=row.scene, permanent=row.permanent, url=row.url, created_at=row.created_at, expires_at=row.expires_at
    )
