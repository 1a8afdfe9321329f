"""A6: a name that changes its answer between two look-ups gains nothing, through the commands that fetch what others named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from growth.db import Database
from tests.seo.conftest import Inside
from tests.sites.hostile import Hostile, page

YAML = "site: {{name: 诚信贷, url: '{url}'}}\nseo: {{crawl: {{requests_per_second: 100000, retry_after: 0s, timeout: 20s}}}}\n"
#: the name server and the way to the network of every process of a command: a name that is public and inside by turns. The public
#: address stands for 127.0.0.2, where a server of the test is; what was asked and where a connection went is written down.
HOOK = """import json, os, socket
PUBLIC, book = "8.8.4.4", os.environ["REBIND_BOOK"]
answers = [PUBLIC, "127.0.0.1"]
asked, plain = socket.getaddrinfo, {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}
def note(what, said):
    with open(book, "a") as lines:
        lines.write(json.dumps([what, said]) + "\\n")
def resolved(host, port, *more, **named):
    name = host.decode() if isinstance(host, bytes) else host
    if name == "rebind.test":
        answers.append(answers.pop(0))
        note("asked", answers[-1])
        host = answers[-1]
    return asked(host, port, *more, **named)
def way(name):
    def go(self, address):
        if isinstance(address, tuple) and str(address[1]) == os.environ["REBIND_PORT"]:
            note("connected", address[0])
            if address[0] == PUBLIC:
                address = ("127.0.0.2", *address[1:])
        return plain[name](self, address)
    return go
socket.getaddrinfo = resolved
for each in plain:
    setattr(socket.socket, each, way(each))
"""


@pytest.fixture
def database_url() -> None:
    """Where a fetch goes is the same to each database."""
    return


@pytest.fixture
def outside(inside: Inside) -> Iterator[list[str]]:
    """The server at the public address, on the port of the one inside; the paths that it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            body = "<html lang=zh-CN><title>公开</title><h1>公开的页面</h1>".encode()
            self.send_response(302 if self.path == "/to" else 200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("location", "/again")
            self.send_header("connection", "close")  # so that what follows looks the name up anew
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.2", inside.port), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield paths
    server.shutdown()
    server.server_close()


@pytest.fixture
def growth(tmp_path: Path, inside: Inside) -> Callable[..., tuple[int, str, list[str], list[str]]]:
    """``growth(root, …)`` → exit code, what it said, the answers of the name server, the addresses that were connected to."""

    def run(root: Path, *command: str) -> tuple[int, str, list[str], list[str]]:
        folder, book = tmp_path / "hook", tmp_path / "book.jsonl"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(HOOK)
        book.touch()
        more = {"PYTHONPATH": str(folder), "REBIND_BOOK": str(book), "REBIND_PORT": str(inside.port)}
        program = [str(Path(sys.executable).with_name("growth")), "-C", str(root), "--lang", "en", *command]
        done = subprocess.run(program, env={**os.environ, **more}, capture_output=True, text=True, timeout=300, check=False)
        lines = [json.loads(line) for line in book.read_text().splitlines()]
        asked, connected = ([said for what, said in lines if what == which] for which in ("asked", "connected"))
        return done.returncode, done.stdout + done.stderr, asked, connected

    return run


def test_a_page_is_fetched_from_the_address_that_was_judged(
    open_workspace: Callable[..., Database], inside: Inside, outside: list[str], growth: Callable[..., Any]
) -> None:
    root = open_workspace(YAML.format(url="https://www.example.com/")).workspace.root
    code, said, asked, connected = growth(root, "seo", "page", f"http://rebind.test:{inside.port}/", "--json")
    assert code == 0, said
    assert json.loads(said)["title"] == "公开"
    assert (asked, connected, outside) == (["8.8.4.4"], ["8.8.4.4"], ["/"])
    assert inside.asked == []


def test_a_redirect_is_looked_up_anew_and_refused_where_the_name_leads_inside_by_then(
    open_workspace: Callable[..., Database], inside: Inside, outside: list[str], growth: Callable[..., Any]
) -> None:
    root = open_workspace(YAML.format(url="https://www.example.com/")).workspace.root
    code, said, asked, connected = growth(root, "seo", "page", f"http://rebind.test:{inside.port}/to")
    assert code == 3, said
    assert "127.0.0.1" in said
    assert (asked, connected, outside) == (["8.8.4.4", "127.0.0.1"], ["8.8.4.4"], ["/to"])
    assert inside.asked == []


def test_the_audits_links_go_to_the_address_that_was_judged(
    open_workspace: Callable[..., Database],
    hostile: Callable[..., Hostile],
    inside: Inside,
    outside: list[str],
    growth: Callable[..., Any],
) -> None:
    links = "".join(f'<a href="http://rebind.test:{inside.port}/{number}">外部页面{number}</a>' for number in range(3))
    root = open_workspace(YAML.format(url=hostile({"/": page(links)}).url)).workspace.root
    code, said, asked, connected = growth(root, "seo", "audit", "--json")
    assert code == 0, said
    assert asked[0] == "8.8.4.4"
    assert set(connected) == {"8.8.4.4"}
    assert sorted(set(outside)) == ["/0", "/1", "/2"]
    assert inside.asked == []
