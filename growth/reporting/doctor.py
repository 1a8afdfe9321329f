"""What reports need of the machine: a Chinese font for pictures and PDF, a browser that prints."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from growth.app import Diagnosis, Level
from growth.language import _
from growth.reporting.document import installed_browser

if TYPE_CHECKING:
    from growth.db import Database
    from growth.workspace import Workspace

#: parts of file names of common Chinese fonts, where fontconfig is not there to ask
_KNOWN = ("noto", "sourcehan", "wqy", "pingfang", "msyh", "simsun", "simhei", "heiti", "uming", "ukai")
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts")
_CJK = ("cjk", "han", "wqy", "pingfang", "msyh", "sim", "heiti", "uming", "ukai", "sc-", "hans")


def diagnose(workspace: Workspace, database: Database | None) -> Iterator[Diagnosis]:
    """Two lines of ``growth doctor``: fonts, printing. Neither is needed for HTML and XLSX."""
    if chinese_font():
        yield Diagnosis(id="fonts", level=Level.OK, message=_("fonts: a Chinese one is installed"))
    else:
        yield Diagnosis(
            id="fonts",
            level=Level.WARN,
            message=_("fonts: no Chinese one is installed; pictures of charts and PDF show boxes"),
            fix="apt install fonts-noto-cjk",
        )
    browser = installed_browser()
    if browser:
        yield Diagnosis(id="printing", level=Level.OK, message=_("printing: {browser} prints reports to PDF", browser=Path(browser).name))
    else:
        yield Diagnosis(
            id="printing",
            level=Level.WARN,
            message=_("printing: no Chromium; reports cannot be printed to PDF"),
            fix="apt install chromium",
        )


def chinese_font() -> bool:
    """Whether a font with Chinese glyphs is there: fontconfig is asked, else the usual folders are looked through."""
    lister = shutil.which("fc-list")
    if lister is not None:
        try:
            done = subprocess.run([lister, ":lang=zh-cn", "family"], capture_output=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            done = None
        if done is not None and done.returncode == 0:
            return bool(done.stdout.strip())
    names = (path.name.lower() for folder in _FOLDERS if Path(folder).is_dir() for path in Path(folder).rglob("*.[to]t[fc]"))
    return any(any(known in name for known in _KNOWN) and any(part in name for part in _CJK) for name in names)
