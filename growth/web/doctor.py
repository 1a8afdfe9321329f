"""What the web shell tells the doctor: https, proxies, the public address seen from here."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from growth.app import Diagnosis, Level
from growth.db import Database
from growth.errors import GrowthError
from growth.language import _
from growth.outbound import FetchFailed, Limits, Reach, fetch
from growth.web.static_files import read_static_files
from growth.workspace import Workspace

_LIMITS = Limits(size_bytes=64 * 1024, total=timedelta(seconds=5), redirects=3)


def diagnose(workspace: Workspace, database: Database | None) -> Iterator[Diagnosis]:
    """Scripts in place, encryption on the way, proxies named, the public address reachable."""
    yield _scripts()
    settings = workspace.settings
    public = urlsplit(settings.public_url)
    if _is_here(public.hostname or ""):
        return
    if public.scheme != "https":
        yield Diagnosis(
            id="https",
            level=Level.WARN,
            message=_("public_url is not https: passwords and personal data cross the network readable"),
            fix=_("put a proxy with a certificate before this program and write public_url: https://…"),
        )
    if not settings.web.trusted_proxies and _is_here(settings.web.host):
        yield Diagnosis(
            id="proxies",
            level=Level.WARN,
            message=_("web.trusted_proxies is empty: behind a proxy every visitor seems to come from its address"),
            fix=_("write the proxy's address: web: {trusted_proxies: [127.0.0.1]}"),
        )
    yield _reachable(settings.public_url)


def _scripts() -> Diagnosis:
    try:
        read_static_files()
    except GrowthError as fault:
        return Diagnosis(id="scripts", level=Level.FAIL, message=fault.message, fix=fault.fix)
    return Diagnosis(id="scripts", level=Level.OK, message=_("dashboard: scripts and styles are in place"))


def _reachable(public_url: str) -> Diagnosis:
    try:
        answer = fetch(f"{public_url}healthz", reach=Reach(allow_private=True), limits=_LIMITS)
    except FetchFailed as fault:
        return Diagnosis(
            id="public-url",
            level=Level.WARN,
            message=_("public_url cannot be reached from here: {what}", what=fault.message),
            fix=_("check DNS, proxy and firewall; links in mails, QR codes and callbacks lead there"),
        )
    if answer.ok and '"ok"' in answer.text:
        return Diagnosis(id="public-url", level=Level.OK, message=_("public_url leads to this program"))
    return Diagnosis(
        id="public-url",
        level=Level.WARN,
        message=_("something else answers at public_url (status {status})", status=answer.status),
        fix=_("point the proxy at web.listen, keep the Host header, and start growth up"),
    )


def _is_here(host: str) -> bool:
    if host in ("localhost", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
