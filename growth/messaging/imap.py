"""A mailbox over IMAP (RFC 3501), read and left as it is: EXAMINE and PEEK, so that nothing in it is marked, moved or deleted."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from growth.errors import GrowthError, Unreachable
from growth.language import _
from growth.text import printable
from growth.workspace import Workspace

if TYPE_CHECKING:
    from imapclient import IMAPClient

TIMEOUT = timedelta(seconds=30)
#: of a longer mail only the beginning is fetched
MOST_BYTES = 1024 * 1024
#: mails fetched with one command
PAGE = 50


class NoMailbox(GrowthError):
    """growth.yaml names no mailbox, or the server refuses it."""


@dataclass(slots=True)
class Inbox:
    """An open folder. `name` tells it from others, `validity` says which numbering its mails have now."""

    name: str
    validity: int
    _client: IMAPClient

    def since(self, day: date) -> list[int]:
        """Numbers of the mails that came in on `day` or later, in order."""
        with _faults(self.name):
            return sorted(self._client.search(["SINCE", day]))

    def after(self, uid: int) -> list[int]:
        """Numbers of the mails behind `uid`, in order."""
        # "N:*" holds the last mail even where its number is below N (RFC 3501 §6.4.8)
        with _faults(self.name):
            return sorted(each for each in self._client.search(["UID", f"{uid + 1}:*"]) if each > uid)

    def fetch(self, uids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Number and beginning of each mail, in order; one that was deleted meanwhile is left out. Raises Unreachable."""
        for start in range(0, len(uids), PAGE):
            with _faults(self.name):
                found: dict[int, dict[bytes, Any]] = self._client.fetch(uids[start : start + PAGE], [f"BODY.PEEK[]<0.{MOST_BYTES}>"])
            for uid in sorted(found):
                raw = next((value for key, value in found[uid].items() if key.startswith(b"BODY[]")), None)
                if isinstance(raw, bytes):
                    yield uid, raw


@contextmanager
def open_inbox(workspace: Workspace) -> Iterator[Inbox]:
    """The mailbox of ``email.feedback``. Raises NoMailbox, MissingSecret, Unreachable."""
    from imapclient import IMAPClient

    settings = workspace.settings.email.feedback
    if settings is None:
        raise NoMailbox(
            _("email.feedback is not set"),
            fix=_('write email: {feedback: {host: imap.example.com, username: "…", password: "${IMAP_PASSWORD}"}} in growth.yaml'),
        )
    host, user = workspace.resolve(settings.host), workspace.resolve(settings.username)
    password = workspace.resolve(settings.password)
    where = f"{user}@{host}:{settings.port}/{settings.folder}"
    with _faults(where):
        context = ssl.create_default_context()
        client = IMAPClient(host, settings.port, ssl=settings.tls == "implicit", ssl_context=context, timeout=TIMEOUT.total_seconds())
    try:
        with _faults(where):
            if settings.tls == "starttls":
                client.starttls(context)
            client.login(user, password)
            if client.has_capability("ID"):
                # NetEase refuses every folder to a client that does not say who it is ("Unsafe Login")
                client.id_({"name": "Growth Suite", "vendor": "Growth Suite"})
            chosen = client.select_folder(settings.folder, readonly=True)
        yield Inbox(where, int(chosen[b"UIDVALIDITY"]), client)
    finally:
        with suppress(Exception):
            client.logout()


@contextmanager
def _faults(where: str) -> Iterator[None]:
    """What imapclient and the sockets below it raise, in our words."""
    from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

    try:
        yield
    except LoginError as fault:
        raise NoMailbox(
            _("the mailbox {where} refuses the log-in: {why}", where=where, why=_words(fault)),
            fix=_("check email.feedback in growth.yaml and .env; QQ, 163 and others want an authorisation code, not the password"),
        ) from fault
    except ssl.SSLError as fault:
        raise NoMailbox(
            _("the mailbox {where} cannot be trusted: {why}", where=where, why=fault.reason or fault),
            fix=_("check email.feedback.host, port and tls in growth.yaml"),
        ) from fault
    except (OSError, IMAPClientAbortError) as fault:
        raise Unreachable(
            _("the mailbox {where} cannot be reached: {why}", where=where, why=_words(fault)),
            fix=_("check email.feedback in growth.yaml, and that the server runs"),
        ) from fault
    except IMAPClientError as fault:
        raise NoMailbox(
            _("the mailbox {where} says no: {why}", where=where, why=_words(fault)), fix=_("check email.feedback.folder")
        ) from fault


def _words(fault: BaseException) -> str:
    """What the server said, without what imapclient adds."""
    text = str(fault).partition(" This error may have been caused")[0]
    text = text.removeprefix("b").strip("\"'") if text[:2] in ("b'", 'b"') else text
    return printable(" ".join(text.split()))[:200]
