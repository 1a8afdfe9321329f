"""campaigns/NAME.yaml (contracts/workspace.md › campaigns)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field, field_validator, model_validator

from growth.contacts import Condition, Medium, Purpose, Segment
from growth.language import _
from growth.workspace import Duration, Percent, RateText, ScheduleYaml, WindowText, YamlModel

#: a later message of a sequence waits at least so long
SHORTEST_WAIT = timedelta(minutes=1)
#: later messages that a sequence may have
MOST_STEPS = 20


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


class Judged(StrEnum):
    """What decides between variants; machines are left out of both."""

    #: people who followed a link
    CLICKED = "clicked"
    #: people whose mail program asked for the picture; many hide it
    OPENED = "opened"


class Winner(YamlModel):
    """The shares go first; the rest gets the variant that beats the original, where one does (two-proportion z-test), else the original."""

    by: Judged = Judged.CLICKED
    after: Duration = Field(default=timedelta(hours=4), description="How long people have, from the last message of the test.")
    control: Percent | None = Field(
        default=None, description="The share that gets the original in the test; default: the largest of the others."
    )
    alpha: Percent = Field(default=Decimal("0.05"), description="How often chance alone may pass for a difference, over all variants.")
    at_least: int = Field(default=200, ge=20, le=1_000_000, description="Messages in each group, below which nothing is concluded.")

    @field_validator("alpha")
    @classmethod
    def honest(cls, value: Decimal) -> Decimal:
        """Above a fifth it is a coin."""
        if not 0 < value <= Decimal("0.2"):
            raise ValueError(_("alpha is above 0 and at most 20%"))
        return value

    @field_validator("after")
    @classmethod
    def long_enough(cls, value: timedelta) -> timedelta:
        """Nobody reads at once."""
        if value < SHORTEST_WAIT:
            raise ValueError(_("people need at least a minute"))
        return value


class Content(YamlModel):
    """What is said. E-mail: subject, template, body (Markdown), text. SMS: template_code, params, text. WeChat: text."""

    subject: str | None = None
    template: str = Field(default="email/newsletter", description="A template of e-mail; `body` fills its block.")
    body: str | None = Field(default=None, description="Markdown with {{ contact.name }} …")
    text: str | None = Field(default=None, description="The plain-text part; of SMS and WeChat the whole message.")
    template_code: str | None = Field(default=None, description="The provider's id of the approved SMS template.")
    params: dict[str, str] = Field(default_factory=dict, description="The SMS template's variables; only with `purpose: service`.")
    variants: dict[str, Variant] = Field(default_factory=dict)
    winner: Winner | None = Field(default=None, description="How the better variant is chosen for the rest.")

    @property
    def control(self) -> Decimal:
        """The share that gets the original while variants are tested; the rest of everybody where nothing is."""
        shares = [variant.share for variant in self.variants.values()]
        if self.winner is None or not shares:
            return 1 - sum(shares, Decimal())
        return self.winner.control if self.winner.control is not None else max(shares)


class Sending(YamlModel):
    """How it goes out."""

    rate: RateText | None = None
    window: WindowText | None = Field(default=None, description='"09:00-20:00"; SMS: 08:00-21:00 where nothing is written.')
    per_domain: dict[str, RateText] = Field(default_factory=dict)
    when_uncertain: WhenUncertain = WhenUncertain.NEVER_RESEND
    on_missing: OnMissing = OnMissing.STOP


class Step(YamlModel):
    """A later message of a sequence."""

    after: Duration = Field(description="So long after the message before it: `3 days`.")
    unless: Condition | None = Field(default=None, description="Whoever this holds for is spared this message; the next one still comes.")
    content: Content

    @field_validator("after")
    @classmethod
    def long_enough(cls, value: timedelta) -> timedelta:
        """A wait of nothing would be a message twice at once."""
        if value < SHORTEST_WAIT:
            raise ValueError(_("a later message waits at least a minute"))
        return value


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
    once: bool = Field(default=False, description="Whoever got it in one period gets it in no later one: a welcome.")
    then: tuple[Step, ...] = Field(
        default=(), max_length=MOST_STEPS, description="A sequence: what follows, to everybody who got the message before it."
    )
    until: Condition | None = Field(default=None, description="Whoever this holds for gets no further message of the sequence.")

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
        """Each message has what its medium needs, and nothing of another's."""
        for place, content in (("content", self.content), *((f"then[{n}].content", step.content) for n, step in enumerate(self.then))):
            self._complete(place, content)
        if any(step.content.variants or step.content.winner for step in self.then):
            raise ValueError(_("then: only the first message has variants"))
        if self.until is not None and not self.then:
            raise ValueError(_("until: it ends a sequence, and there is no `then`"))
        shares = sum((variant.share for variant in self.content.variants.values()), Decimal())
        if shares > 1:
            raise ValueError(_("content.variants: the shares are more than 100 % together"))
        self._winnable(shares)
        return self

    def _winnable(self, shares: Decimal) -> None:
        content = self.content
        if content.winner is None:
            return
        if self.medium is not Medium.EMAIL:
            raise ValueError(_("content.winner: only e-mails tell who opened and clicked"))
        if not content.variants:
            raise ValueError(_("content.winner: there are no variants to choose from"))
        if not content.control or shares + content.control >= 1:
            raise ValueError(_("content.winner: the shares and the control leave nobody, or nothing to compare with"))

    def _complete(self, place: str, content: Content) -> None:
        if self.medium is Medium.EMAIL and not content.subject:
            raise ValueError(_("{place}.subject is missing: an e-mail has a subject", place=place))
        if self.medium is Medium.EMAIL and not (content.body or content.text or content.template != "email/newsletter"):
            raise ValueError(_("{place}.body is missing: an e-mail says something", place=place))
        if self.medium is not Medium.EMAIL and not content.text:
            raise ValueError(_("{place}.text is missing: it is the whole message", place=place))
        if self.medium is Medium.SMS and not content.template_code:
            raise ValueError(_("{place}.template_code is missing: SMS go out by an approved template", place=place))
        if content.params and self.purpose is Purpose.MARKETING:
            raise ValueError(
                _(
                    "{place}.params: marketing SMS hold no variables (the operators refuse them); use purpose: service for notices",
                    place=place,
                )
            )

    def channel_of(self, name: str) -> str:
        """The channel of the campaign called `name`."""
        return self.channel or name

    @property
    def resend(self) -> bool:
        """Whether uncertain messages are sent again."""
        return self.send.when_uncertain is WhenUncertain.RESEND
