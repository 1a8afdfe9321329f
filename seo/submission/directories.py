"""Directory profiles: the shipped ones and the workspace's own; texts fitted to a directory's fields; what it requires."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

from ruamel.yaml import YAML

from growth.errors import GrowthError
from growth.language import _, language
from growth.placements.keep import declared
from growth.workspace import Problem, Workspace, hint_for, problem_at
from seo.submission.settings import DirectoriesFile, DirectoryProfile, FieldLimit


class UnknownDirectory(GrowthError):
    """No profile of that id."""


def profiles(workspace: Workspace) -> dict[str, DirectoryProfile]:
    """Every known directory by id; the workspace's directories.yaml wins."""
    text = (resources.files("seo.submission") / "directories.yaml").read_text("utf-8")
    shipped = DirectoriesFile.model_validate(YAML(typ="safe", pure=True).load(text))
    return {**shipped.directories, **workspace.one("directories", DirectoriesFile).directories}


def profile(workspace: Workspace, id: str) -> DirectoryProfile:
    """The profile of that id. Raises UnknownDirectory, with the nearest name."""
    known = profiles(workspace)
    if id not in known:
        raise UnknownDirectory(_("there is no directory “{id}”", id=id), fix=hint_for(id, sorted(known), limit=0) or "growth submit list")
    return known[id]


def check_targets(workspace: Workspace) -> Iterator[Problem]:
    """Placements whose `target` is no directory that is known: they would never be prepared nor verified (`App.checks`)."""
    known = sorted(profiles(workspace))
    for position, entry in enumerate(declared(workspace).placements):
        if entry.target is not None and entry.target not in known:
            yield problem_at(
                workspace.where("placements", None, "placements", position, "target"),
                "unknown-reference",
                _("there is no directory “{id}”", id=entry.target),
                hint=hint_for(entry.target, known) or _("growth submit list names them; directories.yaml adds one"),
            )


def title_of(profile: DirectoryProfile) -> str:
    """Its name in the reader's language."""
    return profile.name if language() == "zh-CN" or not profile.name_en else profile.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The text for one field. `length` and `limit` are in the directory's own `unit`; `problem` says why it does not fit."""

    field: str
    text: str
    length: int
    limit: int | None
    unit: str
    problem: str | None


def dossier(workspace: Workspace) -> dict[str, list[str]]:
    """What the site says of itself, each field's variants from the longest to the shortest."""
    site = workspace.settings.site
    texts = {
        "name": [*site.names.values(), site.name or ""],
        "url": [site.url],
        "description": list(site.descriptions.values()),
        "icp": [site.icp or ""],
        "company": [site.company or ""],
        "phone": [site.phone or ""],
        "qq": [site.qq or ""],
        "address": [site.address or ""],
        "email": [_mail_address(str(workspace.settings.email.from_ or ""))],
        "logo": [site.logo or ""],
    }
    return {name: sorted(set(filter(None, variants)), key=len, reverse=True) for name, variants in texts.items()}


def fit(workspace: Workspace, chosen: DirectoryProfile) -> list[Fitted]:
    """The longest of our texts that each field holds."""
    texts = dossier(workspace) | ({"category": [chosen.category]} if chosen.category else {})
    return [_fitted(name, limit, texts) for name, limit in chosen.fields.items()]


def _fitted(name: str, limit: FieldLimit, texts: Mapping[str, list[str]]) -> Fitted:
    room, unit = (limit.bytes, f"{limit.encoding} bytes") if limit.bytes is not None else (limit.chars, "characters")
    variants = texts.get(name, [])
    for text in variants:
        size = measure(text, limit)
        if room is None or size <= room:
            return Fitted(field=name, text=text, length=size, limit=room, unit=unit, problem=None)
    if not variants:
        problem = _("growth.yaml has no text for it") if limit.required else None
        return Fitted(field=name, text="", length=0, limit=room, unit=unit, problem=problem)
    shortest = variants[-1]
    problem = _("the shortest text has {n} {unit}, {limit} are allowed", n=measure(shortest, limit), unit=unit, limit=room)
    return Fitted(field=name, text="", length=measure(shortest, limit), limit=room, unit=unit, problem=problem)


def measure(text: str, limit: FieldLimit) -> int:
    """Length in the field's own unit: characters, or bytes of its encoding."""
    return len(text.encode(limit.encoding, "replace")) if limit.bytes is not None else len(text)


def _mail_address(sender: str) -> str:
    return sender.rpartition("<")[2].rstrip("> ") if "<" in sender else sender
