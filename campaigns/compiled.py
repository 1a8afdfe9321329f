"""A campaign's content as it was compiled: what is rendered for each recipient, and what a run's row keeps of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from campaigns.markup import Places
from campaigns.schema import OnMissing
from growth.contacts import Medium, Purpose
from growth.errors import GrowthError, Where
from growth.language import _
from growth.messaging import Image
from growth.rendering import Source

#: the sources of one wording by part, and where the lines of each finished one were written
Parts = tuple[dict[str, Source], dict[str, Places]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What is rendered for each recipient, by variant ("" is the original), and the addresses behind ``links``."""

    name: str
    medium: Medium
    purpose: Purpose
    parts: Mapping[str, Mapping[str, Source]]
    places: Mapping[str, Mapping[str, Places]]
    links: tuple[str, ...]
    template_code: str
    on_missing: OnMissing
    hash: str
    #: the later messages of a sequence, and the condition that ends it (of `growth.contacts`, as JSON)
    then: tuple[Later, ...] = ()
    until: Mapping[str, Any] | None = None
    #: how the better variant is chosen (`campaigns.schema.Winner`, as JSON)
    winner: Mapping[str, Any] | None = None
    #: pictures that travel with the mail
    images: tuple[Image, ...] = ()

    def step(self, number: int) -> Compiled:
        """The content of a step; 1 is this one. Raises GrowthError where there is no such step."""
        if not 1 <= number <= len(self.then) + 1:
            raise GrowthError(
                _("{name} has no message {n}", name=self.name, n=number), fix=_("it has {n}: --step 1 …", n=len(self.then) + 1)
            )
        return self if number == 1 else self.then[number - 2].content

    def placed(self, fault: GrowthError, variant: str) -> GrowthError:
        """`fault` of a finished part, shown at the file and line where it was written."""
        if fault.where is not None:
            for part, places in self.places[variant].items():
                if fault.where.file == self.parts[variant][part].name and places:
                    near = max((line for line in places if line <= fault.where.line), default=min(places))
                    fault.where = Where(*places[near])
                    break
        return fault

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
            "places": {
                variant: {part: [[line, *place] for line, place in places.items()] for part, places in sources.items()}
                for variant, sources in self.places.items()
            },
            "links": list(self.links),
            "template_code": self.template_code,
            "on_missing": self.on_missing.value,
            "hash": self.hash,
            "then": [later.as_json() for later in self.then],
            "until": self.until,
            "winner": self.winner,
            "images": [[image.id, image.kind, base64.b64encode(image.data).decode()] for image in self.images],
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
            places={
                variant: {part: {line: (file, origin) for line, file, origin in places} for part, places in sources.items()}
                for variant, sources in document["places"].items()
            },
            links=tuple(document["links"]),
            template_code=document["template_code"],
            on_missing=OnMissing(document["on_missing"]),
            hash=document["hash"],
            then=tuple(Later.from_json(later) for later in document["then"]),
            until=document["until"],
            winner=document["winner"],
            images=tuple(Image(id=id_, kind=kind, data=base64.b64decode(data)) for id_, kind, data in document["images"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A later message of a sequence: how long after the one before it, and whom it spares."""

    after: timedelta
    unless: Mapping[str, Any] | None
    content: Compiled

    def as_json(self) -> dict[str, Any]:
        """For the run's row."""
        return {"after": self.after.total_seconds(), "unless": self.unless, "content": self.content.as_json()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Later:
        """From the run's row."""
        content = Compiled.from_json(document["content"])
        return cls(after=timedelta(seconds=document["after"]), unless=document["unless"], content=content)
