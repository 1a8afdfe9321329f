"""Who our mails are from."""

from __future__ import annotations

from growth.workspace import Workspace


def sender_of(workspace: Workspace) -> str:
    """``email.from`` of growth.yaml; where it is not written, the site's name and ``news@`` its domain."""
    settings = workspace.settings
    if settings.email.from_:
        return str(settings.email.from_)
    name = "".join(character for character in (settings.site.name or "") if character not in '<>",;:@()[]\\')
    address = f"news@{settings.site.host.removeprefix('www.')}"
    return f"{name} <{address}>" if name.strip() else address


def reply_to_of(workspace: Workspace) -> str | None:
    """``email.reply_to`` of growth.yaml."""
    found = workspace.settings.email.reply_to
    return str(found) if found else None
