"""``python -m benchmarks.crawl.serve FOLDER`` serves a site on a free port of 127.0.0.1, as fast as Python can."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from urllib.parse import unquote

#: pages say their character set themselves
_TYPES = {
    ".html": b"text/html",
    ".css": b"text/css",
    ".js": b"text/javascript",
    ".txt": b"text/plain",
    ".xml": b"application/xml",
    ".png": b"image/png",
    ".gif": b"image/gif",
    ".jpg": b"image/jpeg",
    ".svg": b"image/svg+xml",
    ".pdf": b"application/pdf",
}
#: a server that wants more than ten requests a second of LinkChecker has to say so
_FAST = b"LinkChecker: allowed\r\n"
_MISSING = b"<!doctype html><html lang=en><title>Not found</title><h1>Not found</h1>"


class Files(asyncio.Protocol):
    """One connection: whole requests in, whole files out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to write."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            line, self.buffer = self.buffer[: self.buffer.find(b"\r\n")], self.buffer[end + 4 :]
            method, target, _version = line.split(b" ", 2)
            self.transport.write(self._answer(unquote(target.partition(b"?")[0].decode("latin-1")), method == b"HEAD"))

    def _answer(self, path: str, head: bool) -> bytes:
        if path.startswith("/r/"):
            return _moved(f"/p/{path[3:]}.html")
        file = self.folder / path.lstrip("/")
        if path.endswith("/"):
            file /= "index.html"
        elif file.is_dir():
            return _moved(f"{path}/")
        try:
            body, status = file.read_bytes(), b"200 OK"
        except OSError:
            body, status = _MISSING, b"404 Not Found"
        kind = _TYPES.get(file.suffix, b"application/octet-stream") if status == b"200 OK" else _TYPES[".html"]
        top = b"HTTP/1.1 %s\r\n%bcontent-type: %s\r\ncontent-length: %d\r\n\r\n" % (status, _FAST, kind, len(body))
        return top if head else top + body


def _moved(to: str) -> bytes:
    return b"HTTP/1.1 301 Moved Permanently\r\n%blocation: %s\r\ncontent-length: 0\r\n\r\n" % (_FAST, to.encode())


async def serve(folder: Path) -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(lambda: Files(folder), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
