"""``/NAME.txt`` and ``/NAME.html``: files of the workspace's ``public/`` (search engines and WeChat ask for such proofs), nothing else."""

from __future__ import annotations

import re

from litestar.handlers import HTTPRouteHandler

from growth.errors import GrowthError
from growth.web.answers import Page
from growth.web.public import Visitor, public
from growth.web.refusals import Missing

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(txt|html)$")
_TYPES = {"txt": "text/plain", "html": "text/html"}
_MOST_BYTES = 1024 * 1024
#: such files are the workspace's own, still they get nothing to run and nothing to load
_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


@public("/{name:str}")
def public_file(visitor: Visitor, name: str) -> Page:
    """A file directly in ``public/``; links that lead out of the workspace are not followed.

    robots.txt keeps crawlers out unless it is there.
    """
    match = _NAME.match(name)
    if match is None:
        raise Missing
    try:
        path = visitor.workspace.path("public", name)
    except GrowthError as fault:
        raise Missing from fault
    if not path.is_file() and name == "robots.txt":
        return visitor.text("User-agent: *\nDisallow: /\n")
    if not path.is_file() or path.stat().st_size > _MOST_BYTES:
        raise Missing
    return visitor.content(
        path.read_bytes(), media_type=_TYPES[match[1]], cache="public, max-age=300", headers={"content-security-policy": _POLICY}
    )


def pages() -> list[HTTPRouteHandler]:
    """The routes of this module."""
    return [public_file]
