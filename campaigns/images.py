"""Pictures that travel with a mail: files of the workspace that its HTML shows. Those with a whole address are fetched by the reader."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from growth.errors import GrowthError, Where
from growth.language import _
from growth.messaging import Image
from growth.workspace import Workspace

#: what mail programs show, by how such a file begins
_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}
#: of all pictures of a mail together; Gmail cuts nothing off, but slow phones wait, and so does a rate
MOST_BYTES = 1 << 20
_SRC = re.compile(r"""(<img\b[^>]*?\ssrc=)(["'])(.*?)\2""", re.I | re.S)
#: an address of its own, one that a variable makes, or one that is taken already
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|/|#|.*gjx\d+x", re.I | re.S)


@dataclass(slots=True)
class Images:
    """The pictures of one campaign, each once, by the id under which the HTML shows it."""

    workspace: Workspace
    taken: dict[str, Image] = field(default_factory=dict)

    def take(self, hidden: str, where: Where) -> str:
        """`hidden` with every picture of the workspace shown by ``cid:``. Raises GrowthError for one that is not there or is none."""

        def replace(match: re.Match[str]) -> str:
            address = html.unescape(match[3]).strip()
            if not address or _ELSEWHERE.match(address):
                return match[0]
            return f"{match[1]}{match[2]}cid:{self._read(address, where).id}{match[2]}"

        return _SRC.sub(replace, hidden)

    def _read(self, name: str, where: Where) -> Image:
        fix = _("put it into templates/{name}, or write its whole address", name=name)
        try:
            path = self.workspace.path("templates", name)
            data = path.read_bytes() if path.is_file() else None
        except (GrowthError, OSError) as fault:
            raise GrowthError(_("the image “{name}” cannot be read", name=name), fix=fix, where=where) from fault
        if data is None:
            raise GrowthError(_("there is no image “{name}”", name=name), fix=fix, where=where)
        kind = next((found for begin, found in _KINDS.items() if data.startswith(begin)), None)
        if kind is None:
            raise GrowthError(
                _("the image “{name}” is no PNG, JPEG or GIF, which is what mail programs show", name=name),
                fix=_("save it as PNG or JPEG"),
                where=where,
            )
        image = Image(id=f"{hashlib.sha256(data).hexdigest()[:24]}@growth", kind=kind, data=data)
        self.taken[image.id] = image
        if (size := sum(len(each.data) for each in self.taken.values())) > MOST_BYTES:
            raise GrowthError(
                _("the images of this mail have {n} KB together, {most} are allowed", n=size >> 10, most=MOST_BYTES >> 10),
                fix=_("make “{name}” smaller, or show it by its address", name=name),
                where=where,
            )
        return image


def shown_in(text: str, images: Iterable[Image]) -> tuple[Image, ...]:
    """Those that a finished HTML shows."""
    return tuple(image for image in images if f"cid:{image.id}" in text)


def as_data(text: str, images: Iterable[Image]) -> str:
    """A finished HTML that stands by itself, for a preview: the pictures written into it."""
    for image in images:
        text = text.replace(f"cid:{image.id}", image.data_url)
    return text
