"""``t.js``: the source without comments and indentation, and the site's settings in it."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from functools import lru_cache
from importlib import resources
from typing import Final

from growth.workspace.site import DoNotTrack, Identity, Traffic

#: the first-party cookie of `identity: cookie`; set by the server, since Safari lets one that a script wrote live for seven days only
VISITOR_COOKIE: Final = "gv"
VISITOR_COOKIE_AGE: Final = timedelta(days=395)


def script(traffic: Traffic) -> bytes:
    """The script for a site with these settings; under 2 KB gzipped (a test holds it)."""
    mode = ("o" if traffic.do_not_track is DoNotTrack.OBEY else "") + ("c" if traffic.identity is Identity.COOKIE else "")
    return _stripped().replace(b'"MODE"', f'"{mode}"'.encode())


def new_visitor() -> str:
    """A random visitor id: 96 bits."""
    return secrets.token_urlsafe(12)


#: strings, and blanks around punctuation
_STRING: Final = re.compile(r'("(?:[^"\\]|\\.)*")')
_BLANKS: Final = re.compile(r"[ \t]*([{}()=,;:?&|<>+*!/-])[ \t]*")
#: line ends and semicolons that say nothing: after an opened block, a semicolon or a comma, and before a closed block
_LINE_ENDS: Final = re.compile(r"(?<=[;{,])\n|[;\n]+(?=})")


@lru_cache
def _stripped() -> bytes:
    """Comments are whole lines, strings have double quotes, regular expressions no blanks, no statement is empty: so blanks, line ends and
    semicolons elsewhere can go.
    """
    source = resources.files("growth.traffic.collector").joinpath("t.src.js").read_text("utf-8")
    lines = (line.strip() for line in source.splitlines())
    text = "\n".join(line for line in lines if line and not line.startswith("//"))
    parts = _STRING.split(text)
    return "".join(part if number % 2 else _LINE_ENDS.sub("", _BLANKS.sub(r"\1", part)) for number, part in enumerate(parts)).encode()
