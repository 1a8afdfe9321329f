"""campaigns/NAME.yaml (contracts/workspace.md › campaigns)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from pydantic import Field, field_validator, model_validator

from growth.contacts import Condition, Medium, Purpose, Segment
from growth.language import _
from growth.workspace import Duration, Percent, RateText, ScheduleYaml, WindowText, YamlModel


class WhenUncertain(StrEnum):
    """What happens with a message whose fate is unknown."""

    #: it is listed, and never sent again
    NEVER_RESEND = "never_resend"
    #: it is sent again: better twice than not at all
    RESEND = "resend"


class OnMissing(StrEnum):
    """What happens where a variable is missing for one recipient."""

    #: nothing is sent to anybody; the error names file, line and contact
    STOP = "stop"
    #: such recipients are left out, with that reason
    SKIP = "skip"


class Approval(StrEnum):
    """Whether somebody else must agree before it is sent."""

    #: nobody
    NONE = "none"
    #: someone with the role approver approves the exact content
    REQUIRED = "required"


class Variant(YamlModel):
    """Another wording for a share of the audience; what is not written is the original's."""

    share: Percent
    subject: str | None = None
    body: str | None = None
    text: str | None = None


class Content(YamlModel):
    """What is said. E-mail: subject, template, body (Markdown), text. SMS: template_code, params, text. WeChat: text."""

    subject: str | None = None
    template: str = Field(default="email/newsletter", description="A template of e-mail; `body` fills its block.")
    body: str | None = Field(default=None, description="Markdown with {{ contact.name }} …")
    text: str | None = Field(default=None, description="The plain-text part; of SMS and WeChat the whole message.")
    template_code: str | None = Field(default=None, description="The provider's id of the approved SMS template.")
    params: dict[str, str] = Field(default_factory=dict, description="The SMS template's variables; only with `purpose: service`.")
    variants: dict[str, Variant] = Field(default_factory=dict)


class Sending(YamlModel):
    """How it goes out."""

    rate: RateText | None = None
    window: WindowText | None = Field(default=None, description='"09:00-20:00"; SMS: 08:00-21:00 where nothing is written.')
    per_domain: dict[str, RateText] = Field(default_factory=dict)
    when_uncertain: WhenUncertain = WhenUncertain.NEVER_RESEND
    on_missing: OnMissing = OnMissing.STOP


class Step(YamlModel):
    """A message of a sequence."""

    after: Duration
    unless: Condition | None = None
    content: Content


class Audience(Segment):
    """Who it is for: a named segment, or conditions."""

    segment: str | None = Field(default=None, description="A name of segments.yaml.")


class CampaignFile(YamlModel):
    """One campaign."""

    medium: Medium
    purpose: Purpose = Purpose.MARKETING
    channel: str | None = Field(default=None, description="The channel its cost and sign-ups are booked on; default: the file's name.")
    schedule: ScheduleYaml | None = None
    audience: Audience
    content: Content
    send: Sending = Sending()
    approval: Approval = Approval.NONE
    then: tuple[Step, ...] = ()

    @field_validator("purpose")
    @classmethod
    def not_for_staff(cls, value: Purpose) -> Purpose:
        """Campaigns go to contacts; messages to staff are alerts and reports."""
        if value not in (Purpose.MARKETING, Purpose.SERVICE):
            raise ValueError(_("purpose is marketing or service"))
        return value

    @model_validator(mode="before")
    @classmethod
    def segment_alone(cls, value: Any) -> Any:
        """``audience: subscribers`` means the segment of that name."""
        if isinstance(value, dict) and isinstance(value.get("audience"), str):
            return {**value, "audience": {"segment": value["audience"]}}
        return value

    @model_validator(mode="after")
    def says_something(self) -> CampaignFile:
        """Each medium has what it needs, and nothing of another's."""
        content = self.content
        if self.medium is Medium.EMAIL and not content.subject:
            raise ValueError(_("content.subject is missing: an e-mail has a subject"))
        if self.medium is Medium.EMAIL and not (content.body or content.text or content.template != "email/newsletter"):
            raise ValueError(_("content.body is missing: an e-mail says something"))
        if self.medium is not Medium.EMAIL and not content.text:
            raise ValueError(_("content.text is missing: it is the whole message"))
        if self.medium is Medium.SMS and not content.template_code:
            raise ValueError(_("content.template_code is missing: SMS go out by an approved template"))
        if content.params and self.purpose is Purpose.MARKETING:
            raise ValueError(
                _("content.params: marketing SMS hold no variables (the operators refuse them); use purpose: service for notices")
            )
        if sum(variant.share for variant in content.variants.values()) > 1:
            raise ValueError(_("content.variants: the shares are more than 100 % together"))
        return self

    def channel_of(self, name: str) -> str:
        """The channel of the campaign called `name`."""
        return self.channel or name

    @property
    def resend(self) -> bool:
        """Whether uncertain messages are sent again."""
        return self.send.when_uncertain is WhenUncertain.RESEND


#: first wait of a sequence may not be shorter: people read slowly
SHORTEST_STEP = timedelta(hours=1)
