"""Scripts and styles, under an address that changes with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from growth.errors import GrowthError
from growth.language import _

HTMX = "vendor/htmx.min.js"
_FOR_EVER = b"public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file, plain and compressed."""

    content: bytes
    packed: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFiles:
    """All files of growth/web/static in memory. One version covers all of them, so that a stylesheet may name an image beside it."""

    version: str
    files: dict[str, StaticFile]

    def address(self, name: str) -> str:
        """The address of a file by its name: ``growth.css`` → ``/static/3fa9…/growth.css``. Raises KeyError for one that is not there."""
        self.files[name]
        return f"/static/{self.version}/{name}"

    def find(self, path: str) -> tuple[StaticFile, bytes] | None:
        """The file behind an address and its Cache-Control; an outdated version gets today's file, which is not kept."""
        version, _slash, name = path.removeprefix("/static/").partition("/")
        found = self.files.get(name)
        return None if found is None else (found, _FOR_EVER if version == self.version else b"no-cache")


def read_static_files() -> StaticFiles:
    """Read them all. Raises GrowthError where htmx was not brought in at install time."""
    root = Path(str(resources.files("growth.web") / "static"))
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if _is_shipped(path)}
    if HTMX not in files:
        raise GrowthError(
            _("growth/web/static/{file} is missing, so the dashboard cannot work", file=HTMX),
            fix="python hooks/htmx.py  (or: make install); a wheel brings it along",
        )
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return StaticFiles(version=digest.hexdigest()[:12], files={name: _file(name, content) for name, content in files.items()})


def _is_shipped(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.suffix not in (".py", ".pyc")


def _file(name: str, content: bytes) -> StaticFile:
    suffix = name[name.rfind(".") :]
    media_type = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return StaticFile(content=content, packed=gzip.compress(content, mtime=0), media_type=media_type)
