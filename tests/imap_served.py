"""A real IMAP server on loopback for tests, in a process of its own: the files of a folder are the mails of INBOX, in their order.

    with imap_server(folder) as port: …      # user "bounces", password "secret"

``folder/validity`` holds the UIDVALIDITY. The protocol is Twisted's (it comes with Scrapy).
"""

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any


@contextmanager
def imap_server(folder: Path) -> Iterator[int]:
    """The port of a server that runs while the block does."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "validity").write_text("7", "ascii")
    command = [sys.executable, "-m", "tests.imap_served", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def put(folder: Path, number: int, raw: bytes) -> None:
    """Mail number `number` comes in."""
    (folder / f"{number:06}.eml").write_bytes(raw)


def serve(folder: Path) -> None:
    """Until it is killed."""
    from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
    from twisted.cred.portal import IRealm, Portal
    from twisted.internet import protocol, reactor
    from twisted.mail import imap4
    from zope.interface import implementer

    @implementer(imap4.IMessage, imap4.IMessageFile)
    class Mail:
        def __init__(self, uid: int, raw: bytes) -> None:
            self.uid, self.raw, self.mail = uid, raw, message_from_bytes(raw)

        def getUID(self) -> int:
            return self.uid

        def getFlags(self) -> list[str]:
            return []

        def getInternalDate(self) -> str:
            return str(self.mail["Date"] or "Mon, 23 Nov 2026 02:00:00 +0000")

        def getHeaders(self, negate: bool, *names: str) -> dict[str, str]:
            wanted = {str(name).lower() for name in names}
            return {name.lower(): str(value) for name, value in self.mail.items() if (name.lower() in wanted) != negate}

        def getBodyFile(self) -> io.BytesIO:
            return io.BytesIO(self.raw.partition(b"\n\n")[2])

        def getSize(self) -> int:
            return len(self.raw)

        def isMultipart(self) -> bool:
            return self.mail.is_multipart()

        def getSubPart(self, part: int) -> Message:
            raise IndexError(part)

        def open(self) -> io.BytesIO:
            return io.BytesIO(self.raw)

    @implementer(imap4.IMailbox, imap4.ISearchableMailbox)
    class Inbox:
        def mails(self) -> list[Mail]:
            return [Mail(int(path.stem), path.read_bytes()) for path in sorted(folder.glob("*.eml"))]

        def getUIDValidity(self) -> int:
            return int((folder / "validity").read_text("ascii"))

        def getUIDNext(self) -> int:
            return max((mail.uid for mail in self.mails()), default=0) + 1

        def getUID(self, number: int) -> int:
            return self.mails()[number - 1].uid

        def getMessageCount(self) -> int:
            return len(self.mails())

        def getRecentCount(self) -> int:
            return 0

        def getUnseenCount(self) -> int:
            return len(self.mails())

        def isWriteable(self) -> bool:
            return False

        def getHierarchicalDelimiter(self) -> str:
            return "/"

        def getFlags(self) -> list[str]:
            return ["\\Seen"]

        def addListener(self, listener: object) -> None: ...

        def removeListener(self, listener: object) -> None: ...

        def requestStatus(self, names: list[str]) -> Any:
            return imap4.statusRequestHelper(self, names)

        def search(self, query: list[bytes], uid: bool) -> list[int]:
            """``SINCE day`` and ``UID first:*``, as places in the folder; Twisted's own search compares text with bytes."""
            assert uid
            word, value = query[0].upper(), query[1].decode()
            found = list(enumerate(self.mails(), start=1))
            if word == b"SINCE":
                day = datetime.strptime(value, "%d-%b-%Y").date()
                return [number for number, mail in found if parsedate_to_datetime(mail.getInternalDate()).date() >= day]
            first, last = int(value.partition(":")[0]), self.getUIDNext() - 1
            # as RFC 3501 has it: the last mail is in the range even where it is below the first
            return [number for number, mail in found if min(first, last) <= mail.uid <= max(first, last)]

        def fetch(self, messages: Any, uid: bool) -> list[tuple[int, Mail]]:
            found = self.mails()
            messages.last = max((mail.uid for mail in found), default=1) if uid else len(found)
            return [(number, mail) for number, mail in enumerate(found, start=1) if (mail.uid if uid else number) in messages]

    class Account(imap4.MemoryAccount):
        def _emptyMailbox(self, name: str, id: int) -> Any:
            return Inbox()

        def select(self, name: str, rw: int = 1) -> Any:
            return Inbox() if name.upper() == "INBOX" else None

    @implementer(IRealm)
    class Realm:
        def requestAvatar(self, avatar: Any, mind: Any, *interfaces: Any) -> Any:
            return imap4.IAccount, Account(avatar), lambda: None

    class Server(imap4.IMAP4Server):
        """It knows ID (RFC 2971), as NetEase's does, and refuses every folder to who did not say who it is."""

        named = False

        def capabilities(self) -> dict[bytes, Any]:
            return {**super().capabilities(), b"ID": None}

        def do_ID(self, tag: bytes, rest: bytes = b"") -> None:
            self.named = True
            self.sendUntaggedResponse(b'ID ("name" "test")')
            self.sendPositiveResponse(tag, b"ID completed")

        auth_ID = (do_ID, imap4.IMAP4Server.arg_line)
        select_ID = auth_ID

        def do_EXAMINE(self, tag: bytes, name: bytes) -> None:
            if not self.named:
                self.sendNegativeResponse(tag, b"Unsafe Login. Please contact kefu@188.com for help")
                return
            self._selectWork(tag, name, 0, b"EXAMINE")

        auth_EXAMINE = (do_EXAMINE, imap4.IMAP4Server.arg_astring)
        select_EXAMINE = auth_EXAMINE

    portal = Portal(Realm())
    checker = InMemoryUsernamePasswordDatabaseDontUse()
    checker.addUser(b"bounces", b"secret")
    portal.registerChecker(checker)

    class Factory(protocol.Factory):
        def buildProtocol(self, address: Any) -> Server:
            server = Server()
            server.portal = portal
            return server

    port = reactor.listenTCP(0, Factory(), interface="127.0.0.1")
    print(port.getHost().port, flush=True)
    reactor.run(installSignalHandlers=False)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
