"""QR codes of tracked links: PNG, SVG, PDF."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from growth.errors import GrowthError
from growth.language import _

FORMATS: Final = ("png", "svg", "pdf")
#: error level: a quarter of the code may be dirty or torn (ISO/IEC 18004), as posters are
_LEVEL: Final = "q"
#: modules of quiet zone around the code (ISO/IEC 18004 §5.3.8)
_QUIET: Final = 4


def qr_code(text: str, *, form: str, scale: int = 10) -> bytes:
    """A QR code that says `text`; `scale` is the size of a module in pixels (PNG) or units. Raises GrowthError for another form."""
    if form not in FORMATS:
        raise GrowthError(_("a QR code cannot be written as “{form}”", form=form), fix=_("use .png, .svg or .pdf"))
    import segno

    stream = io.BytesIO()
    segno.make(text, error=_LEVEL, micro=False).save(stream, kind=form, scale=scale, border=_QUIET)
    return stream.getvalue()


def form_of(path: Path) -> str:
    """The form that a file name asks for. Raises GrowthError."""
    form = path.suffix.lstrip(".").lower()
    if form not in FORMATS:
        raise GrowthError(_("“{name}” has none of the endings .png, .svg, .pdf", name=path.name), fix=_("name it NAME.png"))
    return form
