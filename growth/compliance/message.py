"""One part of a message, judged by everything that binds it at this site."""

from __future__ import annotations

from growth.compliance.copy import Finding, Setting, lint_text
from growth.compliance.sms import SmsCopy, lint_sms
from growth.urls import host_of
from growth.workspace import Workspace


def setting_of(workspace: Workspace, *, marketing: bool) -> Setting:
    """What binds a text of this site."""
    site = workspace.settings.site
    return Setting(trade=str(site.trade), mainland=site.mainland, marketing=marketing)


def lint_message(text: str, *, part: str, medium: str, purpose: str, workspace: Workspace) -> list[Finding]:
    """Findings for one part of a message as it is written (templates in it and all).

    `part` is ``subject``, ``body`` or ``text``; `medium` ``email``, ``sms``, ``wechat`` …; `purpose` ``marketing`` or ``service``.
    """
    setting = setting_of(workspace, marketing=purpose == "marketing")
    found = lint_text(text, setting)
    if medium == "sms" and part == "text":
        settings = workspace.settings
        hosts = frozenset({host_of(str(settings.public_url))} - settings.site.hosts) if settings.public_url else frozenset()
        copy = SmsCopy(text=text, signature=settings.sms.signature, tracking_hosts=hosts, provider=str(settings.sms.provider))
        found += lint_sms(copy, setting)
    return sorted(found, key=lambda each: (each.line, each.column))
