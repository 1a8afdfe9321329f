"""The log of everything that the stand-ins accepted: the judge of tests, and what the pages show.

What the program under test says it sent is one thing; what arrived here is the truth.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from growth import clock


class Part(StrEnum):
    """The stand-in that accepted something."""

    #: an e-mail taken by the mailbox
    MAIL = "mail"
    #: a text message taken by an SMS gateway
    SMS = "sms"
    #: a call that changed something at the WeChat API, or a callback sent
    WECHAT = "wechat"
    #: addresses pushed to a search engine
    SEARCH = "search"
    #: an entry sent to the navigation directory
    DIRECTORY = "directory"
    #: a conversion that an ad platform took
    ADS = "ads"
    #: what a group robot told the team
    CHAT = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One accepted thing; `number` counts from 1 over all parts, in the order of acceptance."""

    number: int
    at: datetime
    part: Part
    kind: str
    detail: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The entry as one JSON object."""
        return {"number": self.number, "at": clock.rfc3339(self.at), "part": self.part.value, "kind": self.kind, **self.detail}


class Log:
    """Entries in memory; with a `folder` also in ``log.jsonl`` there, read again at the next start."""

    def __init__(self, *, folder: Path | None = None, now: Callable[[], datetime] = clock.now) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()
        self._now = now
        self._number = 0
        self._file = folder / "log.jsonl" if folder else None
        if self._file and self._file.exists():
            self._entries = list(_read(self._file))
            self._number = max((entry.number for entry in self._entries), default=0)

    def add(self, part: Part, kind: str, detail: Mapping[str, Any]) -> Entry:
        """Write down that `part` accepted something; returns the entry with its number."""
        with self._lock:
            self._number += 1
            entry = Entry(number=self._number, at=self._now(), part=part, kind=kind, detail=dict(detail))
            self._entries.append(entry)
            if self._file:
                with self._file.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(entry.as_json(), ensure_ascii=False) + "\n")
        return entry

    def entries(self, part: Part | None = None, *, kind: str | None = None, after: int = 0) -> list[Entry]:
        """Entries of `part` and `kind` with a number above `after`, oldest first."""
        with self._lock:
            return [
                entry
                for entry in self._entries
                if entry.number > after and (part is None or entry.part is part) and (kind is None or entry.kind == kind)
            ]

    def counts(self) -> dict[str, int]:
        """Number of entries by part."""
        with self._lock:
            found = {part.value: 0 for part in Part}
            for entry in self._entries:
                found[entry.part.value] += 1
            return found

    def clear(self, part: Part | None = None) -> None:
        """Forget the entries of `part`, or all; numbers go on."""
        with self._lock:
            self._entries = [entry for entry in self._entries if part is not None and entry.part is not part]
            if self._file:
                lines = [json.dumps(entry.as_json(), ensure_ascii=False) + "\n" for entry in self._entries]
                beside = self._file.with_suffix(".new")
                beside.write_text("".join(lines), encoding="utf-8")
                beside.replace(self._file)


def _read(file: Path) -> Iterable[Entry]:
    """Entries of an earlier start; a last line that was cut off by a crash is left out."""
    for line in file.read_text("utf-8").splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        yield Entry(
            number=found.pop("number"),
            at=datetime.fromisoformat(found.pop("at")),
            part=Part(found.pop("part")),
            kind=found.pop("kind"),
            detail=found,
        )
