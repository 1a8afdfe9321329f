"""Fill in a directory's form by a program: only where its profile says that this is allowed, and never past a captcha."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin

import lxml.html

from growth import urls
from growth.db import Database
from growth.errors import GrowthError, ProviderError
from growth.language import _
from growth.outbound import Fetched, Fetcher, FetchFailed
from growth.placements import PlacementState, PlacementView, move, parse_page, reach_of
from growth.placements.keep import sync
from seo.submission.directories import dossier, fit, profile
from seo.submission.prepare import guard_repeat, placement_of
from seo.submission.settings import DirectoryProfile, FormProfile

#: what a captcha is called, in the names of fields and in the markup around them
_CAPTCHA_FIELD = re.compile(r"captcha|verif(y|ication)?_?code|(^|[_-])(yzm|vcode|checkcode|seccode|authcode|imgcode)([_-]|$)|验证码", re.I)
_CAPTCHA_MARKUP = re.compile(r"captcha|geetest|cf-turnstile|smartcaptcha|验证码", re.I)


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
    """Read the form, fill it in, post it, keep the receipt as evidence. Raises FormRefused, NotNow, ProviderError, FetchFailed."""
    chosen = profile(database.workspace, directory)
    if chosen.method != "form" or chosen.form is None or chosen.automation != "allowed":
        raise FormRefused(_("{name} is handed in by a person", name=chosen.name), fix=f"growth submit prepare {directory}")
    sync(database, now=now)
    view = placement_of(database, directory)
    guard_repeat(database, view, chosen, now=now)
    _require_prepared(view, directory)
    texts = _texts(database, chosen)
    with Fetcher(reach_of(database.workspace)) as fetcher:
        page = fetcher.fetch(chosen.form.url)
        if page.status != 200:
            raise ProviderError(_("{url} answers {status}", url=page.url, status=page.status), fix=_("try again later"))
        action, values = _filled(page.text, page.url, chosen, chosen.form, texts)
        if dry_run:
            return Sent(directory=directory, placement=view.id, address=action, fields=values, receipt=None)
        receipt = _taken(_posted(fetcher, page, action, values, chosen), chosen, chosen.form)
    with database.write() as session:
        evidence = _("{url} answered: {receipt}", url=action, receipt=receipt)
        move(session, id=view.id, to=PlacementState.SUBMITTED, at=now, evidence=evidence, actor=actor)
    return Sent(directory=directory, placement=view.id, address=action, fields=values, receipt=receipt)


def _require_prepared(view: PlacementView, directory: str) -> None:
    """Handing in without the look at requirements and texts would be guessing."""
    if view.state is not PlacementState.PREPARED:
        raise FormRefused(_("{id} is {state}, not prepared", id=view.id, state=view.state), fix=f"growth submit prepare {directory}")


def _texts(database: Database, chosen: DirectoryProfile) -> dict[str, str]:
    fitted = {entry.field: entry for entry in fit(database.workspace, chosen)}
    if wrong := [entry for entry in fitted.values() if entry.problem]:
        raise FormRefused(f"{wrong[0].field}: {wrong[0].problem}", fix=_("add a shorter text under site.names or site.descriptions"))
    return {name: variants[0] for name, variants in dossier(database.workspace).items() if variants} | {
        name: entry.text for name, entry in fitted.items()
    }


def _filled(html: str, page_url: str, chosen: DirectoryProfile, form: FormProfile, texts: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Where the form is posted to, and its fields, hidden ones kept."""
    document: Any = parse_page(html)
    wanted = set(form.fields)
    forms = document.forms if document is not None else ()
    found = next((each for each in forms if wanted <= set(each.fields.keys())), None)
    if found is None:
        raise FormRefused(
            _("{url} has no form with the fields {names}", url=page_url, names=", ".join(sorted(wanted))),
            fix=_("update the profile in directories.yaml"),
        )
    if _has_captcha(found):
        raise FormRefused(
            _("{name} asks for a captcha: a person must hand it in", name=chosen.name), fix=_("set method: manual in directories.yaml")
        )
    values = {str(name): str(value) for name, value in found.fields.items() if value is not None}
    for name, source in form.fields.items():
        values[name] = source[1:] if source.startswith("=") else texts.get(source, "")
    try:
        action = urls.normal(found.action or page_url, base=page_url)
    except urls.NotAUrl as fault:
        raise FormRefused(
            _("the form leads to “{address}”", address=urljoin(page_url, found.action or "")[:200]),
            fix=_("set method: manual in directories.yaml"),
        ) from fault
    return action, values


def _has_captcha(form: Any) -> bool:
    names = (str(name) for name in form.fields)
    return any(_CAPTCHA_FIELD.search(name) for name in names) or bool(_CAPTCHA_MARKUP.search(lxml.html.tostring(form, encoding="unicode")))


def _posted(fetcher: Fetcher, page: Fetched, action: str, values: Mapping[str, str], chosen: DirectoryProfile) -> Fetched:
    """Post as a browser would: in the page's own encoding, with its cookies."""
    headers = {"content-type": "application/x-www-form-urlencoded", "referer": page.url, "origin": urls.origin(page.url)}
    if urls.origin(action) == urls.origin(page.url) and (cookies := _cookies(page.cookies)):
        headers["cookie"] = cookies
    body = urlencode(values, encoding=page.decoded.encoding, errors="replace").encode("ascii")
    try:
        return fetcher.fetch(action, method="POST", headers=headers, content=body, follow=True)
    except FetchFailed as fault:
        raise ProviderError(
            _("{name} did not answer ({why}); it may have taken the form", name=chosen.name, why=fault.message),
            fix=_("look there first; where it took the form: growth submit confirm"),
        ) from fault


def _taken(answer: Fetched, chosen: DirectoryProfile, form: FormProfile) -> str:
    """The receipt in the answer. Raises FormRefused with the directory's own words."""
    document: Any = parse_page(answer.text)
    words = " ".join(document.text_content().split()) if document is not None else ""
    complaint = re.search(form.error, words) if form.error else None
    receipt = re.search(form.success, words)
    if receipt is not None and complaint is None:
        return receipt[0][:300]
    raise FormRefused(
        _("{name} did not take the form: {words}", name=chosen.name, words=complaint[0] if complaint else words[:200] or answer.status),
        fix=_("correct growth.yaml, or the profile"),
    )


def _cookies(lines: Iterable[str]) -> str:
    """The cookies that a form's token is tied to, as they are sent back."""
    jar = SimpleCookie()
    for line in lines:
        try:
            jar.load(line)
        except CookieError:
            continue
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items() if morsel.value)
