"""E-mail to the team by the mail server of growth.yaml (`email.smtp`), or as files where `email.provider` is ``outbox``."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import TYPE_CHECKING

from growth.alerts.robot import Robot, RobotMessage, RobotTarget
from growth.alerts.robots.chat import plain
from growth.errors import ProviderError
from growth.language import Text, _
from growth.text import printable

if TYPE_CHECKING:
    import httpx

    from growth.workspace import Workspace

LIMIT_BYTES = 200_000
_TIMEOUT_SECONDS = 20


def send(message: RobotMessage, target: RobotTarget, http: httpx.Client) -> None:
    """Send one mail to all addresses of the target. Raises ProviderError; refused addresses and log-ins are for good."""
    mail = _written(message, target)
    email = target.workspace.settings.email
    if email.smtp is None and email.provider == "outbox":
        _put_in_outbox(mail, message.event, target.workspace)
        return
    if email.smtp is None:
        raise ProviderError(
            _("the team is told by a mail server"), permanent=True, fix=_("write `email: {smtp: {host: …}}` in growth.yaml")
        )
    try:
        _submit(mail, target)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as fault:
        raise ProviderError(
            _("the mail server refused: {why}", why=_words(fault)), permanent=_is_permanent(fault), fix=_("check `email:` in growth.yaml")
        ) from fault
    except smtplib.SMTPResponseException as fault:
        raise ProviderError(
            _("the mail server answered {code}: {why}", code=fault.smtp_code, why=_words(fault)), permanent=fault.smtp_code >= 500
        ) from fault
    except (OSError, smtplib.SMTPException) as fault:
        raise ProviderError(_("the mail server cannot be reached: {why}", why=_words(fault))) from fault


def _written(message: RobotMessage, target: RobotTarget) -> EmailMessage:
    sender = target.workspace.settings.sender
    mail = EmailMessage()
    mail["Subject"] = printable(" ".join(message.title.split()))[:200]
    mail["From"] = sender
    mail["To"] = ", ".join(target.to)
    mail["Date"] = format_datetime(message.happened_at)
    mail["Message-ID"] = make_msgid(idstring=message.event, domain=parseaddr(sender)[1].rpartition("@")[2] or "localhost")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(plain(message, limit_bytes=LIMIT_BYTES))
    return mail


def _submit(mail: EmailMessage, target: RobotTarget) -> None:
    workspace = target.workspace
    settings = workspace.settings.email.smtp
    assert settings is not None
    host = workspace.resolve(settings.host)
    context = ssl.create_default_context()
    if settings.tls == "implicit":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, settings.port, timeout=_TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, settings.port, timeout=_TIMEOUT_SECONDS)
    with server:
        if settings.tls == "starttls":
            server.starttls(context=context)
        if settings.username and settings.password:
            server.login(workspace.resolve(settings.username), workspace.resolve(settings.password))
        server.send_message(mail)


def _put_in_outbox(mail: EmailMessage, event: str, workspace: Workspace) -> None:
    """A file is written whole or not at all; a second try of the same event replaces it."""
    folder = workspace.state / "outbox"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{event}.eml"
        half = target.with_suffix(".half")
        half.write_bytes(bytes(mail))
        half.replace(target)
    except OSError as fault:
        raise ProviderError(
            _("the outbox cannot be written: {why}", why=fault.strerror), fix=_("make room in {folder}", folder=folder)
        ) from fault


def _is_permanent(fault: smtplib.SMTPException) -> bool:
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in fault.recipients.values())
    return isinstance(fault, smtplib.SMTPResponseException) and fault.smtp_code >= 500


def _words(fault: BaseException) -> str:
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in fault.recipients.values())[:200]
    if isinstance(fault, smtplib.SMTPResponseException):
        text = fault.smtp_error
        return (text.decode(errors="replace") if isinstance(text, bytes) else str(text))[:200]
    return str(fault)[:200]


ROBOT = Robot(name="mail", title=Text("E-mail", "电子邮件"), send=send, source="RFC 5321, RFC 3834")
