"""What messaging keeps of people and to whom it hands their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from growth.app import Collected, Recipient
from growth.db import Database
from growth.errors import GrowthError
from growth.language import _, ngettext
from growth.messaging.forgetting import GRACE, past
from growth.messaging.models import Delivery
from growth.workspace import Workspace
from growth.workspace.delivery import EmailProvider, SmsProvider


def kept(workspace: Workspace) -> Iterator[Collected | Recipient]:
    """Messages, and who carries them."""
    retention = workspace.settings.retention.deliveries
    yield Collected(
        what=_("Messages sent: to whom, when, what became of them, opened and clicked"),
        purpose=_("sending nothing twice, keeping the cap, proof of what was handed over"),
        basis=_("consent or contract; records of what is handed to others are kept 3 years (网络数据安全管理条例 12)"),
        kept=ngettext("{n} day, then without the person", "{n} days, then without the person", retention.days),
        overdue=lambda database, now: _named(database, now - retention - GRACE),
    )
    email, sms = workspace.settings.email, workspace.settings.sms
    mail = _("e-mail address, and what the mail says")
    if email.provider is EmailProvider.SENDGRID:
        yield Recipient(name="Twilio SendGrid", what=mail, purpose=_("carrying e-mail"), abroad=True)
    elif email.provider is EmailProvider.SMTP and email.smtp is not None:
        yield Recipient(name=_host(workspace, email.smtp.host), what=mail, purpose=_("carrying e-mail"))
    names = {SmsProvider.ALIYUN: _("Alibaba Cloud SMS"), SmsProvider.TENCENT: _("Tencent Cloud SMS")}
    if sms.provider in names:
        yield Recipient(name=names[sms.provider], what=_("phone number, and what the text says"), purpose=_("carrying text messages"))


def _host(workspace: Workspace, host: str) -> str:
    try:
        return workspace.resolve(host)
    except GrowthError:
        return host


def _named(database: Database, before: datetime) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Delivery).where(*past(before))) or 0
