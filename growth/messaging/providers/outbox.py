"""The outbox: messages become files in ``.growth/outbox``; nothing leaves the machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from growth import clock
from growth.contacts import Medium
from growth.errors import ProviderError
from growth.language import _
from growth.messaging.mail import mail_bytes
from growth.messaging.message import Mail, Message, Receipt, Sms
from growth.messaging.provider import Capabilities, Feedback, RawRequest, UnsupportedFeature
from growth.reporting import CannotWrite, write_whole
from growth.workspace import Workspace


class Outbox:
    """A folder; mails are ``ID.eml``, other messages ``ID.json``."""

    name = "outbox"
    capabilities = Capabilities(media=frozenset(Medium), max_batch=32)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, batch: Sequence[Message]) -> Sequence[Receipt]:
        """Write each message; one that is there already is not written again. Raises ProviderError for a full disk."""
        try:
            return [self._write(message) for message in batch]
        except CannotWrite as fault:
            raise ProviderError(fault.message, fix=fault.fix) from fault

    def _write(self, message: Message) -> Receipt:
        path = self.folder / str(message.medium) / f"{message.id}.{'eml' if isinstance(message.content, Mail) else 'json'}"
        write_whole(path, mail_bytes(message, date=clock.now()) if isinstance(message.content, Mail) else _document(message))
        return Receipt.accepted(message, path.name)

    def read_feedback(self, request: RawRequest) -> Sequence[Feedback]:
        """Nobody reports on files."""
        raise UnsupportedFeature(_("files send no reports"))

    def close(self) -> None:
        """Nothing is open."""


def _document(message: Message) -> bytes:
    content = message.content
    document: dict[str, object] = {"id": str(message.id), "medium": str(message.medium), "to": message.to}
    if isinstance(content, Sms):
        document |= {
            "text": content.text,
            "signature": content.signature,
            "template_code": content.template_code,
            "parameters": dict(content.parameters),
        }
    elif not isinstance(content, Mail):
        document |= {"text": content.text, "payload": dict(content.payload)}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def open_outbox(workspace: Workspace) -> Outbox:
    """The outbox of a workspace."""
    return Outbox(workspace.state / "outbox")
