"""A campaign's content compiled: sources for the limited renderer, the links that are tracked, the hash that approval is bound to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from campaigns.compiled import Compiled, Later, Parts
from campaigns.images import Images
from campaigns.markup import (
    Marks,
    Places,
    around_block,
    finish_html,
    markdown_html,
    markdown_text,
    take_links,
    take_plain_links,
)
from campaigns.schema import CampaignFile, Content, Variant
from growth.compliance import AD_MARK, is_marked
from growth.contacts import Condition, Medium, Purpose
from growth.errors import GrowthError, Where
from growth.language import _
from growth.messaging import sender_of
from growth.rendering import Source, UnknownTemplate
from growth.workspace import Workspace

KIND = "campaign"
#: variables that a template may use, with their fields (None: any)
VARIABLES: dict[str, tuple[str, ...] | None] = {
    "contact": None,
    "site": None,
    "campaign": ("name", "channel"),
    "period": ("key", "title"),
    "unsubscribe_url": None,
    "preferences_url": None,
    "links": None,
    "open_pixel": None,
}


def compile_content(workspace: Workspace, name: str, file: CampaignFile) -> Compiled:
    """Everything that can be done before there is a recipient. Raises GrowthError with FILE:LINE for a template that cannot be read."""
    then = tuple(
        Later(after=step.after, unless=_condition(step.unless), content=_compiled(workspace, name, file, step.content, ("then", number)))
        for number, step in enumerate(file.then)
    )
    first = _compiled(workspace, name, file, file.content, ())
    if not then and not file.once:
        return first
    until = _condition(file.until)
    bound = [first.hash, file.once, until, [[later.content.hash, later.after.total_seconds(), later.unless] for later in then]]
    return replace(first, then=then, until=until, hash=_digest(bound))


def _compiled(workspace: Workspace, name: str, file: CampaignFile, content: Content, base: tuple[str | int, ...]) -> Compiled:
    """One message, in all its wordings; `base` is where it stands in the file."""
    links: list[str] = []
    images = Images(workspace)
    made = {"": _parts(workspace, name, file, content, links, images, _Written(base=base))}
    for variant, changes in content.variants.items():
        written = _Written(variant=variant, own=_own(changes))
        made[variant] = _parts(workspace, name, file, _changed(content, changes), links, images, written)
    parts = {variant: sources for variant, (sources, _places) in made.items()}
    texts = {variant: {part: source.text for part, source in sources.items()} for variant, sources in sorted(parts.items())}
    shares = {variant: str(entry.share) for variant, entry in sorted(content.variants.items())}
    bound = {
        "texts": texts,
        "shares": shares,
        "audience": file.audience.model_dump(mode="json"),
        "channel": file.channel_of(name),
        "purpose": file.purpose.value,
        "template_code": content.template_code,
        "links": links,
        "winner": _winner(content),
        "sender": _sender(workspace, file.medium),
    }
    return Compiled(
        name=name,
        medium=file.medium,
        purpose=file.purpose,
        parts=parts,
        places={variant: places for variant, (_sources, places) in made.items()},
        links=tuple(links),
        template_code=content.template_code or "",
        on_missing=file.send.on_missing,
        hash=_digest(bound),
        winner=_winner(content),
        images=tuple(images.taken.values()),
    )


def _sender(workspace: Workspace, medium: Medium) -> str:
    """Who speaks, where the content does not say it: of WeChat it is the account, whatever is written."""
    return {Medium.EMAIL: sender_of(workspace), Medium.SMS: workspace.settings.sms.signature}.get(medium, "")


def _digest(bound: object) -> str:
    return hashlib.sha256(json.dumps(bound, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def _winner(content: Content) -> Mapping[str, Any] | None:
    """The rule of the test, as JSON; its shares are in the deliveries."""
    rule = content.winner
    if rule is None:
        return None
    seconds, alpha = rule.after.total_seconds(), float(rule.alpha)
    return {"by": rule.by.value, "after": seconds, "control": float(content.control), "alpha": alpha, "at_least": rule.at_least}


def _condition(condition: Condition | None) -> Mapping[str, Any] | None:
    return None if condition is None else condition.model_dump(mode="json", by_alias=True, exclude_none=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One wording of one message as it stands in the file: of a variant, or of a later step (1 is the first message)."""

    variant: str
    step: int
    #: with what the variant takes from the original
    content: Content
    own: frozenset[str]
    #: where it stands
    path: tuple[str | int, ...]


def wordings(file: CampaignFile) -> Iterator[Wording]:
    """Every wording of every message of a campaign."""
    yield Wording(variant="", step=1, content=file.content, own=frozenset(), path=("content",))
    for key, variant in file.content.variants.items():
        path = ("content", "variants", key)
        yield Wording(variant=key, step=1, content=_changed(file.content, variant), own=_own(variant), path=path)
    for number, step in enumerate(file.then):
        yield Wording(variant="", step=number + 2, content=step.content, own=frozenset(), path=("then", number, "content"))


def raw_sources(workspace: Workspace, name: str, wording: Wording) -> list[Source]:
    """The texts of a wording exactly as they stand in the file, for what can be said of them before anything is made of them."""
    written = _Written(variant=wording.variant, own=wording.own, base=wording.path[:-1] if wording.step > 1 else ())
    found = []
    for field in ("subject", "body", "text"):
        if text := getattr(wording.content, field):
            file, line = _place(workspace, name, *written.path(field))
            found.append(Source(text=text, name=file, first_line=line, html=False))
    return found


def site_values(workspace: Workspace) -> dict[str, str]:
    """What ``site.…`` says in a template; the same for every recipient."""
    site = workspace.settings.site
    privacy = site.privacy_url or ""
    return {
        "name": site.name or "",
        "url": site.url,
        "company": site.company,
        "phone": site.phone,
        "address": site.address,
        "icp": site.icp,
        "privacy_url": privacy,
        "email": sender_of(workspace).rpartition("<")[2].rstrip(">"),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """Where the texts of a wording stand in the file: a variant's own ones below it, the others in the original."""

    variant: str = ""
    own: frozenset[str] = frozenset()
    #: of a later step: ``("then", n)``
    base: tuple[str | int, ...] = ()

    def path(self, field: str) -> tuple[str | int, ...]:
        """The path of a field."""
        return ("content", "variants", self.variant, field) if field in self.own else (*self.base, "content", field)


def _parts(
    workspace: Workspace, name: str, file: CampaignFile, content: Content, links: list[str], images: Images, written: _Written
) -> Parts:
    if file.medium is Medium.WECHAT:
        return _wechat(workspace, name, content, links, written)
    if file.medium is Medium.SMS:
        parts = {"text": _source(workspace, name, content.text or "", *written.path("text"))}
        for key, value in content.params.items():
            parts[f"param:{key}"] = _source(workspace, name, value, *written.path("params"), key)
        return parts, {}
    subject = content.subject or ""
    if file.purpose is Purpose.MARKETING and not is_marked(subject):
        subject = AD_MARK + subject
    known = {f"site.{key}": value for key, value in site_values(workspace).items()}
    html, html_places = _html(workspace, name, content, known, links, images, written)
    text, text_places = _text(workspace, name, content, known, links, written)
    shown = workspace.source(KIND, name)
    return {
        "subject": _source(workspace, name, subject, *written.path("subject")),
        "html": Source(text=html, name=f"{shown}#html", html=True),
        "text": Source(text=text, name=f"{shown}#text", html=False),
    }, {"html": html_places, "text": text_places}


def _wechat(workspace: Workspace, name: str, content: Content, links: list[str], written: _Written) -> Parts:
    """A message to followers: its addresses are tracked, those within ``<a href="…">`` too."""
    marks = Marks()
    file, line = _place(workspace, name, *written.path("text"))
    known = {f"site.{key}": value for key, value in site_values(workspace).items()}
    words = marks.fill(marks.hide(content.text or "", file, line), known, escape=False)
    text, places = marks.show(take_plain_links(words, links, alone=True))
    return {"text": Source(text=text, name=f"{workspace.source(KIND, name)}#text", html=False)}, {"text": places}


def _html(
    workspace: Workspace,
    name: str,
    content: Content,
    known: Mapping[str, str],
    links: list[str],
    images: Images,
    written: _Written,
) -> tuple[str, Places]:
    """The template with the body in its block, finished, and where its lines were written."""
    found = next((each for ending in (".mjml", ".html") if (each := _template_text(workspace, content.template + ending))), None)
    if found is None:
        raise UnknownTemplate(
            _("there is no template “{name}”", name=content.template),
            fix=_("email/newsletter is shipped; put your own into templates/{name}.html", name=content.template),
            where=workspace.where(KIND, name, *written.path("template")),
        )
    template, shown = found
    marks = Marks()
    body = ""
    if content.body:
        file, line = _place(workspace, name, *written.path("body"))
        body = markdown_html(marks.hide(content.body, file, line))
    around = around_block(template)
    hidden = (
        marks.hide(template, shown) if around is None else marks.hide(around[0], shown) + body + marks.hide(around[1], shown, around[2])
    )
    try:
        finished = finish_html(hidden, mjml=shown.endswith(".mjml"))
    except ValueError as fault:
        raise GrowthError(str(fault), where=Where(shown)) from fault
    pictured = images.take(finished, workspace.where(KIND, name, *written.path("body")))
    return marks.show(take_links(marks.fill(pictured, known, escape=True), links))


def _text(
    workspace: Workspace, name: str, content: Content, known: Mapping[str, str], links: list[str], written: _Written
) -> tuple[str, Places]:
    """The plain part: what is written as `text`, else made of the body; with the template's own plain frame, where it has one."""
    marks = Marks()
    if content.text:
        file, line = _place(workspace, name, *written.path("text"))
        words = marks.hide(content.text, file, line)
    else:
        file, line = _place(workspace, name, *written.path("body"))
        words = markdown_text(marks.hide(content.body or "", file, line))
    frame = _template_text(workspace, f"{content.template}.txt")
    around = around_block(frame[0]) if frame else None
    if frame and around:
        words = marks.hide(around[0], frame[1]) + words + marks.hide(around[1], frame[1], around[2])
    return marks.show(take_plain_links(marks.fill(words, known, escape=False), links))


def _place(workspace: Workspace, name: str, *path: str | int) -> tuple[str, int]:
    """File and first line of a text in the campaign's file; that of a block (``|``) begins below its key."""
    where = workspace.where(KIND, name, *path)
    document = workspace.document(KIND, name)
    node = document.node(path) if document else None
    block = node is not None and not node.plain and node.text is not None and "\n" in node.text and node.end_line > node.line
    return where.file, where.line + 1 if block else where.line


def _template_text(workspace: Workspace, name: str) -> tuple[str, str] | None:
    """Text and shown name of a template file: the workspace's own wins over the shipped one."""
    if ".." in Path(name).parts or Path(name).is_absolute():
        return None
    own = workspace.root / "templates" / name
    if own.is_file():
        return workspace.path("templates", name).read_text("utf-8-sig"), f"templates/{name}"
    shipped = resources.files("templates") / name
    return (shipped.read_text("utf-8"), f"templates/{name}") if shipped.is_file() else None


def _source(workspace: Workspace, name: str, text: str, *path: str | int) -> Source:
    file, line = _place(workspace, name, *path)
    return Source(text=text, name=file, first_line=line, html=False)


def _own(variant: Variant) -> frozenset[str]:
    """What a variant says in its own words."""
    return frozenset(field for field in ("subject", "body", "text") if getattr(variant, field) is not None)


def _changed(content: Content, variant: Variant) -> Content:
    changes = {
        key: value for key, value in (("subject", variant.subject), ("body", variant.body), ("text", variant.text)) if value is not None
    }
    return content.model_copy(update=changes)
