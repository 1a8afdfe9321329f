"""What `growth doctor` says about sending: log-ins at who carries messages and at the mailbox, broken providers, DNS of the sender."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from growth.app import Diagnosis, Level
from growth.contacts import Medium
from growth.db import Database
from growth.errors import GrowthError
from growth.language import _
from growth.messaging.breaker import all_broken
from growth.messaging.dkim import Signer, signer_of
from growth.messaging.imap import open_inbox
from growth.messaging.mail import domain_of_sender
from growth.messaging.provider import LogsIn, configured, open_provider
from growth.messaging.sender import sender_of
from growth.workspace import Workspace

if TYPE_CHECKING:
    from dns.resolver import Resolver

#: seconds for one question to the DNS
LIFETIME_SECONDS = 3.0
#: names under which DKIM keys usually stand, where growth.yaml names none
USUAL_SELECTORS = ("default", "dkim", "mail", "s1", "s2", "selector1", "k1", "google", "key1", "smtp")


def diagnose(workspace: Workspace, database: Database | None) -> Iterator[Diagnosis]:
    """Each line is ok, or says what to do."""
    for medium in (Medium.EMAIL, Medium.SMS):
        name = configured(workspace, medium)
        if name != "outbox":
            yield _log_in(workspace, medium, name)
    if workspace.settings.email.feedback is not None:
        yield _mailbox(workspace)
    if database is not None:
        yield from _broken(database)
    if configured(workspace, Medium.EMAIL) != "outbox" and not _stays_here(workspace):
        selector = workspace.settings.email.dkim_selector
        yield from sender_dns(domain_of_sender(sender_of(workspace)), selector=selector, signer=signer_of(workspace))
    sendgrid = workspace.settings.email.of_sendgrid
    if configured(workspace, Medium.EMAIL) == "sendgrid" and workspace.settings.site.mainland and sendgrid.cross_border_basis is None:
        message = _("SendGrid: growth.yaml does not say what the transfer abroad rests on (个人信息保护法 38)")
        fix = _("write email.sendgrid.cross_border_basis: standard-contract, assessment, certification or exempt")
        yield Diagnosis(id="cross-border", level=Level.WARN, message=message, fix=fix)


def _log_in(workspace: Workspace, medium: Medium, name: str) -> Diagnosis:
    try:
        provider = open_provider(workspace, medium, name)
    except GrowthError as fault:
        return Diagnosis(id=f"log-in-{name}", level=Level.FAIL, message=f"{name}: {fault.message}", fix=fault.fix)
    try:
        said = provider.log_in() if isinstance(provider, LogsIn) else ""
    except GrowthError as fault:
        return Diagnosis(id=f"log-in-{name}", level=Level.FAIL, message=f"{name}: {fault.message}", fix=fault.fix)
    finally:
        provider.close()
    return Diagnosis(id=f"log-in-{name}", level=Level.OK, message=_("{name}: the log-in works {where}", name=name, where=said).strip())


def _mailbox(workspace: Workspace) -> Diagnosis:
    try:
        with open_inbox(workspace) as inbox:
            message = _("returned mail: {mailbox} can be read", mailbox=inbox.name)
    except GrowthError as fault:
        return Diagnosis(id="mailbox", level=Level.FAIL, message=_("returned mail: {why}", why=fault.message), fix=fault.fix)
    return Diagnosis(id="mailbox", level=Level.OK, message=message)


def _broken(database: Database) -> Iterator[Diagnosis]:
    with database.read() as session:
        found = all_broken(session)
    for each in found:
        message = _(
            "{provider}: could not be used since {since}: {why}",
            provider=each.provider,
            since=f"{each.since:%Y-%m-%d %H:%M}",
            why=each.reason,
        )
        yield Diagnosis(id="provider", level=Level.FAIL, message=message, fix=_("mend it; messages that wait go on by themselves"))


def _stays_here(workspace: Workspace) -> bool:
    """Whether mail goes to this machine only: a sandbox, whose sender needs no records."""
    email = workspace.settings.email
    if email.provider == "smtp" and email.smtp is not None:
        host = workspace.resolve(email.smtp.host)
    else:
        host = urlsplit(workspace.resolve(email.of_sendgrid.base_url)).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def sender_dns(domain: str, *, selector: str | None, signer: Signer | None = None, resolver: Resolver | None = None) -> Iterator[Diagnosis]:
    """SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489) of the domain that mails are from; `signer` is ours, where we sign."""
    from dns.exception import DNSException

    try:
        spf = [text for text in _texts(domain, resolver) if text.lower().startswith("v=spf1")]
        dmarc = [text for text in _texts(f"_dmarc.{domain}", resolver) if text.upper().startswith("V=DMARC1")]
        names = (selector,) if selector else USUAL_SELECTORS
        keys = [text for name in names for text in _texts(f"{name}._domainkey.{domain}", resolver) if "p=" in text]
    except DNSException as fault:
        message = _("DNS of {domain}: cannot be asked: {why}", domain=domain, why=str(fault)[:120])
        yield Diagnosis(id="dns", level=Level.WARN, message=message, fix=_("try again where this machine has a resolver"))
        return
    yield _record(
        "spf", domain, "SPF", bool(spf), _("add a TXT record to {domain}: v=spf1 include:<your mail server's> -all", domain=domain)
    )
    if len(spf) > 1:
        message = _("SPF: {domain} has {n} records; receivers then trust none", domain=domain, n=len(spf))
        yield Diagnosis(id="spf", level=Level.FAIL, message=message, fix=_("join them into one record"))
    looked = ", ".join(names)
    fix = _("publish the key that your mail server signs with, and write its name: email.dkim_selector (looked at: {names})", names=looked)
    if signer is not None and not any("".join(text.partition("p=")[2].split()).rstrip(";") == signer.public_text for text in keys):
        message = _("DKIM: {name} does not hold the key that signs our mails", name=signer.record_name)
        yield Diagnosis(id="dkim", level=Level.FAIL, message=message, fix=_("publish what growth keys dkim prints"))
    else:
        yield _record("dkim", domain, "DKIM", bool(keys), fix)
    yield _record("dmarc", domain, "DMARC", bool(dmarc), _("add a TXT record to _dmarc.{domain}: v=DMARC1; p=none", domain=domain))


def _record(id_: str, domain: str, what: str, is_there: bool, fix: str) -> Diagnosis:
    if is_there:
        return Diagnosis(id=id_, level=Level.OK, message=_("{what}: {domain} has it", what=what, domain=domain))
    # Gmail, Outlook.com and Yahoo ask all three of whoever writes to many
    return Diagnosis(id=id_, level=Level.FAIL, message=_("{what}: {domain} has none", what=what, domain=domain), fix=fix)


def _texts(name: str, resolver: Resolver | None) -> list[str]:
    """The TXT records of a name; none where there is no such name. Raises DNSException where nobody answers."""
    from dns.resolver import NXDOMAIN, NoAnswer
    from dns.resolver import Resolver as Fresh

    try:
        found = (resolver or Fresh()).resolve(name, "TXT", lifetime=LIFETIME_SECONDS)
    except (NXDOMAIN, NoAnswer):
        return []
    return [b"".join(record.strings).decode("utf-8", "replace") for record in found]
