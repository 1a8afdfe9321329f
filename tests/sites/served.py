"""Serving a site from its data: to the walk without any socket, or on loopback."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from seo.answer import Answer, Fault
from seo.crawl.fetcher import Arrival
from seo.crawl.wire import Job, Order, Want
from tests.sites.flawless import HEADERS, flawless

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + (1200).to_bytes(4, "big") + (630).to_bytes(4, "big") + b"\x08\x02\0\0\0"
ROBOTS = "User-agent: *\nDisallow: /private/\nSitemap: {base}sitemap.xml\n"


@dataclass
class Served:
    """A site: `resources` by path (or whole URL) as data; what is not there answers 404."""

    base: str
    resources: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    certificates: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, url: str, method: str = "GET") -> Answer:
        """What one request gets."""
        self.asked.append((method, url))
        own = url.removeprefix(self.base.rstrip("/")) if url.startswith(self.base) else url
        found = next((self.resources[key] for key in (url, own, own.partition("?")[0]) if key in self.resources), None)
        if found is None and not url.startswith(self.base):
            return Answer(url=url, status=0, fault=Fault.DNS, fault_text="no such host")
        if found is None:
            found = {"status": 404, "html": "<html lang=zh><title>404</title><h1>404</h1></html>"}
        return _answer(url, found, self.base)


def _answer(url: str, data: Mapping[str, Any], base: str) -> Answer:
    if "fault" in data:
        return Answer(url=url, status=0, fault=Fault(data["fault"]), fault_text=data["fault"], total_ms=data.get("ms", 5))
    status = data.get("status", 200)
    headers = {
        **HEADERS,
        **{name.lower(): str(value).replace("{base}", base) for name, value in data.get("headers", {}).items() if value is not None},
    }
    for name, value in data.get("headers", {}).items():
        if value is None:
            headers.pop(name.lower(), None)
    if "location" in data:
        headers["location"] = data["location"].replace("{base}", base)
        body = b""
        status = data.get("status", 301)
    elif "bytes" in data:
        body = b"\0" * int(data["bytes"])
    elif "png" in data:
        width, height = (int(part) for part in str(data["png"]).split("x"))
        body = PNG[:16] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + PNG[24:]
    elif "repeat_text" in data:
        body = (data["repeat_text"][0] * data["repeat_text"][1]).encode()
    elif "text" in data:
        body = str(data["text"]).replace("{base}", base).encode(data.get("encoding", "utf-8"))
        if data.get("gzip"):
            body = gzip.compress(body)
    else:
        body = flawless(urlsplit(url).path, base, **{name: value for name, value in data.items() if name not in _OURS})
        body = body.replace(b"{base}", base.encode())
    if "type" in data:
        headers["content-type"] = str(data["type"])
    return Answer(
        url=url, status=status, headers=headers, body=body, wire_bytes=len(body), ttfb_ms=data.get("ms", 20), total_ms=data.get("ms", 20)
    )


_OURS = frozenset({"status", "headers", "location", "type", "ms", "fault"})


def files(base: str) -> dict[str, dict[str, Any]]:
    """What every careful site has besides its pages."""
    return {
        "/robots.txt": {"text": ROBOTS, "type": "text/plain; charset=utf-8"},
        "/favicon.ico": {"bytes": 600, "type": "image/x-icon"},
        "/logo.png": {"png": "240x120", "type": "image/png"},
        "/share.png": {"png": "1200x630", "type": "image/png"},
        "/js/t.js": {"text": "/* counts */", "type": "text/javascript"},
        "https://beian.miit.gov.cn/": {"html": "<title>ICP</title>"},
    }


class LocalFetcher:
    """Fetches from a `Served` site, at once and without sockets: what `seo.crawl.fetcher.Fetches` asks for."""

    def __init__(self, site: Served, job: Job) -> None:
        self.site, self.job = site, job
        self.outstanding: dict[int, Order] = {}
        self._done: list[Arrival] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        return

    def send(self, order: Order) -> None:
        """Answer it for the next `take`."""
        answer = self.site.answer(order.url, "HEAD" if order.want is Want.HEAD else "GET")
        whole = order.want is Want.WHOLE or (order.want is Want.PAGE and answer.media_type.startswith(("text/", "application/x")))
        if not whole and answer.fault is None:
            headers = {**answer.headers, "content-length": str(len(answer.body))}
            answer = Answer(
                url=answer.url, status=answer.status, headers=headers, cut=True, ttfb_ms=answer.ttfb_ms, total_ms=answer.total_ms
            )
        self._done.append(Arrival(order, answer))

    def take(self, wait_s: float) -> list[Arrival]:
        """All that was asked for."""
        done, self._done = self._done, []
        return done

    def certificate(self, host: str, port: int) -> dict[str, Any]:
        """As the site's data says; else one that is good for a year."""
        good = {
            "valid": True,
            "error": None,
            "expires_at": (datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=300)).isoformat(),
            "issuer": "test",
        }
        return self.site.certificates.get(host, good)


class Loopback:
    """The same site on 127.0.0.1, on a port that the system chooses."""

    def __init__(self, resources: dict[str, Mapping[str, Any]]) -> None:
        site = Served(base="")

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                answer = site.answer(urljoin(site.base, self.path), self.command)
                body = gzip.compress(answer.body) if answer.headers.get("content-encoding") == "gzip" else answer.body
                self.send_response(answer.status or 500)
                for name, value in answer.headers.items():
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
                return  # a killed crawl cuts its connections

        self._server = Server(("127.0.0.1", 0), Handler)
        site.base = f"http://127.0.0.1:{self._server.server_address[1]}/"
        site.resources.update({**files(site.base), **resources})
        self.site = site
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        """The start page."""
        return self.site.base

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
