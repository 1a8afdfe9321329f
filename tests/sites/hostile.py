"""A site on loopback that does what crawlers fear: traps, bombs, drips, loops, lies about charsets."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

HTML = "text/html; charset=utf-8"


class Hostile:
    """`pages` maps a path to ``(status, headers, body)`` or to a function that writes the answer itself."""

    def __init__(self, pages: dict[str, Any] | None = None) -> None:
        self.asked: list[str] = []
        self.over = Event()
        self.pages: dict[str, Any] = {**self._fears(), **(pages or {})}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                path = urlsplit(self.path).path
                found = outer.pages.get(self.path) or outer.pages.get(path) or outer._by_prefix(path)
                if found is None:
                    found = (404, {}, b"<title>404</title>")
                if callable(found):
                    found(self)
                    return
                status, headers, body = found
                self.send_response(status)
                for name, value in {"content-type": HTML, **headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: object, client_address: object) -> None:
                return  # a crawl that gives up cuts the connection

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Stop serving; drips end."""
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def _by_prefix(self, path: str) -> Any:
        for prefix, make in self.prefixes.items():
            if path.startswith(prefix):
                return make(path)
        return None

    @property
    def prefixes(self) -> dict[str, Callable[[str], Any]]:
        """Endless parts of the site."""
        return {
            "/calendar/": lambda path: page(f'<a href="/calendar/{int(path.rsplit("/", 1)[-1] or 0) + 1}">次月</a>'),
            "/deeper": lambda path: page(f'<a href="{path.rstrip("/")}/deeper/">再深一层</a>'),
        }

    def _fears(self) -> dict[str, Any]:
        sessions = count(1)

        def bomb(handler: BaseHTTPRequestHandler) -> None:
            body = gzip.compress(b"0" * 60_000_000)
            handler.send_response(200)
            for name, value in (("content-type", HTML), ("content-encoding", "gzip"), ("content-length", str(len(body)))):
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)

        def huge(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("content-type", HTML)
            handler.send_header("content-length", str(2 << 30))
            handler.end_headers()
            self._pour(handler, b"x" * 65536, pause=0)

        def endless(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("content-type", HTML)
            handler.send_header("transfer-encoding", "chunked")
            handler.end_headers()
            self._pour(handler, b"10000\r\n" + b"y" * 0x10000 + b"\r\n", pause=0)

        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("content-type", HTML)
            handler.send_header("content-length", "100000")
            handler.end_headers()
            self._pour(handler, b"z", pause=0.1)

        def session(handler: BaseHTTPRequestHandler) -> None:
            query = parse_qs(urlsplit(handler.path).query)
            number = int(query.get("sid", ["0"])[0])
            links = "".join(f'<a href="/session?sid={number * 3 + one + next(sessions)}">下一页面</a>' for one in range(3))
            status, _headers, body = page(links)
            handler.send_response(status)
            handler.send_header("content-type", HTML)
            handler.send_header("content-length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        def growing(handler: BaseHTTPRequestHandler) -> None:
            number = int(parse_qs(urlsplit(handler.path).query).get("n", ["0"])[0])
            handler.send_response(302)
            handler.send_header("location", f"/growing?n={number + 1}")
            handler.send_header("content-length", "0")
            handler.end_headers()

        return {
            "/bomb": bomb,
            "/huge": huge,
            "/endless": endless,
            "/drip": drip,
            "/session": session,
            "/growing": growing,
            "/loop-a": (302, {"location": "/loop-b"}, b""),
            "/loop-b": (302, {"location": "/loop-c"}, b""),
            "/loop-c": (302, {"location": "/loop-a"}, b""),
        }

    def _pour(self, handler: BaseHTTPRequestHandler, piece: bytes, *, pause: float) -> None:
        while not self.over.is_set():
            handler.wfile.write(piece)
            handler.wfile.flush()
            if pause:
                time.sleep(pause)


def page(body: str, title: str = "页面", head: str = "") -> tuple[int, dict[str, str], bytes]:
    """A small page."""
    top = f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
    return 200, {}, f"{top}<body>{body}</body></html>".encode()
