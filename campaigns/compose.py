"""From a claimed delivery to the message that goes out: variables of the recipient, rendering under limits, headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from campaigns.compiled import Compiled
from campaigns.content import site_values
from campaigns.images import shown_in
from campaigns.schema import CampaignFile, OnMissing
from growth import urls
from growth.channels import link_url, personal_code, tracked_link
from growth.clock import EPOCH
from growth.contacts import ContactView, Medium, contacts, openids_of
from growth.db import Database
from growth.errors import GrowthError
from growth.jobs import Period
from growth.messaging import (
    Claimed,
    Mail,
    Message,
    SkipReason,
    Sms,
    WeChat,
    pixel_url,
    preferences_url,
    reply_to_of,
    sender_of,
    unsubscribe_url,
)
from growth.rendering import LimitedRenderer, VariableMissing
from growth.security import Vault
from growth.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message of a campaign in one period, as it is composed: `codes` are the shared codes behind the compiled links, in order."""

    file: CampaignFile
    compiled: Compiled
    period: Period
    stream: str
    codes: tuple[str, ...] = ()

    @property
    def channel(self) -> str:
        """Where visits and sign-ups are booked."""
        return self.file.channel_of(self.compiled.name)


def make_links(session: Session, letter: Letter, workspace: Workspace, *, now: datetime) -> tuple[str, ...]:
    """The shared tracked links of a letter, made (or found again) in its channel; their codes in order."""
    label = f"{letter.stream}/{letter.period.key}"
    made = [
        tracked_link(
            session, channel=letter.channel, medium=letter.file.medium.value, target=address, workspace=workspace, now=now, label=label
        )
        for address in letter.compiled.links
    ]
    return tuple(link.code for link in made)


class Composer:
    """Renders messages of one letter; keeps the rendering process. Not shared between threads."""

    def __init__(self, database: Database, letter: Letter) -> None:
        self._database, self._letter = database, letter
        self._workspace, self._keys = database.workspace, database.vault
        self._renderers: dict[str, LimitedRenderer] = {}
        #: what everybody's template sees
        self._common: Mapping[str, object] = {
            "site": site_values(self._workspace),
            "campaign": {"name": letter.compiled.name, "channel": letter.channel},
            "period": {"key": letter.period.key, "title": letter.period.title()},
        }
        self._sender, self._reply_to = sender_of(self._workspace), reply_to_of(self._workspace)
        self._list_id = f"{letter.compiled.name}.{urls.host_of(self._workspace.settings.site.url)}"

    def close(self) -> None:
        """End the rendering processes."""
        for renderer in self._renderers.values():
            renderer.close()

    def compose(self, session: Session, claimed: Sequence[Claimed]) -> Mapping[UUID, Message | SkipReason]:
        """The messages of claimed deliveries; who lacks a variable is left out where the campaign says so.

        Raises the error of the first recipient otherwise: the plan has rendered everybody, so this is a change since.
        """
        found = contacts(session, [each.contact_id for each in claimed if each.contact_id is not None])
        people = {person.id: person for person in found}
        openids = openids_of(session, list(people)) if self._letter.file.medium is Medium.WECHAT else {}
        by_variant: dict[str, list[tuple[Claimed, ContactView]]] = {}
        made: dict[UUID, Message | SkipReason] = {}
        for each in claimed:
            person = people.get(each.contact_id) if each.contact_id else None
            if person is None:
                made[each.id] = SkipReason.ERASED
            else:
                by_variant.setdefault(each.variant or "", []).append((each, person))
        for variant, pairs in by_variant.items():
            variables = [self.variables(person, delivery_id=each.id) for each, person in pairs]
            for (each, person), values, rendered in zip(pairs, variables, self.rendered(variant, variables), strict=True):
                made[each.id] = self._outcome(each, person, values, rendered, to=openids.get(person.id))
        return made

    def rendered(self, variant: str, variables: list[Mapping[str, object]]) -> Iterator[Mapping[str, str] | GrowthError]:
        """The parts for each of `variables`, or the error that one ran into."""
        renderer = self._renderers.get(variant)
        if renderer is None:
            renderer = self._renderers[variant] = LimitedRenderer(root=self._workspace.root, zone=self._workspace.zone)
            renderer.load(self._letter.compiled.parts[variant], language=str(self._workspace.settings.site.locale))
        compiled = self._letter.compiled
        for outcome in renderer.rows(variables):
            yield compiled.placed(outcome, variant) if isinstance(outcome, GrowthError) else outcome

    def variables(self, person: ContactView, *, delivery_id: UUID | None = None) -> Mapping[str, object]:
        """What a template sees for one person; without a delivery, links are plain and nothing is counted."""
        letter, workspace, keys = self._letter, self._workspace, self._keys
        medium = letter.file.medium
        return {
            **self._common,
            "contact": _harmless(person_values(person)) if medium is Medium.WECHAT else person_values(person),
            "unsubscribe_url": unsubscribe_url(workspace, keys, contact_id=person.id, medium=medium, stream=letter.stream),
            "preferences_url": preferences_url(workspace, keys, contact_id=person.id),
            "links": _links(letter, workspace, keys, person.id),
            "open_pixel": pixel_url(workspace, keys, delivery_id=delivery_id) if delivery_id and medium is Medium.EMAIL else "",
        }

    def _outcome(
        self,
        each: Claimed,
        person: ContactView,
        values: Mapping[str, object],
        rendered: Mapping[str, str] | GrowthError,
        *,
        to: str | None,
    ) -> Message | SkipReason:
        if isinstance(rendered, GrowthError):
            if isinstance(rendered, VariableMissing) and self._letter.compiled.on_missing is OnMissing.SKIP:
                return SkipReason.MISSING_VARIABLE
            raise rendered
        if self._letter.file.medium is Medium.WECHAT and to is None:
            return SkipReason.NO_ADDRESS
        return self.message(each.id, person, values, rendered, to=to)

    def message(
        self, id_: UUID, person: ContactView, values: Mapping[str, object], rendered: Mapping[str, str], *, to: str | None = None
    ) -> Message:
        """The message of one person from its rendered parts; `to`: the address where the person does not say it (WeChat, a test)."""
        file = self._letter.file
        address = to or person.address(file.medium) or ""
        if file.medium is Medium.EMAIL:
            mail = Mail(
                subject=" ".join(rendered["subject"].split()),
                text=rendered["text"],
                html=rendered["html"],
                sender=self._sender,
                reply_to=self._reply_to,
                unsubscribe_url=str(values["unsubscribe_url"]),
                list_id=self._list_id,
                feedback_id=f"{self._letter.compiled.name}:{self._letter.period.key}",
                images=shown_in(rendered["html"], self._letter.compiled.images),
            )
            return Message(id=id_, medium=file.medium, to=address, content=mail)
        if file.medium is Medium.WECHAT:
            text = rendered["text"].strip()
            content = WeChat(text=text, payload={"msgtype": "text", "text": {"content": text}})
            return Message(id=id_, medium=file.medium, to=address, content=content)
        parameters = {part.removeprefix("param:"): text for part, text in rendered.items() if part.startswith("param:")}
        sms = Sms(
            text=rendered["text"].strip(),
            signature=self._workspace.settings.sms.signature,
            template_code=self._letter.compiled.template_code,
            parameters=parameters,
            purpose=file.purpose,
        )
        return Message(id=id_, medium=file.medium, to=address, content=sms)


def person_values(person: ContactView) -> dict[str, Any]:
    """What ``contact.…`` says: the fields of the table, then the attributes. What is empty is not there, so that defaults are taken."""
    fields = {
        **person.attributes,
        **person.personal,
        "email": person.email,
        "phone": person.phone,
        "name": person.name,
        "role": person.role,
        "locale": person.locale,
        "timezone": person.timezone,
    }
    return {name: value for name, value in fields.items() if value not in (None, "")} | {"tags": list(person.tags)}


def _harmless(values: dict[str, Any]) -> dict[str, Any]:
    """What a person's data says, with no mark-up in it: WeChat takes ``<a href>`` in texts, and knows no escape for one."""
    wide = str.maketrans("<>", "＜＞")
    return {name: value.translate(wide) if isinstance(value, str) else value for name, value in values.items()}


def example_person() -> ContactView:
    """Somebody who does not exist, to look at a message without looking at anybody's data."""
    return ContactView(
        id=UUID(int=0),
        email="zhang@example.com",
        phone="+8613800138000",
        name="张三",
        role="investor",
        tags=(),
        locale="zh-CN",
        timezone=None,
        attributes={},
        personal={},
        created_at=EPOCH,
        last_visit=None,
        last_sent=None,
    )


def _links(letter: Letter, workspace: Workspace, keys: Vault, contact_id: UUID) -> list[str]:
    if not letter.codes:
        return list(letter.compiled.links)
    return [link_url(workspace, personal_code(keys, code, contact_id)) for code in letter.codes]


@contextmanager
def composing(database: Database, letter: Letter) -> Iterator[Composer]:
    """A composer for the block."""
    composer = Composer(database, letter)
    try:
        yield composer
    finally:
        composer.close()
