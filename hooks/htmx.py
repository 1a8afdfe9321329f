"""Brings htmx into ``growth/web/static/vendor`` from a pinned package, checked by hash. Never in git.

The source is the wheel of django-htmx, opened as the zip file it is: nothing of it is installed.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "django-htmx==1.29.0"
MEMBER = "django_htmx/static/django_htmx/htmx-2.min.js"
SHA256 = "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de"
TARGET = Path(__file__).resolve().parent.parent / "growth" / "web" / "static" / "vendor" / "htmx.min.js"


def bring() -> Path:
    """The vendored file's path; downloaded only where it is absent or differs. Exits with words where that fails."""
    if TARGET.exists() and _hash(TARGET.read_bytes()) == SHA256:
        return TARGET
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--only-binary=:all:",
                "-d",
                folder,
                PACKAGE,
            ],
            check=False,
        )
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            raise SystemExit(f"error: {PACKAGE} could not be downloaded\nfix: check pip's index, or put htmx 2 at {TARGET}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            content = wheel.read(MEMBER)
    if _hash(content) != SHA256:
        raise SystemExit(f"error: {MEMBER} of {PACKAGE} is not the file that was reviewed\nfix: review it and set SHA256 in hooks/htmx.py")
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(content)
    return TARGET


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    bring()
