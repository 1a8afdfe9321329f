"""Fill in a directory's form by a program: only where its profile says that this is allowed, and never past a captcha."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urljoin

import httpx
import lxml.html

from growth.db import Database
from growth.errors import GrowthError, ProviderError
from growth.language import _
from growth.outbound import fetch
from growth.placements import PlacementState, move, reach_of
from seo.submission.directories import dossier, fit, profile
from seo.submission.prepare import guard_repeat, placement_of
from seo.submission.settings import DirectoryProfile, FormProfile


class FormRefused(GrowthError):
    """The form may not be filled in by a program, or did not take what was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was (or, dry, would be) posted, and the words of the answer."""

    directory: str
    placement: str
    address: str
    fields: dict[str, str]
    receipt: str | None


def send_form(database: Database, directory: str, *, now: datetime, actor: str, dry_run: bool) -> Sent:
    """Read the form, fill it in, post it, keep the receipt as evidence. Raises FormRefused, NotNow, ProviderError."""
    chosen = profile(database.workspace, directory)
    if chosen.method != "form" or chosen.form is None or chosen.automation != "allowed":
        raise FormRefused(_("{name} is handed in by a person", name=chosen.name), fix=f"growth submit prepare {directory}")
    view = placement_of(database, directory)
    if view.state is not PlacementState.PREPARED:
        raise FormRefused(_("{id} is {state}, not prepared", id=view.id, state=view.state), fix=f"growth submit prepare {directory}")
    guard_repeat(database, view, chosen, now=now)
    page = fetch(chosen.form.url, reach=reach_of(database.workspace))
    action, values = _filled(page.text, page.url, chosen, chosen.form, _texts(database, chosen))
    if dry_run:
        return Sent(directory=directory, placement=view.id, address=action, fields=values, receipt=None)
    receipt = _posted(action, values, chosen, chosen.form, _cookies(page.headers.get("set-cookie", "")))
    with database.write() as session:
        move(
            session,
            id=view.id,
            to=PlacementState.SUBMITTED,
            at=now,
            evidence=_("{url} answered: {receipt}", url=action, receipt=receipt),
            actor=actor,
        )
    return Sent(directory=directory, placement=view.id, address=action, fields=values, receipt=receipt)


def _texts(database: Database, chosen: DirectoryProfile) -> dict[str, str]:
    fitted = {entry.field: entry for entry in fit(database.workspace, chosen)}
    if wrong := [entry for entry in fitted.values() if entry.problem]:
        raise FormRefused(f"{wrong[0].field}: {wrong[0].problem}", fix=_("add a shorter text under site.names or site.descriptions"))
    return {name: variants[0] for name, variants in dossier(database.workspace).items() if variants} | {
        name: entry.text for name, entry in fitted.items()
    }


def _filled(html: str, page_url: str, chosen: DirectoryProfile, form: FormProfile, texts: dict[str, str]) -> tuple[str, dict[str, str]]:
    document: Any = lxml.html.document_fromstring(html)
    wanted = set(form.fields)
    found = next((each for each in document.forms if wanted <= set(each.fields.keys())), None)
    if found is None:
        raise FormRefused(
            _("{url} has no form with the fields {names}", url=page_url, names=", ".join(sorted(wanted))),
            fix=_("update the profile in directories.yaml"),
        )
    if any(re.search(r"captcha|verify_?code|验证码", str(name), re.I) for name in found.fields):
        raise FormRefused(
            _("{name} asks for a captcha: a person must hand it in", name=chosen.name), fix=_("set method: manual in directories.yaml")
        )
    values = {str(name): str(value) for name, value in found.fields.items() if value is not None}
    for name, source in form.fields.items():
        values[name] = source[1:] if source.startswith("=") else texts.get(source, "")
    return urljoin(page_url, found.action or page_url), values


def _posted(action: str, values: dict[str, str], chosen: DirectoryProfile, form: FormProfile, cookies: dict[str, str]) -> str:
    try:
        answer = httpx.post(action, data=values, cookies=cookies, timeout=30, follow_redirects=True)
    except httpx.HTTPError as fault:
        raise ProviderError(
            _("{name} does not answer ({kind})", name=chosen.name, kind=type(fault).__name__), fix=_("try again later")
        ) from fault
    text = _words(answer.text)
    if taken := re.search(form.success, text):
        return taken[0][:300]
    complaint = re.search(form.error, text) if form.error else None
    raise FormRefused(
        _("{name} did not take the form: {words}", name=chosen.name, words=complaint[0] if complaint else text[:200]),
        fix=_("correct growth.yaml, or the profile"),
    )


def _cookies(header: str) -> dict[str, str]:
    """The session cookie that a form's token is tied to."""
    jar = SimpleCookie()
    jar.load(header)
    return {name: morsel.value for name, morsel in jar.items()}


def _words(html: str) -> str:
    document: Any = lxml.html.document_fromstring(html) if html.strip() else None
    return " ".join(document.text_content().split()) if document is not None else ""
