"""What `growth doctor` says about the workspace: settings that work and are probably not what a site in use wants."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from growth import urls
from growth.app import Diagnosis, Level
from growth.language import _
from growth.workspace.delivery import EmailProvider
from growth.workspace.variables import texts_of
from growth.workspace.workspace import Workspace


def diagnose(workspace: Workspace, _database: object) -> Iterator[Diagnosis]:
    """Secrets kept out of git, variables that are named and not set, where links lead, whether mail leaves."""
    yield from _git(workspace)
    yield from _variables(workspace)
    yield from _public_url(workspace)
    if workspace.settings.email.provider is EmailProvider.OUTBOX:
        message = _("e-mail: goes to files in .growth/outbox, nothing leaves this machine")
        yield Diagnosis(id="email", level=Level.WARN, message=message, fix=_("write email: {smtp: …} into growth.yaml"))


def _git(workspace: Workspace) -> Iterator[Diagnosis]:
    if not (workspace.root / ".git").exists():
        return
    ignored = workspace.root / ".gitignore"
    lines = ignored.read_text("utf-8", "replace").split("\n") if ignored.is_file() else []
    if {".env", "/.env"} & {line.strip() for line in lines}:
        yield Diagnosis(id="git", level=Level.OK, message=_("git: .env is kept out"))
    else:
        yield Diagnosis(id="git", level=Level.FAIL, message=_("git: .env is not kept out"), fix=f"echo .env >> {ignored}")


def _variables(workspace: Workspace) -> Iterator[Diagnosis]:
    named = {
        name: workspace.source(kind, file)
        for (kind, file), document in workspace.documents.items()
        for _path, text in texts_of(document)
        for name in workspace.environment.missing(text)
    }
    if not named:
        yield Diagnosis(id="variables", level=Level.OK, message=_("variables: all that YAML names are set"))
    for name, file in sorted(named.items()):
        message = _("variables: {name}, named in {file}, is not set", name=name, file=file)
        yield Diagnosis(id="variables", level=Level.WARN, message=message, fix=_("put a line {name}=… into .env", name=name))


def _public_url(workspace: Workspace) -> Iterator[Diagnosis]:
    url = workspace.settings.public_url
    if _is_here(urls.host_of(url)):
        message = _("public_url: {url} is this machine; tracked links and pages cannot be opened elsewhere", url=url)
        yield Diagnosis(
            id="public-url", level=Level.WARN, message=message, fix=_("write public_url: https://go.example.com/ into growth.yaml")
        )
    elif not url.startswith("https:"):
        message = _("public_url: {url} is not https", url=url)
        yield Diagnosis(id="public-url", level=Level.WARN, message=message, fix=_("put a certificate before it, then write https://"))
    else:
        yield Diagnosis(id="public-url", level=Level.OK, message=_("public_url: {url}", url=url))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
