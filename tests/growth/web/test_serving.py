"""The web process for real: a socket, a signal, a port that is taken."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from growth.db import Database
from growth.traffic.models import Event

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(database: Database) -> Iterator[Start]:
    """``start("--port", "0")`` → ``growth web`` as a process of its own."""
    running: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-c",
            "from growth.cli import main; main()",
            "-C",
            str(database.workspace.root),
            "--lang",
            "en",
            "web",
            *words,
        ]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        running.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=Path.cwd())
        )
        return running[-1]

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    assert found, line
    for _turn in range(200):
        try:
            httpx.get(f"{found[0]}healthz", timeout=1, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            break
    return found[0]


def test_it_serves_and_stops_cleanly_on_sigterm(start: Start) -> None:
    process = start("--port", "0")
    address = _address(process)
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{address}readyz").json()["status"] == "ok"
        page = client.get(f"{address}login")
        assert page.status_code == 200
        style = re.search(r'/static/[^"]+growth\.css', page.text)
        assert style
        assert client.get(address.rstrip("/") + style[0]).headers["content-type"].startswith("text/css")
        assert client.get(f"{address}settings").headers["location"] == "/login?next=/settings"
        assert client.get(f"{address}login", headers={"host": "evil.example"}).status_code == 400
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()


def test_a_request_under_way_is_answered_after_the_first_sigterm(start: Start) -> None:
    process = start("--port", "0")
    address = _address(process)
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\nname="
        )
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        finish = threading.Timer(0.5, connection.sendall, [b"ming1"])
        finish.start()
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 403")
    assert process.wait(timeout=20) == 0


def test_beacons_on_one_connection_are_all_answered_the_last_after_the_first_sigterm_and_stored(start: Start, database: Database) -> None:
    process = start("--port", "0")
    host, port = _address(process).removeprefix("http://").rstrip("/").split(":")
    bodies = [f'{{"type": "page", "url": "https://www.example.com/", "visitor": "v", "id": "{number}"}}'.encode() for number in range(3)]
    head = b"POST /collect?x HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/5.0 Chrome/120 Safari/537.36\r\nContent-Length: %d\r\n\r\n"
    first, second, third = (head % len(body) + body for body in bodies)
    with socket.create_connection((host, int(port))) as connection:
        connection.settimeout(20)
        connection.sendall(first + second)
        answers = b""
        while answers.count(b"\r\n\r\n") < 2:
            answers += connection.recv(65536)
        assert (answers.count(b"HTTP/1.1 204"), answers.count(b"content-security-policy"), answers.count(b"connection: close")) == (2, 2, 0)
        connection.sendall(third[:-10])
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.sendall(third[-10:])
        last = _read_all(connection)
    assert (last[:12], last.count(b"connection: close")) == (b"HTTP/1.1 204", 1)
    assert process.wait(timeout=30) == 0
    with database.store("events").read() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == 3


@pytest.mark.parametrize(
    ("sent", "begins", "ends"),
    [
        (b"HEAD /collect HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", b"HTTP/1.1 405", b"\r\n\r\n"),
        (b"POST /collect HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 400", b"here\n"),
        (
            b"POST /collect HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"4000\r\n%b\r\n" % (b"x" * 0x4000) * 5
            + b"0\r\n\r\n",
            b"HTTP/1.1 413",
            b"}",
        ),
        (b"POST /collect HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n[]", b"HTTP/1.1 503", b"}"),
    ],
)
def test_a_bare_route_refuses_in_the_same_words_over_a_socket(guarded: int, sent: bytes, begins: bytes, ends: bytes) -> None:
    with socket.create_connection(("127.0.0.1", guarded)) as connection:
        connection.sendall(sent)
        answer = _read_all(connection)
    assert (answer[: len(begins)], answer[-len(ends) :]) == (begins, ends)
    assert b"\r\nx-content-type-options: nosniff\r\n" in answer


def test_a_body_that_drips_is_given_up(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow bodies hold a connection for a while only (here: a second)."""
    from contextlib import closing

    import uvicorn

    from growth.web import create_app, forms

    monkeypatch.setattr(forms, "_seconds", lambda _most: 1.0)
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(database.workspace, database), port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _turn in range(200):
        if server.started:
            break
        time.sleep(0.02)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(10)
        connection.sendall(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n")
        connection.sendall(b"Content-Length: 10\r\n\r\nname=")
        assert connection.recv(65536).startswith(b"HTTP/1.1 408")
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def guarded(database: Database) -> Iterator[int]:
    """The port of a server with the limits of `growth web`."""
    from contextlib import closing

    import uvicorn

    from growth.web import create_app
    from growth.web.protocol import GuardedProtocol

    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = create_app(database.workspace, database)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", lifespan="off", http=GuardedProtocol))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _turn in range(200):
        if server.started:
            break
        time.sleep(0.02)
    yield port
    server.should_exit = True
    thread.join(10)


def _read_all(connection: socket.socket) -> bytes:
    connection.settimeout(10)
    answer = b""
    while part := connection.recv(65536):
        answer += part
    return answer


def test_a_head_that_never_ends_is_400_and_closed(guarded: int) -> None:
    with socket.create_connection(("127.0.0.1", guarded)) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ")
        for _turn in range(20):
            try:
                connection.sendall(b"y" * 4096)
            except OSError:
                break
            time.sleep(0.01)
        assert _read_all(connection).startswith(b"HTTP/1.1 400")
    assert httpx.get(f"http://127.0.0.1:{guarded}/healthz", trust_env=False).status_code == 200


def test_a_large_body_right_behind_its_head_is_no_large_head(guarded: int) -> None:
    with httpx.Client(trust_env=False, timeout=60) as client:
        for _turn in range(3):
            answer = client.post(f"http://127.0.0.1:{guarded}/login", content=b"x" * 60_000, headers={"content-type": "text/plain"})
            assert answer.status_code in (400, 403)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "])
def test_a_head_that_does_not_come_is_given_up(guarded: int, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr("growth.web.protocol.HEAD_SECONDS", 1.0)
    with socket.create_connection(("127.0.0.1", guarded)) as connection:
        connection.sendall(sent)
        assert _read_all(connection) == b""


def test_one_connection_serves_many_requests(guarded: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("growth.web.protocol.HEAD_SECONDS", 1.0)
    with httpx.Client(trust_env=False) as client:
        for _turn in range(4):
            assert client.get(f"http://127.0.0.1:{guarded}/healthz", headers={"x-much": "z" * 10_000}).status_code == 200
            time.sleep(0.4)


def test_a_port_that_is_taken_is_3_and_names_another(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start("--port", str(port))
        _out, told = process.communicate(timeout=60)
    assert process.returncode == 3
    assert f"error: port {port} on 127.0.0.1 is taken" in told
    assert "fix: growth web --port" in told


def test_an_address_that_is_not_ours_is_2(start: Start) -> None:
    process = start("--host", "203.0.113.7", "--port", "0")
    _out, told = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "203.0.113.7 is no address of this machine" in told
