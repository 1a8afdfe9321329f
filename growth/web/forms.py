"""Forms: read with a limit, and accepted only from our own pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import anyio
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException, HTTPException

from growth.errors import GrowthError
from growth.language import _
from growth.web.arrival import Arrival
from growth.web.cookies import csrf_fits
from growth.web.refusals import ForgedForm, Refusal, TooLong, TooSlowBody
from growth.workspace import Workspace

#: the field, or the header, that carries the token
FIELD = "_csrf_token"
HEADER = "x-csrf-token"
#: how long a small body may take
BODY_SECONDS = 20.0
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class FieldMissing(GrowthError):
    """A form lacks a field that the page always sends."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form. `name` is what the browser called it: shown, never used as a path."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form(Mapping[str, str]):
    """Fields by name. ``form["x"]`` raises FieldMissing, ``form.get("x", "")`` does not; texts are stripped of spaces around them."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        if name not in self.fields:
            raise FieldMissing(_("the form has no field “{name}”", name=name), fix=_("Open the page anew and send it again."))
        return self.fields[name][0].strip()

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __contains__(self, name: object) -> bool:
        return name in self.fields

    def get(self, name: str, default: Any = "") -> Any:
        """The field, or `default` where it is not there."""
        return self[name] if name in self.fields else default

    def raw(self, name: str) -> str:
        """The field as it was typed, spaces and all (passwords, texts)."""
        return self.fields.get(name, ("",))[0]

    def list(self, name: str) -> tuple[str, ...]:
        """All values of a field that may stand there more than once (ticked boxes)."""
        return tuple(value.strip() for value in self.fields.get(name, ()))

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return name in self.fields and self[name] not in ("", "no", "0", "false")


def _seconds(most_bytes: int) -> float:
    """How long a body may take: 20 s, and for imports what a line of 1 Mbit/s needs."""
    return BODY_SECONDS + most_bytes / 125_000


async def read_body(request: Request[Any, Any, Any], most_bytes: int) -> bytes:
    """The raw body. Raises TooLong, before reading where the length is announced."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most_bytes:
        raise TooLong(most_bytes)
    try:
        with anyio.fail_after(_seconds(most_bytes)):
            return await request.body()
    except TimeoutError as fault:
        raise TooSlowBody from fault
    except HTTPException as fault:
        if fault.status_code == 413:
            raise TooLong(most_bytes) from fault
        raise


async def read_form(request: Request[Any, Any, Any], most_bytes: int) -> Form:
    """The fields and files of a form. Raises TooLong, or Refusal for what is no form."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most_bytes:
        raise TooLong(most_bytes)
    try:
        with anyio.fail_after(_seconds(most_bytes)):
            data = await request.form()
    except TimeoutError as fault:
        raise TooSlowBody from fault
    except HTTPException as fault:
        if fault.status_code == 413:
            raise TooLong(most_bytes) from fault
        raise Refusal(_("This is not a form.")) from fault
    except (ClientException, ValueError) as fault:
        raise Refusal(_("This is not a form.")) from fault
    fields: dict[str, tuple[str, ...]] = {}
    files: dict[str, Upload] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files[name] = Upload(value.filename, await value.read())
        else:
            fields[name] = (*fields.get(name, ()), str(value).replace("\x00", "�"))
    return Form(fields, files)


def check_forgery(request: Request[Any, Any, Any], arrival: Arrival, workspace: Workspace, *, secret: str, form: Form) -> None:
    """Raise ForgedForm unless the change comes from a page of ours and carries the token of the cookie `secret`."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        raise ForgedForm
    if site is None and origin not in (None, "null"):
        ours = {arrival.netloc, urlsplit(workspace.settings.public_url).netloc.lower()}
        if urlsplit(origin or "").netloc.lower() not in ours:
            raise ForgedForm
    given = request.headers.get(HEADER) or (form.raw(FIELD) if FIELD in form else "")
    if not secret or not csrf_fits(secret, given):
        raise ForgedForm
