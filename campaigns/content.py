"""A campaign's content compiled: sources for the limited renderer, the links that are tracked, the hash that approval is bound to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from campaigns.markup import fill_template, finish_html, known_values, markdown_html, markdown_text, take_links
from campaigns.schema import CampaignFile, Content, Variant
from growth.contacts import Medium, Purpose
from growth.errors import GrowthError, Where
from growth.language import _
from growth.rendering import Source, UnknownTemplate
from growth.workspace import Workspace

KIND = "campaign"
#: put before the subject of marketing mail (互联网电子邮件服务管理办法 第十三条)
AD_MARK = "广告："
AD_MARKS = ("广告", "【广告】", "(AD)", "AD", "[广告]")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What is rendered for each recipient, by variant ("" is the original), and the addresses behind ``links``."""

    name: str
    medium: Medium
    purpose: Purpose
    parts: Mapping[str, Mapping[str, Source]]
    links: tuple[str, ...]
    hash: str

    def as_json(self) -> dict[str, Any]:
        """For the run's row: everything needed to go on after the files changed."""
        parts = {
            variant: {part: [source.text, source.name, source.first_line, source.html] for part, source in sources.items()}
            for variant, sources in self.parts.items()
        }
        return {
            "name": self.name,
            "medium": self.medium.value,
            "purpose": self.purpose.value,
            "parts": parts,
            "links": list(self.links),
            "hash": self.hash,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Compiled:
        """From the run's row."""
        parts = {
            variant: {part: Source(text=text, name=name, first_line=line, html=html) for part, (text, name, line, html) in sources.items()}
            for variant, sources in document["parts"].items()
        }
        return cls(
            name=document["name"],
            medium=Medium(document["medium"]),
            purpose=Purpose(document["purpose"]),
            parts=parts,
            links=tuple(document["links"]),
            hash=document["hash"],
        )


def compile_content(workspace: Workspace, name: str, file: CampaignFile) -> Compiled:
    """Everything that can be done before there is a recipient. Raises GrowthError with FILE:LINE for a template that cannot be read."""
    links: list[str] = []
    parts = {"": _parts(workspace, name, file, file.content, links, path=("content",))}
    for variant, changes in file.content.variants.items():
        parts[variant] = _parts(workspace, name, file, _changed(file.content, changes), links, path=("content", "variants", variant))
    texts = {variant: {part: source.text for part, source in sources.items()} for variant, sources in sorted(parts.items())}
    shares = {variant: str(entry.share) for variant, entry in sorted(file.content.variants.items())}
    bound = {
        "texts": texts,
        "shares": shares,
        "audience": file.audience.model_dump(mode="json"),
        "channel": file.channel_of(name),
        "purpose": file.purpose.value,
        "template_code": file.content.template_code,
        "links": links,
        "sender": str(workspace.settings.email.from_ or "") if file.medium is Medium.EMAIL else workspace.settings.sms.signature,
    }
    digest = hashlib.sha256(json.dumps(bound, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]
    return Compiled(name=name, medium=file.medium, purpose=file.purpose, parts=parts, links=tuple(links), hash=digest)


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
        "email": str(workspace.settings.email.from_ or "").rpartition("<")[2].rstrip(">"),
    }


def _parts(
    workspace: Workspace, name: str, file: CampaignFile, content: Content, links: list[str], *, path: tuple[str, ...]
) -> dict[str, Source]:
    if file.medium is not Medium.EMAIL:
        parts = {"text": _source(workspace, name, content.text or "", *path, "text")}
        for key, value in content.params.items():
            parts[f"param:{key}"] = _source(workspace, name, value, "content", "params", key)
        return parts
    subject = content.subject or ""
    if file.purpose is Purpose.MARKETING and workspace.settings.site.mainland and not subject.startswith(AD_MARKS):
        subject = AD_MARK + subject
    body_at = workspace.where(KIND, name, *path, "body")
    first_line = body_at.line + 1 if (content.body or "").count("\n") else body_at.line
    html_source, template_name = _html(workspace, content, body_at)
    html_source, found = take_links(html_source)
    for address in found:
        if address not in links:
            links.append(address)
    for position, address in enumerate(found):
        html_source = html_source.replace(f"{{{{ links[{position}] }}}}", f"{{{{ links[{links.index(address)}] }}}}")
    known = {f"site.{key}": value for key, value in site_values(workspace).items()}
    text = known_values(content.text or markdown_text(content.body or ""), known)
    footer = _template_text(workspace, f"{content.template}.txt")
    return {
        "subject": _source(workspace, name, subject, *path, "subject"),
        "html": Source(text=html_source, name=template_name, first_line=first_line, html=True),
        "text": Source(text=fill_template(footer[0], text) if footer else text, name=str(body_at.file), first_line=first_line, html=False),
    }


def _html(workspace: Workspace, content: Content, body_at: Where) -> tuple[str, str]:
    found = next((each for ending in (".mjml", ".html") if (each := _template_text(workspace, content.template + ending))), None)
    if found is None:
        raise UnknownTemplate(
            _("there is no template “{name}”", name=content.template),
            fix=_("email/newsletter is shipped; put your own into templates/{name}.html", name=content.template),
            where=body_at,
        )
    template, shown = found
    body = markdown_html(content.body) if content.body else ""
    known = {f"site.{key}": value for key, value in site_values(workspace).items()}
    source = known_values(fill_template(template, body), known)
    try:
        return finish_html(source, mjml=shown.endswith(".mjml")), str(body_at.file) if content.body else shown
    except ValueError as fault:
        raise GrowthError(str(fault), where=Where(shown)) from fault


def _template_text(workspace: Workspace, name: str) -> tuple[str, str] | None:
    """Text and shown name of a template file: the workspace's own wins over the shipped one."""
    if ".." in Path(name).parts or Path(name).is_absolute():
        return None
    own = workspace.root / "templates" / name
    if own.is_file():
        return workspace.path("templates", name).read_text("utf-8-sig"), f"templates/{name}"
    shipped = resources.files("templates") / name
    return (shipped.read_text("utf-8"), f"templates/{name}") if shipped.is_file() else None


def _source(workspace: Workspace, name: str, text: str, *path: str) -> Source:
    where = workspace.where(KIND, name, *path)
    return Source(text=text, name=where.file, first_line=where.line, html=False)


def _changed(content: Content, variant: Variant) -> Content:
    changes = {
        key: value for key, value in (("subject", variant.subject), ("body", variant.body), ("text", variant.text)) if value is not None
    }
    return content.model_copy(update=changes)
