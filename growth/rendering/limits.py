"""People's templates under limits: 2 s, 256 MB and 1 MB of output for each thing rendered, in a process of its own.

```python
with LimitedRenderer(root=workspace.root, zone=workspace.zone) as renderer:
    renderer.load({"subject": Source(...), "body": Source(...)}, language="zh-CN")
    for rendered in renderer.rows(variables_of_each_recipient):
        if isinstance(rendered, GrowthError): …          # this one only; the others go on
        else: rendered["subject"], rendered["body"]
```
Variables are plain values: dictionaries, lists, texts, numbers, dates, Money.
"""

from __future__ import annotations

import json
import os
import pickle
import select
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

import growth
from growth.errors import GrowthError, Where
from growth.language import _
from growth.language import language as current_language
from growth.rendering.broken import TemplateBroken, TemplateTooHeavy
from growth.rendering.child import ERRORS, LENGTH
from growth.rendering.loader import search_path
from growth.rendering.source import Source
from growth.rendering.woven import Woven

#: how long one rendering may take
SECONDS = 2.0
#: how long the process may take to start on a busy machine
START_SECONDS = 30.0
#: recipients handed over at once
BATCH = 64
#: what a pipe holds, so that the process goes on while its answers are read; Linux gives 64 KB otherwise
PIPE_BYTES = 1 << 20
#: the text of each part (growth.rendering.woven)
Rendered = Mapping[str, Woven]
_Pieces = Mapping[str, Sequence[str | int]]


class LimitedRenderer:
    """A handle on the rendering process: started when first needed, killed when it goes past a limit, then started anew.

    Safe to share between threads: one rendering at a time.
    """

    def __init__(self, *, root: Path | None = None, zone: ZoneInfo | None = None) -> None:
        self._folders = [str(folder) for folder in search_path(root)]
        self._zone = (zone or ZoneInfo("Asia/Shanghai")).key
        self._lock = RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: _Answers | None = None
        self._loaded: dict[str, Any] | None = None
        #: the long pieces of each part, which the process names by their numbers
        self._long: Mapping[str, Sequence[str]] = {}
        self._key = 0

    def load(self, sources: Mapping[str, Source], *, language: str | None = None) -> None:
        """Compile `sources` (by the part's name), in place of what was loaded. Raises TemplateBroken with FILE:LINE."""
        with self._lock:
            self._key += 1
            self._loaded = {
                "do": "load",
                "key": self._key,
                "sources": dict(sources),
                "folders": self._folders,
                "zone": self._zone,
                "language": language or current_language(),
            }
            self._start()

    def rows(self, variables: Iterable[Mapping[str, object]]) -> Iterator[Rendered | GrowthError]:
        """One answer for each of `variables`, in order: the rendered parts, or the error that this one ran into."""
        stream = iter(variables)
        while batch := list(islice(stream, BATCH)):
            yield from self._batch(batch)

    def one(self, variables: Mapping[str, object]) -> Rendered:
        """The parts for one set of variables. Raises TemplateBroken, VariableMissing or TemplateTooHeavy."""
        (answer,) = self._batch([variables])
        if isinstance(answer, GrowthError):
            raise answer
        return answer

    def once(self, sources: Mapping[str, Source], variables: Mapping[str, object], *, language: str | None = None) -> Rendered:
        """Load and render in one step: previews, replies."""
        with self._lock:
            self.load(sources, language=language)
            return self.one(variables)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()

    def __enter__(self) -> LimitedRenderer:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _batch(self, batch: list[Mapping[str, object]]) -> list[Rendered | GrowthError]:
        answers: list[Rendered | GrowthError] = []
        with self._lock:
            while len(answers) < len(batch):
                if self._process is None or self._process.poll() is not None:
                    self._start()
                answers += self._until_a_limit(batch[len(answers) :])
        return answers

    def _until_a_limit(self, batch: list[Mapping[str, object]]) -> list[Rendered | GrowthError]:
        """Answers up to the end or to the first rendering that had to be stopped."""
        answers: list[Rendered | GrowthError] = []
        try:
            self._write({"do": "render", "key": self._key, "rows": [dict(variables) for variables in batch]})
            for _row in batch:
                answer = _answer(self._read(SECONDS))
                answers.append(answer if isinstance(answer, GrowthError) else self._woven(answer))
        except TimeoutError:
            self._stop()
            answers.append(self._too_heavy(_("rendering takes longer than {n} s", n=round(SECONDS))))
        except (EOFError, BrokenPipeError):
            self._stop()
            answers.append(self._too_heavy(_("rendering needs more memory than allowed")))
        return answers

    def _woven(self, pieces: _Pieces) -> Rendered:
        return {
            part: Woven.of(self._long[part][piece] if isinstance(piece, int) else piece for piece in found)
            for part, found in pieces.items()
        }

    def _too_heavy(self, message: str) -> TemplateTooHeavy:
        sources = list(self._loaded["sources"].values()) if self._loaded else []
        where = Where(sources[0].name, sources[0].first_line) if sources else None
        return TemplateTooHeavy(message, fix=_("make its loops and texts smaller"), where=where)

    def _start(self) -> None:
        """A running process with the loaded sources."""
        if self._loaded is None:
            raise TemplateBroken(_("nothing to render was loaded"))
        if self._process is None or self._process.poll() is not None:
            self._stop()
            home = str(Path(growth.__file__).resolve().parent.parent)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "growth.rendering.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/" if os.name == "posix" else None,
                pipesize=PIPE_BYTES,
                env={"PYTHONPATH": home, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8", "PATH": os.defpath},
            )
            assert self._process.stdout is not None
            self._answers = _Answers(self._process.stdout.fileno())
        try:
            self._write(self._loaded)
            answer = _answer(self._read(START_SECONDS))
        except (TimeoutError, EOFError, BrokenPipeError) as fault:
            self._stop()
            raise TemplateTooHeavy(_("the rendering process did not start"), fix=_("look at the machine's memory and load")) from fault
        if isinstance(answer, GrowthError):
            self._loaded = None
            raise answer
        self._long = {part: [str(text) for text in texts] for part, texts in answer.items()}

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass

    def _write(self, request: dict[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        body = pickle.dumps(request, protocol=pickle.HIGHEST_PROTOCOL)
        self._process.stdin.write(LENGTH.pack(len(body)) + body)
        self._process.stdin.flush()

    def _read(self, seconds: float) -> bytes:
        """One answer. Raises TimeoutError past `seconds`, EOFError where the process is gone."""
        assert self._answers is not None
        return self._answers.next(time.monotonic() + seconds)


class _Answers:
    """Answers from an unbuffered pipe, read as many at once as are there."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._held = bytearray()
        self._poll = select.poll()
        self._poll.register(handle, select.POLLIN)

    def next(self, until: float) -> bytes:
        """The next answer by the monotonic instant `until`. Raises TimeoutError, and EOFError where the process is gone."""
        self._fill(LENGTH.size, until)
        end = LENGTH.size + LENGTH.unpack_from(self._held)[0]
        self._fill(end, until)
        found = bytes(memoryview(self._held)[LENGTH.size : end])
        del self._held[:end]
        return found

    def _fill(self, count: int, until: float) -> None:
        while len(self._held) < count:
            left = until - time.monotonic()
            if left <= 0 or not self._poll.poll(left * 1000):
                raise TimeoutError
            part = os.read(self._handle, PIPE_BYTES)
            if not part:
                raise EOFError
            self._held += part


def _answer(raw: bytes) -> _Pieces | GrowthError:
    try:
        document = msgspec.json.decode(raw)
    except msgspec.DecodeError:  # half a character from somebody's data
        document = json.loads(raw.decode("utf-8", "surrogatepass"))
    if "ok" in document:
        pieces: _Pieces = document["ok"]
        return pieces
    where = Where(*document["where"]) if document["where"] else None
    return ERRORS.get(document["error"], TemplateBroken)(document["message"], fix=document["fix"], where=where)
