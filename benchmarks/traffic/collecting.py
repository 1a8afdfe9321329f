"""`/collect` of the whole application with everything stored, beside a FastAPI handler that only buffers and flushes lines to a file.

Both are one process on uvicorn with no access log; the load comes from a process of its own over connections that are kept open.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import uvloop
from sqlalchemy import func, select

from benchmarks.crawl.measure import say
from benchmarks.traffic.events import HOST, agents
from benchmarks.workspace import fresh_database
from growth.db import Database
from growth.traffic.models import Event

CONNECTIONS = 32
#: times the handler of FastAPI, milliseconds that 99 of 100 answers take at most
TIMES, MOST_MS = 1.0, 25.0
FASTAPI = """import sys, threading, time
import uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel

class Beacon(BaseModel):
    type: str
    url: str
    id: str = ""
    visitor: str = ""
    page: str = ""
    referrer: str = ""
    title: str = ""

app, waiting, out = FastAPI(), [], open(sys.argv[2], "a")

@app.post("/collect", status_code=204)
async def collect(beacon: Beacon) -> Response:
    waiting.append(beacon)
    return Response(status_code=204)

def flush() -> None:
    while True:
        time.sleep(0.5)
        taken, waiting[:] = list(waiting), []
        out.writelines(each.model_dump_json() + "\\n" for each in taken)
        out.flush()

threading.Thread(target=flush, daemon=True).start()
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What came back: answers a second, milliseconds at the 99th of 100, answers other than 204."""

    rate: float
    p99_ms: float
    refused: int
    answered: int


def collecting(peers: Path, seconds: float) -> bool:
    """Both in turn; whether ours keeps up and loses nothing."""
    theirs = None
    with fresh_database() as (database, folder):
        if (peers / "uvicorn").exists():
            port = free_port()
            (folder / "peer.py").write_text(FASTAPI)
            with running([str(peers / "python"), str(folder / "peer.py"), str(port), str(folder / "peer.jsonl")], port):
                theirs = put_load(port, seconds)
            told("FastAPI + uvicorn, buffers and flushes", theirs)
        else:
            say(f"left out: FastAPI (pip install fastapi uvicorn uvloop httptools with {peers}/python -m pip)")
        with (folder / "growth.yaml").open("a") as settings:
            settings.write("web: {rate_limit: 1000000/s}\n")  # all of the load comes from one address
        port = free_port()
        growth = str(Path(sys.executable).with_name("growth"))
        with running([growth, "-C", str(folder), "web", "--port", str(port)], port):
            ours = put_load(port, seconds)
        told("growth web /collect, everything stored", ours)
        stored = stored_events(database)
    say(f"  {stored:,} events stored of {ours.answered - ours.refused:,} acknowledged")
    if theirs is not None:
        say(f"  {ours.rate / theirs.rate:.2f} times FastAPI (target: {TIMES}), p99 {ours.p99_ms:.0f} ms (target: {MOST_MS:.0f})")
    kept = stored >= ours.answered - ours.refused
    return kept and ours.p99_ms <= MOST_MS and (theirs is None or ours.rate >= TIMES * theirs.rate)


def told(name: str, load: Load) -> None:
    """One line."""
    say(f"{name}: {load.rate:,.0f} requests/s, p99 {load.p99_ms:.1f} ms, {load.refused} refused")


def stored_events(database: Database) -> int:
    """How many there are, dropped ones left out; the load has none that are dropped."""
    with database.store("events").read() as session:
        return session.scalar(select(func.count()).select_from(Event)) or 0


def free_port() -> int:
    """One that the system picks."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str], port: int) -> Iterator[None]:
    """A server until it answers, then to its clean stop, which stores what it acknowledged."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended with {process.returncode}")
            if _answers(port):
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    """Whether it serves already: a socket may listen before its program is ready."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(30)
            connection.sendall(b"GET /collect HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False


def put_load(port: int, seconds: float) -> Load:
    """From a process of its own."""
    command = [sys.executable, "-m", "benchmarks.traffic.collecting", str(port), str(seconds)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True, timeout=seconds + 60).stdout)
    return Load(**found)


class _Connection(asyncio.Protocol):
    """One visitor's browser after another over one connection: a beacon, its answer, the next beacon."""

    def __init__(self, number: int, known: list[str], until: float, load: _Counted) -> None:
        self.number, self.known, self.until, self.load = number, known, until, load
        self.count = 0
        self.waiting = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.ask()

    def ask(self) -> None:
        self.count += 1
        number, count = self.number, self.count
        # a visitor looks at thirty pages: more in a minute would be no person
        referrer = "https://www.baidu.com/link?url=x" if count % 30 == 0 else ""
        body = (
            f'{{"type":"page","url":"{HOST}/page/{count % 500}","id":"{number}-{count}","visitor":"v{number}-{count // 30}",'
            f'"page":"w{number}-{count}","referrer":"{referrer}","title":"Page"}}'
        )
        head = f"POST /collect HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nUser-Agent: {self.known[count % 200]}"
        self.begun = time.perf_counter()
        self.transport.write(f"{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        head, end, rest = self.waiting.partition(b"\r\n\r\n")
        if not end:
            return
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        if len(rest) < length:
            return
        now = time.perf_counter()
        self.load.took.append(now - self.begun)
        self.load.refused += head[9:12] != b"204"
        self.waiting = b""
        if now < self.until:
            self.ask()
        else:
            self.transport.close()

    def connection_lost(self, _fault: Exception | None) -> None:
        self.ended.set_result(None)


@dataclass(slots=True)
class _Counted:
    took: list[float] = field(default_factory=list)
    refused: int = 0


async def _load(port: int, seconds: float) -> dict[str, float]:
    load = _Counted()
    known = agents(random.Random(3), 200)
    loop, begun, ended = asyncio.get_running_loop(), time.perf_counter(), []
    for number in range(CONNECTIONS):
        _transport, connection = await loop.create_connection(
            lambda number=number: _Connection(number, known, begun + seconds, load),
            "127.0.0.1",
            port,
        )
        ended.append(connection.ended)
    await asyncio.gather(*ended)
    rate = len(load.took) / (time.perf_counter() - begun)
    p99 = statistics.quantiles(load.took, n=100)[98] * 1000
    return {"rate": rate, "p99_ms": p99, "refused": load.refused, "answered": len(load.took)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(uvloop.run(_load(int(sys.argv[1]), float(sys.argv[2])))))
