"""Drawing Vega-Lite specs to SVG and PNG, kept by their hash: the same chart is drawn once."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

from growth.reporting import palette

#: drawings kept in memory; one is 5–40 KB
KEPT = 256
_kept: OrderedDict[str, str] = OrderedDict()
_lock = Lock()


def draw(spec: Mapping[str, Any]) -> str:
    """The SVG of a spec. Its texts keep their fonts' names, so the reader's machine decides how they look."""
    key = hashlib.sha256(json.dumps(spec, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    svg = _svg(spec)
    with _lock:
        _kept[key] = svg
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return svg


def warm_up() -> None:
    """Start the drawing engine: its first drawing takes most of a second, the next ones a few hundredths."""
    draw({"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "data": {"values": []}, "mark": "point"})


def draw_png(spec: Mapping[str, Any], *, scale: float = 2.0) -> bytes:
    """A PNG on white, for mails and chats. Chinese words need a CJK font on this machine (``growth doctor`` looks)."""
    import vl_convert

    png: bytes = vl_convert.vegalite_to_png({**spec, "background": "white"}, scale=scale)
    return png


def _svg(spec: Mapping[str, Any]) -> str:
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(dict(spec))
    # the size goes into the viewBox; the page decides how wide a chart is. The font list is set once by the page.
    head, _, rest = svg.partition(">")
    kept = [part for part in ("xmlns", "viewBox") if part in head]
    attributes = " ".join(f'{name}="{_attribute(head, name)}"' for name in kept)
    family = f'font-family="{palette.FONT}"'
    return f'<svg {attributes} {family} focusable="false" aria-hidden="true">' + rest.replace(family, "")


def _attribute(head: str, name: str) -> str:
    return head.split(f'{name}="', 1)[1].split('"', 1)[0]
