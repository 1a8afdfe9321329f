"""The form of a mail: opt-out, sender, size, what mailbox providers remove. Judged on a mail rendered for one person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from growth.compliance.copy import Finding, Setting, finding
from growth.compliance.rules import Rule, rule
from growth.language import _
from growth.workspace import Severity

#: Gmail cuts HTML beyond this, with the opt-out link at its end
CLIP_BYTES = 102 * 1024
WARN_BYTES = 90 * 1024
_AD = re.compile(r"\s*[【(（\[]?\s*(广告|ad\b)", re.IGNORECASE)
_ACTIVE = re.compile(r"<\s*(script|form|iframe|object|embed|link)\b|\son[a-z]+\s*=|javascript:", re.IGNORECASE)
#: the same in a text that is no HTML yet
_DROPPED = re.compile(r"<\s*(script|form|iframe|object|embed)\b|<[a-z][^<>]*\son[a-z]+\s*=|javascript:", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_LEFT_OVER = re.compile(r"\{\{.{0,60}?\}\}|\{%.{0,60}?%\}", re.DOTALL)
AD_MARK = "广告："


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCopy:
    """A mail as one person would get it."""

    subject: str
    html: str
    text: str
    sender: str
    unsubscribe_url: str
    #: names of who is behind the site, one of which must be shown
    identities: tuple[str, ...]
    #: hosts of the site
    hosts: frozenset[str] = frozenset()


def is_marked(subject: str) -> bool:
    """Whether a subject says that it is advertising: 广告, AD, (AD), 【广告】 …"""
    return bool(_AD.match(subject))


def lint_mail(copy: MailCopy, setting: Setting) -> list[Finding]:
    """What the rules of form say of a mail."""
    return [each for judge in (_marked, _opt_out, _sender, _domain, _form) for each in judge(copy, setting)]


def _binds(id_: str, setting: Setting) -> Rule | None:
    found = rule(id_)
    return found if found.holds(trade=setting.trade, mainland=setting.mainland, marketing=setting.marketing) else None


def _marked(copy: MailCopy, setting: Setting) -> Iterator[Finding]:
    if (this := _binds("E1", setting)) is not None and not is_marked(copy.subject):
        yield finding(this, _("the subject does not begin with 广告 or AD"))


def _opt_out(copy: MailCopy, setting: Setting) -> Iterator[Finding]:
    if (this := _binds("E3", setting)) is not None and copy.unsubscribe_url not in copy.html.replace("&amp;", "&"):
        yield finding(this, _("no unsubscribe link in the mail"))


def _sender(copy: MailCopy, setting: Setting) -> Iterator[Finding]:
    if (this := _binds("E4", setting)) is not None and not any(name and name in copy.html for name in copy.identities):
        yield finding(this, _("the mail does not say who sends it"))


def _domain(copy: MailCopy, setting: Setting) -> Iterator[Finding]:
    domain = copy.sender.rpartition("@")[2].strip("> ").lower()
    ours = {".".join(host.split(".")[-2:]) for host in copy.hosts}
    if copy.hosts and not any(domain == base or domain.endswith(f".{base}") for base in ours | set(copy.hosts)):
        yield finding(rule("E5"), _("the sender's domain {domain} is not one of the site", domain=domain))


def lint_markup(text: str) -> list[Finding]:
    """What mail programs drop from HTML as it is written, each at its place, whatever the mail is for."""
    this = rule("E6")
    return [
        finding(this, _("mail programs drop this: {text}", text=match.group().strip()), text, match.start(), severity=Severity.WARNING)
        for match in _DROPPED.finditer(text)
    ]


def _form(copy: MailCopy, setting: Setting) -> Iterator[Finding]:
    this = rule("E6")
    size = len(copy.html.encode())
    if size > WARN_BYTES:
        yield finding(this, _("the HTML has {n} KB; Gmail cuts it at {most} KB", n=size // 1024, most=CLIP_BYTES // 1024))
    if setting.marketing and not copy.unsubscribe_url.startswith("https://"):
        yield finding(this, _("one-click unsubscribe needs https"), mend=_("set public_url to an https:// address in growth.yaml"))
    if active := _ACTIVE.search(copy.html):
        yield finding(this, _("scripts and forms do not work in mails: {text}", text=active.group().strip()), severity=Severity.ERROR)
    for image in _IMAGE.finditer(copy.html):
        if not re.search(r"\salt\s*=", image.group(), re.IGNORECASE):
            yield finding(this, _("a picture without a text (alt)"))
            break
    for part in (copy.subject, copy.html, copy.text):
        if left := _LEFT_OVER.search(part):
            yield finding(this, _("a placeholder was left as it is: {text}", text=left.group()), severity=Severity.ERROR)
            break
